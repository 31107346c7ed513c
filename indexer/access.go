package indexer

import (
	"fmt"
	"slices"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
)

// AccessError: a document says of itself what its source does not let it.
type AccessError struct {
	uri string
	err error
}

func (e *AccessError) Error() string { return fmt.Sprintf("read %s: %v", e.uri, e.err) }
func (e *AccessError) Unwrap() error { return e.err }

// narrowed returns who may see a document: what its source says, less what the
// document itself excludes. A document that says otherwise is not indexed:
// neither to follow it nor to ignore it could be right.
func narrowed(source rag.Access, says extract.Access) (rag.Access, error) {
	if says.Unclear != "" {
		return rag.Access{}, fmt.Errorf("its front matter names %s in a way that cannot be read: write them as [a, b]", says.Unclear)
	}
	if says.Tenant != "" && says.Tenant != source.Tenant {
		return rag.Access{}, fmt.Errorf("its front matter names tenant %q and its source is of another: take that out, or index it with the other source", says.Tenant)
	}
	if says.Region != "" && source.Region != "" && says.Region != source.Region {
		return rag.Access{}, fmt.Errorf("its front matter names region %q and its source belongs to %q", says.Region, source.Region)
	}
	if says.Region != "" {
		source.Region = says.Region
	}
	if says.Principals == nil {
		return source, nil
	}
	if len(source.Principals) == 0 {
		source.Principals = says.Principals
		return source, nil
	}
	var both []string
	for _, p := range source.Principals {
		if slices.Contains(says.Principals, p) {
			both = append(both, p)
		}
	}
	if len(both) == 0 {
		return rag.Access{}, fmt.Errorf("its front matter names principals %q, none of whom its source lets see it", says.Principals)
	}
	source.Principals = both
	return source, nil
}
