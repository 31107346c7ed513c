package embedded

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// UpdateAliases changes aliases in the order given, all of it or nothing, in
// one moment for every reader.
func (s *collectionsServer) UpdateAliases(ctx context.Context, r *qdrant.ChangeAliases) (*qdrant.CollectionOperationResponse, error) {
	return s.operation(ctx, r, r.Timeout, func(ctx context.Context) (bool, error) {
		e := s.engine
		return true, e.write(ctx, "update aliases", func(b *pebble.Batch) (func(), error) {
			aliases := maps.Clone(e.aliases)
			for i, action := range r.GetActions() {
				if err := e.changeAlias(aliases, i, action); err != nil {
					return nil, err
				}
			}
			if maps.Equal(aliases, e.aliases) {
				return nil, nil
			}
			return func() { e.setAliases(aliases) }, putAliases(b, e.aliases, aliases)
		})
	})
}

// putAliases puts the exchange of all aliases into a batch.
func putAliases(b *pebble.Batch, old, aliases map[string]string) error {
	for alias := range old {
		if _, ok := aliases[alias]; !ok {
			if err := b.Delete(textKey(keyAlias, alias), nil); err != nil {
				return err
			}
		}
	}
	for alias, name := range aliases {
		if err := b.Set(textKey(keyAlias, alias), []byte(name), nil); err != nil {
			return err
		}
	}
	return nil
}

// setAliases puts aliases in place of all that there are; the writer is held.
func (e *Engine) setAliases(aliases map[string]string) {
	e.mu.Lock()
	e.aliases = aliases
	e.mu.Unlock()
}

// changeAlias applies one action to aliases.
func (e *Engine) changeAlias(aliases map[string]string, i int, action *qdrant.AliasOperations) error {
	switch a := action.GetAction().(type) {
	case *qdrant.AliasOperations_CreateAlias:
		name, alias := a.CreateAlias.GetCollectionName(), a.CreateAlias.GetAliasName()
		if err := checkCollectionName(alias); err != nil {
			return err
		}
		if e.collections[name] == nil {
			return noCollection(name)
		}
		if e.collections[alias] != nil {
			return status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", alias)
		}
		aliases[alias] = name
	case *qdrant.AliasOperations_RenameAlias:
		from, to := a.RenameAlias.GetOldAliasName(), a.RenameAlias.GetNewAliasName()
		if err := checkCollectionName(to); err != nil {
			return err
		}
		name, ok := aliases[from]
		if !ok {
			return notFound("Not found: Alias %s does not exists!", from)
		}
		if e.collections[to] != nil {
			return status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", to)
		}
		delete(aliases, from)
		aliases[to] = name
	case *qdrant.AliasOperations_DeleteAlias:
		delete(aliases, a.DeleteAlias.GetAliasName())
	default:
		return invalid("action %d on aliases is empty", i)
	}
	return nil
}

// ListCollectionAliases names the aliases of a collection, in order: none where
// there is no such collection.
func (s *collectionsServer) ListCollectionAliases(ctx context.Context, r *qdrant.ListCollectionAliasesRequest) (*qdrant.ListAliasesResponse, error) {
	return s.listAliases(ctx, r, func(name string) bool { return name == r.GetCollectionName() })
}

// ListAliases names every alias, in order.
func (s *collectionsServer) ListAliases(ctx context.Context, r *qdrant.ListAliasesRequest) (*qdrant.ListAliasesResponse, error) {
	return s.listAliases(ctx, r, func(string) bool { return true })
}

func (s *collectionsServer) listAliases(ctx context.Context, r proto.Message, of func(name string) bool) (*qdrant.ListAliasesResponse, error) {
	start := time.Now()
	if err := s.ready(ctx, r); err != nil {
		return nil, err
	}
	s.engine.mu.RLock()
	aliases := s.engine.aliases
	response := &qdrant.ListAliasesResponse{}
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		if of(aliases[alias]) {
			response.Aliases = append(response.Aliases, &qdrant.AliasDescription{AliasName: alias, CollectionName: aliases[alias]})
		}
	}
	s.engine.mu.RUnlock()
	response.Time = time.Since(start).Seconds()
	return response, nil
}
