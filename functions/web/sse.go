package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/naru-rag/naru/rag"
)

// stream sends an answer as events: the passages, each sentence, and the whole.
// The response begins with the answer or the first heartbeat, whichever comes
// first, so that what fails at once still has a status of its own.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, done <-chan answered) error {
	s := &events{w: w, rc: http.NewResponseController(w)}
	beat := time.NewTicker(h.opt.Heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			if s.heartbeat() != nil {
				return nil // the caller left; the request's context ends with that
			}
		case got := <-done:
			return h.finish(s, r, got)
		case <-r.Context().Done():
			return h.finish(s, r, answered{err: r.Context().Err()})
		}
	}
}

// finish sends what there is to send and ends the stream.
func (h *Handler) finish(s *events, r *http.Request, got answered) error {
	frames, err := framesOf(got)
	if err != nil {
		if !s.begun {
			return err
		}
		frame, marshalErr := frameOf("error", h.problem(r, err))
		if marshalErr != nil {
			return marshalErr
		}
		frames = [][]byte{frame}
	}
	for _, frame := range frames {
		if s.send(frame) != nil {
			return nil // the caller left
		}
	}
	return nil
}

// framesOf encodes the whole stream before any of it is sent.
func framesOf(got answered) ([][]byte, error) {
	if got.err != nil {
		return nil, got.err
	}
	first, err := frameOf("passages", struct {
		Passages []rag.Hit `json:"passages"`
	}{got.answer.Passages})
	if err != nil {
		return nil, err
	}
	frames := [][]byte{first}
	for _, sentence := range got.answer.Sentences {
		frame, err := frameOf("sentence", sentence)
		if err != nil {
			return nil, err
		}
		frames = append(frames, frame)
	}
	last, err := frameOf("done", got.answer)
	if err != nil {
		return nil, err
	}
	return append(frames, last), nil
}

// frameOf encodes one event. JSON has no line breaks of its own, so that the
// data is always one line.
func frameOf(event string, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode event %s: %w", event, err)
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, data), nil
}

// events writes a stream of server-sent events.
type events struct {
	w     http.ResponseWriter
	rc    *http.ResponseController
	begun bool
}

// heartbeat sends a comment, which readers skip and proxies count as a sign of
// life.
func (s *events) heartbeat() error { return s.send([]byte(": still at work\n\n")) }

// send writes one event and sees that it leaves. Each has a deadline of its own:
// a stream may be long, but a caller who stops reading is let go.
func (s *events) send(frame []byte) error {
	if !s.begun {
		s.begun = true
		header := s.w.Header()
		header.Set("Content-Type", typeEvents)
		header.Set("Cache-Control", "no-store")
		header.Set("X-Accel-Buffering", "no") // nginx would hold the events back
		s.w.WriteHeader(http.StatusOK)
	}
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeGrace)) // where there is a connection
	if _, err := s.w.Write(frame); err != nil {
		return err
	}
	// A writer that cannot flush, as on Lambda, sends the stream in one piece.
	_ = s.rc.Flush()
	return nil
}
