package formula

import (
	"time"

	"github.com/qdrant/go-client/qdrant"

	"github.com/naru-rag/naru/store/embedded/internal/payload"
)

// moment is a point in time that the formula names. Times count as seconds since
// 1970 in UTC, cut to microseconds.
func moment(text string) (expression, *flaw) {
	at, ok := payload.Time(text)
	if !ok {
		return nil, flawed("%q is not a time: write it like 2006-01-02T15:04:05Z", text)
	}
	return seconds(unix(at)), nil
}

type seconds float64

func (s seconds) eval(*Point) (float64, error) { return float64(s), nil }

func unix(at time.Time) float64 { return float64(at.UnixMicro()) / 1e6 }

// momentOf is the time at a payload key.
type momentOf struct{ *field }

func (m momentOf) eval(p *Point) (float64, error) {
	value := m.value(p)
	if text, isText := value.GetKind().(*qdrant.Value_StringValue); isText {
		if at, ok := payload.Time(text.StringValue); ok {
			return unix(at), nil
		}
	}
	return 0, m.unfit(p, value, "one time like 2006-01-02T15:04:05Z")
}
