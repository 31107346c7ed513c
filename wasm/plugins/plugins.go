package plugins

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
)

//go:embed */plugin.yaml */plugin.wasm compiled
var files embed.FS

// Find is the plugin of a name. It is as trusted as the program that it is in, and
// needs no admission.
func Find(name string) (*admit.Bundled, bool) {
	folder, err := fs.Sub(files, name)
	if err != nil {
		return nil, false
	}
	p, err := manifest.Read(folder)
	if err != nil {
		return nil, false // no such name: what is there was read by a test
	}
	b := &admit.Bundled{Package: p, Compiled: host.Files{}}
	if b.Metered, _, err = admit.Prepare(p.Module); err != nil {
		return nil, false
	}
	compiled := path.Join("compiled", name)
	_ = fs.WalkDir(files, compiled, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			b.Compiled[strings.TrimPrefix(file, compiled+"/")], err = files.ReadFile(file)
		}
		return err
	})
	return b, true
}

// Names are the names of the plugins, in order.
func Names() (names []string) {
	found, _ := fs.Glob(files, "*/"+manifest.ManifestFile)
	for _, name := range found {
		names = append(names, path.Dir(name))
	}
	return names
}
