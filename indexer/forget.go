package indexer

import (
	"context"
	"fmt"
	"slices"
)

// forgetAtOnce is how many documents one request names: their ids have to fit
// into a message.
const forgetAtOnce = 10_000

// Forget removes the documents that came from sources of a kind and whose key is under
// something, whether they are there or not, and returns how many those
// were; see source.Under. They are removed from every version of the index:
// neither going back to the version before nor finishing one that is being built
// brings them back. A later run over a source that still has them does.
func (ix *Indexer) Forget(ctx context.Context, kind string, under func(key string) bool) (int, error) {
	versions, err := ix.store.Each(ctx)
	if err != nil {
		return 0, err
	}
	forgotten := map[string]bool{}
	for _, version := range versions {
		var ids []string
		for info, err := range version.Documents(ctx, ix.access.Tenant, kind) {
			if err != nil {
				return len(forgotten), fmt.Errorf("list what is indexed: %w", err)
			}
			if under(info.Key) {
				ids = append(ids, info.ID)
			}
		}
		for some := range slices.Chunk(ids, forgetAtOnce) {
			// Of what is in two versions it is told once.
			fresh := slices.DeleteFunc(slices.Clone(some), func(id string) bool { return forgotten[id] })
			if len(fresh) > 0 {
				if err := ix.deleting(ctx, fresh, Forgotten); err != nil {
					return len(forgotten), fmt.Errorf("forget: %w", err)
				}
			}
			if err := version.Delete(ctx, ix.access.Tenant, some...); err != nil {
				return len(forgotten), fmt.Errorf("forget: %w", err)
			}
			for _, id := range some {
				forgotten[id] = true
			}
		}
	}
	return len(forgotten), nil
}
