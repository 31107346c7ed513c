;; Reads arguments and variables: there must be none.
;; hook: query
;; want: ok
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (drop (call $environ (i32.const 64) (i32.const 68)))
    (if (i64.ne (i64.load (i32.const 64)) (i64.const 0)) (then unreachable))
    (drop (call $args (i32.const 64) (i32.const 68)))
    (if (i64.ne (i64.load (i32.const 64)) (i64.const 0)) (then unreachable))
    (i64.const 0)))
