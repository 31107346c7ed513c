// Package config reads the configuration: one naru.yaml, with NARU_… variables
// over it, over defaults that need neither file nor network.
//
// Start with [Load] and [Config]; naru.example.yaml shows every key with its
// default. To read the code: config.go has the keys, load.go the order in which
// they are set, decode.go how YAML becomes values, environ.go the variables,
// check.go what values are allowed, and remote.go what connects to a server.
//
// # What it promises
//
//   - A key or variable that no setting knows is an error that names it, where
//     it stands, and the nearest one that is known. So is a value that is not
//     allowed. All that is wrong is reported at once.
//   - Secrets are never part of an error, and print as "[secret]"; see [Secret].
//   - Reading the configuration opens only its own file and those that "file:"
//     references name, and connects to nothing.
//
// # The form of the file
//
// It is YAML without anchors, aliases, tags and merge keys, one document of at
// most 256 KiB. A value may be quoted or not: what it means is decided by its
// key. null, or nothing behind the colon, leaves the default. Relative paths are
// taken from the file's folder, those in variables from the working directory.
//
// # Variables
//
// The variable of a key is its name in capitals with _ for each dot:
// NARU_STORE_TLS_CA sets store.tls.ca. Lists of words are separated by commas;
// elements of other lists are counted: NARU_SOURCES_0_PATH is of the first source,
// in place of what the file says of it. An empty variable is an empty value.
// NARU_CONFIG names the file. Other NARU_… variables are errors, except those
// of the tests (NARU_TEST_*, NARU_EVAL_*, NARU_DIFFERENTIAL_*, NARU_CRASH_*,
// NARU_EMBEDDED_TEST_*, NARU_SCREENSHOTS) and those that a secret refers to.
package config
