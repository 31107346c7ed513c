package embedded

import (
	"context"
	"runtime"
	"sync"
)

// together runs f(0) to f(n-1) at once, the first of them on the caller's
// goroutine, and returns the first error in that order.
func together(n int, f func(i int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := 1; i < n; i++ {
		wait.Go(func() { errs[i] = guard(func() error { return f(i) }) })
	}
	if n > 0 {
		errs[0] = guard(func() error { return f(0) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// readsPerTask is how many points one processor reads before another one helps:
// waking it takes as long as reading some.
const readsPerTask = 32

// readAll returns f(0) to f(n-1), each of which reads a point. Many are read on
// all processors, so that the disk is asked for several at once.
func readAll[T any](ctx context.Context, n int, f func(i int) (T, error)) ([]T, error) {
	all := make([]T, n)
	workers := max(1, min(n/readsPerTask, runtime.GOMAXPROCS(0)))
	err := together(workers, func(worker int) error {
		for i := worker; i < n; i += workers {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			if all[i], err = f(i); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}
