// Package data makes the passages, vectors and questions that the benchmark
// gives to every engine, and keeps them on disk for the next run.
//
// Start with [Make]. To read the code: sources.go reads the question sets and
// cuts them into sentences, passages.go recombines the sentences, sparse.go and
// dense.go make the vectors, files.go writes and reads them. [PickTexts] is apart:
// texts to be embedded are those of the question sets, unchanged.
//
// # How the data is made
//
// A passage is made of the sentences of one question set, and so of one
// language. Ten passages in a row, which stand for one document, share a set;
// sets are drawn by how many passages they have. A passage has a home, one of
// the set's own passages, and as many sentences as another one, two to eight.
// Six sentences of ten come from the home, the others from passages of the same
// article, or from anywhere in the set where it knows no articles.
//
// The sparse vector of a passage is what package store makes of it: BM25 weights
// by term (Robertson and Zaragoza 2009), without the IDF, which the engine
// multiplies with. Of longer ones the sixty heaviest terms are kept.
//
// Dense vectors have 384 dimensions and are made to lie like those of
// multilingual-e5-small: in a narrow cone, in clusters, and with few dimensions
// that say much. A vector is the sum of what all have in common and of what is
// its own. Of its own is the mean over its sentences, and for each of them the
// sum of a vector of the article, one of the passage and one of the sentence, of
// random directions with less and less in their later dimensions. The cosine of
// two passages taken at random is .80, of nineteen in twenty between .76 and .84;
// that of the nearest neighbours is about .94.
//
// A question is one of the sets' questions; its sparse vector is made as
// package store asks for it, and its dense vector lies near the home of what
// answers it.
//
// # What it promises
//
//   - The same question sets, seed and processor architecture give the same
//     bytes, whatever the number of passages: fewer passages are the first ones
//     of more.
//   - Reading needs no more memory than what is read.
package data
