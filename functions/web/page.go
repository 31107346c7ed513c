package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"time"
)

//go:embed page
var pageFiles embed.FS

// Example is a question the page offers, one that its documents answer.
type Example struct {
	// Language is the BCP 47 tag of the question's language.
	Language string
	Text     string
}

// page is the page's files as they are sent, by path.
type page struct {
	files map[string]pageFile
}

type pageFile struct {
	name string
	body []byte
	etag string
}

func newPage(opt Options) (*page, error) {
	index, err := template.ParseFS(pageFiles, "page/index.html")
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	err = index.Execute(&html, struct {
		Library     bool
		MaxQuestion int
		Examples    []Example
	}{opt.Library != nil, opt.MaxQuestion, opt.Examples})
	if err != nil {
		return nil, err
	}
	files := map[string]pageFile{"/": newPageFile("index.html", html.Bytes())}
	assets, err := pageFiles.ReadDir("page")
	if err != nil {
		return nil, err
	}
	for _, asset := range assets {
		if asset.Name() == "index.html" {
			continue
		}
		body, err := pageFiles.ReadFile("page/" + asset.Name())
		if err != nil {
			return nil, err
		}
		files["/"+asset.Name()] = newPageFile(asset.Name(), body)
	}
	return &page{files}, nil
}

func newPageFile(name string, body []byte) pageFile {
	return pageFile{name, body, fmt.Sprintf(`"%x"`, sha256.Sum256(body))}
}

// contentTypes are spelled out because the system's table may say otherwise.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

// serve lets browsers keep a file but ask each time whether it still holds, so
// that a new version of the server is never shown with an old page.
func (f pageFile) serve(w http.ResponseWriter, r *http.Request) error {
	header := w.Header()
	header.Set("Content-Type", contentTypes[path.Ext(f.name)])
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", f.etag)
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(f.body))
	return nil
}
