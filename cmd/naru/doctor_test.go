package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/embedded"
)

// report is what naru doctor --json writes.
type report struct {
	OK     bool
	Checks []finding
}

func (r report) of(check string) finding {
	for _, f := range r.Checks {
		if f.Check == check {
			return f
		}
	}
	return finding{}
}

// visit runs the doctor with a configuration.
func visit(t *testing.T, configuration string) report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "naru.yaml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := newDoctor(&globals{json: true, configFile: file})
	cmd.SetArgs(nil)
	cmd.SetOut(&out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(context.Background())
	var r report
	if json.Unmarshal(out.Bytes(), &r) != nil || r.OK != (err == nil) {
		t.Fatalf("it ends with %v, and says\n%s", err, out.String())
	}
	if strings.Contains(out.String(), "geheim") {
		t.Errorf("a secret is told:\n%s", out.String())
	}
	return r
}

func (r report) expect(t *testing.T, check string, status health, parts ...string) {
	t.Helper()
	f := r.of(check)
	if f.Status != status {
		t.Errorf("%s is %q and should be %q; the report is %+v", check, f.Status, status, r)
	}
	for _, part := range parts {
		if !strings.Contains(f.Found+" → "+f.Advice, part) {
			t.Errorf("%s: %s → %s\nshould say %q", check, f.Found, f.Advice, part)
		}
	}
	if status == problem && r.OK {
		t.Error("there is a problem, and all is said to be well")
	}
}

func TestDoctorOfConfiguration(t *testing.T) {
	r := visit(t, "store: {api_key: geheim, timeout: x}")
	r.expect(t, "configuration", problem, "naru.yaml:1: store.timeout", "must be a duration")
	if len(r.Checks) != 1 {
		t.Errorf("it goes on: %+v", r)
	}
	visit(t, "data: d\nsources: [{path: gone}]").expect(t, "sources", warning, "gone", "make them readable")
}

// indexed makes a data folder with an index of nothing in it.
func indexed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	engine, err := embedded.Open(dir, embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.New(engine.Conn(), store.Options{Rules: indexer.Rules(indexer.DefaultChunking, nil)}).Ensure(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestDoctorOfDataFolder(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "new")
	r := visit(t, "data: "+filepath.Join(fresh, "folder"))
	r.expect(t, "data folder", healthy, "not there yet")
	r.expect(t, "disk space", healthy, "MiB free")
	r.expect(t, "engine", healthy, "nothing is indexed yet", "naru index")
	if _, err := os.Stat(fresh); err == nil {
		t.Error("it made the folder")
	}

	visit(t, "data: naru.yaml/folder").expect(t, "data folder", problem, "naru.yaml/folder", "--data")

	dir := indexed(t)
	r = visit(t, "data: "+dir)
	r.expect(t, "data folder", healthy, "can be written")
	r.expect(t, "engine", healthy, "are whole")
	r.expect(t, "collection", healthy, "as it should be")
	r.expect(t, "tenant default", healthy, "0 documents")
	if entries, err := filepath.Glob(filepath.Join(dir, ".naru-doctor-*")); err != nil || len(entries) > 0 {
		t.Errorf("it leaves %v, %v", entries, err)
	}

	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return os.WriteFile(path, bytes.Repeat([]byte("not a data file "), 4096), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	visit(t, "data: "+dir).expect(t, "engine", problem, dir)
}

func TestDoctorOfFolderInUse(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, dir, "")
	r := visit(t, "data: "+dir)
	r.expect(t, "engine", healthy, "in use by process", "serve", s.url)
	if !r.OK || r.of("collection").Check != "" {
		t.Errorf("report is %+v", r)
	}
}

// qdrantServer serves an empty index, with the faults that a test gives it.
func qdrantServer(t *testing.T, intercept grpc.UnaryServerInterceptor, opts ...grpc.ServerOption) (url string, engine *embedded.Engine) {
	t.Helper()
	engine, err := embedded.Open(t.TempDir(), embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer(append(opts, grpc.UnaryInterceptor(intercept))...)
	engine.Register(g)
	done := make(chan error, 1)
	go func() { done <- g.Serve(listener) }()
	t.Cleanup(func() {
		g.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), engine
}

func pass(ctx context.Context, r any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	return next(ctx, r)
}

func TestDoctorOfServer(t *testing.T) {
	url, engine := qdrantServer(t, pass, grpc.MaxRecvMsgSize(32<<20))
	configuration := "store: {url: '" + url + "'}\nsources: [{path: ., tenant: acme}]"
	r := visit(t, configuration)
	r.expect(t, "connection", healthy, url, "on this machine")
	r.expect(t, "server", healthy, "Qdrant 1.")
	r.expect(t, "key", healthy)
	r.expect(t, "message size", healthy, "8MiB")
	r.expect(t, "collection", healthy, "not there yet")
	r.expect(t, "tenant acme", healthy, "nothing is indexed yet")

	if err := store.New(engine.Conn(), store.Options{Rules: indexer.Rules(indexer.DefaultChunking, nil)}).Ensure(context.Background()); err != nil {
		t.Fatal(err)
	}
	r = visit(t, configuration)
	r.expect(t, "collection", healthy, "as it should be")
	r.expect(t, "tenant acme", healthy, "0 documents, 0 passages")
	r.expect(t, "tenant default", healthy)

	r.expect(t, "version", healthy, "naru-v1 answers")

	// A rebuild that was cut short is told of, with the two ways out of it.
	build, err := store.New(engine.Conn(), store.Options{Rules: indexer.Rules(indexer.DefaultChunking, nil)}).Rebuild(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r = visit(t, configuration)
	r.expect(t, "version", warning, "naru-v1 answers, naru-v2 is being built or was cut short", "naru index --rollback")
	if err := build.Finish(context.Background()); err != nil {
		t.Fatal(err)
	}
	r = visit(t, configuration)
	r.expect(t, "version", healthy, "naru-v2 answers")

	r = visit(t, "store: {url: '"+url+"', settings: {shards: 3}}")
	r.expect(t, "collection", warning, "shards is 1 and should be 3", "naru index --rebuild")
	if !r.OK {
		t.Errorf("report is %+v", r)
	}
}

func TestDoctorOfAnothersCollection(t *testing.T) {
	url, engine := qdrantServer(t, pass, grpc.MaxRecvMsgSize(32<<20))
	_, err := qdrant.NewCollectionsClient(engine.Conn()).Create(context.Background(), &qdrant.CreateCollection{
		CollectionName:      "naru",
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{"words": {}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	visit(t, "store: {url: '"+url+"'}").expect(t, "collection", problem,
		"vector terms is none and should be sparse with IDF", "vector words", "payload index tenant is none and should be keyword")
}

func TestDoctorOfSickServers(t *testing.T) {
	key := func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		if info.FullMethod != qdrant.Qdrant_HealthCheck_FullMethodName && strings.Join(md.Get("api-key"), "") != "right" {
			return nil, status.Error(codes.Unauthenticated, "Must provide an API key")
		}
		return next(ctx, r)
	}
	old := func(ctx context.Context, r any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if info.FullMethod == qdrant.Qdrant_HealthCheck_FullMethodName {
			return &qdrant.HealthCheckReply{Version: "1.12.4"}, nil
		}
		return next(ctx, r)
	}
	withKey, _ := qdrantServer(t, key, grpc.MaxRecvMsgSize(32<<20))
	ofOld, _ := qdrantServer(t, old)
	small, _ := qdrantServer(t, pass)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}

	for name, tt := range map[string]struct {
		store, check string
		says         []string
	}{
		"no key":           {"url: '" + withKey + "'", "key", []string{"set store.api_key"}},
		"wrong key":        {"url: '" + withKey + "', api_key: geheim", "key", []string{"check store.api_key"}},
		"old":              {"url: '" + ofOld + "'", "server", []string{"1.12.4", "from 1.17.0 on"}},
		"small messages":   {"url: '" + small + "'", "message size", []string{"lower store.batch"}},
		"nobody":           {"url: '" + nobody + "'", "server", []string{"nothing listens at " + nobody}},
		"no TLS there":     {"url: 'https://" + small + "'", "server", []string{"speaks no TLS"}},
		"no such CA":       {"url: 'https://" + small + "', tls: {ca: gone.pem}", "connection", []string{"gone.pem", "correct store"}},
		"key in the clear": {"url: 'http://q.example', api_key: geheim", "configuration", []string{"unencrypted", "allow_key_without_tls"}},
	} {
		t.Run(name, func(t *testing.T) {
			visit(t, "store: {"+tt.store+"}").expect(t, tt.check, problem, tt.says...)
		})
	}
	t.Run("right key", func(t *testing.T) {
		visit(t, "store: {url: '"+withKey+"', api_key: right}").expect(t, "key", healthy, "takes it")
	})
}

// TestDoctorsTable: what people read, without what steers their terminal.
func TestDoctorsTable(t *testing.T) {
	d := doctor{findings: []finding{{"a", healthy, "fine", ""}, {"b", problem, "two\nlines \x1b[2J", "do this"}}}
	var out strings.Builder
	if err := d.write(&out, false); err != nil {
		t.Fatal(err)
	}
	want := "ok       a                fine\nproblem  b                two lines \ufffd[2J\n                          → do this\n"
	if out.String() != want {
		t.Errorf("table is\n%s\nand should be\n%s", out.String(), want)
	}
}
