package extract

import (
	"errors"
	"fmt"
	"math"
	"path"
	"strings"
	"time"
)

// Errors that [Extract] wraps; test for them with errors.Is.
var (
	// ErrUnsupported: the media type is known, and is none that can be read.
	ErrUnsupported = errors.New("unsupported format")
	// ErrNotText: the bytes are no text, or next to none of it can be decoded.
	ErrNotText = errors.New("not text")
	// ErrTooLarge: the input is larger than offsets of a map can count.
	ErrTooLarge = errors.New("too large")
)

// maxInput keeps every offset, also of text that grew threefold in decoding,
// within 32 bits.
const maxInput = math.MaxUint32 / 4

// Options change how a document is read. The zero value is the usual way.
type Options struct {
	// Encoding is the name of the encoding (as the WHATWG Encoding Standard
	// spells its labels, for example "euc-kr") where it is known for certain.
	// It is then used without looking at the bytes, except for a byte order
	// mark. Empty means detection.
	Encoding string
}

// Result is the text of one document.
type Result struct {
	// Text is valid UTF-8. Every offset below counts its bytes.
	Text string
	// Title is the document's own title, or else its file name without the
	// extension.
	Title string
	// Language is the primary language subtag the document names for itself,
	// lower case, such as "ko"; empty where it names none.
	Language string
	// Encoding is what the bytes were decoded from, by its WHATWG name.
	Encoding string
	// Replaced counts the places that could not be decoded; each is one U+FFFD
	// in what was decoded.
	Replaced int
	// Modified is the date the document gives for itself, or zero.
	Modified time.Time
	// Access is what the document says of who may see it.
	Access Access
	// Metadata is what else the document says of itself, by its own names: front
	// matter, and the meta elements of HTML. It may be nil.
	Metadata map[string]string
	// Blocks are the parts of Text in reading order. Between and around them
	// there is only white space.
	Blocks []Block
	// Map leads from Text to the original bytes.
	Map Map
}

// Block is one part of a text that stands by itself: Text[Start:End].
type Block struct {
	Start, End int
	Kind       Kind
	// Level is 1 to 6 for a heading, the depth of nesting, from 1, for a list
	// item, and 0 otherwise.
	Level int
	// Headings is the path of headings above the block, outermost first. It is
	// shared between blocks and must not be changed.
	Headings []string
}

// Kind is what a block is.
type Kind uint8

// The kinds of blocks.
const (
	Paragraph Kind = iota
	Heading
	ListItem
	// TableRow is one row; its cells are separated by " | ".
	TableRow
	// Code keeps its lines and spaces.
	Code
)

// String names the kind in lower case.
func (k Kind) String() string {
	switch k {
	case Heading:
		return "heading"
	case ListItem:
		return "list item"
	case TableRow:
		return "table row"
	case Code:
		return "code"
	default:
		return "paragraph"
	}
}

// Extract reads a document. The name gives the extension and the title of last
// resort. The media type may carry a charset parameter, which is a hint that
// the bytes can overrule; where it is empty the extension decides, and then the
// bytes. An input without text (empty, or a byte order mark alone) is a result
// without blocks, not an error. Errors wrap [ErrUnsupported], [ErrNotText] or
// [ErrTooLarge] and name the document.
func Extract(name, mediaType string, data []byte, opt Options) (Result, error) {
	r, err := extract(name, mediaType, data, opt)
	if err != nil {
		return Result{}, fmt.Errorf("extract %q: %w", name, err)
	}
	return r, nil
}

func extract(name, mediaType string, data []byte, opt Options) (Result, error) {
	if int64(len(data)) > maxInput {
		return Result{}, fmt.Errorf("%w: %d bytes, and at most %d can be read", ErrTooLarge, len(data), int64(maxInput))
	}
	format, charset, err := formatOf(name, mediaType, data)
	if err != nil {
		return Result{}, err
	}
	if what := magic(data); what != "" {
		return Result{}, fmt.Errorf("%w: the file is %s; convert it to text, Markdown or HTML first", ErrNotText, what)
	}
	d, err := decode(data, format, charset, opt.Encoding)
	if err != nil {
		return Result{}, err
	}
	r := Result{Encoding: d.encoding, Replaced: d.replaced}
	switch format {
	case formatMarkdown:
		readMarkdown(&r, d)
	case formatHTML:
		readHTML(&r, d)
	default:
		readText(&r, d)
	}
	if r.Title == "" {
		r.Title = baseName(name)
	}
	return r, nil
}

// baseName is the last element of a slash-separated name, without its
// extension, and always valid UTF-8.
func baseName(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	if base == "." || base == "/" {
		return ""
	}
	if stem := strings.TrimSuffix(base, path.Ext(base)); stem != "" {
		base = stem
	}
	return strings.ToValidUTF8(base, "\uFFFD")
}
