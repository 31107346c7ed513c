package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/naru-rag/naru/access"
)

// DefaultFile is the file that is read where none is named, if it is there.
const DefaultFile = "naru.yaml"

// maxFile is the size of the largest file, in bytes.
const maxFile = 256 << 10

// Load reads a configuration: the defaults, over them the file at path, over
// that the variables of environ, which has the form of os.Environ. An empty
// path means the file that NARU_CONFIG names, or DefaultFile where there is
// one. The error joins one [Error] for each thing that is wrong.
func Load(path string, environ []string) (*Config, error) {
	variables := variablesOf(environ)
	content, path, err := read(path, variables[fileVariable])
	if err != nil {
		return nil, err
	}
	c := Default()
	c.File = path
	o := &origins{file: path, lines: map[string]int{}, byName: map[string]string{}}
	if path == "" {
		// What is wrong without a file is a variable, or a default.
		o.file = "defaults"
	}
	o.decode(content, c)
	elements(reflect.ValueOf(c).Elem(), "", variables)
	keys := settable(reflect.ValueOf(c).Elem(), "")
	o.overlay(keys, variables)
	referred := o.resolveSecrets(keys, filepath.Dir(path), variables)
	o.unknownVariables(keys, variables, referred)
	for i := range c.Sources {
		if s := &c.Sources[i]; s.Tenant == "" {
			s.Tenant = DefaultTenant
		}
	}
	for i := range c.Access.OIDC {
		s := &c.Access.OIDC[i]
		s.Tenant, s.Role = cmp.Or(s.Tenant, DefaultTenant), cmp.Or(s.Role, access.Reader)
	}
	c.Residency.fill()
	if len(o.wrong) == 0 {
		o.check(c)
	}
	c.given = o
	if err := o.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// read returns the file that is to be read and its path: both empty where none
// is named and the default one is not there.
func read(path, variable string) (content []byte, from string, err error) {
	named := path != "" || variable != ""
	if path == "" {
		path = variable
	}
	if !named {
		path = DefaultFile
	}
	file, err := os.Open(path)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("read configuration: %w", err)
	}
	defer file.Close()
	content, err = io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, "", fmt.Errorf("read configuration: %w", err)
	}
	if len(content) > maxFile {
		return nil, "", fmt.Errorf("read configuration: %s has more than %d bytes", path, maxFile)
	}
	return content, path, nil
}

// resolveSecrets replaces references by what they refer to, and returns the
// variables among that.
func (o *origins) resolveSecrets(keys []setting, dir string, variables map[string]string) map[string]bool {
	referred := map[string]bool{}
	for _, k := range keys {
		secret, ok := k.value.Interface().(Secret)
		if !ok {
			continue
		}
		from := dir
		if _, ok := o.byName[k.key]; ok {
			from = "."
		}
		value, variable, err := secret.resolve(from, variables)
		if variable != "" {
			referred[variable] = true
		}
		if err != nil {
			o.wrongKey(k.key, "%v", err)
			continue
		}
		k.value.Set(reflect.ValueOf(value))
	}
	return referred
}

func variablesOf(environ []string) map[string]string {
	variables := make(map[string]string, len(environ))
	for _, entry := range environ {
		if name, value, ok := strings.Cut(entry, "="); ok {
			variables[name] = value
		}
	}
	return variables
}
