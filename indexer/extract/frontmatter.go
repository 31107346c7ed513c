package extract

import "strings"

// maxFrontMatter is where the end of front matter is looked for, in bytes.
const maxFrontMatter = 64 << 10

// frontMatter reads the lines between "---" that a document may begin with and
// returns where the rest begins. Of YAML it knows what titles, languages and
// dates are written in: one "key: value" a line. What has other lines than
// YAML could have is no front matter but text between two rules.
func (m *metadata) frontMatter(s string) int {
	at, limit := 0, min(len(s), maxFrontMatter)
	next := func() (string, bool) {
		end := strings.IndexByte(s[at:limit], '\n')
		if end < 0 {
			line := s[at:limit]
			if line == "" || limit < len(s) {
				return "", false
			}
			at = limit
			return strings.TrimRight(line, " \t\r"), true
		}
		line := strings.TrimRight(s[at:at+end], " \t\r")
		at += end + 1
		return line, true
	}
	if first, ok := next(); !ok || first != "---" {
		return 0
	}
	var found metadata
	for {
		line, ok := next()
		if !ok {
			return 0
		}
		if line == "---" || line == "..." {
			*m = found
			return at
		}
		key, value, pair := strings.Cut(line, ":")
		nested := line == "" || strings.ContainsAny(line[:1], " \t#-]}")
		switch {
		case nested:
			continue
		case !pair || strings.ContainsAny(key, ".,;!?"):
			return 0
		}
		found.field(strings.ToLower(strings.TrimSpace(key)), scalar(value))
	}
}

// scalar takes the quotation marks and the comment off a value.
func scalar(value string) string {
	value = strings.TrimSpace(value)
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') {
		if end := strings.LastIndexByte(value, value[0]); end > 0 {
			inner := value[1:end]
			if value[0] == '"' {
				return strings.ReplaceAll(inner, `\"`, `"`)
			}
			return strings.ReplaceAll(inner, "''", "'")
		}
	}
	value, _, _ = strings.Cut(value, " #")
	if value == "|" || value == ">" {
		return ""
	}
	return strings.TrimSpace(value)
}

func (m *metadata) field(key, value string) {
	switch key {
	case "title":
		m.title = value
	case "lang", "language":
		m.setLanguage(value)
	case "date", "modified", "updated", "lastmod", "last_modified", "last_modified_at":
		m.setModified(value)
	case "principals":
		m.access.setPrincipals(value)
	case "tenant":
		m.access.Tenant = value
	case "region":
		m.access.Region = value
	default:
		m.say(key, value)
	}
}
