package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/naru-rag/naru/rag"
)

// maxFiles is how many files one upload may have.
const maxFiles = 100

// putDocuments takes in one document, raw or in JSON, or several as a form.
func (h *Handler) putDocuments(w http.ResponseWriter, r *http.Request) error {
	media, charset, err := mediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	// Unlike a question's, this slot is taken before the body is read: the slots
	// are what bounds the memory that uploads take.
	release, err := h.uploads.take(r.Context())
	if err != nil {
		return err
	}
	defer release()
	switch media {
	case "multipart/form-data":
		ups, err := h.readForm(w, r)
		if err != nil {
			return err
		}
		return h.putAll(w, r, ups)
	case "application/json":
		if err := requireJSON(r); err != nil {
			return err
		}
		up, err := h.readJSONUpload(w, r)
		if err != nil {
			return err
		}
		return h.putOne(w, r, up)
	case "text/markdown", "text/plain", "text/html":
		up, err := h.readRaw(w, r, media, charset)
		if err != nil {
			return err
		}
		return h.putOne(w, r, up)
	default:
		return unsupported("A document comes as text/markdown, text/plain, text/html or application/json, " +
			"or in a file of multipart/form-data.")
	}
}

func (h *Handler) putOne(w http.ResponseWriter, r *http.Request, up Upload) error {
	info, err := h.opt.Library.Put(r.Context(), up)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if info.Status == StatusAdded {
		status = http.StatusCreated
		w.Header().Set("Location", documentPath(info.ID))
	}
	return writeJSON(w, status, info)
}

// outcome is what became of one file among several.
type outcome struct {
	*DocumentInfo
	// File is set with Problem, where there is no info to name the file.
	File    string   `json:"file,omitempty"`
	Problem *problem `json:"problem,omitempty"`
}

// putAll puts each document, whatever becomes of the others. If all fail, the
// answer is the first problem; if some do, 207 and each one's outcome.
func (h *Handler) putAll(w http.ResponseWriter, r *http.Request, ups []Upload) error {
	outcomes := make([]outcome, len(ups))
	errs := make([]error, len(ups))
	failed, status := 0, http.StatusOK
	for i, up := range ups {
		info, err := h.opt.Library.Put(r.Context(), up)
		if ended := r.Context().Err(); ended != nil {
			return ended // the rest would only fail the same way
		}
		switch {
		case err != nil:
			errs[i] = err
			failed++
		case info.Status == StatusAdded:
			status = http.StatusCreated
			fallthrough
		default:
			outcomes[i].DocumentInfo = &info
		}
	}
	if failed == len(ups) {
		return errs[0]
	}
	if failed > 0 {
		status = http.StatusMultiStatus
	}
	for i, err := range errs {
		if err != nil {
			outcomes[i] = outcome{File: ups[i].URI, Problem: h.problem(r, err)}
		}
	}
	return writeJSON(w, status, struct {
		Documents []outcome `json:"documents"`
	}{outcomes})
}

func (h *Handler) readRaw(w http.ResponseWriter, r *http.Request, media, charset string) (Upload, error) {
	values, err := query(r, "uri", "title")
	if err != nil {
		return Upload{}, err
	}
	up := Upload{Asker: stateOf(r).caller.Asker, URI: values.Get("uri"), Title: values.Get("title"),
		MediaType: media, Charset: charset}
	if err := up.check(); err != nil {
		return Upload{}, err
	}
	if up.Data, err = readBody(w, r, h.opt.MaxBody); err != nil {
		return Upload{}, err
	}
	if len(up.Data) == 0 {
		return Upload{}, invalid("", "The document is empty.")
	}
	return up, nil
}

func (h *Handler) readJSONUpload(w http.ResponseWriter, r *http.Request) (Upload, error) {
	if _, err := query(r); err != nil {
		return Upload{}, err
	}
	body, err := readBody(w, r, h.opt.MaxBody)
	if err != nil {
		return Upload{}, err
	}
	return decodeUpload(body, stateOf(r).caller.Asker)
}

func decodeUpload(body []byte, asker rag.Asker) (Upload, error) {
	up := Upload{Asker: asker, MediaType: "text/plain", Charset: "utf-8"}
	var text string
	_, err := decodeObject(body, map[string]any{
		"uri": &up.URI, "title": &up.Title, "text": &text, "media_type": &up.MediaType,
	})
	if err != nil {
		return Upload{}, err
	}
	if err := up.check(); err != nil {
		return Upload{}, err
	}
	switch up.MediaType {
	case "text/plain", "text/markdown", "text/html":
	default:
		return Upload{}, invalid("media_type", "The media type must be text/plain, text/markdown or text/html.")
	}
	if text == "" {
		return Upload{}, invalid("text", "The document is empty.")
	}
	up.Data = []byte(text)
	return up, nil
}

// readForm reads the files of a form, all of them before any is put: a form
// that breaks off changes nothing.
func (h *Handler) readForm(w http.ResponseWriter, r *http.Request) ([]Upload, error) {
	if _, err := query(r); err != nil {
		return nil, err
	}
	if err := limitBody(w, r, h.opt.MaxBody); err != nil {
		return nil, err
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, unsupported("The Content-Type must name the boundary of the form.")
	}
	var ups []Upload
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bodyError(w, err)
		}
		up := Upload{Asker: stateOf(r).caller.Asker, URI: part.FileName()}
		if up.URI == "" {
			return nil, invalid(clip(part.FormName()), "The form may have files only.")
		}
		if len(ups) == maxFiles {
			return nil, invalid("", fmt.Sprintf("The form may have up to %d files.", maxFiles))
		}
		if err := up.check(); err != nil {
			return nil, err
		}
		// What a browser does not know it calls a stream of bytes, which says
		// less than the file's name does.
		media, charset, err := mediaType(part.Header.Get("Content-Type"))
		if err == nil && media != "application/octet-stream" {
			up.MediaType, up.Charset = media, charset
		}
		if up.Data, err = io.ReadAll(part); err != nil {
			return nil, bodyError(w, err)
		}
		ups = append(ups, up)
	}
	if len(ups) == 0 {
		return nil, invalid("", "The form has no file.")
	}
	bodyRead(w)
	return ups, nil
}

func (up *Upload) check() error {
	up.URI, up.Title = strings.TrimSpace(up.URI), strings.TrimSpace(up.Title)
	if err := checkURI(up.URI); err != nil {
		return err
	}
	return checkName("title", up.Title)
}
