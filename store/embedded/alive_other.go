//go:build !unix

package embedded

// alive cannot be told here: the note is believed.
func alive(int) bool { return true }
