package web

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/naru-rag/naru/rag"
)

// ask answers one question, as JSON or as a stream of events.
func (h *Handler) ask(w http.ResponseWriter, r *http.Request) error {
	if _, err := query(r); err != nil {
		return err
	}
	form := negotiate(r.Header.Values("Accept"))
	if form == "" {
		return newProblem(http.StatusNotAcceptable, "not-acceptable", "Not acceptable",
			"An answer comes as "+typeJSON+" or "+typeEvents+".")
	}
	if err := requireJSON(r); err != nil {
		return err
	}
	body, err := readBody(w, r, h.opt.MaxQuestionBody)
	if err != nil {
		return err
	}
	q, err := decodeQuestion(body, h.opt.MaxQuestion)
	if err != nil {
		return err
	}
	q.Asker = stateOf(r).caller.Asker

	// The slot is taken only now, so that a caller who sends a body slowly does
	// not keep one from others.
	release, err := h.asks.take(r.Context())
	if err != nil {
		return err
	}
	done := h.answer(r.Context(), q, release)
	if form == typeEvents {
		return h.stream(w, r, done)
	}
	select {
	case got := <-done:
		if got.err != nil {
			return got.err
		}
		return writeJSON(w, http.StatusOK, got.answer)
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

type answered struct {
	answer rag.Answer
	err    error
}

// answer asks aside from the request's goroutine, so that the caller hears of a
// timeout even when the answerer does not. The slot is given back when the work
// ends, not when the caller was told.
func (h *Handler) answer(ctx context.Context, q rag.Question, release func()) <-chan answered {
	done := make(chan answered, 1)
	go func() {
		defer release()
		defer func() {
			if v := recover(); v != nil {
				done <- answered{err: panicked(v)}
			}
		}()
		answer, err := h.opt.Answerer.Answer(ctx, q)
		done <- answered{withoutNulls(answer), err}
	}()
	return done
}

// withoutNulls makes the lists of an answer lists in its JSON, even empty.
func withoutNulls(a rag.Answer) rag.Answer {
	sentences := make([]rag.Sentence, len(a.Sentences))
	for i, s := range a.Sentences {
		s.Citations = append([]rag.Citation{}, s.Citations...)
		sentences[i] = s
	}
	a.Sentences = sentences
	a.Passages = append([]rag.Hit{}, a.Passages...)
	a.Degraded = append([]string{}, a.Degraded...)
	return a
}

// languageTag is what a BCP 47 tag looks like. Whether a language is known is
// for the answerer to say.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$`)

// decodeQuestion reads the body of a question of up to maxRunes code points.
func decodeQuestion(body []byte, maxRunes int) (rag.Question, error) {
	var q rag.Question
	given, err := decodeObject(body, map[string]any{
		"question": &q.Text, "language": &q.Language, "limit": &q.Limit,
	})
	if err != nil {
		return rag.Question{}, err
	}
	if strings.TrimSpace(q.Text) == "" {
		return rag.Question{}, invalid("question", "The question must be a string that is not empty.")
	}
	if n := utf8.RuneCountInString(q.Text); n > maxRunes {
		p := newProblem(http.StatusUnprocessableEntity, "question-too-long", "Question too long",
			fmt.Sprintf("The question has %d characters; it may have up to %d.", n, maxRunes))
		p.Field = "question"
		return rag.Question{}, p
	}
	if given["language"] && !languageTag.MatchString(q.Language) {
		return rag.Question{}, invalid("language", "The language must be a BCP 47 tag such as ko or zh-Hant.")
	}
	if given["limit"] {
		if err := checkLimit(q.Limit, rag.MaxPassages); err != nil {
			return rag.Question{}, err
		}
	}
	return q, nil
}
