// Package remote connects to a Qdrant server: it is the connection that package
// store is given where the embedded engine does not serve.
//
// Start with [Dial], and [Conn.Check] before the first use. To read the code:
// address.go and tls.go say what is connected to, conn.go carries a call,
// retry.go repeats it, wait.go how long to wait before, error.go and advice.go
// what is said when it fails, version.go what servers are spoken to.
//
// # What it promises
//
//   - Every attempt ends within Options.Timeout, whatever the server does.
//   - A call that failed with Unavailable, ResourceExhausted or Aborted is made
//     again, after a wait that is random (full jitter) and grows, and never
//     before the server said it may be. A call is not repeated past its
//     caller's deadline.
//   - Errors keep their gRPC code, name the host, and say what to do; see [Error].
//   - A key is not sent unencrypted to another machine unless that is asked for,
//     and is never part of an error.
//   - [Dial] does no I/O, and after [Conn.Close] no goroutine is left.
//
// # Why writes are repeated
//
// Whoever hears Unavailable does not know whether the write was done. Every
// write of package store may be done twice: points have ids that follow from
// what they are, so that the same upsert gives the same points; a deletion
// deletes what is gone already; an alias that is led where it leads already
// stays. Creating a collection that an earlier attempt created is
// AlreadyExists, and store looks again. Snapshots, of which there would be two,
// are not made over this connection. What is not repeated is a call that ran out
// of time: a server that is slow would be asked to do the same work twice. Its
// error says that the outcome is unknown.
//
// # Why this is not left to gRPC
//
// gRPC's own retries, as a service config asks for them, know the wait that the
// grpc-retry-pushback-ms trailer asks for and nothing else (grpc-go v1.85,
// stream.go): neither retry-after, which is what Qdrant sends with
// ResourceExhausted, nor google.rpc.RetryInfo. Their wait is the full backoff
// give or take a fifth, so that clients that failed together come back together,
// they do not look at the deadline before they wait, and take no clock or
// randomness. Go-client's interceptor waits at random, and knows no retry-after.
package remote
