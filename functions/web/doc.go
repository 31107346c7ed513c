// Package web is Naru's HTTP API and its one page.
//
// Start with [New], which makes an [http.Handler] out of an [Answerer], the
// identity questions are asked under, and, where documents may be changed, a
// [Library]. [Listen] and [Serve] put the handler on a socket; a function can call
// the same handler without one.
//
//	POST   /v1/ask             a question, answered as JSON or as server-sent events
//	POST   /v1/documents       one document, or several as multipart/form-data
//	GET    /v1/documents       the documents, in pages
//	GET    /v1/documents/{id}  one document and its text
//	DELETE /v1/documents/{id}
//	GET    /healthz
//	GET    /                   the page
//
// What is promised:
//
//   - Who asks is decided by [Options], never by a request.
//   - Every error is application/problem+json (RFC 9457) with a request id. The
//     cause of a 500 is logged under that id and never sent.
//   - A question's text is never logged, and neither is a query string.
//   - A body is bounded in bytes and in time, and so is the number of questions
//     and uploads at work at once, and of those that wait for their turn, which
//     comes in the order of arrival. Who is one too many is told so with 429 and
//     Retry-After. A caller who leaves cancels the work.
//   - A field that is unknown, repeated or of the wrong type is refused by name.
//   - A page of another origin cannot ask, upload or delete. With
//     [Options.Hosts] it cannot read either, by way of DNS rebinding.
//   - The page runs no inline script and loads nothing from elsewhere. It puts
//     document text in as text, so that a document cannot inject markup.
//
// What is not: there is no authentication here and no TLS. Whoever reaches the
// listener asks as [Options.Asker], so an address that others can reach needs
// something in front of it that checks who they are.
package web
