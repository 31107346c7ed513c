#!/bin/sh
# build.sh ENTRY.ts OUT.wasm compiles a plugin. The compiler comes from package-lock.json
# into a temporary folder; ASC=/path/to/asc.js takes one that is there already.
set -eu
[ $# -eq 2 ] || { echo "usage: build.sh ENTRY.ts OUT.wasm" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${ASC:-}" ]; then
  tools=$(mktemp -d)
  trap 'rm -rf "$tools"' EXIT
  cp "$here/package.json" "$here/package-lock.json" "$tools"
  npm ci --prefix "$tools" --no-audit --no-fund --ignore-scripts --loglevel=error >&2
  ASC=$tools/node_modules/assemblyscript/bin/asc.js
fi
mkdir -p "$(dirname "$2")"
out=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
# The compiler runs in the entry's folder, so that no name of a folder above it can
# reach the module. Nothing is imported for abort: a trap says enough.
cd "$(dirname "$1")"
node "$ASC" "$(basename "$1")" --outFile "$out" --runtime minimal --use abort= --optimizeLevel 3 --shrinkLevel 0 --converge
