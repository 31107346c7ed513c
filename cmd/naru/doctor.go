package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/remote"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/store"
)

func newDoctor(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check the configuration, the data folder and the store, and say what to do",
		Long: `Looks at everything that indexing and answering need, changes no data, and says
what is wrong and what to do about it. Ends with 1 where something is.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := doctor{ctx: cmd.Context()}
			d.examine(g.configFile, os.Environ(), g.data)
			if err := d.write(cmd.OutOrStdout(), g.json); err != nil {
				return err
			}
			if n := d.count(problem); n > 0 {
				return fmt.Errorf("doctor: problems found: %d", n)
			}
			return nil
		},
	}
}

// health is how well something is.
type health string

const (
	healthy health = "ok"
	warning health = "warning"
	problem health = "problem"
)

// finding is what one check found.
type finding struct {
	Check  string `json:"check"`
	Status health `json:"status"`
	Found  string `json:"found"`
	// Advice says what to do; empty where there is nothing.
	Advice string `json:"advice,omitempty"`
}

// doctor makes checks and keeps what they find.
type doctor struct {
	ctx      context.Context
	findings []finding
	// vectors are those of the configured model, where it could be opened.
	vectors store.Vectors
	// rules are those that documents are to be indexed by.
	rules string
}

// checkTime bounds each check.
const checkTime = 10 * time.Second

// check runs one check and reports whether what depends on it can be looked at.
// A file system that hangs listens to no context, so the check is left behind
// where its time is over.
func (d *doctor) check(name string, f func(context.Context) finding) bool {
	ctx, cancel := context.WithTimeout(d.ctx, checkTime)
	defer cancel()
	done := make(chan finding, 1)
	go func() { done <- f(ctx) }()
	var found finding
	select {
	case found = <-done:
	case <-ctx.Done():
		// What ended with the context tells more than that the time is over.
		select {
		case found = <-done:
		case <-time.After(checkTime / 10):
			found = finding{Status: problem, Found: fmt.Sprintf("it did not end within %v", checkTime), Advice: "look at the disk or network behind it"}
		}
	}
	found.Check = name
	d.findings = append(d.findings, found)
	return found.Status != problem
}

func (d *doctor) count(of health) (n int) {
	for _, f := range d.findings {
		if f.Status == of {
			n++
		}
	}
	return n
}

// examine makes all checks. data is the folder of --data, or empty.
func (d *doctor) examine(file string, environ []string, data string) {
	var c *config.Config
	if !d.check("configuration", func(context.Context) finding {
		var err error
		if c, err = config.Load(file, environ); err != nil {
			return finding{Status: problem, Found: err.Error(), Advice: "correct what is named; config/naru.example.yaml explains every key"}
		}
		if c.File == "" {
			return finding{Status: healthy, Found: "no file: the defaults and variables hold"}
		}
		return finding{Status: healthy, Found: c.File}
	}) {
		return
	}
	if data != "" {
		c.Data = data
	}
	if len(c.Sources) > 0 {
		d.check("sources", func(ctx context.Context) finding { return sourcesFound(ctx, c) })
	}
	if c.Residency.Given() && !d.residency(c) {
		return // nothing that the policy refuses is connected to, and nothing is opened
	}
	d.egress(c, environ)
	if c.Audit.On {
		d.check("audit", func(ctx context.Context) finding { return audited(ctx, c) })
	}
	d.check("embedder", func(ctx context.Context) finding { return d.embedder(ctx, c) })
	d.rules = indexer.Rules(indexer.DefaultChunking, nil)
	if len(c.Plugins.Use) > 0 {
		d.check("plugins", func(ctx context.Context) finding { return d.plugins(ctx, c) })
	}
	if c.Store.URL == "" {
		d.embedded(c)
	} else {
		d.server(c)
	}
	d.otherRegions(c)
}

// embedder opens the model. A service is asked for two vectors.
func (d *doctor) embedder(ctx context.Context, whole *config.Config) finding {
	c := whole.Embedder
	e, err := backend.OpenEmbedder(ctx, whole, backend.Options{Bundled: bundled})
	switch {
	case err != nil && c.Kind == config.EmbedderFile:
		return finding{Status: problem, Found: err.Error(), Advice: "name a BERT or XLM-RoBERTa model in the GGUF format with embedder.file, or set embedder.kind to bundled or none"}
	case err != nil:
		return finding{Status: problem, Found: err.Error(), Advice: "correct the embedder's settings"}
	case e == nil:
		return finding{Status: healthy, Found: "none: search is by words alone"}
	}
	if closer, ok := e.(io.Closer); ok {
		defer closer.Close()
	}
	m := e.Model()
	d.vectors = store.Vectors{Model: m.ID, Dimensions: m.Dimensions}
	if service, ok := e.(*remote.Embedder); ok {
		for _, kind := range []embed.Kind{embed.Query, embed.Passage} {
			if err := service.Probe(ctx, kind); err != nil {
				return finding{Status: problem, Found: err.Error(), Advice: "until it answers, documents are found by their words alone"}
			}
		}
		return finding{Status: healthy, Found: fmt.Sprintf("%s, %d dimensions, answers", m.Name, m.Dimensions)}
	}
	return finding{Status: healthy, Found: fmt.Sprintf("%s, %d dimensions", m.Name, m.Dimensions)}
}

func sourcesFound(ctx context.Context, c *config.Config) finding {
	var wrong []string
	all := c.Sources
	for i := range all {
		var err error
		if from := &all[i].S3; from.Bucket != "" {
			var b *s3.Bucket
			if b, err = backend.Bucket(ctx, c, from, source.Options{}, nil, slog.New(slog.DiscardHandler)); err == nil {
				_, _, err = b.Page(ctx, "")
			}
		} else {
			_, err = os.Stat(all[i].Path)
		}
		if err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	if len(wrong) > 0 {
		return finding{Status: warning, Found: strings.Join(wrong, "; "), Advice: "correct sources in the configuration, or make them readable"}
	}
	return finding{Status: healthy, Found: fmt.Sprintf("%d can be read", len(all))}
}

// write writes the findings: as a table, or as one JSON value.
func (d *doctor) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return writeJSON(w, struct {
			OK     bool      `json:"ok"`
			Checks []finding `json:"checks"`
		}{d.count(problem) == 0, d.findings})
	}
	for _, f := range d.findings {
		_, err := fmt.Fprintf(w, "%-8s %-16s %s\n", f.Status, f.Check, printable(f.Found))
		if err == nil && f.Advice != "" {
			_, err = fmt.Fprintf(w, "%-25s → %s\n", "", printable(f.Advice))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
