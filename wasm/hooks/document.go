package hooks

import (
	"context"
	"fmt"

	"github.com/naru-rag/naru/indexer"
	"github.com/naru-rag/naru/indexer/extract"
	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/wasm/abi"
	"github.com/naru-rag/naru/wasm/host"
)

// document is a plugin that decides on documents.
type document struct {
	set *Set
	Member
}

// Rules implements indexer.Hook.
func (d document) Rules() string { return d.Member.Rules }

// Document implements indexer.Hook. The plugin may not be left out: its failure is an
// error.
func (d document) Document(ctx context.Context, r indexer.Reading) (indexer.Decision, error) {
	request := &abi.DocumentRequest{Header: d.set.header(abi.Document), Document: abi.DocumentText{
		ID: r.ID, URI: r.URI, Title: r.Title, Language: r.Language, Modified: moment(r.Modified), Metadata: r.Metadata, Text: r.Text,
	}}
	if request.Document.Metadata == nil {
		request.Document.Metadata = map[string]string{}
	}
	m := d.Member
	m.Essential = true
	call := host.Call{Hook: abi.Document, Audience: audience(rag.Asker{Tenant: r.Tenant, Principals: r.Principals, Regions: []string{r.Region}})}
	var response abi.DocumentResponse
	if _, _, err := ask(ctx, d.set, m, call, request, &response); err != nil {
		return indexer.Decision{}, err
	}
	decision := indexer.Decision{Annotations: map[string][]string{}}
	if response.Skip != "" {
		decision.Skip = fmt.Sprintf("plugin %s: %s", m.Name(), response.Skip)
		return decision, nil
	}
	for _, redaction := range response.Redact {
		decision.Redact = append(decision.Redact, extract.Redaction{Start: redaction.Start, End: redaction.End, Kind: redaction.Kind})
	}
	for name, values := range response.Annotate {
		decision.Annotations[m.Name()+"."+name] = values
	}
	return decision, nil
}
