package extract

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The parser takes time in the square of what these bound, and memory of some
// hundred times a piece.
const (
	// maxDepth is how deep quotations and lists may be nested on a line.
	maxDepth = 100
	// maxDelimiters is how many brackets and how many marks of emphasis of one
	// paragraph have a meaning; the rest is text.
	maxDelimiters = 1000
	// maxPadding is how many cells a table may have beyond those written: the
	// parser fills short rows up.
	maxPadding = 100_000
	// maxDefinitions is how many lines in a row may define links.
	maxDefinitions = 10_000
	// pieceSize is how much is parsed at once, in bytes, and maxPiece how much
	// it may grow in search of a good place to cut.
	pieceSize = 512 << 10
	maxPiece  = 4 << 20
)

// newMarkdownParser makes a parser of CommonMark with tables, struck-out text
// and task lists. It is for one document at a time.
func newMarkdownParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(&limitedLinks{limitedInline{InlineParser: parser.NewLinkParser()}}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400),
			util.Prioritized(&limitedInline{InlineParser: parser.NewEmphasisParser()}, 500),
			util.Prioritized(&limitedInline{InlineParser: extension.NewStrikethroughParser()}, 500),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
}

// limitedInline is an inline parser that gives up on a paragraph after
// maxDelimiters attempts.
type limitedInline struct {
	parser.InlineParser
	parent ast.Node
	count  int
}

func (l *limitedInline) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if parent != l.parent {
		l.parent, l.count = parent, 0
	}
	if l.count++; l.count > maxDelimiters {
		return nil
	}
	return l.InlineParser.Parse(parent, block, pc)
}

// limitedLinks passes on the end of a paragraph too, which the parser of links
// waits for.
type limitedLinks struct{ limitedInline }

func (l *limitedLinks) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	l.InlineParser.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}

// excessive tells whether a document nests deeper, has wider tables or defines
// more links at once than anybody writes.
func excessive(s string) bool {
	padding, columns, definitions := 0, 0, 0
	for line := range strings.Lines(s) {
		if definitions++; !strings.HasPrefix(strings.TrimLeft(line, " >"), "[") {
			definitions = 0
		}
		if definitions > maxDefinitions {
			return true
		}
		if nesting(line) > maxDepth {
			return true
		}
		switch pipes := strings.Count(line, "|"); {
		case strings.TrimSpace(line) == "":
			columns = 0
		case pipes > columns && strings.Trim(line, "|:- \t\r\n>") == "":
			columns = pipes
		default:
			if padding += max(0, columns-pipes-1); padding > maxPadding {
				return true
			}
		}
	}
	return false
}

// nesting counts the marks of quotations and list items that a line begins with.
func nesting(line string) int {
	n := 0
	var mark byte // the only one so far, or 0 where there are several
	for i := 0; i < len(line); i++ {
		switch b := line[i]; {
		case b == '\r' || b == '\n':
		case b == '>' || b == '-' || b == '*' || b == '+' || (b == '.' || b == ')') && i > 0 && '0' <= line[i-1] && line[i-1] <= '9':
			if n == 0 {
				mark = b
			} else if mark != b {
				mark = 0
			}
			n++
		case b == ' ' || b == '\t' || '0' <= b && b <= '9':
		default:
			return n
		}
	}
	if mark == '-' || mark == '*' {
		return 0 // a rule or an underline, made of the same characters
	}
	return n
}

// pieceEnd returns where the piece that begins at from ends. A long document
// is cut where a line without indentation follows a blank one outside a fence:
// no paragraph, list item or code goes on across such a place. Where there is
// none for long, it is cut at the end of a line.
func pieceEnd(s string, from int) int {
	if len(s)-from <= pieceSize {
		return len(s)
	}
	fence, blank := "", false
	for at := from; at < len(s); {
		if at-from >= pieceSize {
			if blank && fence == "" && s[at] != ' ' && s[at] != '\t' || at-from >= maxPiece {
				return at
			}
		}
		end := len(s)
		if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := strings.TrimSpace(s[at:end])
		blank = line == ""
		switch {
		case fence == "" && (strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~")):
			fence = line[:3]
		case fence != "" && strings.HasPrefix(line, fence):
			fence = ""
		}
		at = end
	}
	return len(s)
}
