package remote

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/naru-rag/naru/embed"
)

// scripted is a service that answers as it is told, after a tenth of a second.
type scripted struct {
	asked atomic.Int64
	// under way now, and at most.
	mu              sync.Mutex
	under, together int
	answer          func(kind embed.Kind, texts []string) error
}

func (*scripted) most() int { return 0 }

func (s *scripted) ask(ctx context.Context, kind embed.Kind, texts []string) (reply, error) {
	s.asked.Add(1)
	s.mu.Lock()
	s.under++
	s.together = max(s.together, s.under)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.under--
		s.mu.Unlock()
	}()
	if !sleep(ctx, 100*time.Millisecond) {
		return reply{}, ctx.Err()
	}
	if err := s.answer(kind, texts); err != nil {
		return reply{}, err
	}
	answered := reply{tokens: len(texts)}
	for _, text := range texts {
		answered.vectors = append(answered.vectors, []float32{float32(len(text)), 1})
	}
	return answered, nil
}

// mostTogether is how many calls were under way at once since it was last called.
func (s *scripted) mostTogether() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.together
	s.together = 0
	return n
}

func newScripted(answer func(kind embed.Kind, texts []string) error) (*Embedder, *scripted) {
	s := &scripted{answer: answer}
	o := Options{Model: "m", Dimensions: 2, Batch: 2, Concurrency: 4, Logger: slog.New(slog.DiscardHandler)}
	o.fill()
	return newEmbedder(o, s), s
}

func someTexts(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprint("text ", i)
	}
	return texts
}

// A limit that lasts for hours loses nothing, and the service is not asked often.
func TestLimitForHours(t *testing.T) {
	for _, after := range []time.Duration{0, 10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			e, s := newScripted(func(embed.Kind, []string) error {
				if since := time.Since(start); since > time.Second && since < 5*time.Hour {
					return &refusal{status: 429, after: after}
				}
				return nil
			})
			texts := someTexts(200)
			r, err := e.Embed(t.Context(), embed.Passage, texts)
			if err != nil || len(r.Refused) > 0 || r.Tokens != len(texts) {
				t.Fatalf("%v, %+v", err, r)
			}
			for i, v := range r.Vectors {
				want := []float32{float32(len(texts[i])), 1}
				if _ = embed.Unit(want, 2); v[0] != want[0] || v[1] != want[1] {
					t.Errorf("text %d has %v", i, v)
				}
			}
			// One a pause, those that were under way, and those that were answered.
			if most := int64(5*time.Hour/(longestPause/2)) + 20 + 4 + 100; s.asked.Load() > most {
				t.Errorf("the service was asked %d times", s.asked.Load())
			}
			if after > 0 && s.asked.Load() > 5*6+4+100+1 {
				t.Errorf("the service was asked %d times, and asks for ten minutes each time", s.asked.Load())
			}
			if waited := time.Since(start); waited > 5*time.Hour+longestPause+after {
				t.Errorf("it took %s", waited)
			}
		})
	}
}

// After a pause one call goes first; the others go once it was answered.
func TestOneGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var over atomic.Bool
		e, s := newScripted(func(embed.Kind, []string) error {
			if !over.Load() {
				return &refusal{status: 429, after: time.Minute}
			}
			return nil
		})
		done := make(chan error, 1)
		go func() {
			_, err := e.Embed(t.Context(), embed.Passage, someTexts(40))
			done <- err
		}()
		time.Sleep(30 * time.Second)
		s.mostTogether()
		time.Sleep(3 * time.Minute)
		if n := s.mostTogether(); n != 1 {
			t.Errorf("%d calls tried whether the service answers again", n)
		}
		over.Store(true)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := s.mostTogether(); n != 4 {
			t.Errorf("%d calls at once after", n)
		}
	})
}

// A question does not wait for a limit: it is told at once.
func TestQuestionsDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, s := newScripted(func(embed.Kind, []string) error { return &refusal{status: 429, after: time.Hour} })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, err := e.Embed(ctx, embed.Passage, someTexts(40))
			done <- err
		}()
		time.Sleep(time.Minute)
		asked, start := s.asked.Load(), time.Now()
		_, err := e.Embed(t.Context(), embed.Query, []string{"when?"})
		if err == nil || !strings.Contains(err.Error(), "asks to be left alone for 59m") || time.Since(start) > 0 || s.asked.Load() != asked {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// A question has its seconds, whatever the service does.
func TestQuestionsEnd(t *testing.T) {
	for name, answer := range map[string]func() error{
		"hangs": func() error { time.Sleep(time.Hour); return nil },
		"fails": func() error { return &refusal{status: 500} },
	} {
		synctest.Test(t, func(t *testing.T) {
			e, _ := newScripted(func(embed.Kind, []string) error { return answer() })
			e.opt.Timeout = 3 * time.Second
			start := time.Now()
			if name == "hangs" {
				e.service = hanging{}
			}
			if _, err := e.Embed(t.Context(), embed.Query, []string{"when?"}); err == nil || time.Since(start) > DefaultQueryTimeout {
				t.Errorf("%s: %v after %s", name, err, time.Since(start))
			}
		})
	}
}

// hanging is a service that never answers.
type hanging struct{}

func (hanging) most() int { return 0 }
func (hanging) ask(ctx context.Context, _ embed.Kind, _ []string) (reply, error) {
	<-ctx.Done()
	return reply{}, ctx.Err()
}

// Patience ends, with an error that says so; later calls may hope again.
func TestPatienceEnds(t *testing.T) {
	for _, after := range []time.Duration{time.Minute, 48 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var over atomic.Bool
			e, _ := newScripted(func(embed.Kind, []string) error {
				if !over.Load() {
					return &refusal{status: 429, after: after}
				}
				return nil
			})
			start := time.Now()
			_, err := e.Embed(t.Context(), embed.Passage, someTexts(20))
			if err == nil || !strings.Contains(err.Error(), "longer than embedder.patience") || time.Since(start) > DefaultPatience+2*time.Minute {
				t.Errorf("%v after %s", err, time.Since(start))
			}
			over.Store(true)
			time.Sleep(after + time.Minute)
			if _, err := e.Embed(t.Context(), embed.Passage, someTexts(20)); err != nil {
				t.Error(err)
			}
		})
	}
}

// No request has more texts or tokens than allowed, unless one text alone has, and
// together they are all texts in their order.
func TestRequests(t *testing.T) {
	e, _ := newScripted(nil)
	e.opt.Batch, e.opt.BatchTokens = 5, 40
	var texts []string
	for i := range 100 {
		texts = append(texts, strings.Repeat("가a", i*7%31))
	}
	at := 0
	for _, r := range e.requests(embed.Passage, texts) {
		tokens := 0
		for i, text := range r.texts {
			if r.places[i] != at || text != texts[at] {
				t.Fatalf("text %d is at %d", at, r.places[i])
			}
			tokens += estimate(text)
			at++
		}
		if len(r.texts) > 5 || len(r.texts) > 1 && tokens > 40 {
			t.Errorf("a request has %d texts with %d tokens", len(r.texts), tokens)
		}
	}
	if at != len(texts) {
		t.Errorf("%d texts are in requests", at)
	}
}
