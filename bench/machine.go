package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/naru-rag/naru/internal/simd"
)

// machine describes where the figures were taken.
func machine() map[string]string {
	m := map[string]string{
		"system": runtime.GOOS + "/" + runtime.GOARCH, "cores": strconv.Itoa(runtime.NumCPU()),
		"go": runtime.Version(), "kernels of Naru": simd.Path(),
	}
	if raw, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				m["processor"] = strings.TrimSpace(value)
				break
			}
		}
	}
	if raw, err := os.ReadFile("/proc/loadavg"); err == nil {
		m["load when it began"] = strings.Join(strings.Fields(string(raw))[:3], " ")
	}
	return m
}
