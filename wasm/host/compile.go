package host

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// Files are the compiled form of a module, by name: machine code, which whoever
// loads it trusts.
type Files map[string][]byte

// Write writes the files into a folder.
func (f Files) Write(folder string) error {
	for name, data := range f {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%q is no name of a compiled module", name)
		}
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Compile compiles a metered module for this machine. It takes as long, and as much
// memory, as the module makes it: see package admit.
func Compile(ctx context.Context, code []byte) (Files, error) {
	e, err := newEngine(ctx, code, Files{})
	if err != nil {
		return nil, err
	}
	defer e.close(ctx)
	return e.made, nil
}

// engine is a wazero that has one compiled module.
type engine struct {
	runtime wazero.Runtime
	cache   wazero.CompilationCache
	module  wazero.CompiledModule
	// made are the files that were not there and had to be compiled.
	made Files
}

// newEngine compiles a module, or takes its compiled form from files. wazero reads
// and writes folders only, so that they get one of their own for as long.
func newEngine(ctx context.Context, code []byte, files Files) (e *engine, err error) {
	folder, err := os.MkdirTemp("", "naru-plugin-")
	if err != nil {
		return nil, fmt.Errorf("a folder for compiled modules: %w", err)
	}
	defer os.RemoveAll(folder)
	if err := files.Write(folder); err != nil {
		return nil, err
	}
	e = &engine{made: Files{}}
	defer func() {
		if err != nil {
			e.close(ctx)
		}
	}()
	if e.cache, err = wazero.NewCompilationCacheWithDir(folder); err != nil {
		return nil, err
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2).WithCompilationCache(e.cache))
	if e.module, err = e.runtime.CompileModule(ctx, code); err != nil {
		return nil, err
	}
	return e, fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || files[name] != nil {
			return err
		}
		e.made[name], err = fs.ReadFile(os.DirFS(folder), name)
		return err
	})
}

func (e *engine) close(ctx context.Context) {
	if e.runtime != nil {
		_ = e.runtime.Close(ctx)
	}
	if e.cache != nil {
		_ = e.cache.Close(ctx)
	}
}
