package config

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// decode reads the file into the configuration. The syntax is the YAML
// library's matter; what it means is decided here, key by key, so that every
// value has its line and a variable is read as the file is.
func (o *origins) decode(content []byte, c *Config) {
	file, err := parser.ParseBytes(content, 0)
	if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok {
		// The library's own text quotes the lines around, and with them secrets.
		o.wrongAt(lineOf(syntax.Token), "", "this is not YAML: %s", syntax.Message)
		return
	}
	if err != nil {
		o.wrongAt(1, "", "this is not YAML")
		return
	}
	var read bool
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if read {
			o.wrongAt(nodeLine(doc.Body), "", "there is a second document: put everything into one")
			return
		}
		read = true
		o.section(doc.Body, reflect.ValueOf(c).Elem(), "")
	}
}

// section reads a mapping into a struct.
func (o *origins) section(node ast.Node, into reflect.Value, prefix string) {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		o.wrongAt(nodeLine(node), strings.TrimSuffix(prefix, "."), "must be a section: keys with values, each on a line of its own")
		return
	}
	known := fields(into)
	for _, entry := range mapping.Values {
		name, line := entry.Key.GetToken().Value, nodeLine(entry.Key)
		if _, ok := entry.Key.(*ast.MappingKeyNode); ok {
			o.wrongAt(line, "", "keys are written without a question mark")
			continue
		}
		key := prefix + name
		found := false
		for _, f := range known {
			if f.name == name {
				o.lines[key] = line
				o.value(entry.Value, f, key)
				found = true
			}
		}
		if !found {
			o.wrongAt(line, key, "is not a known key; the nearest is %s", nearestKey(key, into, prefix))
		}
	}
}

// nearestKey looks for what an unknown key may have meant: in its section, and
// where nothing there is like it, everywhere.
func nearestKey(key string, section reflect.Value, prefix string) string {
	var near []string
	for _, f := range fields(section) {
		near = append(near, prefix+f.name)
	}
	best := nearest(key, near)
	if name := strings.TrimPrefix(key, prefix); distance(key, best) > len(name)/2 {
		for _, k := range settable(reflect.ValueOf(Config{}), "") {
			if k.key == name || strings.HasSuffix(k.key, "."+name) {
				return k.key
			}
		}
	}
	return best
}

// value reads one value. Nothing, or null, leaves the default.
func (o *origins) value(node ast.Node, f field, key string) {
	if _, ok := node.(*ast.NullNode); ok || node == nil {
		return
	}
	switch {
	case f.value.Kind() == reflect.Struct:
		o.section(node, f.value, key+".")
	case f.value.Kind() == reflect.Slice:
		o.list(node, f, key)
	default:
		o.scalar(node, f, key)
	}
}

// list reads a sequence of sections or words.
func (o *origins) list(node ast.Node, f field, key string) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		o.wrongAt(nodeLine(node), key, "must be a list: [a, b], or one element a line after a dash")
		return
	}
	if len(sequence.Values) == 0 {
		f.value.SetZero()
		return
	}
	list := reflect.MakeSlice(f.value.Type(), len(sequence.Values), len(sequence.Values))
	for i, node := range sequence.Values {
		at := element(key, i)
		o.lines[at] = nodeLine(node)
		if isSections(f.value) {
			o.section(node, list.Index(i), at+".")
		} else {
			o.scalar(node, field{value: list.Index(i)}, at)
		}
	}
	f.value.Set(list)
}

func (o *origins) scalar(node ast.Node, f field, key string) {
	text, ok := scalarText(node)
	if !ok {
		o.wrongAt(nodeLine(node), key, "must be one plain value: no list, section, anchor, alias or tag")
		return
	}
	if err := set(f.value, text); err != nil {
		o.wrongAt(nodeLine(node), key, "is %q: %v", text, err)
		return
	}
	if f.isPath {
		f.value.SetString(within(filepath.Dir(o.file), text))
	}
}

// scalarText is what a value says, as it is written.
func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

func nodeLine(node ast.Node) int {
	if node == nil {
		return 1
	}
	return lineOf(node.GetToken())
}

func lineOf(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 1
	}
	return t.Position.Line
}
