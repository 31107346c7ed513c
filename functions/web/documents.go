package web

import (
	"net/http"
	"net/url"
)

const (
	defaultDocuments = 50
	maxDocuments     = 200
	// maxID is longer than any id or list mark that was ever given out.
	maxID = 1024
)

func (h *Handler) listDocuments(w http.ResponseWriter, r *http.Request) error {
	values, err := query(r, "limit", "after")
	if err != nil {
		return err
	}
	limit, err := limitParameter(values, defaultDocuments, maxDocuments)
	if err != nil {
		return err
	}
	after := values.Get("after")
	if len(after) > maxID {
		return invalid("after", "The mark must be the next of an earlier list.")
	}
	release, err := h.asks.take(r.Context())
	if err != nil {
		return err
	}
	defer release()
	docs, next, err := h.opt.Library.List(r.Context(), stateOf(r).caller.Asker, after, limit)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		Documents []DocumentInfo `json:"documents"`
		Next      string         `json:"next"`
	}{append([]DocumentInfo{}, docs...), next})
}

func (h *Handler) getDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	release, err := h.asks.take(r.Context())
	if err != nil {
		return err
	}
	defer release()
	doc, err := h.opt.Library.Get(r.Context(), stateOf(r).caller.Asker, id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, doc)
}

func (h *Handler) deleteDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	release, err := h.asks.take(r.Context())
	if err != nil {
		return err
	}
	defer release()
	if err := h.opt.Library.Delete(r.Context(), stateOf(r).caller.Asker, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// documentID returns the id in the path. One that cannot be an id is unknown
// like any other, and does not reach the store.
func documentID(r *http.Request) (string, error) {
	if _, err := query(r); err != nil {
		return "", err
	}
	id := r.PathValue("id")
	if len(id) > maxID || checkName("id", id) != nil {
		return "", ErrNotFound
	}
	return id, nil
}

func documentPath(id string) string { return "/v1/documents/" + url.PathEscape(id) }
