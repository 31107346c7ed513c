package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/embed/e5small"
	"github.com/naru-rag/naru/functions/awslambda"
	"github.com/naru-rag/naru/store/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stand is the function, in a folder with a configuration, beside a server.
type stand struct {
	documents
	log bytes.Buffer
	// calls is how many of the server's are answered; then it is away. Below zero
	// it is never.
	calls atomic.Int64
}

// newStand starts one. Its sources are open and staff; to staff belongs what is in
// there.
func newStand(t *testing.T, files map[string]string) *stand {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{}
	s.calls.Store(-1)
	server := grpc.NewServer(grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		if left := s.calls.Load(); left == 0 {
			return nil, status.Error(codes.Unavailable, "10.0.0.7 is away")
		} else if left > 0 {
			s.calls.Add(-1)
		}
		return handle(ctx, request)
	}))
	engine.Register(server)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()

	dir := t.TempDir()
	files["naru.yaml"] = "store:\n  url: " + ln.Addr().String() + "\n  retries:\n    attempts: 1\n" +
		"asker:\n  tenant: town\n" +
		"sources:\n  - path: open\n    tenant: town\n  - path: staff\n    tenant: town\n    principals: [staff]\n"
	for path, content := range files {
		at := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	if s.f, err = awslambda.New(nil, slog.New(slog.NewTextHandler(&s.log, nil)), awslambda.Bundled{Model: func() (embed.Embedder, error) { return e5small.Open() }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.f.Close(); err != nil {
			t.Error(err)
		}
		server.Stop()
		<-served
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// invoke is the answer as a caller reads it.
func (s *stand) invoke(t *testing.T, ctx context.Context, event string) (string, error) {
	t.Helper()
	a, err := s.index(ctx, json.RawMessage(event))
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), nil
}

// lines are the statuses of the documents, with what is said of those that failed.
func lines(t *testing.T, answer string) []string {
	t.Helper()
	var a struct {
		Documents []result
		Failed    int
	}
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	var all []string
	failed := 0
	for _, d := range a.Documents {
		line := d.URI + d.Path + " " + d.Status
		if d.Status == statusFailed {
			failed++
			line += ": " + d.Error
			if d.Retry {
				line += " (retry)"
			}
		} else if len(d.ID) != 32 {
			t.Errorf("%s has the id %q", d.URI+d.Path, d.ID)
		}
		all = append(all, line)
	}
	if failed != a.Failed {
		t.Errorf("%d failed, and the answer says %d", failed, a.Failed)
	}
	return all
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestDocuments(t *testing.T) {
	s := newStand(t, map[string]string{
		"open/notice.md": "# Notice\n\nThe harbour closes at noon.",
		"open/scan.pdf":  "%PDF-1.4\n",
		"staff/keys.md":  "# Keys\n\nThe spare key hangs behind the door.",
	})
	const event = `{"documents":[
		{"uri":"a.md","text":"# Ferry\n\nThe ferry leaves at nine."},
		{"uri":"b.pdf","data":"JVBERi0xLjQK"},
		{"uri":"c.md","text":"x","tenant":"other"},
		{"uri":"d.md","text":"---\ntenant: other\n---\nx"},
		{"path":"notice.md"},
		{"path":"scan.pdf"},
		{"path":"missing.md"},
		{"path":"keys.md"},
		{"uri":"e.bin","data":"AAECAw==","media_type":"image/png"}
	]}`
	failed := func(first, notice string) []string {
		return []string{
			"a.md " + first,
			`b.pdf failed: extract "b.pdf": not text: the file is a PDF; convert it to text, Markdown or HTML first`,
			` failed: it has the field "tenant", which is not known; known are uri, text, data, media_type, title, path`,
			`d.md failed: read d.md: its front matter names tenant "other" and its source is of another: take that out, or index it with the other source`,
			"notice.md " + notice,
			`scan.pdf failed: extract "open/scan.pdf": not text: the file is a PDF; convert it to text, Markdown or HTML first`,
			"missing.md failed: no configured source has a file of its path",
			"keys.md " + first,
			`e.bin failed: extract "e.bin": unsupported format: media type "image/png"; text, Markdown and HTML can be read`,
		}
	}
	first, err := s.invoke(t, t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, lines(t, first), failed("added", "added"))
	again, err := s.invoke(t, t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, lines(t, again), failed("unchanged", "unchanged"))
	if err := os.WriteFile("open/notice.md", []byte("# Notice\n\nThe harbour closes at one."), 0o600); err != nil {
		t.Fatal(err)
	}
	changed, err := s.invoke(t, t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, lines(t, changed), failed("unchanged", "updated"))

	// The ids are those of the store, and whose the documents are is what their
	// sources say.
	st, err := s.f.Store(t.Context(), "town")
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]string{}
	for info, err := range st.Documents(t.Context(), "town") {
		if err != nil {
			t.Fatal(err)
		}
		stored[info.ID] = info.URI + " " + strings.Join(info.Principals, ",")
	}
	var a answer
	if err := json.Unmarshal([]byte(changed), &a); err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{0: "a.md ", 4: "open/notice.md ", 7: "staff/keys.md staff"} {
		if got := stored[a.Documents[i].ID]; got != want {
			t.Errorf("document %d is stored as %q, want %q", i, got, want)
		}
	}
	if len(stored) != 3 {
		t.Errorf("stored are %v", stored)
	}
}

func TestStoreAway(t *testing.T) {
	const event = `{"documents":[{"uri":"a.md","text":"one"},{"uri":"b.pdf","data":"JVBERi0xLjQK"},{"uri":"c.md","text":"three"},{"uri":"","text":"four"}]}`
	t.Run("from the beginning", func(t *testing.T) {
		s := newStand(t, map[string]string{})
		s.calls.Store(0)
		_, err := s.invoke(t, t.Context(), event)
		public, ok := err.(messages.InvokeResponse_Error)
		if !ok || public.Type != "Unavailable" || public.Message != "nothing was indexed: the store cannot be reached at the moment" {
			t.Errorf("the caller reads %v", err)
		}
		if !strings.Contains(s.log.String(), "10.0.0.7 is away") {
			t.Errorf("the log has only %s", s.log.String())
		}
		s.calls.Store(-1)
		answer, err := s.invoke(t, t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(t, answer)[0]; got != "a.md added" {
			t.Errorf("once the store is back: %s", got)
		}
	})
	t.Run("half way", func(t *testing.T) {
		s := newStand(t, map[string]string{})
		if _, err := s.invoke(t, t.Context(), `{"documents":[{"uri":"a.md","text":"one"}]}`); err != nil {
			t.Fatal(err)
		}
		s.calls.Store(1) // a look at a.md, which is unchanged
		answer, err := s.invoke(t, t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, lines(t, answer), []string{
			"a.md unchanged",
			"b.pdf failed: the store cannot be reached at the moment (retry)",
			"c.md failed: the store cannot be reached at the moment (retry)",
			" failed: its uri is missing or empty",
		})
	})
}

func TestNoTimeLeft(t *testing.T) {
	s := newStand(t, map[string]string{})
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	_, err := s.invoke(t, ctx, `{"documents":[{"uri":"a.md","text":"one"}]}`)
	public, ok := err.(messages.InvokeResponse_Error)
	if !ok || public.Type != "Unavailable" || public.Message != "nothing was indexed: the time of the function was over" {
		t.Errorf("the caller reads %v", err)
	}
}
