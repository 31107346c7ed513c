//go:build race

package abitest

const race = true
