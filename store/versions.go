package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// An index is an alias, by the name in Options.Collection, on a collection
// name-vN. What was made by other rules (analyzer, chunking, model) goes into
// the next version, which is built beside the one that answers and takes its
// place in one moment: see [Store.Build].

// Version is one edition of an index.
type Version struct {
	Number     int    `json:"version"`
	Collection string `json:"collection"`
	// Rules are what its passages and vectors were made by.
	Rules string `json:"rules"`
	// Model is what its vectors of meaning are made by; empty where it has none.
	Model string `json:"model"`
	// Fusion is how a search in it brings words and meaning together; empty where it
	// has no vectors.
	Fusion Fusion `json:"fusion"`
	// Complete is set once everything is in it and it was checked.
	Complete bool `json:"complete"`
	// Serving is set for the one that answers.
	Serving bool `json:"serving"`
}

// String returns the version as answers name it, such as "naru-v2".
func (v Version) String() string { return v.Collection }

// The metadata of a collection of ours.
const (
	metaRules    = "naru_rules"
	metaModel    = "naru_model"
	metaFusion   = "naru_fusion"
	metaComplete = "naru_complete"
)

// metadata is what a collection says of itself.
func metadata(v Version) map[string]*qdrant.Value {
	return map[string]*qdrant.Value{
		metaRules:    qdrant.NewValueString(v.Rules),
		metaModel:    qdrant.NewValueString(v.Model),
		metaFusion:   qdrant.NewValueString(string(v.Fusion)),
		metaComplete: qdrant.NewValueBool(v.Complete),
	}
}

// wanted is a version as it would be made now.
func (s *Store) wanted(v Version) Version {
	v.Rules, v.Model, v.Fusion = s.opt.Rules, s.opt.Vectors.Model, ""
	if v.Model != "" {
		v.Fusion = s.opt.Fusion
	}
	return v
}

// Stale names what a version is made by that is not as Options say: "rules",
// "model", "fusion". The next build has it.
func (s *Store) Stale(v Version) (what []string) {
	w := s.wanted(v)
	for name, differs := range map[string]bool{"rules": v.Rules != w.Rules, "model": v.Model != w.Model, "fusion": v.Fusion != w.Fusion} {
		if differs {
			what = append(what, name)
		}
	}
	slices.Sort(what)
	return what
}

// ErrNoVersion is returned where there is no earlier version to go back to.
var ErrNoVersion = errors.New("there is no earlier complete version of the index")

// versionName is the collection of a version.
func (s *Store) versionName(number int) string {
	return fmt.Sprintf("%s-v%d", s.opt.Collection, number)
}

// Versions lists the versions of the index, the oldest first.
func (s *Store) Versions(ctx context.Context) ([]Version, error) {
	serving, err := s.serving(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.collections.List(ctx, &qdrant.ListCollectionsRequest{})
	if err != nil {
		return nil, fmt.Errorf("list collections: %w", err)
	}
	var versions []Version
	for _, c := range list.GetCollections() {
		digits, ok := strings.CutPrefix(c.GetName(), s.opt.Collection+"-v")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n < 1 {
			continue
		}
		v, err := s.version(ctx, n)
		if err != nil {
			return nil, err
		}
		v.Serving = v.Collection == serving
		versions = append(versions, v)
	}
	slices.SortFunc(versions, func(a, b Version) int { return cmp.Compare(a.Number, b.Number) })
	return versions, nil
}

// version reads what a collection says of itself.
func (s *Store) version(ctx context.Context, number int) (Version, error) {
	v, err := s.describe(ctx, s.versionName(number))
	v.Number = number
	return v, err
}

// describe reads what the collection of this name says of itself.
func (s *Store) describe(ctx context.Context, collection string) (Version, error) {
	v := Version{Collection: collection}
	info, err := s.collections.Get(ctx, &qdrant.GetCollectionInfoRequest{CollectionName: collection})
	if err != nil {
		return v, fmt.Errorf("look at collection %s: %w", collection, err)
	}
	meta := info.GetResult().GetConfig().GetMetadata()
	v.Rules, v.Model, v.Complete = meta[metaRules].GetStringValue(), meta[metaModel].GetStringValue(), meta[metaComplete].GetBoolValue()
	v.Fusion = Fusion(meta[metaFusion].GetStringValue())
	return v, nil
}

// serving returns the collection that the alias leads to; empty where there is
// no alias.
func (s *Store) serving(ctx context.Context) (string, error) {
	aliases, err := s.collections.ListAliases(ctx, &qdrant.ListAliasesRequest{})
	if err != nil {
		return "", fmt.Errorf("list aliases: %w", err)
	}
	for _, a := range aliases.GetAliases() {
		if a.GetAliasName() == s.opt.Collection {
			return a.GetCollectionName(), nil
		}
	}
	return "", nil
}

// resolvedFor is how long a search trusts where the alias led to. A switch by
// this process is seen at once, one by another within this time.
const resolvedFor = time.Second

// resolution is where the alias led to, and when that was looked up.
type resolution struct {
	mu      sync.Mutex
	version Version
	at      time.Time
}

// current returns the version to search in. A search names the version that it
// found in, so it asks that and not the alias.
func (s *Store) current(ctx context.Context) (Version, error) {
	r := s.resolved
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := s.opt.Clock(); r.version.Collection == "" || now.Sub(r.at) > resolvedFor {
		name, err := s.serving(ctx)
		if err != nil {
			return Version{}, err
		}
		if name == "" {
			name = s.opt.Collection // a version itself, or nothing yet
		}
		if name != r.version.Collection { // what a version was made by does not change
			v, err := s.describe(ctx, name)
			if err != nil && status.Code(err) != codes.NotFound {
				return Version{}, err
			}
			r.version = v
		}
		r.at = now
	}
	return r.version, nil
}

func (r *resolution) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version = Version{}
}

// Serving returns the version that answers.
func (s *Store) Serving(ctx context.Context) (Version, error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return Version{}, err
	}
	for _, v := range versions {
		if v.Serving {
			return v, nil
		}
	}
	return Version{}, fmt.Errorf("index %s: no version answers; has anything been indexed?", s.opt.Collection)
}

// Exists tells whether there is an index, or something else by its name. Unlike
// [Store.Ensure] it makes none.
func (s *Store) Exists(ctx context.Context) (bool, error) {
	r, err := s.collections.CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: s.opt.Collection})
	if err != nil {
		return false, fmt.Errorf("look for index %s: %w", s.opt.Collection, err)
	}
	if r.GetResult().GetExists() {
		return true, nil
	}
	versions, err := s.Versions(ctx)
	return len(versions) > 0, err
}

// point leads the alias to a collection, in one moment for every reader.
func (s *Store) point(ctx context.Context, to string) error {
	serving, err := s.serving(ctx)
	if err != nil || serving == to {
		return err
	}
	var actions []*qdrant.AliasOperations
	if serving != "" {
		actions = append(actions, &qdrant.AliasOperations{Action: &qdrant.AliasOperations_DeleteAlias{
			DeleteAlias: &qdrant.DeleteAlias{AliasName: s.opt.Collection},
		}})
	}
	actions = append(actions, &qdrant.AliasOperations{Action: &qdrant.AliasOperations_CreateAlias{
		CreateAlias: &qdrant.CreateAlias{CollectionName: to, AliasName: s.opt.Collection},
	}})
	if _, err := s.collections.UpdateAliases(ctx, &qdrant.ChangeAliases{Actions: actions}); err != nil {
		return fmt.Errorf("lead alias %s to collection %s: %w", s.opt.Collection, to, err)
	}
	s.resolved.forget()
	return nil
}

// Rollback leads the index back to the last complete version before the one
// that answers, and returns it, or [ErrNoVersion]. Both stay, so that Rollback
// can be undone by building again. A build that was begun is given up; where there
// is no earlier version that is all, and the one that answers is returned. Rules
// that led to the later version have to be taken back too, or the next run builds
// it again.
func (s *Store) Rollback(ctx context.Context) (Version, error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return Version{}, err
	}
	serving := slices.IndexFunc(versions, func(v Version) bool { return v.Serving })
	if serving < 0 {
		return Version{}, fmt.Errorf("index %s: %w", s.opt.Collection, ErrNoVersion)
	}
	if err := s.settle(ctx, versions[serving]); err != nil {
		return Version{}, err
	}
	givenUp := false
	for _, v := range versions[serving+1:] {
		if v.Complete {
			continue
		}
		if err := s.dropVersion(ctx, v); err != nil {
			return Version{}, err
		}
		givenUp = true
	}
	to := serving - 1
	for to >= 0 && !versions[to].Complete {
		to--
	}
	switch {
	case to < 0 && givenUp:
		return versions[serving], nil
	case to < 0:
		return Version{}, fmt.Errorf("index %s: %w", s.opt.Collection, ErrNoVersion)
	}
	v := versions[to]
	if err := s.point(ctx, v.Collection); err != nil {
		return Version{}, err
	}
	v.Serving = true
	return v, nil
}

// settle records that the version that answers is complete, where a kill came
// between the two. It does nothing where none answers.
func (s *Store) settle(ctx context.Context, serving Version) error {
	if !serving.Serving || serving.Complete {
		return nil
	}
	return s.complete(ctx, serving)
}

// Each returns a store over every version of the index, also those that were gone
// back from or are being built, the oldest first.
func (s *Store) Each(ctx context.Context) ([]*Store, error) {
	versions, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]*Store, len(versions))
	for i, v := range versions {
		all[i] = s.at(v)
	}
	return all, nil
}

// complete records that everything is in a version.
func (s *Store) complete(ctx context.Context, v Version) error {
	v.Complete = true
	_, err := s.collections.Update(ctx, &qdrant.UpdateCollection{CollectionName: v.Collection, Metadata: metadata(v)})
	if err != nil {
		return fmt.Errorf("mark collection %s as complete: %w", v.Collection, err)
	}
	return nil
}
