package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
)

// The files of a plugin's folder.
const (
	ManifestFile  = "plugin.yaml"
	ModuleFile    = "plugin.wasm"
	SignatureFile = "plugin.sig"
)

// MaxModule is the largest module, in bytes.
const MaxModule = 16 << 20

// Package is a plugin as it is handed on.
type Package struct {
	*Manifest
	// Text is plugin.yaml as it stands.
	Text []byte
	// Module is plugin.wasm.
	Module []byte
	// Signature is nil where the plugin is not signed.
	Signature *Signature
}

// Digest is the digest of the whole package.
func (p *Package) Digest() string { return Digest(p.Text) }

// Read reads a plugin's folder. The module must have the digest that the manifest
// names, and a signature must be one of the manifest.
func Read(folder fs.FS) (*Package, error) {
	p := &Package{}
	var err error
	if p.Text, err = read(folder, ManifestFile, maxManifest); err != nil {
		return nil, err
	}
	if p.Manifest, err = Parse(p.Text); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	if p.Module, err = read(folder, ModuleFile, MaxModule); err != nil {
		return nil, err
	}
	switch got := Digest(p.Module); {
	case p.Manifest.Digest == "":
		return nil, fmt.Errorf("%s: digest: is missing; `naru plugin build` writes it", ManifestFile)
	case p.Manifest.Digest != got:
		return nil, fmt.Errorf("%s is not the module of %s: it has the digest %s, and the manifest says %s", ModuleFile, ManifestFile, got, p.Manifest.Digest)
	}
	text, err := read(folder, SignatureFile, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if p.Signature, err = ParseSignature(text); err != nil {
		return nil, fmt.Errorf("%s: %w", SignatureFile, err)
	}
	if err := p.Signature.Verify(p.Text); err != nil {
		return nil, fmt.Errorf("%s: %w", SignatureFile, err)
	}
	return p, nil
}

// read reads a file that has at most so many bytes.
func read(folder fs.FS, name string, most int64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes", name, most)
	}
	return data, nil
}

var digestLine = regexp.MustCompile(`(?m)^digest:.*\n?`)

// WithDigest is the text of a manifest with the digest of a module in it.
func WithDigest(text, module []byte) []byte {
	text = digestLine.ReplaceAll(text, nil)
	if n := len(text); n > 0 && text[n-1] != '\n' {
		text = append(text, '\n')
	}
	return append(text, "digest: "+Digest(module)+"\n"...)
}
