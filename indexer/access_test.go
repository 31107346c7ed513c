package indexer

import (
	"reflect"
	"strings"
	"testing"

	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
)

// TestMetadataOnlyNarrows: what a document says of itself takes away and never
// gives.
func TestMetadataOnlyNarrows(t *testing.T) {
	open := rag.Access{Tenant: "ferry"}
	crew := rag.Access{Tenant: "ferry", Principals: []string{"crew", "captain"}, Region: "kr"}
	for _, tt := range []struct {
		name   string
		source rag.Access
		front  string
		want   rag.Access
		err    string
	}{
		{"nothing", crew, "title: x", crew, ""},
		{"principals of an open source", open, "principals: [crew]", rag.Access{Tenant: "ferry", Principals: []string{"crew"}}, ""},
		{"fewer principals", crew, "principals: captain, guest", rag.Access{Tenant: "ferry", Principals: []string{"captain"}, Region: "kr"}, ""},
		{"other principals", crew, `principals: ["guest"]`, rag.Access{}, "none of whom"},
		{"no principals", crew, "principals: []", rag.Access{}, "cannot be read"},
		{"a list below", open, "principals:\n- crew", rag.Access{}, "cannot be read"},
		{"half a list", open, "principals: [crew", rag.Access{}, "cannot be read"},
		{"the same tenant", crew, "tenant: ferry", crew, ""},
		{"another tenant", crew, "tenant: bank", rag.Access{}, "source is of another"},
		{"a region", open, "region: fr", rag.Access{Tenant: "ferry", Region: "fr"}, ""},
		{"another region", crew, "region: fr", rag.Access{}, `belongs to "kr"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := extract.Extract("a.md", "", []byte("---\n"+tt.front+"\n---\nThe ferry leaves.\n"), extract.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := narrowed(tt.source, text.Access)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error is %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("access is %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}
