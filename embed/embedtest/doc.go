// Package embedtest is the contract of [embed.Embedder], and an embedder for tests
// that need one and not what it finds: [Run] checks any, [Fake] is quick.
package embedtest
