package admit

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
)

// Folder is where admitted plugins are, each in a folder named by the digest of its
// manifest.
type Folder string

// The files of an admitted plugin, besides those of its package.
const (
	receiptFile   = "receipt.json"
	signatureFile = "receipt.sig"
	meteredFile   = "metered.wasm"
	compiledDir   = "compiled"
)

// Receipt says what was admitted. It is signed by whoever admitted it.
type Receipt struct {
	Format   int       `json:"format"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Admitted time.Time `json:"admitted"`
	// Publisher is the key that the package was signed by; empty where it was not.
	Publisher manifest.Key `json:"publisher"`
	// Files are the digests of all files, by their names.
	Files  map[string]string `json:"files"`
	Report Report            `json:"report"`
}

const receiptFormat = 1

// Admitted is a plugin from the folder.
type Admitted struct {
	*manifest.Manifest
	Receipt
	// Digest is that of the manifest.
	Digest string
	// Metered is the module as it runs, and Compiled what it was compiled to.
	Metered  []byte
	Compiled host.Files
}

// Bundled is a plugin that comes with a program, and is as trusted as that.
type Bundled struct {
	*manifest.Package
	// Metered and Compiled are as those of [Admitted].
	Metered  []byte
	Compiled host.Files
}

// folderOf is where a plugin of a digest lies.
func (f Folder) folderOf(digest string) string {
	return filepath.Join(string(f), strings.Replace(digest, ":", "-", 1))
}

// Add keeps a plugin, in place of one with the same digest. results are the same
// module compiled for one or more architectures.
func (f Folder) Add(p *manifest.Package, results []Result, key ed25519.PrivateKey, now time.Time) (*Receipt, error) {
	files := map[string][]byte{manifest.ManifestFile: p.Text, meteredFile: results[0].Metered}
	for _, r := range results {
		if !bytes.Equal(r.Metered, results[0].Metered) {
			return nil, errors.New("the module was metered differently for two architectures: admit it with one version of the program")
		}
		for name, data := range r.Files {
			files[path.Join(compiledDir, filepath.ToSlash(name))] = data
		}
	}
	receipt := &Receipt{Format: receiptFormat, Name: p.Name, Version: p.Version, Admitted: now.UTC(), Files: map[string]string{}, Report: results[0].Report}
	if p.Signature != nil {
		receipt.Publisher = p.Signature.Key
	}
	for name, data := range files {
		receipt.Files[name] = manifest.Digest(data)
	}
	text, err := json.MarshalIndent(receipt, "", "  ")
	if err != nil {
		return nil, err
	}
	files[receiptFile], files[signatureFile] = text, []byte(manifest.Sign(key, text).String())
	return receipt, f.put(p.Digest(), files)
}

// put writes a folder whole.
func (f Folder) put(digest string, files map[string][]byte) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	adding, err := os.MkdirTemp(string(f), ".adding-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(adding)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		to := filepath.Join(adding, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := write(to, files[name]); err != nil {
			return err
		}
	}
	to := f.folderOf(digest)
	before := adding + "-before"
	if err := os.Rename(to, before); err == nil {
		defer os.RemoveAll(before)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(adding, to)
}

func write(name string, data []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// Open returns the plugin of a name that was admitted under a key. digest may be
// empty where there is only one of that name.
func (f Folder) Open(name, digest string, key ed25519.PublicKey) (*Admitted, error) {
	if digest != "" {
		return f.open(digest, key)
	}
	all, err := f.List()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range all {
		if e.Name == name {
			found = append(found, e.Digest)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("plugin %s is not in %s: `naru plugin add` admits one", name, f)
	case 1:
		a, err := f.open(found[0], key)
		if err == nil && a.Manifest.Name != name {
			err = fmt.Errorf("%s is the plugin %s, and not %s", f.folderOf(found[0]), a.Manifest.Name, name)
		}
		return a, err
	}
	return nil, fmt.Errorf("there are %d plugins %s in %s: say which by its digest, of %s", len(found), name, f, strings.Join(found, " and "))
}

// open reads a plugin and verifies all of it before anything is used.
func (f Folder) open(digest string, key ed25519.PublicKey) (*Admitted, error) {
	if !manifest.IsDigest(digest) {
		return nil, fmt.Errorf("%.80q is no digest: it takes sha256: and 64 hexadecimal digits", digest)
	}
	folder := f.folderOf(digest)
	changed := func(name string, err error) (*Admitted, error) {
		return nil, fmt.Errorf("the admitted plugin in %s is not as it was admitted: %s: %w; admit it again with `naru plugin add`", folder, name, err)
	}
	text, err := os.ReadFile(filepath.Join(folder, receiptFile))
	if err != nil {
		return nil, err
	}
	signature, err := os.ReadFile(filepath.Join(folder, signatureFile))
	if err != nil {
		return nil, err
	}
	s, err := manifest.ParseSignature(signature)
	if err == nil && s.Key != manifest.KeyOf(key) {
		return nil, fmt.Errorf("the admitted plugin in %s was admitted under the key %s, and %s is the one that counts here: admit it again, or set plugins.admission", folder, s.Key, manifest.KeyOf(key))
	}
	if err == nil {
		err = s.Verify(text)
	}
	if err != nil {
		return changed(receiptFile, err)
	}
	a := &Admitted{Digest: digest, Compiled: host.Files{}}
	if err := json.Unmarshal(text, &a.Receipt); err != nil {
		return changed(receiptFile, err)
	}
	if a.Format != receiptFormat {
		return nil, fmt.Errorf("%s has the format %d, and this program reads %d: admit it again", folder, a.Format, receiptFormat)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Files)) {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name)))
		if err == nil && manifest.Digest(data) != a.Files[name] {
			err = errors.New("its bytes are others")
		}
		if err != nil {
			return changed(name, err)
		}
		switch compiled, ok := strings.CutPrefix(name, compiledDir+"/"); {
		case ok:
			a.Compiled[compiled] = data
		case name == meteredFile:
			a.Metered = data
		case name == manifest.ManifestFile:
			if manifest.Digest(data) != digest {
				return changed(name, errors.New("it is not the manifest of this folder's name"))
			}
			if a.Manifest, err = manifest.Parse(data); err != nil {
				return changed(name, err)
			}
		}
	}
	if a.Manifest == nil || a.Metered == nil {
		return changed(receiptFile, errors.New("it names no manifest or no module"))
	}
	return a, nil
}

// Entry is a plugin in the folder, as it says itself: nothing is verified.
type Entry struct {
	Receipt
	Digest string
	// Compiled names the architectures that it was compiled for, such as
	// "linux/amd64".
	Compiled []string
}

// List lists what is in the folder, by name and version. It is an error where
// something there cannot be read.
func (f Folder) List() ([]Entry, error) {
	folders, err := os.ReadDir(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, folder := range folders {
		digest, ok := strings.CutPrefix(folder.Name(), "sha256-")
		if !ok || !folder.IsDir() {
			continue
		}
		e := Entry{Digest: "sha256:" + digest}
		text, err := os.ReadFile(filepath.Join(string(f), folder.Name(), receiptFile))
		if err == nil {
			err = json.Unmarshal(text, &e.Receipt)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(string(f), folder.Name()), err)
		}
		for name := range e.Files {
			// compiled/wazero-v1.12.0-amd64-linux/…
			if parts := strings.Split(name, "/"); len(parts) == 3 && parts[0] == compiledDir {
				if words := strings.Split(parts[1], "-"); len(words) >= 3 {
					e.Compiled = append(e.Compiled, words[len(words)-1]+"/"+words[len(words)-2])
				}
			}
		}
		slices.Sort(e.Compiled)
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Digest, b.Digest))
	})
	return all, nil
}

// Remove removes the plugins of a name, or that of a digest, and returns how many.
func (f Folder) Remove(which string) (int, error) {
	all, err := f.List()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range all {
		if e.Name != which && e.Digest != which {
			continue
		}
		if err := os.RemoveAll(f.folderOf(e.Digest)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
