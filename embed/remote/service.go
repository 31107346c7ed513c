package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/naru-rag/naru/embed"
)

// service asks for the vectors of texts, once.
type service interface {
	// ask returns as many vectors as there are texts, unchecked, or an error: a
	// *refusal where the service answered with one.
	ask(ctx context.Context, kind embed.Kind, texts []string) (reply, error)
	// most is how many texts it takes at once; 0 is as many as one likes.
	most() int
}

// reply is what a service made of texts.
type reply struct {
	vectors [][]float32
	tokens  int // 0 where it does not count
}

// refusal is an answer of a service that is no success.
type refusal struct {
	status  int           // of HTTP
	after   time.Duration // how long it asks to be left alone; 0 where it does not say
	message string        // in its words
	// quota is set where waiting will not help: what was paid for is used up.
	quota bool
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("status %d", r.status)
	if name := http.StatusText(r.status); name != "" {
		text += " (" + strings.ToLower(name) + ")"
	}
	if r.message != "" {
		text += ": " + r.message
	}
	return text
}

func asRefusal(err error) (*refusal, bool) { return errors.AsType[*refusal](err) }

// longestMessage is how much of a service's words is repeated.
const longestMessage = 300

// quoted makes one line of what a service says.
func quoted(message string) string {
	message = strings.Join(strings.FieldsFunc(message, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if runes := []rune(message); len(runes) > longestMessage {
		message = string(runes[:longestMessage]) + "…"
	}
	return message
}

// verdict is what a failure asks for.
type verdict int

const (
	again   verdict = iota // the same may succeed
	limited                // it may, once the service is ready to be asked
	unlike                 // the texts are not to its liking: one may be too long
	hopeless
)

func judge(err error) verdict {
	r, ok := asRefusal(err)
	switch {
	case !ok:
		return again
	case r.quota:
		return hopeless
	case r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable && r.after > 0:
		return limited
	case r.status == http.StatusBadRequest, r.status == http.StatusRequestEntityTooLarge, r.status == http.StatusUnprocessableEntity:
		return unlike
	case r.status == http.StatusRequestTimeout, r.status == http.StatusConflict, r.status == http.StatusTooEarly, r.status >= 500:
		return again
	}
	return hopeless
}

// advice is what to do about a failure that trying again does not mend.
func (o *Options) advice(err error) string {
	r, ok := asRefusal(err)
	if !ok {
		return ""
	}
	switch {
	case r.quota:
		return "; what was paid for is used up: see the account's limits"
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		if o.Kind == Bedrock {
			return "; check the credentials, and that the account may use the model in region " + o.Region
		}
		return "; check embedder.api_key"
	case r.status == http.StatusNotFound, r.status == http.StatusMethodNotAllowed:
		return "; check embedder.url and embedder.model"
	case r.status == http.StatusBadRequest, r.status == http.StatusUnprocessableEntity:
		return "; check embedder.model and what it takes"
	}
	return ""
}
