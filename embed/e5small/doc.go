// Package e5small is multilingual-e5-small, the model that comes with the program:
// 118 million weights of 4 bits, vectors of 384 dimensions, about a hundred
// languages, texts of up to 512 tokens.
//
//	Liang Wang, Nan Yang, Xiaolong Huang, Linjun Yang, Rangan Majumder, Furu Wei:
//	Multilingual E5 Text Embeddings: A Technical Report, 2024. MIT licence.
//
// Start with [Open]. The file is part of whatever imports this package, so that
// mains alone do; the build tag naru_nomodel leaves it out. It lies in the program
// as in a file that is mapped: a process that embeds nothing pays nothing for it.
//
// makemodel is the program that made the file; [SHA256] is what it printed.
package e5small
