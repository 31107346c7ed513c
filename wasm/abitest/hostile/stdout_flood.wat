;; Writes to standard output for ever.
;; hook: query
;; want: out of fuel
;; grants: log
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (i32.store (i32.const 64) (i32.const 0)) (i32.store (i32.const 68) (i32.const 200000))
    (loop $again (drop (call $write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 128))) (br $again)) (i64.const 0)))
