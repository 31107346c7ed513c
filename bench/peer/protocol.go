package peer

import "time"

// Kind is a kind of search, or of text to embed.
type Kind string

const (
	// Dense is the nearest passages by cosine.
	Dense Kind = "dense"
	// Hundredth, Tenth and All are Dense among the passages of one tenant, who
	// has one in a hundred, one in ten, or every passage.
	Hundredth Kind = "hundredth"
	Tenth     Kind = "tenth"
	All       Kind = "all"
	// Sparse is the best passages by their terms.
	Sparse Kind = "sparse"
	// Hybrid is Dense and Sparse fused by reciprocal ranks, in one query.
	Hybrid Kind = "hybrid"
	// QueryBatch is Dense and Sparse as a batch of two queries.
	QueryBatch Kind = "batch"
	// Payload is Hybrid with the passages' texts.
	Payload Kind = "payload"
	// Words is a question as it was typed.
	Words Kind = "words"
	// Query and Passage are texts to embed.
	Query   Kind = "query"
	Passage Kind = "passage"
)

// TenantsOf are the tenants that passage i belongs to, as the names of the
// kinds of search that find it.
func TenantsOf(i int) []string {
	t := []string{string(All)}
	if i%10 == 0 {
		t = append(t, string(Tenth))
	}
	if i%100 == 0 {
		t = append(t, string(Hundredth))
	}
	return t
}

// Reach is how many hits each half of a hybrid search brings to the fusion.
const Reach = 100

// A request, and the reply to it, are lines of JSON. The first line that a
// process writes is a Ready, or a reply with an error.
type request struct {
	// Do is "index", "search", "embed", "profile", "close" or, of edge alone,
	// "optimize".
	Do string `json:"do"`
	// From and To are passages to index, or questions to search with; questions
	// count round.
	From  int  `json:"from"`
	To    int  `json:"to"`
	Kind  Kind `json:"kind,omitempty"`
	Limit int  `json:"limit,omitempty"`
	// Texts are to be embedded, AtOnce of them in a call.
	Texts  []string `json:"texts,omitempty"`
	AtOnce int      `json:"at_once,omitempty"`
	// Path is where a profile goes; without one the profile ends.
	Path string `json:"path,omitempty"`
}

type reply struct {
	Error string `json:"error,omitempty"`
	// Nanos are the time that each search took, each call of embed, or the one
	// call of index.
	Nanos []int64 `json:"nanos"`
	// IDs are the numbers of the passages that each search found.
	IDs [][]int `json:"ids"`
	// Vectors are those of the texts, in their order.
	Vectors [][]float32 `json:"vectors,omitempty"`
}

func (r reply) times() []time.Duration {
	times := make([]time.Duration, len(r.Nanos))
	for i, n := range r.Nanos {
		times[i] = time.Duration(n)
	}
	return times
}

// Ready tells that an engine is open.
type Ready struct {
	Error   string `json:"error,omitempty"`
	Version string `json:"version"`
	// OpenNanos is how long opening took, inside the process; AnonBefore is its
	// anonymous resident memory just before, in bytes.
	OpenNanos  int64 `json:"open_nanos"`
	AnonBefore int64 `json:"anon_before"`
}
