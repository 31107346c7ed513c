#!/bin/sh
# Builds a plugin: build.sh SRC… OUT.wasm. The same sources give the same bytes wherever they lie. CC names another clang.
set -eu
[ $# -ge 2 ] || { echo "usage: build.sh SRC... OUT.wasm" >&2; exit 2; }
library=$(cd "$(dirname "$0")" && pwd)/src
left=$#
for argument; do
	shift
	left=$((left - 1))
	# What __FILE__ says must not tell where the sources lie.
	if [ "$left" -gt 0 ]; then set -- "$@" "-ffile-prefix-map=$(dirname "$argument")/=" "$argument"; else out=$argument; fi
done
"${CC:-clang}" --target=wasm32 -std=c11 -O2 -flto -ffreestanding -nostdlib -mbulk-memory -Wall -Wextra \
	-Wl,--no-entry -Wl,--strip-all -Wl,--stack-first -Wl,-z,stack-size=65536 \
	"-ffile-prefix-map=$library/=" "-I$library" "$@" "$library/naru.c" -o "$out"
