#!/bin/sh
# Makes plugin.wasm. Needs Zig 0.14; ZIG names another.
set -eu
${ZIG:-zig} build-exe landing.zig ../src/naru.c -I../src -target wasm32-freestanding -fno-entry -rdynamic \
	-O ReleaseFast -fstrip --stack 65536 -femit-bin=plugin.wasm
