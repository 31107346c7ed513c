package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// report is what came out.
type report struct {
	Machine  map[string]string `json:"machine"`
	Versions map[string]string `json:"versions"`
	Rows     []*row            `json:"rows"`
	Notes    []string          `json:"notes,omitempty"`
	Minutes  float64           `json:"minutes"`
}

// row is one line of the table. Times are in milliseconds.
type row struct {
	Measured string  `json:"measured"`
	Engine   string  `json:"engine"`
	Best     float64 `json:"best_ms,omitempty"`
	Median   float64 `json:"median_ms,omitempty"`
	P99      float64 `json:"p99_ms,omitempty"`
	// Value is what was measured where that is no time of a search.
	Value string `json:"value,omitempty"`
	// Ratio is how many times as long as Naru it took, or as Naru's dense part.
	Ratio  float64 `json:"ratio,omitempty"`
	Paired float64 `json:"paired_ratio,omitempty"`
	Target string  `json:"target,omitempty"`
	Met    *bool   `json:"met,omitempty"`
	Note   string  `json:"note,omitempty"`
}

func (r *report) add(line row) *row {
	r.Rows = append(r.Rows, &line)
	return &line
}

// note adds a line, once.
func (r *report) note(text string) {
	if !slices.Contains(r.Notes, text) {
		r.Notes = append(r.Notes, text)
	}
}

func (r *report) version(engine, version string) {
	if r.Versions == nil {
		r.Versions = map[string]string{}
	}
	engine, _, _ = strings.Cut(engine, "-") // "naru-words" is Naru
	r.Versions[engine] = version
}

// latencies adds the series of several engines. Targets say how many times as
// long as the first an engine has to take, by its label.
func (r *report) latencies(measured string, all []series, targets map[string]float64) {
	for i := range all {
		line := r.series(measured, &all[i])
		if i == 0 || strings.HasPrefix(all[i].label, "naru, ") {
			continue
		}
		ratio, paired := all[i].times(&all[0])
		line.ratio(ratio, paired, targets[all[i].label])
		if len(all[i].all) == len(all[0].all) {
			line.Note = fmt.Sprintf("%.2f× for all questions together", float64(sum(all[i].all))/float64(sum(all[0].all)))
		}
	}
}

// parts adds the series of one engine whose first is the dense part that the
// others are compared with; those that fuse have to stay under most times it.
func (r *report) parts(measured string, all []series, most float64, judged bool) {
	for i := range all {
		line := r.series(measured, &all[i])
		if i == 0 {
			continue
		}
		line.Ratio, line.Paired = all[i].times(&all[0])
		if judged && all[i].kind == "hybrid" {
			met := line.Ratio < most
			line.Target, line.Met = fmt.Sprintf("< %g× the dense part", most), &met
		}
	}
}

// rates adds the series of several engines as texts a second, with targets as in
// latencies.
func (r *report) rates(measured string, all []series, targets map[string]float64) {
	for i := range all {
		line := r.add(row{
			Measured: measured, Engine: all[i].label, Value: rate(all[i].best()),
			Note: "median of the turns " + rate(median(all[i].medians)),
		})
		if i == 0 || strings.HasPrefix(all[i].label, "naru, ") {
			continue
		}
		ratio, paired := all[i].times(&all[0])
		line.ratio(ratio, paired, targets[all[i].label])
	}
}

// rate is how many there are in a second of what takes so long.
func rate(each time.Duration) string { return fmt.Sprintf("%.3g/s", 1/each.Seconds()) }

func (r *report) series(measured string, s *series) *row {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return r.add(row{Measured: measured, Engine: s.label, Best: ms(s.best()), Median: ms(median(s.all)), P99: ms(quantile(s.all, .99))})
}

// ratio notes how an engine compares with Naru; zero is no target.
func (r *row) ratio(ratio, paired, least float64) {
	r.Ratio, r.Paired = ratio, paired
	if least > 0 {
		met := ratio >= least
		r.Target, r.Met = fmt.Sprintf("≥ %g×", least), &met
	}
}

// under notes whether a value stays under its target, where it has one.
func (r *row) under(value, most float64, target string, judged bool) {
	if judged {
		met := value < most
		r.Target, r.Met = "< "+target, &met
	}
}

// write writes the table as Markdown and, where there is a folder for them, both
// files into it.
func (r *report) write(out io.Writer, dir string) error {
	text := r.markdown()
	if _, err := io.WriteString(out, text); err != nil || dir == "" {
		return err
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "bench.md"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(dir, "bench.json"), append(raw, '\n'), 0o644),
	)
}

func (r *report) markdown() string {
	var s strings.Builder
	s.WriteString("# Naru beside its peers\n\n")
	for _, list := range []map[string]string{r.Machine, r.Versions} {
		for _, k := range slices.Sorted(maps.Keys(list)) {
			fmt.Fprintf(&s, "- %s: %s\n", k, list[k])
		}
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&s, "- %s\n", n)
	}
	fmt.Fprintf(&s, "- took: %.1f minutes\n- repeat it with: go -C bench run . %s\n\n", r.Minutes, strings.Join(os.Args[1:], " "))
	s.WriteString("A ratio is how many times as long as Naru (in hybrid search: as the engine's own dense part): by the best turns, and paired within turns.\n\n")
	s.WriteString("| measured | engine | best | median | p99 | ratio (paired) | target | met | |\n|---|---|---:|---:|---:|---:|---|---|---|\n")
	last := ""
	for _, line := range r.Rows {
		measured := line.Measured
		if measured == last {
			measured = ""
		}
		last = line.Measured
		best, median, p99, ratio, met := line.Value, "", "", "", ""
		if line.Best > 0 {
			best, median, p99 = fmt.Sprintf("%.2f ms", line.Best), fmt.Sprintf("%.2f ms", line.Median), fmt.Sprintf("%.2f ms", line.P99)
		}
		if line.Ratio > 0 {
			ratio = fmt.Sprintf("%.2f× (%.2f×)", line.Ratio, line.Paired)
		}
		if line.Met != nil {
			met = map[bool]string{true: "yes", false: "**no**"}[*line.Met]
		}
		fmt.Fprintf(&s, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", measured, line.Engine, best, median, p99, ratio, line.Target, met, line.Note)
	}
	return s.String()
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.0f MB", float64(bytes)/1e6) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d.Microseconds())/1000) }

func perSecond(n int, d time.Duration) string { return fmt.Sprintf("%.0f/s", float64(n)/d.Seconds()) }
