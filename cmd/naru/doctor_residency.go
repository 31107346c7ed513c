package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store/remote"
)

// residency shows the policy, and tells whether the configuration keeps to it.
func (d *doctor) residency(c *config.Config) bool {
	var table []region.Row
	ok := d.check("residency", func(ctx context.Context) finding {
		var err error
		if table, err = backend.Residency(ctx, c); err != nil {
			return finding{Status: problem, Found: err.Error(), Advice: "name another place, or open the flow in residency.flows: nothing starts like this"}
		}
		return finding{Status: healthy, Found: "this process runs in " + regionsOf(c) + "; what reaches what:"}
	})
	d.findings = append(d.findings, rows(table)...)
	return ok
}

// regionsOf are the region of this process, and the others.
func regionsOf(c *config.Config) string {
	var here string
	var others []string
	for _, r := range c.Residency.Regions {
		text := fmt.Sprintf("%s (%s)", r.Name, strings.Join(append([]string{r.Jurisdiction}, r.Languages...), ", "))
		if r.Name == c.Residency.Region {
			here = text
		} else {
			others = append(others, text)
		}
	}
	if len(others) == 0 {
		return here
	}
	return here + ", beside " + strings.Join(others, ", ")
}

// rows are the lines of a table, its columns below one another.
func rows(table []region.Row) []finding {
	columns := func(r region.Row) []string {
		host := r.Host
		if r.Region != "" {
			host += " in " + r.Region
		}
		return []string{cmp.Or(r.Data, "-"), cmp.Or(string(r.Kind), "-"), host}
	}
	var widths [3]int
	for _, r := range table {
		for i, text := range columns(r) {
			widths[i] = max(widths[i], len(text))
		}
	}
	var all []finding
	for _, r := range table {
		f, said := finding{Check: "residency", Status: healthy}, "may"
		switch {
		case r.Refused():
			f.Status, said = problem, "may not"
		case !r.Allowed:
			said = "may not"
		}
		of := columns(r)
		f.Found = fmt.Sprintf("%-*s  %-*s  %-*s  %-7s  %s", widths[0], of[0], widths[1], of[1], widths[2], of[2], said, r.Why)
		if r.For != "" {
			f.Found += " (" + r.For + ")"
		}
		all = append(all, f)
	}
	return all
}

// otherRegions asks the stores of other regions that questions are searched in.
func (d *doctor) otherRegions(c *config.Config) {
	for i := range c.Residency.Regions {
		r := &c.Residency.Regions[i]
		if r.Store.URL == "" {
			continue
		}
		d.check("region "+r.Name, func(ctx context.Context) finding {
			const without = "until it answers, questions are answered without its documents, and say so"
			opt, err := r.Store.Remote()
			var guard *region.Guard
			if err == nil {
				guard, err = backend.Guard(ctx, c, nil, nil)
			}
			if err != nil {
				return finding{Status: problem, Found: err.Error(), Advice: "correct the store of the region"}
			}
			opt.Dial = guard.Dial
			conn, err := remote.Dial(opt)
			if err != nil {
				return finding{Status: problem, Found: err.Error(), Advice: "correct the store of the region"}
			}
			defer func() { _ = conn.Close() }() // nothing is sent any more that could be lost
			version, err := conn.Check(ctx)
			if err != nil {
				return finding{Status: warning, Found: err.Error(), Advice: without}
			}
			return finding{Status: healthy, Found: fmt.Sprintf("%s, Qdrant %s", conn.Address(), version)}
		})
	}
}
