package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"github.com/naru-rag/naru/internal/bytesize"
	"github.com/naru-rag/naru/wasm/abi"
)

// Manifest is what a plugin says of itself.
type Manifest struct {
	Name        string
	Version     string
	ABI         int
	Description string
	Hooks       []abi.Hook
	// Limits are what one call needs at most.
	Limits abi.Limits
	// Grants are the functions of the host's that it wants to call.
	Grants []string
	// Digest is that of the module, as [Digest] writes it; empty before `naru plugin
	// build` has put it there.
	Digest string
}

// The most that a manifest may ask for; an operator's ceiling is lower.
const (
	maxManifest = 8 << 10 // bytes
	maxFuel     = 100_000_000_000
	maxMemory   = 1 * bytesize.GiB
	maxDeadline = 10 * time.Minute
	maxOutput   = 64 * bytesize.MiB
)

// file is the form of plugin.yaml.
type file struct {
	Name        string   `yaml:"name"`
	Version     string   `yaml:"version"`
	ABI         int      `yaml:"abi"`
	Description string   `yaml:"description"`
	Hooks       []string `yaml:"hooks"`
	Limits      struct {
		Fuel     int64  `yaml:"fuel"`
		Memory   string `yaml:"memory"`
		Deadline string `yaml:"deadline"`
		Output   string `yaml:"output"`
	} `yaml:"limits"`
	Grants []string `yaml:"grants"`
	Digest string   `yaml:"digest"`
}

var (
	names    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	versions = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]{1,32})?$`)
	digests  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// AllGrants are the functions that can be granted.
var AllGrants = []string{abi.ImportLog, abi.ImportConfig, abi.ImportLookup, abi.ImportTerms, abi.ImportEmbed, abi.ImportSearch}

// Name tells whether a text can be the name of a plugin.
func Name(text string) bool { return names.MatchString(text) }

// IsDigest tells whether a text is a digest.
func IsDigest(text string) bool { return digests.MatchString(text) }

// Digest is the digest of bytes, such as "sha256:9f86…".
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Parse reads a manifest. The error names the key that is wrong.
func Parse(data []byte) (*Manifest, error) {
	if len(data) > maxManifest {
		return nil, fmt.Errorf("it has %d bytes, and at most %d are taken", len(data), maxManifest)
	}
	f, err := decode(data)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Name: f.Name, Version: f.Version, ABI: f.ABI, Description: f.Description, Grants: f.Grants, Digest: f.Digest}
	switch {
	case !names.MatchString(f.Name):
		return nil, fmt.Errorf("name: is %.60q: it takes %s", f.Name, names)
	case !versions.MatchString(f.Version):
		return nil, fmt.Errorf("version: is %.60q: it takes a version such as 1.2.0", f.Version)
	case f.ABI != abi.Version:
		return nil, fmt.Errorf("abi: is %d, and this program speaks version %d", f.ABI, abi.Version)
	case len(f.Description) > 300:
		return nil, errors.New("description: is longer than 300 bytes")
	case len(f.Hooks) == 0:
		return nil, errors.New("hooks: name at least one of document, query, passages and answer")
	case f.Digest != "" && !digests.MatchString(f.Digest):
		return nil, fmt.Errorf("digest: is %.80q: it takes sha256: and 64 hexadecimal digits", f.Digest)
	}
	for _, name := range f.Hooks {
		var h abi.Hook
		if err := h.UnmarshalText([]byte(name)); err != nil {
			return nil, fmt.Errorf("hooks: %w", err)
		}
		if slices.Contains(m.Hooks, h) {
			return nil, fmt.Errorf("hooks: %s is there twice", h)
		}
		m.Hooks = append(m.Hooks, h)
	}
	for i, g := range f.Grants {
		if !slices.Contains(AllGrants, g) {
			return nil, fmt.Errorf("grants: there is no %.40q: there are %s", g, strings.Join(AllGrants, ", "))
		}
		if slices.Contains(f.Grants[:i], g) {
			return nil, fmt.Errorf("grants: %s is there twice", g)
		}
	}
	return m, m.limits(f)
}

// decode reads the YAML. What the library panics at is none, and neither are anchors
// and aliases, by which few bytes stand for more than a machine can hold.
func decode(data []byte) (f file, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("this is no YAML, or of a kind that no manifest needs")
		}
	}()
	for _, t := range lexer.Tokenize(string(data)) {
		if t.Type == token.AnchorType || t.Type == token.AliasType {
			return f, fmt.Errorf("line %d: a manifest takes no anchors and aliases", t.Position.Line)
		}
	}
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return f, errors.New(strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	return f, nil
}

// limits reads the limits; each must be there.
func (m *Manifest) limits(f file) error {
	if f.Limits.Fuel < 1 || f.Limits.Fuel > maxFuel {
		return fmt.Errorf("limits.fuel: is %d: it takes 1 to %d", f.Limits.Fuel, int64(maxFuel))
	}
	memory, err := bytesize.Parse(f.Limits.Memory)
	if err != nil || memory < 64*bytesize.KiB || memory > maxMemory {
		return fmt.Errorf("limits.memory: is %.40q: it takes 64KiB to %v", f.Limits.Memory, maxMemory)
	}
	deadline, err := time.ParseDuration(f.Limits.Deadline)
	if err != nil || deadline < time.Millisecond || deadline > maxDeadline {
		return fmt.Errorf("limits.deadline: is %.40q: it takes 1ms to %v", f.Limits.Deadline, maxDeadline)
	}
	output, err := bytesize.Parse(f.Limits.Output)
	if err != nil || output < 1 || output > maxOutput {
		return fmt.Errorf("limits.output: is %.40q: it takes 1B to %v", f.Limits.Output, maxOutput)
	}
	m.Limits = abi.Limits{Fuel: f.Limits.Fuel, Memory: uint64(memory), Deadline: deadline, Output: int(output)}
	return nil
}
