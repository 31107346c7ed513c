#!/bin/sh
# Builds the plugins from their sources, and what they are compiled to for amd64 and arm64: build.sh [FOLDER], which
# gets the same files as this folder has, in place of it. Needs Go, Rust with the target wasm32-unknown-unknown, and
# qemu-user.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
export CGO_ENABLED=0
native=$(go env GOARCH)
for arch in amd64 arm64; do
	GOARCH=$arch go build -C "$here/../.." -tags naru_nomodel -o "$tools/naru-$arch" ./cmd/naru
done
run() { # ARCH COMMAND…
	arch=$1
	shift
	if [ "$arch" = "$native" ]; then "$tools/naru-$arch" "$@"; else "qemu-$([ "$arch" = arm64 ] && echo aarch64 || echo x86_64)" "$tools/naru-$arch" "$@"; fi
}
for crate in "$here"/*/Cargo.toml; do
	name=$(basename "$(dirname "$crate")")
	mkdir -p "$out/$name"
	[ "$out" = "$here" ] || cp "$here/$name/plugin.yaml" "$out/$name/"
	sh "$here/../guest/rust/build.sh" "$here/$name" "$out/$name/plugin.wasm"
	"$tools/naru-$native" plugin build "$out/$name"
	rm -rf "$out/compiled/$name"
	for arch in amd64 arm64; do
		run "$arch" plugin compile --into "$out/compiled/$name" "$out/$name"
	done
done
