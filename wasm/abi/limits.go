package abi

// How much there may be of what a plugin says.
const (
	MaxAnnotations     = 32     // properties of a document
	MaxValues          = 64     // values of a property
	MaxValue           = 128    // bytes of a value
	MaxRedactions      = 10_000 // in one response; of a long document one for BytesPerRedaction
	MaxVariants        = 4
	MaxVariant         = 4000 // characters
	MaxConditions      = 8    // filters, and boosts
	MaxConditionValues = 256
	MinFactor          = 0.1
	MaxFactor          = 10
	MaxNotes           = 200
	MaxNote            = 200     // characters of a note, a flag or a reason
	MaxJSONValues      = 1 << 16 // of a response, at any depth, besides those redactions
)

// BytesPerRedaction is how many bytes of a document there are for each redaction of it.
const BytesPerRedaction = 8

// What calls of the host cost, in fuel; what instructions cost is in package meter.
const (
	CostImport    = 50
	BytesPerFuel  = 16  // of what goes to the host and comes back
	CostJSONByte  = 20  // of a request that is JSON
	CostTermsByte = 200 // of text
	CostEmbedText = 20_000
	CostSearch    = 200_000
)
