package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/store"
)

// load reads a file with this content.
func load(t testing.TB, content string, environ ...string) (*Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "naru.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, environ)
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("key.txt", "from-a-file\r\n")
	path := write("naru.yaml", `
data: "7"            # quoted or not
asker: {tenant: no, principals: [a, 'b c']}
sources:
- path: docs
- path: /srv/all
  tenant: acme
  principals:
  - staff
  region: kr
store:
  url: https://q.example
  api_key: file:key.txt
  tls:
    ca: tls/ca.pem
  timeout: 1m30s
  retries:
  max_message: 128 MiB
  batch: 100000
  settings:
    quantization: int8
    on_disk_payload: false
    hnsw: {m: 32}
`)
	got, err := Load(path, []string{"HOME=/", "NARU_STORE_POOL_SIZE=9", "NARU_ASKER_REGIONS=kr, jp,", "NARU_STORE_SETTINGS_ON_DISK_VECTORS=true",
		"NARU_SOURCES_1_TENANT=acme", "NARU_SOURCES_2_S3_BUCKET=notices", "NARU_SOURCES_2_S3_PREFIX=2026/", "NARU_SOURCES_2_TENANT=acme", "NARU_STORE_TLS_SERVER_NAME=q", "NARU_STORE_TIMEOUT=5s", "NARU_TEST_QDRANT=x", "NARU_EVAL_FULL=1"})
	if err != nil {
		t.Fatal(err)
	}
	got.given = nil
	yes, no := true, false
	want := Default()
	want.File, want.Data = path, filepath.Join(dir, "7")
	want.Asker = Asker{Tenant: "no", Principals: []string{"a", "b c"}, Regions: []string{"kr", "jp"}}
	want.Sources = []Source{{Path: filepath.Join(dir, "docs"), Tenant: "default"}, {Path: "/srv/all", Tenant: "acme", Principals: []string{"staff"}, Region: "kr"}, {S3: S3{Bucket: "notices", Prefix: "2026/"}, Tenant: "acme"}}
	want.Store.URL, want.Store.APIKey = "https://q.example", "from-a-file"
	want.Store.TLS = TLS{CA: filepath.Join(dir, "tls/ca.pem"), ServerName: "q"}
	want.Store.Timeout, want.Store.PoolSize, want.Store.MaxMessage, want.Store.Batch = 5*time.Second, 9, 128*MiB, 100000
	want.Store.Settings = store.Settings{Quantization: "int8", OnDiskPayload: &no, OnDiskVectors: &yes, HNSW: store.HNSW{M: 32}, TenantIndex: &yes}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("configuration is\n%+v\nand should be\n%+v", got, want)
	}
}

func TestWhichFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if c, err := Load("", nil); err != nil || c.File != "" || c.Data != ".naru" {
		t.Errorf("without a file: %+v, %v", c, err)
	}
	for name, data := range map[string]string{"naru.yaml": "here", "other.yaml": "there"} {
		if err := os.WriteFile(name, []byte("data: "+data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ path, variable, want string }{{"", "", "here"}, {"", "other.yaml", "there"}, {"naru.yaml", "other.yaml", "here"}} {
		c, err := Load(tt.path, []string{"NARU_CONFIG=" + tt.variable})
		if err != nil || c.Data != tt.want {
			t.Errorf("%+v: %+v, %v", tt, c, err)
		}
	}
	for _, tt := range []struct{ path, variable string }{{"missing.yaml", ""}, {"", "missing.yaml"}, {dir, ""}} {
		if _, err := Load(tt.path, []string{"NARU_CONFIG=" + tt.variable}); err == nil || !strings.Contains(err.Error(), "read configuration") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	if err := os.WriteFile("huge.yaml", make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("huge.yaml", nil); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("error is %v", err)
	}
}

func TestWrong(t *testing.T) {
	for _, tt := range []struct{ content, want string }{
		{"store:\n  retrys: {}", "naru.yaml:2: store.retrys is not a known key; the nearest is store.retries"},
		{"\nurl: q", "naru.yaml:2: url is not a known key; the nearest is embedder.url"},
		{"store: {settings: {hnsw: {ef: 9}}}", "store.settings.hnsw.ef is not a known key"},
		{"sources:\n- path: a\n  principal: b", "naru.yaml:3: sources[0].principal is not a known key; the nearest is sources[0].principals"},
		{"<<: {data: x}", "<< is not a known key"},
		{"store:\n  timeout: soon", `naru.yaml:2: store.timeout is "soon": must be a duration such as 10s`},
		{"store: {timeout: 10}", "must be a duration"},
		{"store: {timeout: 0s}", "store.timeout is 0s: must be from 10ms to 10m0s"},
		{"store: {pool_size: two}", `is "two": must be a whole number`},
		{"store: {pool_size: 0}", "store.pool_size is 0: must be from 1 to 64"},
		{"store: {allow_key_without_tls: yes}", `is "yes": must be true or false`},
		{"store: {settings: {tenant_index: 1}}", `is "1": must be true or false`},
		{"store:\n  batch: 8MB", `naru.yaml:2: store.batch is "8MB": must be a size such as 64MiB`},
		{"store: {batch: 9223372036854775807GiB}", "must be a size"},
		{"store:\n  max_message: 4MiB", "naru.yaml:1: store.batch is 8MiB: must be from 64KiB to 4MiB"},
		{"store: {memory: 1MiB}", "store.memory is 1MiB: must be from 16MiB"},
		{"store: {retries: {first: 20s}}", "store.retries.longest is 10s: must be from 20s"},
		{"store: {settings: {quantization: int4}}", `store.settings.quantization is "int4": must be none, int8`},
		{"store: {settings: {replication_factor: 1, write_consistency_factor: 2}}", "is 2: must be at most replication_factor, which is 1"},
		{"store: {settings: {shards: -1}}", "store.settings.shards is -1"},
		{"store: {settings: {hnsw: {ef_construct: 3}}}", "must be at least 4"},
		{"store:\n  url: ftp://q", "naru.yaml:2: store.url the server's URL"},
		{"store: {url: 'http://q', tls: {ca: x}}", "write https://"},
		{"store: {tls: {cert: x}}", "only one of cert and key"},
		{"store: {collection: a/b}", "store.collection is \"a/b\""},
		{"store: {fusion: best}", `store.fusion is "best": must be one of calibrated, rrf, dbsf, formula`},
		{"store: []", "naru.yaml:1: store must be a section"},
		{"- data", "must be a section"},
		{"data", "must be a section"},
		{"data: [a]", "data must be one plain value"},
		{"data: &x a", "data must be one plain value"},
		{"data: !!str a", "data must be one plain value"},
		{"data: ''", "data is empty: must be a path"},
		{"sources: docs", "sources must be a list"},
		{"sources:\n- docs", "naru.yaml:2: sources[0] must be a section"},
		{"sources:\n- tenant: a", "naru.yaml:2: sources[0].path is empty"},
		{"sources:\n- path: a\n- path: ./a", "naru.yaml:3: sources[1].path"},
		{"sources:\n- path: a\n  s3: {bucket: abc}", "naru.yaml:3: sources[0].s3 is given, and so is sources[0].path"},
		{"sources:\n- s3: {bucket: Notices}", `naru.yaml:2: sources[0].s3.bucket is "Notices": must be the name of a bucket`},
		{"sources:\n- s3: {bucket: abc, endpoint: 'http://minio:9000'}", "without TLS documents can be read on the way"},
		{"sources:\n- s3: {bucket: abc, endpoint: 'https://minio/abc'}", "must be an address of the form https://host or https://host:port"},
		{"sources:\n- s3: {bucket: abc, prefix: a}\n- s3: {bucket: abc, prefix: a/b}", `naru.yaml:3: sources[1].s3.prefix is "a/b" and that of sources[0] "a": one object has one owner`},
		{"sources:\n- s3: {bucket: abc, prefix: " + strings.Repeat("a", 401) + "}", "naru.yaml:2: sources[0].s3.prefix is"},
		{"sources:\n- s3: {bucket: abc}\n- s3: {bucket: abc, endpoint: 'https://m', prefix: b}", "naru.yaml:3: sources[1].s3.bucket is \"abc\", of which sources[0] has another endpoint"},
		{"queues: {index: naru-index}", `queues.index is "naru-index": must be an address of the form https://host/account/name`},
		{"queues:\n  index: https://sqs.eu-west-3.amazonaws.com/1/index.fifo", "naru.yaml:2: queues.index is \"https://sqs.eu-west-3.amazonaws.com/1/index.fifo\": must be a standard queue"},
		{"queues: {dead: 'http://sqs.example/1/dead'}", "queues.dead is \"http://sqs.example/1/dead\": without TLS"},
		{"sources:\n- {path: a, principals: [b, ' c']}", `sources[0].principals is " c"`},
		{"sources:\n- path: a\n  schedule: 0 25 * * *", `naru.yaml:3: sources[0].schedule is "0 25 * * *": end of range (25) above maximum (23)`},
		{"sources:\n- {path: a, schedule: '@reboot'}", "write five fields"},
		{"sources:\n- {path: a, schedule: 'TZ=UTC @daily'}", "the time zone has a key of its own"},
		{"sources:\n- {path: a, schedule: '@daily'}\n- path: a/b", `naru.yaml:3: sources[1].schedule is "", that of sources[0] "@daily", and one of them lies in the other`},
		{"sources:\n- path: a/b\n- path: a\n  schedule: '@daily'", "naru.yaml:4: sources[1].schedule is"},
		{"schedule:\n  time_zone: Mars", `naru.yaml:2: schedule.time_zone is "Mars": must be the IANA name of a time zone`},
		{"schedule: {time_zone: Local}", "must be the IANA name of a time zone, such as Asia/Seoul"},
		{"asker:\n  tenant: ''", "naru.yaml:2: asker.tenant is \"\""},
		{"asker: {principals: [[a]]}", "asker.principals[0] must be one plain value"},
		{"embedder: {kind: cloud}", `embedder.kind is "cloud": must be one of bundled, file, openai, bedrock, none`},
		{"embedder: {kind: file}", "embedder.file is not set, and embedder.kind is file, which needs it"},
		{"embedder: {file: m.gguf}", "embedder.file is set, and embedder.kind is bundled, for which it means nothing"},
		{"embedder:\n  kind: none\n  batch: 3", "naru.yaml:3: embedder.batch is set, and embedder.kind is none"},
		{"embedder: {kind: openai}", "embedder.url is not set"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m}", "embedder.dimensions is not set"},
		{"embedder: {kind: openai, url: 'h:80', model: m, dimensions: 3}", "embedder.url is not an address"},
		{"embedder: {kind: openai, url: 'http://h/v1/embeddings/', model: m, dimensions: 3}", "embedder.url ends with /embeddings"},
		{"embedder: {kind: openai, url: 'http://u:p@h/v1', model: m, dimensions: 3}", "put a key into embedder.api_key"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m, dimensions: 3, api_key: k}", "would send embedder.api_key unencrypted"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m, dimensions: 3, tls: {ca: x}}", "embedder.url is without TLS"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m, dimensions: -1}", "embedder.dimensions is -1"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m, dimensions: 3, patience: 0s}", "embedder.patience is 0s"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m, dimensions: 3, price: {per_million: dear}}", "must be a number such as 0.02"},
		{"embedder: {kind: openai, url: 'http://h/v1', model: m, dimensions: 3, price: {per_million: NaN}}", "must be a number such as 0.02"},
		{"embedder: {kind: bedrock, model: m, dimensions: 3, api_key: k}", "embedder.api_key is set, and embedder.kind is bedrock"},
		{"data: a\n---\ndata: b", "naru.yaml:3: there is a second document"},
		{"data: a\ndata: b", "naru.yaml:2: this is not YAML: mapping key \"data\" already defined"},
		{"data: a\n\tb: c", "naru.yaml:2: this is not YAML"},
		{"data: [a", "this is not YAML"},
		{"? data\n: a", "without a question mark"},
	} {
		_, err := load(t, tt.content)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error is\n%v\nand should say\n%s", tt.content, err, tt.want)
		}
	}
}

func TestWrongVariables(t *testing.T) {
	for environ, want := range map[string]string{
		"NARU_STORE_ULR=x":           "NARU_STORE_ULR: no setting has this variable; the nearest is NARU_STORE_URL",
		"NARU_TESTING=x":             "NARU_TESTING: no setting",
		"NARU_SOURCES=docs":          "NARU_SOURCES: this is a list: give its elements, by variables that begin with NARU_SOURCES_0_, or the file",
		"NARU_SOURCES_1_PATH=docs":   "NARU_SOURCES_1_PATH: no setting has this variable",
		"NARU_SOURCES_0_PATHS=docs":  "NARU_SOURCES_0_PATHS: no setting has this variable; the nearest is NARU_SOURCES_0_PATH",
		"NARU_SOURCES_0_S3_BUCKET=A": `NARU_SOURCES_0_S3_BUCKET: sources[0].s3.bucket is "A"`,
		"NARU_STORE_TIMEOUT=x":       `NARU_STORE_TIMEOUT: store.timeout is "x": must be a duration`,
		"NARU_STORE_POOL_SIZE=":      `NARU_STORE_POOL_SIZE: store.pool_size is "": must be a whole number`,
		"NARU_STORE_POOL_SIZE=99":    "NARU_STORE_POOL_SIZE: store.pool_size is 99: must be from 1 to 64",
		"NARU_STORE_BATCH=1":         "NARU_STORE_BATCH: store.batch is 1B: must be from 64KiB to 64MiB",
		"NARU_ASKER_PRINCIPALS=a\a":  "NARU_ASKER_PRINCIPALS: asker.principals",
	} {
		if _, err := load(t, "# nothing\nstore:\n", environ); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is\n%v\nand should say\n%s", environ, err, want)
		}
	}
}

// TestAllIsReported: one run tells everything, from top to bottom.
func TestAllIsReported(t *testing.T) {
	_, err := load(t, "a: 1\nstore:\n  timeout: x\n  b: 2\n", "NARU_X=")
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{"NARU_X: ", "naru.yaml:1: a ", "naru.yaml:3: store.timeout ", "naru.yaml:4: store.b "} {
		if len(lines) != 4 || !strings.Contains(lines[i], want) {
			t.Fatalf("error is\n%v", err)
		}
	}
}

func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	if err := os.WriteFile(file, []byte("filed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in      string
		environ []string
		want    string
	}{
		{"plain", nil, "plain"},
		{"${KEY}", []string{"KEY=kept"}, "kept"},
		{"${NARU_QDRANT_KEY}", []string{"NARU_QDRANT_KEY=kept"}, "kept"},
		{"file:" + file, nil, "filed"},
		{"plain", []string{"NARU_STORE_API_KEY=over"}, "over"},
		{"plain", []string{"NARU_STORE_API_KEY=${KEY}", "KEY=kept"}, "kept"},
		{"${GONE}", []string{"NARU_STORE_API_KEY=over"}, "over"},
	} {
		c, err := load(t, "store: {api_key: '"+tt.in+"'}", tt.environ...)
		if err != nil || c.Store.APIKey.Reveal() != tt.want {
			t.Errorf("%s with %v: %v, %v", tt.in, tt.environ, c, err)
		}
	}
	for in, want := range map[string]string{
		"${GONE}": "refers to the variable GONE, which is not set", "${": "form ${NAME}", "${}": "form ${NAME}",
		"file:" + dir: "is no file", "file:gone": "no such file", "geheim mit blank": "a header cannot carry",
	} {
		_, err := load(t, "store:\n  api_key: '"+in+"'")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "naru.yaml:2: store.api_key") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: error is %v, and should say %q", in, err, want)
		}
	}
}

// TestSecretsAreNotShown: nor beside an error in the same line, nor in print.
func TestSecretsAreNotShown(t *testing.T) {
	for _, content := range []string{"store: {api_key: geheim, timeout: x}", "store: {api_key: [geheim]}", "store:\n  api_key: geheim\n x: [", "store: {api_key: \"geheim"} {
		if _, err := load(t, content); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: error is %v", content, err)
		}
	}
	c, err := load(t, "store: {api_key: geheim}")
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c.Store), fmt.Sprintf("%q", c.Store.APIKey), string(encoded)} {
		if strings.Contains(shown, "geheim") || !strings.Contains(shown, masked) {
			t.Errorf("it shows %s", shown)
		}
	}
}

// FuzzLoad: whatever a file holds, it is read or refused, with a place.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{"data: x", "sources:\n- path: a", "store: {tls: {ca: [}}", "a: &b [*b]", "? x", "---\n...\n%YAML", "data: |\n  x", "\"\\u", "{", "\x00"} {
		f.Add([]byte(seed))
	}
	content, err := os.ReadFile(example)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	f.Add([]byte(regions + "  flows: [{data: kr, to: sa, kinds: [search]}]\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 4<<10 {
			return
		}
		o := &origins{file: "naru.yaml", lines: map[string]int{}, byName: map[string]string{}}
		c := Default()
		o.decode(content, c)
		o.check(c)
		for _, e := range o.wrong {
			if e.Problem == "" || !strings.HasPrefix(e.Place, "naru.yaml:") {
				t.Errorf("error is %+v", e)
			}
		}
		_, given := o.lines["residency"]
		if p, err := c.Policy(); len(o.wrong) == 0 && (err != nil || (p != nil) != given) {
			t.Errorf("without an error the policy is %v, %v", p, err)
		}
	})
}
