#!/bin/sh
# Runs a test outside of WebAssembly, with sanitizers where the compiler has them: test.sh SRC…, of which one has main. CC
# names a compiler.
set -eu
[ $# -ge 1 ] || { echo "usage: test.sh SRC..." >&2; exit 2; }
library=$(cd "$(dirname "$0")" && pwd)/src
CC=${CC:-$(command -v clang || command -v gcc)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
# A compiler may know sanitizers and yet lack their libraries.
echo 'int main(void) { return 0; }' >"$folder/empty.c"
if ! "$CC" $sanitize "$folder/empty.c" -o "$folder/empty" 2>/dev/null || ! "$folder/empty"; then
	echo "without sanitizers: $CC has none" >&2
	sanitize=
fi
"$CC" -std=c11 -g -O1 -Wall -Wextra -Werror $sanitize "-I$library" "$library/naru.c" "$@" -o "$folder/test"
"$folder/test"
