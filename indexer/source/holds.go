package source

import "strings"

// Holds implements [Source].
func (f *Folder) Holds(uri string) bool { return uri == f.name || under(f.name, uri) }

// below is what the URIs of everything in a folder begin with. What is in "."
// is named without it, as people do.
func below(folder string) string {
	switch folder {
	case ".":
		return ""
	case "/":
		return folder
	}
	return folder + "/"
}

// under tells whether a URI is one of what is in a folder or below it.
func under(folder, uri string) bool {
	if folder == "." {
		return !strings.HasPrefix(uri, "/") && uri != ".." && !strings.HasPrefix(uri, "../")
	}
	return strings.HasPrefix(uri, below(folder))
}
