package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Key signs checkpoints.
type Key struct {
	signer   note.Signer
	verifier Verifier
}

// Verifier tells what a key has signed. Its text is that of package note: the log's
// name, a short hash and the public key.
type Verifier struct {
	note.Verifier
	text string
}

func (v Verifier) String() string { return v.text }

// NewKey makes a key for a log of a name, which stands in each checkpoint: a text
// without spaces and plus signs, such as an address. It returns the key's text.
func NewKey(rand io.Reader, name string) (string, error) {
	text, _, err := note.GenerateKey(rand, name)
	if err != nil {
		return "", err
	}
	_, err = ParseKey(text)
	return text, err
}

var errKey = errors.New("no key of an audit log: it begins with PRIVATE+KEY+")

// ParseKey reads the text of a key.
func ParseKey(text string) (Key, error) {
	signer, err := note.NewSigner(text)
	if err != nil {
		return Key{}, errKey // its text is a secret
	}
	parts := strings.SplitN(text, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return Key{}, errKey
	}
	public, err := note.NewEd25519VerifierKey(signer.Name(), ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey))
	if err != nil {
		return Key{}, err
	}
	v, err := ParseVerifier(public)
	return Key{signer, v}, err
}

// ParseVerifier reads the text of a verifier.
func ParseVerifier(text string) (Verifier, error) {
	v, err := note.NewVerifier(text)
	if err != nil {
		return Verifier{}, fmt.Errorf("%.80q is no public key of an audit log, as `naru audit key` prints it: %w", text, err)
	}
	return Verifier{v, text}, nil
}

// Verifier is the public half.
func (k Key) Verifier() Verifier { return k.verifier }

// Checkpoint is a tree as its key has signed it.
type Checkpoint struct {
	// Size is how many records there are.
	Size int64
	Root tlog.Hash
}

// checkpointText is what is signed (C2SP tlog-checkpoint): the log's name, the size and
// the root, a line each.
func checkpointText(name string, c Checkpoint) string {
	return fmt.Sprintf("%s\n%d\n%s\n", name, c.Size, c.Root)
}

func (k Key) sign(c Checkpoint) (string, error) {
	signed, err := note.Sign(&note.Note{Text: checkpointText(k.signer.Name(), c)}, k.signer)
	return string(signed), err
}

// Open reads a checkpoint and checks that the key has signed it. It takes one way to
// write it only.
func (v Verifier) Open(signed string) (c Checkpoint, err error) {
	n, err := note.Open([]byte(signed), note.VerifierList(v.Verifier))
	if err != nil {
		return c, fmt.Errorf("the checkpoint is not signed by %s: %w", v.Name(), err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 3 {
		return c, errors.New("the checkpoint has too few lines")
	}
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return c, fmt.Errorf("the checkpoint has the size %.40q", lines[1])
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, fmt.Errorf("the checkpoint's root: %w", err)
	}
	if n.Text != checkpointText(v.Name(), c) || len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		return c, errors.New("the checkpoint is not written as it was signed")
	}
	// Base64 has spare bits at its end, which no signature covers.
	signature, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	line := fmt.Sprintf("\n— %s %s\n", v.Name(), base64.StdEncoding.EncodeToString(signature))
	if err != nil || signed != n.Text+line {
		return c, errors.New("the checkpoint's signature is not written as it was made")
	}
	return c, nil
}
