package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/access"
	"github.com/naru-rag/naru/rag"
)

// Answerer answers questions. It must stop soon after ctx ends, and be safe for
// concurrent use.
type Answerer interface {
	Answer(ctx context.Context, q rag.Question) (rag.Answer, error)
}

// Health is what GET /healthz reports of a server that works.
type Health struct {
	Documents int `json:"documents"`
	Passages  int `json:"passages"`
	// Details are further facts for people, such as the store in use.
	Details map[string]string `json:"details,omitempty"`
}

// Options configure a [Handler]. Answerer and Callers are required; every other
// field works as its zero value.
type Options struct {
	// Answerer answers the questions.
	Answerer Answerer
	// Callers tells who sends a request.
	Callers Callers
	// Origins are those, such as https://intranet.example.kr, whose pages may ask and read
	// the answers, besides the server's own. They send a key as all do.
	Origins []string
	// Library holds the documents that callers may list and change. Without
	// one the server only answers, and /v1/documents does not exist.
	Library Library
	// Health says how the server is doing; an error makes /healthz answer 503.
	Health func(ctx context.Context) (Health, error)
	// Hosts are the host names, without port, that a request may be addressed
	// to; none means any. See [LoopbackHosts].
	Hosts []string
	// Examples are offered on the page.
	Examples []Example

	// Logger receives a line for each request, and the causes of failures.
	// Nil discards them.
	Logger *slog.Logger
	// Clock measures how long requests took, for the log. Deadlines follow the
	// real time. Nil means time.Now.
	Clock rag.Clock
	// NewID makes request ids; nil means random ones.
	NewID func() string

	// MaxBody is the size in bytes of an upload; zero means 8 MiB.
	MaxBody int64
	// MaxQuestionBody is the size in bytes of a body with a question; zero
	// means 64 KiB.
	MaxQuestionBody int64
	// MaxQuestion is the length of a question in code points; zero means
	// [rag.MaxQuestion].
	MaxQuestion int
	// MaxConcurrent is how many requests work at once; zero means 64.
	MaxConcurrent int
	// MaxUploads is how many uploads are held in memory at once; zero means 8.
	MaxUploads int
	// MaxQueue is how many requests wait for their turn, and as many uploads; who
	// comes then is refused with 429. Zero means 256.
	MaxQueue int
	// MaxWait is how long a request waits for its turn before it is refused
	// with 429; zero means 15 seconds.
	MaxWait time.Duration
	// Timeout bounds each request; zero means 30 seconds.
	Timeout time.Duration
	// Heartbeat is how often a silent event stream shows that it is alive;
	// zero means every 5 seconds.
	Heartbeat time.Duration
}

// Handler serves the API and the page. Make one with [New].
type Handler struct {
	opt     Options
	origin  *http.CrossOriginProtection
	rates   *access.Rates
	asks    *slots
	uploads *slots
	page    *page
	root    http.Handler
}

// New returns a handler for opt. It fails where something required is missing.
func New(opt Options) (*Handler, error) {
	if opt.Answerer == nil {
		return nil, errors.New("web: Options.Answerer is required")
	}
	if opt.Callers == nil {
		return nil, errors.New("web: Options.Callers is required")
	}
	opt = opt.withDefaults()
	pg, err := newPage(opt)
	if err != nil {
		return nil, fmt.Errorf("web: page: %w", err)
	}
	origin := http.NewCrossOriginProtection()
	for _, o := range opt.Origins {
		if err := origin.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("web: Options.Origins: %w", err)
		}
	}
	h := &Handler{
		opt:     opt,
		origin:  origin,
		rates:   access.NewRates(opt.Clock),
		asks:    newSlots(opt.MaxConcurrent, opt.MaxQueue, opt.MaxWait),
		uploads: newSlots(opt.MaxUploads, opt.MaxQueue, opt.MaxWait),
		page:    pg,
	}
	h.root = h.guard(h.routes())
	return h, nil
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.root.ServeHTTP(w, r)
}

func (opt Options) withDefaults() Options {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.NewID == nil {
		opt.NewID = rand.Text
	}
	opt.MaxBody = orDefault(opt.MaxBody, 8<<20)
	opt.MaxQuestionBody = orDefault(opt.MaxQuestionBody, 64<<10)
	opt.MaxQuestion = orDefault(opt.MaxQuestion, rag.MaxQuestion)
	opt.MaxConcurrent = orDefault(opt.MaxConcurrent, 64)
	opt.MaxUploads = orDefault(opt.MaxUploads, 8)
	opt.MaxQueue = orDefault(opt.MaxQueue, 256)
	opt.MaxWait = orDefault(opt.MaxWait, 15*time.Second)
	opt.Timeout = orDefault(opt.Timeout, 30*time.Second)
	opt.Heartbeat = orDefault(opt.Heartbeat, 5*time.Second)
	return opt
}

func orDefault[T int | int64 | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// endpoint handles a request, or returns why it does not; [Handler.fail] turns
// the error into a problem, in one place for all of them.
type endpoint func(w http.ResponseWriter, r *http.Request) error

// routes registers paths without methods, so that a wrong method and an unknown
// path are problems of ours and not the mux's plain text.
func (h *Handler) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, methods map[string]endpoint) {
		mux.Handle(pattern, h.dispatch(methods))
	}
	handle("/v1/ask", map[string]endpoint{http.MethodPost: h.as(access.Reader, h.ask)})
	if h.opt.Library != nil {
		handle("/v1/documents", map[string]endpoint{
			http.MethodGet:  h.as(access.Reader, h.listDocuments),
			http.MethodPost: h.as(access.Editor, h.putDocuments),
		})
		handle("/v1/documents/{id}", map[string]endpoint{
			http.MethodGet:    h.as(access.Reader, h.getDocument),
			http.MethodDelete: h.as(access.Editor, h.deleteDocument),
		})
	}
	handle("/healthz", map[string]endpoint{http.MethodGet: h.health})
	for path, file := range h.page.files {
		pattern := path
		if path == "/" {
			pattern = "/{$}"
		}
		handle(pattern, map[string]endpoint{http.MethodGet: file.serve})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.fail(w, r, notFound("There is nothing at this address."))
	})
	return mux
}

func (h *Handler) dispatch(methods map[string]endpoint) http.Handler {
	if get, ok := methods[http.MethodGet]; ok {
		methods[http.MethodHead] = get
	}
	var allowed []string
	for method := range methods {
		allowed = append(allowed, method)
	}
	slices.Sort(allowed)
	allow := strings.Join(allowed, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve, ok := methods[r.Method]
		if !ok {
			w.Header().Set("Allow", allow)
			h.fail(w, r, methodNotAllowed(allow))
			return
		}
		if err := serve(w, r); err != nil {
			h.fail(w, r, err)
		}
	})
}

// health answers 503 as a problem like any other failure, so that a probe needs
// to look at nothing but the status. How much there is, it tells those who may ask.
func (h *Handler) health(w http.ResponseWriter, r *http.Request) error {
	report := struct {
		Status string `json:"status"`
		*Health
	}{Status: "ok"}
	if h.opt.Health != nil {
		facts, err := h.opt.Health(r.Context())
		if err != nil {
			return unavailable(err)
		}
		if _, err := h.caller(r); err == nil {
			report.Health = &facts
		}
	}
	return writeJSON(w, http.StatusOK, report)
}
