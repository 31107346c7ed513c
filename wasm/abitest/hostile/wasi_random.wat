;; Wants random bytes: each instance gets the same.
;; hook: query
;; want: ok
;; calls: 1
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (drop (call $random (i32.const 64) (i32.const 8)))
    (if (i64.ne (i64.load (i32.const 64)) (i64.const -6013934507156142119)) (then unreachable))
    (i64.const 0)))
