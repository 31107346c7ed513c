package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Secret is a text that is not to be shown. It is configured as itself, as
// ${NAME} for the value of a variable, or as file:PATH for what a file holds,
// without the line ends behind it.
type Secret string

// masked stands for a secret wherever one is printed.
const masked = "[secret]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from encoders and loggers.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// maxSecret is the largest file that a secret is read from, in bytes.
const maxSecret = 64 << 10

// resolve follows a reference; relative paths start at dir. The second result
// is the variable that was referred to.
func (s Secret) resolve(dir string, variables map[string]string) (Secret, string, error) {
	text := string(s)
	if name, ok := strings.CutPrefix(text, "${"); ok {
		name, ok = strings.CutSuffix(name, "}")
		if !ok || name == "" {
			return "", "", errors.New("must have the form ${NAME}")
		}
		value, ok := variables[name]
		if !ok || value == "" {
			return "", name, fmt.Errorf("refers to the variable %s, which is not set", name)
		}
		return Secret(value), name, nil
	}
	path, ok := strings.CutPrefix(text, "file:")
	if !ok {
		return s, "", nil
	}
	path = within(dir, path)
	info, err := os.Stat(path)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxSecret) {
		err = fmt.Errorf("%s is no file of at most %d bytes", path, maxSecret)
	}
	if err != nil {
		return "", "", fmt.Errorf("refers to a file: %w", err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", "", fmt.Errorf("refers to a file: %w", err)
	}
	value := strings.TrimRight(string(content), "\r\n")
	if value == "" {
		return "", "", fmt.Errorf("refers to the file %s, which is empty", path)
	}
	return Secret(value), "", nil
}

// within makes a relative path one from the working directory.
func within(dir, path string) string {
	if path == "" || dir == "." || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
