// Package eval measures Naru on question sets: how well it finds the passage
// that answers, whether the answer's citations hold what they should, and how
// well abstention tells answerable questions from others.
//
// Start with [Run]; dataset.go reads the files, measure.go asks, figures.go adds
// up, metrics.go has the formulas.
// A set is a file in the SQuAD JSON format or a folder in the BEIR layout. Each
// of its passages is indexed as one document through the same indexer, engine
// and answerer that everything else uses; nothing is simulated.
//
// Figures repeat: the same files, options and build give the same figures.
package eval
