package extract

import (
	"strings"
	"time"
)

// metadata is what a document says about itself.
type metadata struct {
	title    string
	language string
	modified time.Time
	access   Access
	// said is everything else, by the document's own names.
	said map[string]string
}

// What is kept of what a document says of itself.
const (
	maxSaid      = 64
	maxSaidBytes = 1024 // of a name and its value
)

// say keeps a property. The first value of a name counts.
func (m *metadata) say(name, value string) {
	if _, known := m.said[name]; known || name == "" || value == "" || len(m.said) == maxSaid || len(name)+len(value) > maxSaidBytes {
		return
	}
	if m.said == nil {
		m.said = map[string]string{}
	}
	m.said[name] = value
}

// Access is what a document says, in front matter, of who may see it and where
// it belongs. It can only narrow what its source says.
type Access struct {
	// Tenant and Region are empty where the document names none.
	Tenant, Region string
	// Principals are nil where the document names none.
	Principals []string
	// Unclear is the name of a field whose value cannot be read; what it would
	// keep from whom is not known.
	Unclear string
}

// setPrincipals reads "a, b" and "[a, b]".
func (a *Access) setPrincipals(value string) {
	inner, list := strings.CutPrefix(value, "[")
	if list {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, "]"); !closed {
			a.Unclear = "principals"
			return
		}
	}
	for name := range strings.SplitSeq(inner, ",") {
		name = strings.Trim(strings.TrimSpace(name), `"'`)
		if name == "" {
			a.Unclear = "principals"
			return
		}
		a.Principals = append(a.Principals, name)
	}
}

// setLanguage keeps the primary subtag of a language tag, if it is one and
// none was named before.
func (m *metadata) setLanguage(tag string) {
	primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	primary, _, _ = strings.Cut(primary, "_")
	if m.language != "" || len(primary) < 2 || len(primary) > 3 || primary == "und" {
		return
	}
	for i := range len(primary) {
		if !isLetter(primary[i]) {
			return
		}
	}
	m.language = primary
}

// dates are the forms in which documents give dates.
var dates = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
	"2006-01-02 15:04", time.DateOnly, "2006/01/02", "2006.01.02", time.RFC1123, time.RFC1123Z,
}

// setModified keeps a date, in UTC where it has no zone, if it is the latest.
func (m *metadata) setModified(s string) {
	s = strings.TrimSpace(s)
	for _, layout := range dates {
		if t, err := time.Parse(layout, s); err == nil {
			// In UTC the year may have five digits, which no format of ours has.
			if t = t.UTC(); t.After(m.modified) && t.Year() <= 9999 {
				m.modified = t
			}
			return
		}
	}
}

// meta reads a <meta> element.
func (m *metadata) meta(a attributes) {
	key := a.name
	if key == "" {
		key = a.property
	}
	switch key {
	case "article:modified_time", "article:published_time", "og:updated_time", "last-modified", "date",
		"dcterms.modified", "dc.date", "dc.date.modified":
		m.setModified(a.content)
	case "language", "dc.language", "dcterms.language":
		m.setLanguage(a.content)
	default:
		m.say(key, strings.TrimSpace(a.content))
	}
	switch a.httpEquiv {
	case "content-language":
		m.setLanguage(a.content)
	case "last-modified":
		m.setModified(a.content)
	}
}
