package region_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// dialling are the ways to connect to something, or to look it up, without a guard.
var dialling = map[string][]string{
	"net":  {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer", "DefaultResolver", "Resolver", "LookupHost", "LookupIP", "LookupAddr", "LookupCNAME", "LookupTXT", "LookupNetIP", "ResolveTCPAddr", "ResolveUDPAddr", "ResolveIPAddr"},
	"tls":  {"Dial", "DialWithDialer", "Dialer"},
	"http": {"Get", "Head", "Post", "PostForm", "DefaultClient", "DefaultTransport"},
	"grpc": {"Dial", "DialContext"},
}

// TestOnlyTheGuardDials: in the packages of the program, nothing else connects to anything.
// An http.Client has to name its transport, and so has gRPC its dialer.
func TestOnlyTheGuardDials(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			switch entry.Name() {
			case "region", "bench", "pythontest", "testdata", "guest", ".git":
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				pkg, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				for _, name := range dialling[pkg.Name] {
					if n.Sel.Name == name {
						t.Errorf("%s: %s.%s connects without the guard", set.Position(n.Pos()), pkg.Name, name)
					}
				}
			case *ast.CompositeLit:
				if s, ok := n.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Client" {
					if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "http" && !sets(n, "Transport") {
						t.Errorf("%s: an http.Client without a transport connects without the guard", set.Position(n.Pos()))
					}
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "LoadDefaultConfig" && file.Name.Name != "awsconf" {
					t.Errorf("%s: the AWS SDK connects without the guard where package awsconf does not configure it", set.Position(n.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil || files < 200 {
		t.Errorf("%d files were read, %v", files, err)
	}
}

func sets(lit *ast.CompositeLit, field string) bool {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == field {
				return true
			}
		}
	}
	return false
}
