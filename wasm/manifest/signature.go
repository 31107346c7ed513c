package manifest

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Key is a public key as it is written, "ed25519:" and the key in base64.
type Key string

const keyPrefix = "ed25519:"

// KeyOf writes a public key.
func KeyOf(public ed25519.PublicKey) Key {
	return Key(keyPrefix + base64.StdEncoding.EncodeToString(public))
}

// Public reads it.
func (k Key) Public() (ed25519.PublicKey, error) {
	text, ok := strings.CutPrefix(string(k), keyPrefix)
	public, err := base64.StdEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(public) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%.80q is no key: it takes ed25519: and 32 bytes in base64", string(k))
	}
	return public, nil
}

// Signature is a signature (Ed25519, RFC 8032) of a text, with the key that it can
// be verified by.
type Signature struct {
	Key   Key
	Bytes []byte
}

// signed is what the signature is of: the text with a name before it, so that it is
// none of anything else.
func signed(text []byte) []byte { return slices.Concat([]byte("naru plugin 1\n"), text) }

// Sign signs a text.
func Sign(private ed25519.PrivateKey, text []byte) *Signature {
	return &Signature{KeyOf(private.Public().(ed25519.PublicKey)), ed25519.Sign(private, signed(text))}
}

// Verify verifies it. It does not say whether the key is to be trusted.
func (s *Signature) Verify(text []byte) error {
	public, err := s.Key.Public()
	if err != nil {
		return err
	}
	if !ed25519.Verify(public, signed(text), s.Bytes) {
		return fmt.Errorf("the signature by %s is not one of what stands there: it was changed after it was signed", s.Key)
	}
	return nil
}

// String is the form of plugin.sig.
func (s *Signature) String() string {
	return string(s.Key) + " " + base64.StdEncoding.EncodeToString(s.Bytes) + "\n"
}

// ParseSignature reads the form of plugin.sig.
func ParseSignature(text []byte) (*Signature, error) {
	key, rest, ok := strings.Cut(strings.TrimSuffix(string(text), "\n"), " ")
	data, err := base64.StdEncoding.Strict().DecodeString(rest)
	if !ok || err != nil || len(data) != ed25519.SignatureSize {
		return nil, errors.New("this is no signature: it takes a key, a blank, and 64 bytes in base64")
	}
	s := &Signature{Key(key), data}
	_, err = s.Key.Public()
	return s, err
}

const pemType = "PRIVATE KEY"

// EncodeKey writes a private key in PEM (PKCS #8).
func EncodeKey(private ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}

// DecodeKey reads a private key in PEM.
func DecodeKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, errors.New("this is no private key in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("this is no private key in PKCS #8")
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("this key is not of Ed25519")
	}
	return private, nil
}
