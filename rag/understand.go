package rag

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/naru-rag/naru/lang"
)

// MaxQuestion is the longest question that is answered, in characters.
const MaxQuestion = 4000

// ErrNoTenant is returned where a question, or a search, has no tenant: a
// missing tenant never means every tenant.
var ErrNoTenant = errors.New("no tenant: the asker's configuration must assign one")

// QuestionError says what is wrong with a question. Its text may be shown to
// the asker.
type QuestionError struct {
	// Field is "question", "language" or "limit".
	Field  string
	Reason string
}

func (e *QuestionError) Error() string { return e.Field + ": " + e.Reason }

// understood is a question in the form the path works with.
type understood struct {
	text     string
	language string
	limit    int
	asker    Asker
	// terms say what the question is about; see [lang.Asked].
	terms   []lang.Term
	expects expectation
}

// languageTag is the form of a BCP 47 tag; what follows the primary subtag does
// not change how a question is understood.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

func primary(tag string) string {
	subtag, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(subtag)
}

func understand(q Question) (understood, error) {
	if q.Asker.Tenant == "" {
		return understood{}, ErrNoTenant
	}
	if !utf8.ValidString(q.Text) {
		return understood{}, &QuestionError{"question", "is not valid UTF-8"}
	}
	if strings.TrimSpace(q.Text) == "" {
		return understood{}, &QuestionError{"question", "is empty: ask something"}
	}
	if n := utf8.RuneCountInString(q.Text); n > MaxQuestion {
		return understood{}, &QuestionError{"question", fmt.Sprintf("has %d characters; at most %d are answered", n, MaxQuestion)}
	}
	if q.Limit < 0 || q.Limit > MaxPassages {
		return understood{}, &QuestionError{"limit", fmt.Sprintf("is %d; it must be 1 to %d, or 0 for %d", q.Limit, MaxPassages, DefaultPassages)}
	}
	if q.Language != "" && !languageTag.MatchString(q.Language) {
		return understood{}, &QuestionError{"language", "is no language tag; give one such as ko, ar or pt-BR, or none"}
	}
	u := understood{text: q.Text, language: primary(q.Language), limit: q.Limit, asker: q.Asker}
	if u.limit == 0 {
		u.limit = DefaultPassages
	}
	if u.language == "" {
		u.language = lang.Detect(q.Text)
	}
	return u.variant(q.Text), nil
}

// variant is the question with another text.
func (u understood) variant(text string) understood {
	u.text = text
	u.terms = lang.Asked(lang.Analyze(text, u.language))
	u.expects = expected(text, u.language)
	return u
}

// toHooks is the question as hooks see it.
func (u understood) toHooks() Asked {
	return Asked{Text: u.text, Language: u.language, Asker: u.asker}
}
