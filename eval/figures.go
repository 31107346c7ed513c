package eval

import (
	"github.com/naru-rag/naru/lang"
)

// Report is what was measured.
type Report struct {
	Files []Figures `json:"files"`
}

// Figures are the measures of one set. A measure that the set cannot give (it
// has no answers) is null.
type Figures struct {
	File      string  `json:"file"`
	Language  string  `json:"language"`
	Mode      string  `json:"mode"`
	Passages  int     `json:"passages"`
	Questions int     `json:"questions"`
	Recall1   float64 `json:"recall_1"`
	Recall5   float64 `json:"recall_5"`
	Recall10  float64 `json:"recall_10"`
	MRR10     float64 `json:"mrr_10"`
	NDCG10    float64 `json:"ndcg_10"`
	// AnswerRecall is the share of questions, of those with gold answers, where
	// one of these stands in the cited text.
	AnswerRecall *float64 `json:"answer_recall"`
	// CitationExact is the share of citations whose quote is what the indexed
	// text has at their offsets; null where nothing was cited.
	CitationExact *float64 `json:"citation_exact"`
	// AbstentionAUROC tells how well the answer's confidence separates the
	// questions from the same ones with their passage left out.
	AbstentionAUROC float64 `json:"abstention_auroc"`
	// Answered is the share of questions not abstained from; AnsweredWithout,
	// the same with the passage left out, where abstaining is right.
	Answered        float64 `json:"answered"`
	AnsweredWithout float64 `json:"answered_without"`
}

func sum(outcomes []outcome) Figures {
	f := Figures{Questions: len(outcomes)}
	var with, withoutGold []float64
	var asked, cited, citations, good int
	n := float64(len(outcomes))
	for _, o := range outcomes {
		f.Recall1 += o.ranking.recall(1) / n
		f.Recall5 += o.ranking.recall(5) / n
		f.Recall10 += o.ranking.recall(10) / n
		f.MRR10 += o.ranking.reciprocal(10) / n
		f.NDCG10 += o.ranking.ndcg(10) / n
		if o.hasGold {
			asked++
			if o.gold {
				cited++
			}
		}
		citations += o.citations
		good += o.good
		with = append(with, o.with.Confidence)
		withoutGold = append(withoutGold, o.without.Confidence)
		if !o.with.Abstained {
			f.Answered += 1 / n
		}
		if !o.without.Abstained {
			f.AnsweredWithout += 1 / n
		}
	}
	f.AnswerRecall = share(cited, asked)
	f.CitationExact = share(good, citations)
	f.AbstentionAUROC = auroc(with, withoutGold)
	return f
}

func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	s := float64(part) / float64(whole)
	return &s
}

// languageOf returns the language most questions are in.
func languageOf(questions []Question) string {
	votes := map[string]int{}
	best := "und"
	for _, q := range questions {
		language := lang.Detect(q.Text)
		if votes[language]++; votes[language] > votes[best] || votes[language] == votes[best] && language < best {
			best = language
		}
	}
	return best
}
