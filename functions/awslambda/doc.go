// Package awslambda is what the functions on AWS Lambda have in common.
//
// Start with [Start], which is all that a main calls; [Function] is what it gives
// to the handler it builds: the configuration, and a store that the first
// invocation opens. [Function.HTTP] makes a handler out of the [net/http.Handler]
// that the server uses. To read the code: start.go is the way of an invocation,
// function.go the store, request.go and response.go the two halves of an HTTP
// event, errors.go what a caller is told.
//
// # Configuration
//
// It is that of the program: variables NARU_…, over naru.yaml in the working
// directory, which is the root of the deployment package, or the file that
// NARU_CONFIG names, such as one in a layer. Two things are decided here: an empty
// store.url is refused, because the embedded engine needs a folder that is kept
// and one process that has it to itself, and a Lambda has neither; and
// store.pool_size is one, because an environment has one invocation at a time.
//
// FUNCTION_URL_INVOKE_MODE is BUFFERED, the default, or RESPONSE_STREAM: the
// InvokeMode of the function URL. A streaming function answers its URL only, an
// HTTP API cannot read what it sends.
//
// # What it promises
//
//   - A caller never reads an error's cause or a panic: aws-lambda-go would send
//     both. They are in the log, under the id of the request.
//   - The work ends half a second before Lambda would end it, so that what came
//     of it can be told.
//   - A store that cannot be reached does not end the function: the next
//     invocation tries again.
//
// # What it logs
//
// Besides what goes wrong, how long the parts of a cold start took, in nanoseconds:
// "started" when the function is ready for invocations, and "opened" when the first has
// reached the store and has the model and plugins.
//
// # What it does not
//
// Where access.gateway is set it does not check who asks. That is then for what is in
// front of the function: an authorizer of the HTTP API, or IAM.
package awslambda
