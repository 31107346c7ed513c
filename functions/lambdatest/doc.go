// Package lambdatest has the end-to-end test of the functions: the binaries that
// are deployed, in AWS's runtime interface emulator, beside `naru qdrant` as the
// server.
//
// The emulator comes with the SAM command line (pip install aws-sam-cli) and is
// found by asking python3 for it, or by NARU_TEST_RIE, which names the program.
// Where it is missing the tests are skipped, by the name of that variable. The
// emulator takes one invocation at a time, and says Bad Gateway where a function
// could not start, as Lambda's callers read Runtime.ExitError.
package lambdatest
