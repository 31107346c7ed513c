;; Opens files: it must not succeed.
;; hook: query
;; want: ok
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $fd_prestat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (if (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 11) (i32.const 0) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 128))) (then unreachable))
    (if (i32.eqz (call $fd_prestat_get (i32.const 3) (i32.const 128))) (then unreachable))
    (if (i32.eqz (call $fd_read (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))) (then unreachable))
    (i64.const 0))
  (data (i32.const 64) "/etc/passwd"))
