package source

import "strings"

// Holds implements [Source].
func (f *Folder) Holds(key string) bool { return key == f.key || under(f.key, key) }

// keyOf returns the key of the item or folder of a URI of this folder.
func (f *Folder) keyOf(uri string) string {
	if uri == f.name {
		return f.key
	}
	return below(f.key) + strings.TrimPrefix(uri, below(f.name))
}

// below is what the URIs and keys of everything in a folder begin with. What is
// in "." is named without it, as people do.
func below(folder string) string {
	switch folder {
	case ".":
		return ""
	case "/":
		return folder
	}
	return folder + "/"
}

// under tells whether a key is one of what is in a folder or below it.
func under(folder, key string) bool {
	if folder == "." {
		return !strings.HasPrefix(key, "/") && key != ".." && !strings.HasPrefix(key, "../")
	}
	return strings.HasPrefix(key, below(folder)) && !strings.HasPrefix(key[len(below(folder)):], "../")
}
