// Command bench measures Naru's embedded engine and its search by words beside
// chromem-go, qdrant-edge-py and bleve, on the same data, in one run:
//
//	make bench
//	go -C bench run . -short
//
// It is a module of its own, so that the engines beside do not become
// dependencies of Naru. It needs Linux, the question sets (NARU_EVAL_DIR), and
// for the engine written in Rust `pip install qdrant-edge-py==0.9.0`; without it
// its rows are missing.
//
// Start with bench.go, which lists what is measured; package data makes the
// data, package peer runs the engines.
//
// # How it measures
//
// Each engine runs in its own process and is stopped (SIGSTOP) while another
// has its turn. Turns are short and come round many times, so that what else
// the machine does meets all alike. Of each turn the median is taken. "Best" is
// the best of these, "median" and "p99" are over all searches, and the ratio is
// that of the bests; "paired" is the median, over the turns, of the ratio within
// one turn. Where best and median lie far apart, the machine was busy, and the
// ratio says more than the times.
package main
