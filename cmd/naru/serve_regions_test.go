package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// qdrantAt runs naru qdrant and returns where.
func qdrantAt(t *testing.T) string {
	t.Helper()
	address := freeAddress(t)
	background(t, t.TempDir(), "naru qdrant --data data --addr "+address)
	return address
}

// watched is a way to an address on which connections are counted.
func watched(t *testing.T, to string) (address string, connections *atomic.Int32) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections = &atomic.Int32{}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			go func() {
				defer in.Close()
				defer out.Close()
				go func() {
					defer in.Close()
					defer out.Close()
					_, _ = io.Copy(in, out)
				}()
				_, _ = io.Copy(out, in)
			}()
		}
	}()
	return ln.Addr().String(), connections
}

// in starts the server of a region. Each has a data folder of its own, so that it has keys
// of its own, and asks for them.
func in(t *testing.T, region, dir, config string) (s *server, data string) {
	t.Helper()
	path := filepath.Join(dir, region+".yaml")
	write(t, path, config)
	t.Setenv("NARU_CONFIG", path)
	data = filepath.Join(dir, region)
	s = serve(t, data, "")
	return s, data
}

// regional is the configuration of a region's process; kr and sa are what is declared of
// the two.
func regional(here, store, kr, sa, rest string) string {
	return fmt.Sprintf("residency:\n  region: %s\n  regions:\n    - {name: kr, jurisdiction: KR%s}\n    - {name: sa, jurisdiction: SA%s}\n%sstore: {url: '%s'}\naccess: {required: true}\n", here, kr, sa, rest, store)
}

func lies(address string) string { return ", endpoints: ['" + address + "']" }

const (
	koreanFerry = `{"uri":"ferry.md","text":"The Korean ferry to Ulleung leaves at seven."}`
	saudiFerry  = `{"uri":"ferry.md","text":"The Saudi ferry to Farasan leaves at noon."}`
	flowOpen    = "  flows: [{data: kr, to: sa, kinds: [search]}]\n"
)

// forgeries are requests that try to be taken for others.
var forgeries = [][]string{
	{"X-Naru-Region", "kr"}, {"X-Naru-Regions", "kr,sa"}, {"X-Naru-Tenant", "default", "X-Naru-Asker", `{"Regions":["kr"]}`}, {"Region", "kr", "X-Region", "kr"},
	{"X-Forwarded-Host", "kr.example", "X-Forwarded-For", "127.0.0.1", "Forwarded", "host=kr.example"}, {"Accept-Language", "ko-KR"}, {"Cookie", "region=kr; tenant=default"},
}

// nothingKorean asks the Saudi server everything that may tell of the Korean document, and
// expects that nothing does.
func nothingKorean(t *testing.T, s *server, keys []string, id, saudiDocuments string) {
	t.Helper()
	silent := func(what string, r response) {
		t.Helper()
		for _, of := range []string{"Korean ferry to", "Ulleung leaves", "at seven", id} {
			if strings.Contains(r.body, of) && r.status != http.StatusNotFound && r.status != http.StatusBadRequest {
				t.Errorf("%s tells of it: %d %s", what, r.status, r.body)
			}
		}
	}
	const question = `{"question":"When does the Korean ferry to Ulleung leave?","limit":50}`
	for _, key := range keys {
		for _, forged := range append([][]string{nil}, forgeries...) {
			headers := append([]string{"Content-Type", "application/json", "Authorization", "Bearer " + key}, forged...)
			what := fmt.Sprint(forged)
			asked := s.do("POST", "/v1/ask", question, headers...)
			silent(what, asked)
			if asked.status != http.StatusOK {
				t.Errorf("%s: %d %s", what, asked.status, asked.body)
			}
			silent(what+" streamed", s.do("POST", "/v1/ask", question, append(headers, "Accept", "text/event-stream")...))
			silent(what+" list", s.do("GET", "/v1/documents?limit=100", "", headers...))
			if got := s.do("GET", "/v1/documents/"+id, "", headers...); got.status != http.StatusNotFound {
				t.Errorf("%s: the document is shown: %d %s", what, got.status, got.body)
			}
			if got := s.do("DELETE", "/v1/documents/"+id, "", headers...); got.status != http.StatusNotFound {
				t.Errorf("%s: the document is deleted: %d %s", what, got.status, got.body)
			}
		}
		headers := []string{"Content-Type", "application/json", "Authorization", "Bearer " + key}
		for _, more := range []string{`"region":"kr"`, `"regions":["kr"]`, `"asker":{"Tenant":"default","Regions":["kr"]}`, `"filter":{"region":"kr"}`, `"narrow":[{"field":"region","any":["kr"]}]`, `"tenant":"default"`} {
			silent(more, s.do("POST", "/v1/ask", strings.TrimSuffix(question, "}")+","+more+"}", headers...))
		}
		for _, path := range []string{"/v1/documents?region=kr", "/v1/documents?tenant=default&regions=kr", "/v1/documents?after=" + id, "/v1/documents/" + id + "?region=kr"} {
			silent(path, s.do("GET", path, "", headers...))
		}
	}
	if health := s.do("GET", "/healthz", "", "Authorization", "Bearer "+keys[0]); health.json(t, "documents") != saudiDocuments {
		t.Errorf("it counts %s", health.body)
	}
}

// TestServeTwoRegions: two processes, for Korea and for Saudi Arabia, that share a Qdrant
// server, a collection, a tenant and even the name of a document. What belongs to Korea
// cannot be found, counted, cited, changed or deleted through the Saudi one, with whatever
// a request says; a flow makes it visible, and without it it is not.
func TestServeTwoRegions(t *testing.T) {
	qdrant, dir := qdrantAt(t), t.TempDir()
	korea, koreaData := in(t, "kr", dir, regional("kr", qdrant, lies(qdrant), "", ""))
	korean := keyOf(t, koreaData, "--role", "editor")
	saudi, saudiData := in(t, "sa", dir, regional("sa", qdrant, "", lies(qdrant), ""))
	keys := []string{
		keyOf(t, saudiData, "--role", "editor"), keyOf(t, saudiData, "--role", "editor", "--region", "kr"), keyOf(t, saudiData, "--role", "editor", "--region", "kr", "--region", "sa"),
		keyOf(t, saudiData, "--role", "editor", "--tenant", "other"), keyOf(t, saudiData, "--role", "editor", "--principal", "kr"),
	}
	if status, body := korea.as(korean, "POST", "/v1/documents", koreanFerry); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	_, list := korea.as(korean, "GET", "/v1/documents", "")
	id := strings.Split(strings.SplitN(list, `"id":"`, 2)[1], `"`)[0]

	nothingKorean(t, saudi, keys, id, "0")
	if status, body := saudi.as(keys[0], "POST", "/v1/documents", saudiFerry); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	nothingKorean(t, saudi, keys, id, "1")
	if status, _ := saudi.as(korean, "POST", "/v1/ask", `{"question":"When does the ferry leave?"}`); status != http.StatusUnauthorized {
		t.Errorf("a Korean key is known to the Saudi server: %d", status)
	}
	// A document cannot say that it is Korean either.
	if status, body := saudi.as(keys[0], "POST", "/v1/documents", `{"uri":"b.md","media_type":"text/markdown","text":"---\nregion: kr\n---\nIt is Korean."}`); status != http.StatusBadRequest || !strings.Contains(body, "belongs to") {
		t.Errorf("it is taken for Korean: %d %s", status, body)
	}
	// Korea's document is untouched, and Korea knows nothing of the other.
	if _, body := korea.as(korean, "POST", "/v1/ask", `{"question":"When does the ferry leave?"}`); !strings.Contains(body, "at seven") || strings.Contains(body, "Saudi") {
		t.Errorf("in Korea: %s", body)
	}
	if health := korea.do("GET", "/healthz", "", "Authorization", "Bearer "+korean); health.json(t, "documents") != "1" {
		t.Errorf("Korea counts %s", health.body)
	}

	// Open, closed.
	ask := `{"question":"When does the Korean ferry to Ulleung leave?"}`
	saudi.stop()
	saudi, _ = in(t, "sa", dir, regional("sa", qdrant, "", lies(qdrant), flowOpen))
	if _, body := saudi.as(keys[0], "POST", "/v1/ask", ask); !strings.Contains(body, "Ulleung leaves at seven") || !strings.Contains(body, id) {
		t.Errorf("open, the answer is %s", body)
	}
	if _, body := saudi.as(keys[1], "POST", "/v1/ask", ask); !strings.Contains(body, "at seven") {
		t.Errorf("open, for who may see Korea alone: %s", body)
	}
	if health := saudi.do("GET", "/healthz", "", "Authorization", "Bearer "+keys[0]); health.json(t, "documents") != "2" {
		t.Errorf("open, it counts %s", health.body)
	}
	saudi.stop()
	saudi, _ = in(t, "sa", dir, regional("sa", qdrant, "", lies(qdrant), ""))
	nothingKorean(t, saudi, keys, id, "1")
}

// TestServeAsksAnotherRegion: each region has a store of its own. The Saudi process holds
// neither address nor key of the Korean one and connects to it never, until a flow lets it
// search there; then it cites what it finds, and says where the region does not answer.
func TestServeAsksAnotherRegion(t *testing.T) {
	dir := t.TempDir()
	korean, connections := watched(t, qdrantAt(t))
	saudis := qdrantAt(t)
	korea, koreaData := in(t, "kr", dir, regional("kr", korean, lies(korean), "", ""))
	if status, body := korea.as(keyOf(t, koreaData, "--role", "editor"), "POST", "/v1/documents", koreanFerry); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	before := connections.Load()
	saudi, saudiData := in(t, "sa", dir, regional("sa", saudis, "", lies(saudis), ""))
	key := keyOf(t, saudiData, "--role", "editor")
	if status, body := saudi.as(key, "POST", "/v1/documents", saudiFerry); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	nothingKorean(t, saudi, []string{key}, "nothing", "1")
	if n := connections.Load(); n != before {
		t.Errorf("it connected to Korea %d times", n-before)
	}
	_, port, _ := net.SplitHostPort(korean)
	for _, file := range []string{filepath.Join(dir, "sa.yaml"), fmt.Sprintf("/proc/%d/environ", saudi.cmd.Process.Pid), fmt.Sprintf("/proc/%d/cmdline", saudi.cmd.Process.Pid)} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), port) {
			t.Errorf("%s knows where Korea's store is", file)
		}
	}
	saudi.stop()

	// Holding the address without a flow is refused, and nothing starts.
	store := strings.TrimSuffix(lies(korean), "]") + "], store: {url: '" + korean + "', timeout: 1s}"
	write(t, filepath.Join(dir, "sa.yaml"), regional("sa", saudis, store, lies(saudis), ""))
	out, err := shell(t.Context(), dir, "naru serve --config sa.yaml --addr 127.0.0.1:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "sa.yaml:4: residency.regions[0].store is given, and may not be asked from sa") {
		t.Errorf("without a flow: %v, %s", err, out)
	}

	saudi, _ = in(t, "sa", dir, regional("sa", saudis, store, lies(saudis), flowOpen))
	ask := func(question string) response {
		t.Helper()
		return saudi.do("POST", "/v1/ask", `{"question":"`+question+`"}`, "Content-Type", "application/json", "Authorization", "Bearer "+key)
	}
	a := ask("When does the Korean ferry to Ulleung leave?")
	if a.json(t, "sentences.0.text") != "The Korean ferry to Ulleung leaves at seven." || a.json(t, "sentences.0.citations.0.uri") != "ferry.md" || a.json(t, "index") != "naru-v1, kr:naru-v1" || a.json(t, "degraded.len") != "0" {
		t.Errorf("open, the answer is %s", a.body)
	}
	if a := ask("When does the Saudi ferry to Farasan leave?"); a.json(t, "sentences.0.text") != "The Saudi ferry to Farasan leaves at noon." {
		t.Errorf("what is here: %s", a.body)
	}
	if connections.Load() == before {
		t.Error("Korea was not asked")
	}
	if !strings.Contains(saudi.said(), "residency: allowed") || !strings.Contains(saudi.said(), "for=residency.regions[0].store.url") {
		t.Errorf("at its start it said\n%s", saudi.said())
	}
	// What is listed and counted is what is here.
	if list := saudi.do("GET", "/v1/documents", "", "Authorization", "Bearer "+key); strings.Contains(list.body, "Korean") || saudi.do("GET", "/healthz", "", "Authorization", "Bearer "+key).json(t, "documents") != "1" {
		t.Errorf("it lists %s", list.body)
	}
	saudi.stop()

	// A region that says nothing.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	saudi, _ = in(t, "sa", dir, regional("sa", saudis, strings.ReplaceAll(store, korean, silent.Addr().String()), lies(saudis), flowOpen))
	began := time.Now()
	a = ask("When does the Saudi ferry to Farasan leave?")
	if took := time.Since(began); !strings.Contains(a.body, "leaves at noon") || a.json(t, "degraded.len") != "1" || took > 20*time.Second ||
		!slices.Contains([]string{"region kr: its documents could not be searched: it did not answer in 1s", "region kr: its documents could not be searched"}, a.json(t, "degraded.0")) {
		t.Errorf("in %v: %s", took, a.body)
	}
	if strings.Contains(a.body, "127.0.0.1") {
		t.Errorf("it tells where the store is: %s", a.body)
	}
}
