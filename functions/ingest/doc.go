// Package ingest is how documents come in through functions: what an invocation names,
// what changed in a bucket, and what a walk over the sources finds.
//
// Start with [Index] and [Reindex], the handlers of the two functions. To read the code:
// documents.go is a direct invocation, with event.go and path.go; batch.go is a batch from
// a queue and what becomes of each message, message.go what messages say, object.go one
// object, vectors.go the passages that lack vectors, walk.go the walk, dead.go what failed
// for good and its way back.
//
// # Direct invocation
//
//	{"documents": [
//	  {"uri": "notices/ferry.md", "text": "…", "media_type": "text/markdown", "title": "…"},
//	  {"uri": "notices/old.txt", "data": "base64…", "media_type": "text/plain; charset=euc-kr"},
//	  {"path": "2026/timetable.html"}
//	]}
//
// What is given with the event belongs to the configured asker's tenant, and takes the
// place of what had the same uri. media_type and title may be left out: then the uri's
// ending and the document decide. A path is that of a file below one of the sources of
// the configuration; it is the same document that `naru index` reads there, and belongs to
// whom that source says. The answer has a [result] for each document, in order. What is
// wrong with the event as a whole ends the invocation with an error of type InvalidEvent,
// and nothing is indexed. A result with retry was kept from by the store, or by the end of
// the time: send that document again. Where that is so of all, the invocation ends with an
// error of type Unavailable, after which Lambda repeats an asynchronous one by itself. Two
// invocations that put the same document at the same time may leave passages of both.
//
// # Queues
//
// S3 tells a queue of changed objects. Such a message only names keys: what is indexed is
// what the bucket has when the message is worked on, under a claim on the document that
// nobody else can hold, so that it does not matter in what order messages come, how often,
// or whether one is lost, once a later one or a walk names the object.
//
// What it promises of each message: it is done, or sent again for later, or sent to the
// dead queue with the reason, and only then taken as done. What the store or a service
// keeps from being done is tried every quarter of an hour, for as long as it takes; what
// is wrong with a document is the reason it is dead; anything else is tried eight times.
// One that ends the process, or that it cannot say anything of, comes again by the queue's
// own rules, and so does all that a function is given that has no time for anything.
//
// What a store has not answered it may do yet. The claim is then kept until that cannot be
// any more. The clocks of two functions may be up to 15 seconds apart.
//
// Messages of our own are JSON with "naru": 1: {"object": {"bucket", "key"}}, {"vectors":
// {"tenant"}}, {"reindex": {}} and {"walk": …}.
//
// What it does not: a bucket's documents are written to the version of the index that
// answers. After a release that reads documents otherwise, `naru index` from any machine
// builds the next version. Its callers read why a document was refused, so only
// operators may be let invoke these functions.
package ingest
