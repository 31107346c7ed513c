package guest

import "github.com/naru-rag/naru/wasm/abi"

// What the host says, from JSON. Members that are not known are skipped.

func readDocumentRequest(r *reader) (q DocumentRequest) {
	r.fields(func(name string) bool {
		if name == "document" {
			q.Document = readDocument(r)
			return true
		}
		return readHeader(r, &q.Header, name)
	})
	return q
}

func readQueryRequest(r *reader) (q QueryRequest) {
	r.fields(func(name string) bool {
		switch name {
		case "question":
			q.Question = r.string()
		case "language":
			q.Language = r.string()
		default:
			return readHeader(r, &q.Header, name)
		}
		return true
	})
	return q
}

func readPassagesRequest(r *reader) (q PassagesRequest) {
	r.fields(func(name string) bool {
		switch name {
		case "question":
			q.Question = r.string()
		case "language":
			q.Language = r.string()
		case "passages":
			q.Passages = list(r, readPassage)
		default:
			return readHeader(r, &q.Header, name)
		}
		return true
	})
	return q
}

func readAnswerRequest(r *reader) (q AnswerRequest) {
	r.fields(func(name string) bool {
		switch name {
		case "question":
			q.Question = r.string()
		case "language":
			q.Language = r.string()
		case "sentences":
			q.Sentences = list(r, readSentence)
		case "passages":
			q.Passages = list(r, readPassage)
		default:
			return readHeader(r, &q.Header, name)
		}
		return true
	})
	return q
}

// readHeader reads a member that every request has.
func readHeader(r *reader, h *Header, name string) bool {
	switch name {
	case "abi":
		h.ABI = r.int()
	case "hook":
		h.Hook = hookNamed(r.string())
	case "now":
		h.Now = r.string()
	default:
		return false
	}
	return true
}

// hookNamed is the hook of a name; 0 where there is none.
func hookNamed(name string) abi.Hook {
	switch name {
	case "document":
		return abi.Document
	case "query":
		return abi.Query
	case "passages":
		return abi.Passages
	case "answer":
		return abi.Answer
	}
	return 0
}

func readDocument(r *reader) (d DocumentText) {
	r.fields(func(name string) bool {
		switch name {
		case "id":
			d.ID = r.string()
		case "uri":
			d.URI = r.string()
		case "title":
			d.Title = r.string()
		case "language":
			d.Language = r.string()
		case "modified":
			d.Modified = r.string()
		case "metadata":
			d.Metadata = members(r, (*reader).string)
		case "text":
			d.Text = r.string()
		default:
			return false
		}
		return true
	})
	return d
}

func readPassage(r *reader) (p Passage) {
	r.fields(func(name string) bool {
		switch name {
		case "id":
			p.ID = r.string()
		case "document":
			p.Document = r.string()
		case "title":
			p.Title = r.string()
		case "uri":
			p.URI = r.string()
		case "headings":
			p.Headings = readStrings(r)
		case "language":
			p.Language = r.string()
		case "modified":
			p.Modified = r.string()
		case "annotations":
			p.Annotations = members(r, readStrings)
		case "score":
			p.Score = r.float(64)
		case "text":
			p.Text = r.string()
		default:
			return false
		}
		return true
	})
	return p
}

func readSentence(r *reader) (s Sentence) {
	r.fields(func(name string) bool {
		switch name {
		case "text":
			s.Text = r.string()
		case "passages":
			s.Passages = list(r, (*reader).int)
		default:
			return false
		}
		return true
	})
	return s
}

func readStrings(r *reader) []string { return list(r, (*reader).string) }
