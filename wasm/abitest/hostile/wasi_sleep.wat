;; Sleeps for a hundred years.
;; hook: query
;; want: out of fuel
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (i32.store8 (i32.const 72) (i32.const 0)) (i64.store (i32.const 88) (i64.const 3153600000000000000))
    (loop $again (drop (call $poll (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 512))) (br $again)) (i64.const 0)))
