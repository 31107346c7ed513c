package store

import "context"

// Orphan is a document of which passages are stored, and not what stands for the
// document as a whole.
type Orphan struct {
	ID, URI string
	// Source and Key are those of Entry.
	Source, Key string
	// Hash is that of the content that the passages are of.
	Hash string
}

// Orphans looks through up to limit passages of a tenant, from the mark after on, for
// those whose document is not there: a server that stopped in the middle of the first
// Put of a document keeps such. So does a Put that is under way. The marks are as those
// of [Store.Page].
func (s *Store) Orphans(ctx context.Context, tenant, after string, limit int) (orphans []Orphan, next string, err error) {
	filter, err := s.owned(tenant, ordinalsFrom(1))
	if err != nil {
		return nil, "", s.wrap(err, "look for passages without documents")
	}
	points, next, err := s.pageOf(ctx, tenant, filter, []string{fieldDocument, fieldURI, fieldSource, fieldKey, fieldHash}, after, limit)
	if err != nil {
		return nil, "", err
	}
	var (
		ids  []string
		seen = map[string]payload{}
	)
	for _, point := range points {
		p := payload(point.GetPayload())
		if id := p.text(fieldDocument); seen[id] == nil {
			seen[id] = p
			ids = append(ids, id)
		}
	}
	there, err := s.Infos(ctx, tenant, ids)
	if err != nil {
		return nil, "", err
	}
	for _, id := range ids {
		if _, whole := there[id]; !whole {
			p := seen[id]
			orphans = append(orphans, Orphan{ID: id, URI: p.text(fieldURI), Source: p.text(fieldSource), Key: p.text(fieldKey), Hash: p.text(fieldHash)})
		}
	}
	return orphans, next, nil
}
