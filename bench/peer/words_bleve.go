package peer

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/standard"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/naru-rag/naru/bench/data"
)

// bleveIndex is bleve with its default index, scorch, set up as somebody would
// who knows it: a field and an analyzer for each language, BM25, the text kept,
// and nothing kept for what is never asked for (phrases, sorting, searching all
// fields at once). Each batch is synced, as scorch does by default.
type bleveIndex struct{ bleve.Index }

// analyzers are bleve's own by language; standard is for the others.
var analyzers = map[string]string{
	"ar": ar.AnalyzerName, "de": de.AnalyzerName, "en": en.AnalyzerName, "es": es.AnalyzerName, "hi": hi.AnalyzerName,
	"ja": cjk.AnalyzerName, "ko": cjk.AnalyzerName, "zh": cjk.AnalyzerName,
}

// OpenBleve opens the Index of bleve.
func OpenBleve(dir string) (Index, error) {
	path := filepath.Join(dir, "bleve")
	if _, err := os.Stat(path); err == nil {
		x, err := bleve.Open(path)
		return bleveIndex{x}, err
	}
	x, err := bleve.NewUsing(path, bleveMapping(), scorch.Name, scorch.Name, nil)
	return bleveIndex{x}, err
}

func bleveMapping() *mapping.IndexMappingImpl {
	field := func(analyzer string) *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = analyzer
		f.IncludeTermVectors, f.IncludeInAll, f.DocValues = false, false, false
		return f
	}
	m := bleve.NewIndexMapping()
	m.ScoringModel = index.BM25Scoring
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	for language, analyzer := range analyzers {
		m.DefaultMapping.AddFieldMappingsAt(language, field(analyzer))
	}
	m.DefaultMapping.AddFieldMappingsAt(otherLanguages, field(standard.Name))
	return m
}

const otherLanguages = "other"

// fieldOf is the field of a language.
func fieldOf(language string) string {
	if _, ok := analyzers[language]; ok {
		return language
	}
	return otherLanguages
}

func (x bleveIndex) Put(first int, passages []data.Passage) error {
	batch := x.NewBatch()
	for i, p := range passages {
		if err := batch.Index(strconv.Itoa(first+i), map[string]any{fieldOf(p.Language): p.Title + "\n" + p.Text}); err != nil {
			return err
		}
	}
	return x.Batch(batch)
}

func (x bleveIndex) Ask(q data.Question, limit int) ([]int, error) {
	match := bleve.NewMatchQuery(q.Text)
	match.SetField(fieldOf(q.Language))
	request := bleve.NewSearchRequestOptions(match, limit, 0, false)
	request.Fields = []string{fieldOf(q.Language)}
	result, err := x.Search(request)
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(result.Hits))
	for i, hit := range result.Hits {
		if numbers[i], err = strconv.Atoi(hit.ID); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}
