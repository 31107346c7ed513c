package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Hash stands for a text that is not in the log: HMAC-SHA256 under the log's salt, in
// hexadecimal digits. Empty stands for none.
type Hash string

// MinSalt is the length of the shortest salt, in bytes.
const MinSalt = 16

// Salt is what texts are hashed with. Who has it can tell whether a hash is that of a
// text which they can guess.
type Salt []byte

// Caller is the hash of a caller's id.
func (s Salt) Caller(id string) Hash { return s.hash("caller", id) }

// Question is the hash of a question's text.
func (s Salt) Question(text string) Hash { return s.hash("question", text) }

// Passage is the hash of the text of a passage as it was shown.
func (s Salt) Passage(text string) Hash { return s.hash("passage", text) }

// hash keeps texts of different kinds apart: a question that is somebody's id is not
// known by it.
func (s Salt) hash(kind, text string) Hash {
	if text == "" {
		return ""
	}
	mac := hmac.New(sha256.New, s)
	fmt.Fprintf(mac, "%s\x00%s", kind, text)
	return Hash(hex.EncodeToString(mac.Sum(nil)))
}

func (s Salt) check() error {
	if len(s) < MinSalt {
		return fmt.Errorf("the audit log's salt has %d bytes: at least %d are needed", len(s), MinSalt)
	}
	return nil
}
