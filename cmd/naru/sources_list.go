package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer/ledger"
	"github.com/naru-rag/naru/indexer/schedule"
	"github.com/naru-rag/naru/indexer/source/s3"
)

// sourceState is how it stands with the indexing of a source.
type sourceState string

const (
	sourceNever   sourceState = "never"   // nobody has indexed it yet
	sourceRunning sourceState = "running" // it is being indexed
	sourceStopped sourceState = "stopped" // the last run did not come to its end
	sourceFailed  sourceState = "failed"  // the last run ended with an error
	sourceDone    sourceState = "done"
)

// listedSource is a source as `naru sources` shows it.
type listedSource struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Tenant   string      `json:"tenant"`
	Region   string      `json:"region"`
	Schedule string      `json:"schedule"`
	TimeZone string      `json:"time_zone"`
	State    sourceState `json:"state"`
	// Began is when the run began that State is about.
	Began *time.Time `json:"began"`
	// Holder is who makes that run, while it goes on.
	Holder string `json:"holder"`
	// Last is the last run that came to its end.
	Last *ledger.Result `json:"last"`
	// Next is when it is due; not after now where `naru serve` would index it at once.
	Next *time.Time `json:"next"`
}

func newSources(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "sources",
		Short: "Show when each source was last indexed, with what result, and when it is next",
		Long: `Shows the sources of the configuration: tenant, region and schedule, the last run with
what it did and what went wrong, and when it is due next. ` + "`naru serve`" + ` indexes a source
that has a schedule when it is due, and what it missed once when it starts; other folders
it watches, and other buckets it looks at again at each --rescan. Works while it runs.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := g.config()
			if err != nil {
				return err
			}
			s, err := backend.OpenState(cmd.Context(), c, nil)
			if err != nil {
				return err
			}
			defer func() { err = closeWith(s.Close, err) }()
			zone, err := schedule.Zone(c.Schedule.TimeZone)
			if err != nil {
				return err
			}
			runs, now := ledger.New(s, ledger.Options{}), time.Now()
			all := []listedSource{}
			for _, src := range c.Sources {
				id, err := sourceID(src)
				if err != nil {
					return err
				}
				plan, err := scheduleOf(c, src)
				if err != nil {
					return err
				}
				rec, err := runs.Record(cmd.Context(), id)
				if err != nil {
					return err
				}
				all = append(all, listSource(c, src, rec, plan, now))
			}
			if g.json {
				return writeJSON(cmd.OutOrStdout(), all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, l := range all {
				columns := []string{printable(l.Name), printable(l.Tenant), printable(cmp.Or(l.Region, "-")), cmp.Or(l.Schedule, "-"), l.is(zone), l.next(zone, now)}
				if notes := l.notes(); notes != "" {
					columns = append(columns, printable(notes))
				}
				fmt.Fprintln(w, strings.Join(columns, "\t"))
			}
			return w.Flush()
		},
	}
}

func listSource(c *config.Config, src config.Source, rec ledger.Record, plan *schedule.Schedule, now time.Time) listedSource {
	l := listedSource{
		ID: rec.Source, Name: src.Path, Tenant: src.Tenant, Region: src.Region, Schedule: src.Schedule, State: sourceNever, Last: rec.Last,
	}
	if src.S3 != (config.S3{}) {
		l.Name = "s3://" + src.S3.Bucket + "/" + src.S3.Prefix
	}
	if plan != nil {
		due := rec.Due(plan, now)
		l.TimeZone, l.Next = c.Schedule.TimeZone, &due
	}
	switch {
	case rec.Running != nil:
		l.State, l.Began = sourceStopped, &rec.Running.Began
		if rec.Going(now) {
			l.State, l.Holder = sourceRunning, rec.Running.Holder
		}
	case rec.Last != nil:
		l.State, l.Began = sourceDone, &rec.Last.Began
		if rec.Last.Error != "" {
			l.State = sourceFailed
		}
	}
	return l
}

const shownTime = "2006-01-02 15:04 MST"

// is says how it stands.
func (l listedSource) is(zone *time.Location) string {
	if l.Began == nil {
		return "never indexed"
	}
	began := l.Began.In(zone).Format(shownTime)
	switch l.State {
	case sourceRunning:
		return fmt.Sprintf("running since %s, by %s", began, printable(l.Holder))
	case sourceStopped:
		return "cut short, began " + began
	}
	did := l.Last.Counts
	return fmt.Sprintf("%s %s: %d added, %d updated, %d unchanged, %d deleted, %d failed",
		l.State, began, did.Added, did.Updated, did.Unchanged, did.Deleted, did.Failed)
}

// next says when it is due.
func (l listedSource) next(zone *time.Location, now time.Time) string {
	switch {
	case l.Next == nil && strings.HasPrefix(l.ID, s3.Kind+":"):
		return "now and again"
	case l.Next == nil:
		return "when it changes"
	case !l.Next.After(now):
		return "due now"
	}
	return "next " + l.Next.In(zone).Format(shownTime)
}

// notes are what went wrong in the last run that came to its end, and what it took the
// place of.
func (l listedSource) notes() string {
	if l.Last == nil {
		return ""
	}
	var notes []string
	if l.Last.Error != "" {
		notes = append(notes, l.Last.Error)
	}
	if f := l.Last.Counts.Failure; f != nil {
		notes = append(notes, f.URI+": "+f.Error)
	}
	if n := l.Last.Passed; n > 0 {
		notes = append(notes, fmt.Sprintf("%d times of the schedule came while it ran", n))
	}
	return strings.Join(notes, "; ")
}
