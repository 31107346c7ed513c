package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

// Member is a plugin with its part.
type Member struct {
	*host.Plugin
	// Hooks are those that it is called at.
	Hooks []abi.Hook
	// Essential fails a question that the plugin fails at, rather than skip it.
	Essential bool
	// Rules change whenever the plugin, or its configuration, is another.
	Rules string
}

// Options of a [Set]. The zero value works.
type Options struct {
	// Searcher answers the search of plugins; nil where they cannot search.
	Searcher rag.Searcher
	// Degraded is said in every answer.
	Degraded []string
	// Now is the time that plugins are told; nil means time.Now.
	Now func() time.Time
	// Log hears of plugins that fail; nil means slog.Default.
	Log *slog.Logger
}

// Set is plugins in the order that they are called in. It is safe for concurrent use.
type Set struct {
	members []Member
	opt     Options
}

var _ rag.Hooks = (*Set)(nil)

// New makes a set of plugins, in the order that they are called in.
func New(members []Member, opt Options) *Set {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	return &Set{members, opt}
}

// at are the members that are called at a hook.
func (s *Set) at(hook abi.Hook) (members []Member) {
	for _, m := range s.members {
		if slices.Contains(m.Hooks, hook) {
			members = append(members, m)
		}
	}
	return members
}

// Documents are the members that decide on documents.
func (s *Set) Documents() (all []indexer.Hook) {
	for _, m := range s.at(abi.Document) {
		all = append(all, document{s, m})
	}
	return all
}

// Close lets go of all plugins.
func (s *Set) Close(ctx context.Context) error {
	var all []error
	for _, m := range s.members {
		all = append(all, m.Close(ctx))
	}
	return errors.Join(all...)
}

func (s *Set) header(hook abi.Hook) abi.Header {
	return abi.Header{ABI: abi.Version, Hook: hook, Now: s.opt.Now().UTC().Format(time.RFC3339)}
}

// audience names whoever may see the same.
func audience(a rag.Asker) string {
	principals, regions := slices.Sorted(slices.Values(a.Principals)), slices.Sorted(slices.Values(a.Regions))
	name, _ := json.Marshal([]any{a.Tenant, principals, regions}) // strings always can
	return string(name)
}

// ask calls a plugin and reads its response. ok is unset where it failed and is
// skipped; the error is that of a plugin that may not be.
func ask[R abi.Response](ctx context.Context, s *Set, m Member, call host.Call, request any, response R) (taken rag.Taken, ok bool, err error) {
	call.Request, err = abi.Encode(request)
	if err != nil {
		return taken, false, err
	}
	said, usage, err := m.Call(ctx, call)
	outcome := host.OK
	if err == nil && len(said) > 0 {
		if err = abi.Decode(said, response, request); err != nil {
			outcome = host.Invalid
			if _, failed := errors.AsType[*abi.PluginError](err); failed {
				outcome = host.Failed
			}
		}
	} else if failed, is := errors.AsType[*host.Error](err); is {
		outcome = failed.Outcome
	} else if err != nil {
		outcome = host.Trapped
	}
	taken.Runs = []rag.PluginRun{{
		Plugin: m.Name(), Hook: call.Hook.String(), Milliseconds: float64(usage.Time.Microseconds()) / 1000,
		Fuel: usage.Fuel, Memory: usage.Memory, Outcome: string(outcome),
	}}
	if err == nil {
		return taken, true, nil
	}
	if ctx.Err() != nil {
		return taken, false, ctx.Err()
	}
	s.opt.Log.ErrorContext(ctx, "a plugin failed", "plugin", m.Name(), "hook", call.Hook.String(), "outcome", string(outcome), "error", err.Error())
	if m.Essential {
		err = fmt.Errorf("plugin %s: %s at %s, and it may not be left out: %w", m.Name(), outcome, call.Hook, err)
		if call.Hook == abi.Document && (outcome == host.NoTime || usage.Away) {
			err = &indexer.LaterError{Err: err}
		}
		return taken, false, err
	}
	taken.Degraded = []string{fmt.Sprintf("plugin %s: %s at %s; the answer goes on without it", m.Name(), outcome, call.Hook)}
	return taken, false, nil
}

// add joins what taking part came to.
func add(to *rag.Taken, more rag.Taken) {
	to.Runs = append(to.Runs, more.Runs...)
	to.Degraded = append(to.Degraded, more.Degraded...)
}

// question is a call on the way of a question.
func (s *Set) question(hook abi.Hook, asked rag.Asked) host.Call {
	call := host.Call{Hook: hook, Audience: audience(asked.Asker)}
	if s.opt.Searcher != nil {
		call.Search = func(ctx context.Context, text string, limit int) ([]abi.Passage, error) {
			found, err := s.opt.Searcher.Search(ctx, rag.Query{Text: text, Language: asked.Language, Limit: limit, Asker: asked.Asker})
			if err != nil {
				return nil, err
			}
			return passages(found.Passages), nil
		}
	}
	return call
}

// passages are passages as plugins see them.
func passages(of []rag.Passage) []abi.Passage {
	all := make([]abi.Passage, len(of))
	for i, p := range of {
		all[i] = abi.Passage{
			ID: p.ID, Document: p.Document, Title: p.Title, URI: p.URI, Headings: p.Headings, Language: p.Language,
			Modified: moment(p.Modified), Annotations: p.Annotations, Score: p.Score, Text: p.Text,
		}
		if all[i].Headings == nil {
			all[i].Headings = []string{}
		}
		if all[i].Annotations == nil {
			all[i].Annotations = map[string][]string{}
		}
	}
	return all
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
