package peer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"github.com/naru-rag/naru/bench/data"
)

// Peer is an engine: a Searcher or an Embedder. Serve uses it from one goroutine.
type Peer interface {
	Close() error
}

// Searcher is a Peer that finds passages.
type Searcher interface {
	Peer
	// Index makes passages searchable and, where the engine keeps them on disk,
	// durable.
	Index(b Batch) error
	// Search asks question number question and returns the numbers of the
	// passages found, the best first.
	Search(kind Kind, question, limit int) ([]int, error)
}

// Batch is passages in a row.
type Batch struct {
	// From is the number of the first.
	From     int
	Passages []data.Passage
	// Vectors are the dense ones, one after another.
	Vectors []float32
	Terms   []data.Sparse
}

// engines are those written in Go, by name. Prepare reads the questions; what it
// returns opens the engine in its folder, which a Searcher creates where it is
// missing.
var engines = map[string]struct {
	prepare func(*data.Set) (opener, error)
	module  string
}{
	"naru":        {prepareNaru, "github.com/naru-rag/naru"},
	"naru-words":  {prepareWords(OpenNaru), "github.com/naru-rag/naru"},
	"naru-vector": {prepareEmbedder(openNaruEmbedder), "github.com/naru-rag/naru"},
	"chromem":     {prepareChromem, "github.com/philippgille/chromem-go"},
	"bleve":       {prepareWords(OpenBleve), "github.com/blevesearch/bleve/v2"},
	"hugot":       {prepareEmbedder(openHugot), "github.com/knights-analytics/hugot"},
}

type opener func(dir string) (Peer, error)

// Serve opens an engine in a folder of its own, with the data of a data.Set, and
// answers requests until in ends.
func Serve(name, dataDir, dir string, in io.Reader, out io.Writer) error {
	encoder := json.NewEncoder(out)
	fail := func(err error) error {
		return errors.Join(err, encoder.Encode(Ready{Error: err.Error()}))
	}
	engine, ok := engines[name]
	if !ok {
		return fail(fmt.Errorf("no engine is called %q", name))
	}
	set, err := data.Open(dataDir)
	if err != nil {
		return fail(err)
	}
	defer set.Close()
	open, err := engine.prepare(set)
	if err != nil {
		return fail(err)
	}
	ready := Ready{Version: version(engine.module)}
	if ready.AnonBefore, err = Anonymous(os.Getpid()); err != nil {
		return fail(err)
	}
	start := time.Now()
	p, err := open(dir)
	if err != nil {
		return fail(err)
	}
	ready.OpenNanos = time.Since(start).Nanoseconds()
	if err := encoder.Encode(ready); err != nil {
		return err
	}
	return answer(set, p, json.NewDecoder(bufio.NewReader(in)), encoder)
}

func answer(set *data.Set, p Peer, requests *json.Decoder, replies *json.Encoder) error {
	var profile *os.File
	for {
		var q request
		if err := requests.Decode(&q); errors.Is(err, io.EOF) {
			return p.Close()
		} else if err != nil {
			return err
		}
		r, err := reply{}, error(nil)
		switch q.Do {
		case "index":
			r, err = put(set, p, q)
		case "search":
			r, err = search(p, q)
		case "embed":
			r, err = embedTexts(p, q)
		case "profile":
			pprof.StopCPUProfile()
			if profile != nil {
				err = profile.Close()
				profile = nil
			}
			if q.Path != "" && err == nil {
				if profile, err = os.Create(q.Path); err == nil {
					err = pprof.StartCPUProfile(profile)
				}
			}
		case "close":
			start := time.Now()
			err = p.Close()
			r.Nanos = []int64{time.Since(start).Nanoseconds()}
		default:
			err = fmt.Errorf("asked to %q", q.Do)
		}
		if err != nil {
			r.Error = err.Error()
		}
		if err := replies.Encode(r); err != nil || q.Do == "close" {
			return err
		}
	}
}

func put(set *data.Set, p Peer, q request) (reply, error) {
	s, ok := p.(Searcher)
	if !ok {
		return reply{}, errors.ErrUnsupported
	}
	b := Batch{From: q.From}
	var err error
	if b.Passages, err = set.Passages(q.From, q.To); err != nil {
		return reply{}, err
	}
	if b.Vectors, err = set.Vectors(q.From, q.To); err != nil {
		return reply{}, err
	}
	if b.Terms, err = set.Terms(q.From, q.To); err != nil {
		return reply{}, err
	}
	start := time.Now()
	err = s.Index(b)
	return reply{Nanos: []int64{time.Since(start).Nanoseconds()}}, err
}

func search(p Peer, q request) (reply, error) {
	var r reply
	s, ok := p.(Searcher)
	if !ok {
		return r, errors.ErrUnsupported
	}
	for question := q.From; question < q.To; question++ {
		start := time.Now()
		ids, err := s.Search(q.Kind, question, q.Limit)
		if err != nil {
			return r, fmt.Errorf("question %d: %w", question, err)
		}
		r.Nanos = append(r.Nanos, time.Since(start).Nanoseconds())
		r.IDs = append(r.IDs, ids)
	}
	return r, nil
}

// version of a module that is built into this program.
func version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, d := range info.Deps {
		if d.Path == module && d.Replace == nil {
			return d.Version
		}
	}
	return "working tree"
}
