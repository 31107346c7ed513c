#!/bin/sh
# Builds a plugin's crate: build.sh CRATE OUT.wasm. The same source gives the same bytes wherever it lies.
set -eu
crate=$(cd "$1" && pwd)
out=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
root=$(dirname "$(cargo locate-project --workspace --message-format plain --manifest-path "$crate/Cargo.toml")")
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${TMPDIR:-/tmp}/naru-plugins}"
export RUSTFLAGS="--remap-path-prefix=$root=naru --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$(rustc --print sysroot)=rust -C link-arg=--stack-first -C link-arg=-zstack-size=65536 -C target-feature=+bulk-memory,+simd128"
cargo build --quiet --release --locked --target wasm32-unknown-unknown --manifest-path "$crate/Cargo.toml"
name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$crate/Cargo.toml" | head -1 | tr - _)
cp "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/$name.wasm" "$out"
