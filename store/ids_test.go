package store

import "testing"

// The ids are in every index there is: these must never change.
func TestIDsAreStable(t *testing.T) {
	if got, want := PassageID("ferry", "doc", 3), "c46fb839-c5e8-8d4e-aea5-13bdf6f07dec"; got != want {
		t.Errorf("PassageID is %s, want %s", got, want)
	}
	if got, want := DocumentID("ferry", "file:///a.txt"), "55a7620500e88cc78edd25d1300a5b4c"; got != want {
		t.Errorf("DocumentID is %s, want %s", got, want)
	}
}

func TestIDsDoNotCollide(t *testing.T) {
	seen := map[string]string{}
	for name, id := range map[string]string{
		"a, b":     DocumentID("a", "b"),
		"ab":       DocumentID("ab", ""),
		"empty ab": DocumentID("", "ab"),
		"a,b 0":    PassageID("a", "b", 0),
		"a,b 1":    PassageID("a", "b", 1),
		"ab 0":     PassageID("ab", "", 0),
		"a,b0 0":   PassageID("a", "b\x00", 0),
	} {
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s are both %s", name, other, id)
		}
		seen[id] = name
	}
}
