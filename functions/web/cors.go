package web

import (
	"net/http"
	"slices"
)

// share lets pages of the origins that the operator names read what they ask for (the
// CORS protocol of the Fetch standard), and answers their questions whether they may. It
// tells whether the request was such a question.
func (h *Handler) share(w http.ResponseWriter, r *http.Request) (answered bool) {
	if len(h.opt.Origins) == 0 {
		return false
	}
	header := w.Header()
	header.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !slices.Contains(h.opt.Origins, origin) {
		return false
	}
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Expose-Headers", "Location, Retry-After, X-Request-Id")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	header.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type")
	header.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
