// Package access says who asks: API keys that an operator gave, and tokens of an
// identity provider (OpenID Connect Core 1.0).
//
// Start with [Access]; [Keys] keeps keys in package state, [Tokens] checks tokens,
// [Rates] bounds how often each caller may come.
//
// What it promises: a key's secret is shown once and stored as a hash; a token counts
// where an issuer of the configuration has signed it, for us, and its time has come and
// is not over; who is not known gets nothing. What a caller may see comes from the key
// or from the issuer's configuration and claims, and from nothing else of a request.
//
// What it does not: a key that was removed works for up to [Cache] more in a process
// that has just seen it. Rates are per process.
package access
