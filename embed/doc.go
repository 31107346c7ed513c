// Package embed turns texts into vectors that are near one another where the
// texts mean the same, whatever their languages.
//
// Start with [Embedder], which everything that needs vectors takes. [Local] is
// a model that runs in this process: package e5small has the bundled one, and
// [Open] takes any BERT or XLM-RoBERTa in a GGUF file (packages gguf, tokenize
// and bert, in the order in which a file becomes vectors).
//
// It promises that a vector is of the length that the model names, has no value
// that is no number, and has length 1; and that equal texts have equal vectors,
// alone or among others. What cannot have such a vector is refused by itself.
// It does not promise that vectors of two models can be compared: [Model.ID]
// tells models apart.
package embed
