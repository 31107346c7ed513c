;; Measures time: the clock must stand.
;; hook: query
;; want: ok
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (local $i i32)
    (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 64)))
    (loop $again (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 300000))))
    (drop (call $clock (i32.const 1) (i64.const 1) (i32.const 72)))
    (if (i64.ne (i64.load (i32.const 64)) (i64.load (i32.const 72))) (then unreachable))
    (if (i64.ne (i64.load (i32.const 64)) (i64.const 946684800000000000)) (then unreachable))
    (i64.const 0)))
