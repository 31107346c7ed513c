package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/region"
)

// indexed are the regions whose documents this process writes to its store.
func indexed(c *config.Config, policy *region.Policy) []string {
	if policy == nil {
		return nil
	}
	all := []string{policy.Here()}
	for _, s := range c.Sources {
		if !slices.Contains(all, s.Region) {
			all = append(all, s.Region)
		}
	}
	return all
}

// found are the regions whose documents may be here: any of these can come before the
// embedder, as one of a source, or as one that is found and compared with the question.
func found(policy *region.Policy) []string {
	if policy == nil {
		return nil
	}
	return policy.Visible()
}

// remembered are the regions whose data goes into the state: keys of who asks here and,
// where there is an audit log, which documents they were shown.
func remembered(c *config.Config, policy *region.Policy) []string {
	switch {
	case policy == nil:
		return nil
	case c.Audit.On:
		return policy.Visible()
	}
	return []string{policy.Here()}
}

// Regions are those whose documents may be found and indexed by a process of this
// configuration; nil is any.
func Regions(c *config.Config) ([]string, error) {
	policy, err := c.Policy()
	if policy == nil {
		return nil, err
	}
	return policy.Visible(), nil
}

// refused joins what a configuration asks for and its policy does not allow.
func refused(c *config.Config, table []region.Row) error {
	var all []error
	for _, row := range table {
		switch {
		case !row.Refused():
		case row.Region == "" || row.Kind == "":
			all = append(all, c.Wrong(row.For, "is %s: %s", row.Host, row.Why))
		default:
			all = append(all, c.Wrong(row.For, "is %s in %s, and data of %s may not go there: %s", row.Host, row.Region, row.Data, row.Why))
		}
	}
	return errors.Join(all...)
}

// Residency is the policy of a configuration as a table, and an error where the
// configuration asks for what it does not allow, or the guard does not keep to it. Without
// a policy both are nil. It resolves and connects to nothing.
func Residency(ctx context.Context, c *config.Config) ([]region.Row, error) {
	policy, err := c.Policy()
	if policy == nil {
		return nil, err
	}
	all, err := places(ctx, c, policy)
	if err != nil {
		return nil, err
	}
	table := policy.Table(all)
	guard, err := Guard(ctx, c, nil, nil)
	if err != nil {
		return table, err
	}
	return table, try(ctx, guard, policy)
}

// metadata is where clouds give a machine's credentials to whoever asks from it.
var metadata = region.Endpoint{Host: "169.254.169.254", Port: "80"}

// try asks the guard for each endpoint of each region, and for that of a cloud's
// metadata, and returns an error where it would connect to one that no key names.
func try(ctx context.Context, g *region.Guard, policy *region.Policy) error {
	tried := []region.Endpoint{metadata}
	for _, r := range policy.Regions() {
		for _, text := range r.Endpoints {
			e, err := region.EndpointOf("tcp://"+text, r.Name)
			if err != nil {
				return err
			}
			tried = append(tried, e)
		}
	}
	for _, e := range tried {
		if slices.ContainsFunc(g.Endpoints(), func(named region.Endpoint) bool { return named.Same(e) }) {
			continue
		}
		if _, err := g.Check(ctx, e); !errors.Is(err, region.ErrForbidden) {
			return fmt.Errorf("the guard would connect to %s, which no key of the configuration names (%v): this is a defect of the program, which does not start with it", e, err)
		}
	}
	return nil
}

// LogResidency logs the table of a policy, a line for each row: what is refused, or
// closed, as what it is.
func LogResidency(ctx context.Context, log *slog.Logger, table []region.Row) {
	for _, r := range table {
		said := "residency: allowed"
		if !r.Allowed {
			said = "residency: closed"
		}
		attributes := []slog.Attr{slog.String("data", r.Data), slog.String("kind", string(r.Kind)), slog.String("host", r.Host), slog.String("in", r.Region), slog.String("why", r.Why)}
		if r.For != "" {
			attributes = append(attributes, slog.String("for", r.For))
		}
		log.LogAttrs(ctx, slog.LevelInfo, said, attributes...)
	}
}
