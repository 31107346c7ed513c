package backend

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/embed"
	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/admit"
	"github.com/naru-rag/naru/wasm/hooks"
	"github.com/naru-rag/naru/wasm/host"
	"github.com/naru-rag/naru/wasm/manifest"
)

// PluginFolder is where the admitted plugins of a configuration are.
func PluginFolder(c *config.Config) admit.Folder {
	if c.Plugins.Folder != "" {
		return admit.Folder(c.Plugins.Folder)
	}
	return admit.Folder(filepath.Join(c.Data, "plugins"))
}

// AdmissionKeyFile is the private key that plugins are admitted under in a data
// folder.
func AdmissionKeyFile(c *config.Config) string { return filepath.Join(c.Data, "admission.key") }

// admissionKey is the key that plugins must have been admitted under.
func admissionKey(c *config.Config) (ed25519.PublicKey, error) {
	if c.Plugins.Admission != "" {
		return manifest.Key(c.Plugins.Admission).Public()
	}
	name := AdmissionKeyFile(c)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no plugin was admitted in this data folder, which has no %s: `naru plugin add` admits one, or plugins.admission names the key of a folder that was filled elsewhere", name)
	}
	if err != nil {
		return nil, err
	}
	private, err := manifest.DecodeKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return private.Public().(ed25519.PublicKey), nil
}

// usable is a plugin that is ready to be loaded.
type usable struct {
	*manifest.Manifest
	digest   string
	metered  []byte
	compiled host.Files
}

// find is the plugin of a name: one that comes with the program, or was admitted.
func find(c *config.Config, use *config.Plugin, bundled Bundled) (*usable, error) {
	if bundled != nil {
		if p, ok := bundled(use.Name); ok {
			if use.Digest != "" && use.Digest != p.Digest() {
				return nil, fmt.Errorf("plugin %s comes with this program and has the digest %s, and plugins.use asks for %s", use.Name, p.Digest(), use.Digest)
			}
			return &usable{p.Manifest, p.Digest(), p.Metered, p.Compiled}, nil
		}
	}
	key, err := admissionKey(c)
	if err != nil {
		return nil, fmt.Errorf("plugin %s: %w", use.Name, err)
	}
	a, err := PluginFolder(c).Open(use.Name, use.Digest, key)
	if err != nil {
		return nil, err
	}
	return &usable{a.Manifest, a.Digest, a.Metered, a.Compiled}, nil
}

// Bundled finds a plugin that comes with the program.
type Bundled func(name string) (*admit.Bundled, bool)

// part is how a plugin takes part, as it is configured.
type part struct {
	hooks   []abi.Hook
	ceiling abi.Limits
	config  []byte
	lookup  func(key string) (string, bool)
	// rules change whenever any of it does.
	rules string
}

// partOf compares what an operator configures with what the plugin is.
func partOf(u *usable, use *config.Plugin, ceiling config.PluginLimits) (p part, err error) {
	fail := func(format string, args ...any) (part, error) {
		return part{}, fmt.Errorf("plugin %s: %w", use.Name, fmt.Errorf(format, args...))
	}
	p.hooks = u.Hooks
	if len(use.Hooks) > 0 {
		p.hooks = nil
		for _, name := range use.Hooks {
			var h abi.Hook
			if err := h.UnmarshalText([]byte(name)); err != nil {
				return fail("%w", err)
			}
			if !slices.Contains(u.Hooks, h) {
				return fail("has no hook %s: it has %v", h, u.Hooks)
			}
			p.hooks = append(p.hooks, h)
		}
	}
	for _, g := range use.Grants {
		if !slices.Contains(u.Grants, g) {
			return fail("is granted %s, for which it has not asked: its manifest asks for %v", g, u.Grants)
		}
	}
	p.ceiling = abi.Limits{Fuel: int64(ceiling.Fuel), Memory: uint64(ceiling.Memory), Deadline: ceiling.Deadline, Output: int(ceiling.Output)}
	if p.config, err = pluginConfig(use.Config); err != nil {
		return fail("config: %w", err)
	}
	var table []byte
	if p.lookup, table, err = pluginTable(use.Table); err != nil {
		return fail("table: %w", err)
	}
	decides := strings.Join([]string{u.digest, strings.Join(use.Grants, " "), manifest.Digest(p.config), manifest.Digest(table)}, "\n")
	p.rules = u.Name + "@" + strings.TrimPrefix(manifest.Digest([]byte(decides)), "sha256:")[:16]
	return p, nil
}

// pluginConfig reads a file of YAML, which JSON is, as JSON.
func pluginConfig(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// maxTable is the largest table, in bytes.
const maxTable = 256 << 20

// pluginTable reads a file with a key, a tab and a value a line.
func pluginTable(name string) (lookup func(string) (string, bool), text []byte, err error) {
	if name == "" {
		return nil, nil, nil
	}
	if info, err := os.Stat(name); err != nil {
		return nil, nil, err
	} else if info.Size() > maxTable {
		return nil, nil, fmt.Errorf("%s has %d bytes, and at most %d are taken", name, info.Size(), maxTable)
	}
	if text, err = os.ReadFile(name); err != nil {
		return nil, nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, 2
	table := map[string]string{}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w: each line takes a key, a tab and a value", name, err)
		}
		if _, twice := table[fields[0]]; twice {
			line, _ := r.FieldPos(0)
			return nil, nil, fmt.Errorf("%s: line %d: the key %q is there twice", name, line, fields[0])
		}
		table[fields[0]] = fields[1]
	}
	return func(key string) (string, bool) {
		value, ok := table[key]
		return value, ok
	}, text, nil
}

// PluginFiles reads what a plugin is given: its configuration, as JSON, and its
// table. An empty name is none.
func PluginFiles(config, table string) (data []byte, lookup func(key string) (value string, ok bool), err error) {
	if data, err = pluginConfig(config); err != nil {
		return nil, nil, err
	}
	lookup, _, err = pluginTable(table)
	return data, lookup, err
}

// openPlugins loads the plugins that a configuration uses; nil is none.
func openPlugins(ctx context.Context, c *config.Config, searcher rag.Searcher, embedder embed.Embedder, bundled Bundled, log *slog.Logger) (*hooks.Set, error) {
	if len(c.Plugins.Use) == 0 {
		return nil, nil
	}
	var (
		members  []hooks.Member
		degraded []string
	)
	for i := range c.Plugins.Use {
		m, u, err := openPlugin(ctx, c, &c.Plugins.Use[i], embedder, bundled, log)
		if err != nil {
			return nil, errors.Join(err, hooks.New(members, hooks.Options{}).Close(ctx))
		}
		members = append(members, m)
		if m.CompiledHere() {
			log.Warn("a plugin was compiled at the start", "plugin", u.Name, "digest", u.digest, "why", "it has no compiled form for this machine; `naru plugin add` makes one")
			degraded = append(degraded, fmt.Sprintf("plugin %s: compiled at the start, for want of a compiled form for this machine", u.Name))
		}
	}
	return hooks.New(members, hooks.Options{Searcher: searcher, Degraded: degraded, Log: log}), nil
}

func openPlugin(ctx context.Context, c *config.Config, use *config.Plugin, embedder embed.Embedder, bundled Bundled, log *slog.Logger) (hooks.Member, *usable, error) {
	u, err := find(c, use, bundled)
	if err != nil {
		return hooks.Member{}, nil, err
	}
	p, err := partOf(u, use, c.Plugins.Ceiling)
	if err != nil {
		return hooks.Member{}, nil, err
	}
	loaded, err := host.Load(ctx, u.metered, host.Options{
		Name: u.Name, Limits: u.Limits, Ceiling: p.ceiling, Grants: use.Grants, Config: p.config, Lookup: p.lookup, Embedder: embedder, Compiled: u.compiled, Log: log,
	})
	return hooks.Member{Plugin: loaded, Hooks: p.hooks, Essential: use.OnFailure == config.PluginFail, Rules: p.rules}, u, err
}

// UsedPlugin is a plugin that a configuration uses, as it would be.
type UsedPlugin struct {
	*manifest.Manifest
	// At are the hooks that it is called at, by name.
	At []string
	// CompiledHere is set where it has no compiled form for this machine.
	CompiledHere bool
}

// InspectPlugins loads and starts the plugins that a configuration uses, and lets go
// of them again.
func InspectPlugins(ctx context.Context, c *config.Config, bundled Bundled, log *slog.Logger) ([]UsedPlugin, error) {
	var all []UsedPlugin
	for i := range c.Plugins.Use {
		m, u, err := openPlugin(ctx, c, &c.Plugins.Use[i], nil, bundled, log)
		if err != nil {
			return nil, err
		}
		used := UsedPlugin{Manifest: u.Manifest, CompiledHere: m.CompiledHere()}
		for _, h := range m.Hooks {
			used.At = append(used.At, h.String())
		}
		all = append(all, used)
		if err := errors.Join(m.Start(ctx), m.Close(ctx)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Hooks are the plugins on a question's way; nil where there are none.
func (b *Backend) Hooks() rag.Hooks {
	if b.plugins == nil {
		return nil
	}
	return b.plugins
}

// documentHooks are the plugins on a document's way.
func (b *Backend) documentHooks() []indexer.Hook {
	if b.plugins == nil {
		return nil
	}
	return b.plugins.Documents()
}

func (b *Backend) closePlugins() error {
	if b.plugins == nil {
		return nil
	}
	return b.plugins.Close(context.Background())
}

// Rules name everything that decides which passages a text becomes under a
// configuration. No plugin is loaded.
func Rules(c *config.Config, bundled Bundled) (string, error) {
	var all []indexer.Hook
	for i := range c.Plugins.Use {
		use := &c.Plugins.Use[i]
		u, err := find(c, use, bundled)
		if err != nil {
			return "", err
		}
		p, err := partOf(u, use, c.Plugins.Ceiling)
		if err != nil {
			return "", err
		}
		if slices.Contains(p.hooks, abi.Document) {
			all = append(all, ruled{rules: p.rules})
		}
	}
	return indexer.Rules(indexer.DefaultChunking, all), nil
}

// ruled is a hook of which only the rules are asked.
type ruled struct {
	indexer.Hook
	rules string
}

func (r ruled) Rules() string { return r.rules }
