package access

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/state"
)

// Cache is how long what was read of a key counts.
const Cache = 10 * time.Second

// most is how many keys are remembered at once.
const most = 10_000

// Key is an API key as it is kept: all but its secret.
type Key struct {
	// ID is public, and names the key.
	ID string `json:"id"`
	// Name is what the operator calls it.
	Name string `json:"name,omitempty"`
	// Asker is as whom it asks. Its tenant is required.
	Asker rag.Asker `json:"asker"`
	Role  Role      `json:"role"`
	// PerMinute is how often it may come; zero is without limit.
	PerMinute int       `json:"per_minute,omitempty"`
	Created   time.Time `json:"created"`
	// Expires is when it is refused; zero is never.
	Expires time.Time `json:"expires,omitzero"`
}

// stored is a key in the state, with the SHA-256 of its secret. The secret has 256
// random bits, so that there is nothing for a slow hash to slow down.
type stored struct {
	Key
	Hash []byte `json:"hash"`
}

// Options are what keys need besides the state.
type Options struct {
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
	// NewText makes random text of letters and digits, of at least 128 bits, none
	// twice; required by [Keys.Add] alone.
	NewText func() string
}

// Keys are the API keys in a state. It is safe for concurrent use.
type Keys struct {
	state state.Store
	opt   Options

	mu   sync.Mutex
	seen map[string]seen
}

type seen struct {
	key stored
	at  time.Time
}

// NewKeys returns the keys in a state.
func NewKeys(s state.Store, opt Options) *Keys {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	return &Keys{state: s, opt: opt, seen: map[string]seen{}}
}

const (
	kind = "key/"
	// A token is the prefix, the id, a line and the secret. The prefix has secret
	// scanners find what was published by mistake.
	prefix   = "naru_"
	idLength = 10
)

// Add keeps a new key and returns it with the token that its owner sends, which
// cannot be had again.
func (k *Keys) Add(ctx context.Context, key Key) (Key, string, error) {
	switch {
	case key.Asker.Tenant == "":
		return Key{}, "", errors.New("a key needs a tenant")
	case !slices.Contains(Roles, key.Role):
		return Key{}, "", fmt.Errorf("%q is no role: there are %s and %s", key.Role, Reader, Editor)
	case key.PerMinute < 0:
		return Key{}, "", fmt.Errorf("a key cannot come %d times a minute", key.PerMinute)
	case !key.Expires.IsZero() && !key.Expires.After(k.opt.Clock()):
		return Key{}, "", fmt.Errorf("the key would have expired at %s already", key.Expires.Format(time.RFC3339))
	}
	key.ID = strings.ToLower(k.opt.NewText()[:idLength])
	key.Created = k.opt.Clock().UTC().Truncate(time.Second)
	secret := k.opt.NewText() + k.opt.NewText()
	hash := sha256.Sum256([]byte(secret))
	value, err := json.Marshal(stored{key, hash[:]})
	if err != nil {
		return Key{}, "", err
	}
	if _, err := k.state.Put(ctx, state.Entry{Key: kind + key.ID, Value: value}); err != nil {
		return Key{}, "", err
	}
	return key, prefix + key.ID + "_" + secret, nil
}

// List returns all keys, in the order that they were made in.
func (k *Keys) List(ctx context.Context) ([]Key, error) {
	const page = 100
	var keys []Key
	for after := ""; ; {
		entries, err := k.state.Scan(ctx, kind, after, page)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			key, err := decode(e)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key.Key)
		}
		if len(entries) < page {
			break
		}
		after = entries[page-1].Key
	}
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID)) })
	return keys, nil
}

// Remove takes a key away, by its id; [state.ErrNotFound] where there is none.
func (k *Keys) Remove(ctx context.Context, id string) error {
	for {
		e, err := k.state.Get(ctx, kind+id)
		if err != nil {
			return err
		}
		if err := k.state.Delete(ctx, e); !errors.Is(err, state.ErrConflict) {
			return err
		}
	}
}

// Caller is whose token this is.
func (k *Keys) Caller(ctx context.Context, token string) (Caller, error) {
	id, secret, ok := strings.Cut(strings.TrimPrefix(token, prefix), "_")
	if !ok || len(id) != idLength || secret == "" || strings.Contains(id, "/") {
		return Caller{}, fmt.Errorf("%w: it is not a key of ours", ErrUnknown)
	}
	key, err := k.get(ctx, id)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return Caller{}, fmt.Errorf("%w: there is no key %q", ErrUnknown, id)
	case ctx.Err() != nil:
		return Caller{}, ctx.Err()
	case err != nil:
		return Caller{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	hash := sha256.Sum256([]byte(secret))
	switch {
	case subtle.ConstantTimeCompare(hash[:], key.Hash) != 1:
		return Caller{}, fmt.Errorf("%w: the secret of key %s is another", ErrUnknown, id)
	case !key.Expires.IsZero() && !k.opt.Clock().Before(key.Expires):
		return Caller{}, fmt.Errorf("%w: key %s has expired", ErrUnknown, id)
	}
	return Caller{ID: "key:" + id, Asker: key.Asker, Role: key.Role, PerMinute: key.PerMinute}, nil
}

func (k *Keys) get(ctx context.Context, id string) (stored, error) {
	now := k.opt.Clock()
	k.mu.Lock()
	s, ok := k.seen[id]
	k.mu.Unlock()
	if ok && now.Sub(s.at) < Cache {
		return s.key, nil
	}
	e, err := k.state.Get(ctx, kind+id)
	if err != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.seen, id)
		return stored{}, err
	}
	key, err := decode(e)
	if err != nil {
		return stored{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.seen) >= most {
		clear(k.seen)
	}
	k.seen[id] = seen{key, now}
	return key, nil
}

func decode(e state.Entry) (key stored, err error) {
	if err := json.Unmarshal(e.Value, &key); err != nil {
		return stored{}, fmt.Errorf("the entry %s is no key: %w", e.Key, err)
	}
	return key, nil
}
