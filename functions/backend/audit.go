package backend

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/web"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/state"
)

// OpenAudit opens the log that a configuration asks for: nil where it asks for none. It
// asks nothing of the state yet; a key and a salt are made where there are none.
func OpenAudit(ctx context.Context, c *config.Config, log *slog.Logger) (*audit.Log, error) {
	if !c.Audit.On {
		return nil, nil
	}
	for name, make := range map[string]func() (string, error){keyFile: NewAuditKey, saltFile: newSalt} {
		if c.State.Table == "" {
			if err := makeSecret(c.Data, name, make); err != nil {
				return nil, err
			}
		}
	}
	key, err := AuditKey(c)
	if err != nil {
		return nil, err
	}
	salt, err := AuditSalt(c)
	if err != nil {
		return nil, err
	}
	var l *audit.Log
	s, err := OpenAuditState(ctx, c, func(d region.Decision) { l.Connection(egress(d), true) })
	if err != nil {
		return nil, err
	}
	l, err = audit.New(s, audit.Options{Key: key, Salt: salt, Logger: log})
	return l, err
}

// OpenAuditState opens what the log is kept in: a file of its own, for it grows, or the
// table. decided is told of connections; nil is not told.
func OpenAuditState(ctx context.Context, c *config.Config, decided func(region.Decision)) (state.Store, error) {
	return openState(ctx, c, "audit.db", decided)
}

// Secrets of the log that are in the data folder where the configuration has none.
const (
	keyFile  = "audit.key"
	saltFile = "audit.salt"
)

// AuditKey is the key that signs the log.
func AuditKey(c *config.Config) (audit.Key, error) {
	text, err := auditSecret(c, keyFile, c.Audit.Key)
	if err != nil {
		return audit.Key{}, err
	}
	key, err := audit.ParseKey(text)
	if err != nil {
		return key, fmt.Errorf("%s: %w", keyFile, err)
	}
	return key, nil
}

// AuditSalt is what the log's texts are hashed with.
func AuditSalt(c *config.Config) (audit.Salt, error) {
	text, err := auditSecret(c, saltFile, c.Audit.Salt)
	return audit.Salt(text), err
}

// NewAuditKey makes a key for a log, whose name nothing else has.
func NewAuditKey() (string, error) {
	return audit.NewKey(rand.Reader, "naru-audit/"+strings.ToLower(rand.Text()[:12]))
}

func newSalt() (string, error) { return rand.Text(), nil }

// auditSecret is the secret that is configured or, where none is, that of the data folder.
func auditSecret(c *config.Config, name string, given config.Secret) (string, error) {
	switch {
	case given != "":
		return given.Reveal(), nil
	case c.State.Table != "":
		return "", fmt.Errorf("%s is empty: where the log is in a table (state.table), it must be given", name)
	}
	return readSecret(c.Data, name)
}

// connections records what a guard decides; it is nil where nothing is recorded.
func connections(l *audit.Log) func(region.Decision) {
	if l == nil {
		return nil
	}
	return func(d region.Decision) { l.Connection(egress(d), false) }
}

func egress(d region.Decision) audit.Egress {
	return audit.Egress{To: d.To, Allowed: d.Allowed, Why: d.Why}
}

// deletedAtOnce is how many documents one record names.
const deletedAtOnce = 500

// deleting records documents that are about to be deleted.
func (b *Backend) deleting(ctx context.Context, documents []string, why indexer.Why) error {
	for some := range slices.Chunk(documents, deletedAtOnce) {
		err := b.record(ctx, audit.Record{Kind: audit.KindDeletion, Deletion: &audit.Deletion{Documents: some, Why: string(why)}})
		if err != nil {
			return fmt.Errorf("%w: %w", web.Explain(web.ErrBusy, "The deletion cannot be recorded at the moment, and is not made without."), err)
		}
	}
	return nil
}

// Reading records that the text of a document is about to be shown; where the error is not
// nil it must not be.
func (b *Backend) Reading(ctx context.Context, document string) error {
	err := b.record(ctx, audit.Record{Kind: audit.KindReading, Reading: &audit.Reading{Document: document}})
	if err != nil {
		return fmt.Errorf("%w: %w", web.Explain(web.ErrBusy, "The reading cannot be recorded at the moment, and nothing is shown without."), err)
	}
	return nil
}

// record records what is about to be done. The error is why it must not be.
func (b *Backend) record(ctx context.Context, r audit.Record) error {
	if b.audit == nil {
		return nil
	}
	err := record(ctx, b.audit, r)
	if err != nil && b.config.Audit.OnFailure == config.AuditDegrade {
		b.log.Error("what is done is not recorded", "kind", string(r.Kind), "error", err)
		return nil
	}
	return err
}

// record writes a record of what is done for the caller of ctx.
func record(ctx context.Context, l *audit.Log, r audit.Record) error {
	caller, request := web.Who(ctx)
	r.Caller, r.Request = l.Salt().Caller(caller.ID), request
	return l.Record(ctx, r)
}

// Recorded is an answerer whose questions are recorded before anybody has the answer. Where
// l is nil it is the answerer itself.
func Recorded(a web.Answerer, c *config.Config, l *audit.Log, log *slog.Logger) web.Answerer {
	if l == nil {
		return a
	}
	return &recorded{a, c.Audit.OnFailure, l, log}
}

type recorded struct {
	web.Answerer
	onFailure config.AuditFailure
	audit     *audit.Log
	log       *slog.Logger
}

// Answer implements [web.Answerer].
func (r *recorded) Answer(ctx context.Context, q rag.Question) (rag.Answer, error) {
	answer, err := r.Answerer.Answer(ctx, q)
	question := audit.Question{Text: r.audit.Salt().Question(strings.TrimSpace(q.Text)), Failed: err != nil}
	if err == nil {
		question.Index, question.Abstained, question.Reason = answer.Index, answer.Abstained, string(answer.Reason)
		question.Shown = shown(answer, r.audit.Salt())
	}
	// Who leaves is recorded too.
	failed := record(context.WithoutCancel(ctx), r.audit, audit.Record{Kind: audit.KindQuestion, Question: &question})
	switch {
	case failed == nil:
		return answer, err
	case err != nil || r.onFailure == config.AuditDegrade:
		r.log.Error("a question is not recorded", "error", failed)
		answer.Degraded = append(slices.Clip(answer.Degraded), "audit: this question could not be recorded")
		return answer, err
	}
	return rag.Answer{}, fmt.Errorf("%w: %w", web.Explain(web.ErrBusy, "The question cannot be recorded at the moment, and is not answered without."), failed)
}

// shown are the passages of an answer, and what it cites besides.
func shown(a rag.Answer, salt audit.Salt) []audit.Passage {
	var all []audit.Passage
	at := map[string]int{}
	for _, p := range a.Passages {
		at[p.ID] = len(all)
		all = append(all, audit.Passage{ID: p.ID, Document: p.Document, Text: salt.Passage(p.Text)})
	}
	for _, s := range a.Sentences {
		for _, c := range s.Citations {
			i, ok := at[c.Passage]
			if !ok {
				i = len(all)
				at[c.Passage] = i
				all = append(all, audit.Passage{ID: c.Passage, Document: c.Document, Text: salt.Passage(c.Quote)})
			}
			all[i].Cited = true
		}
	}
	return all
}
