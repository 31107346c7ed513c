;; Writes four thousand million pieces.
;; hook: query
;; want: out of fuel
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (loop $again (if (i32.eqz (call $write (i32.const 1) (i32.const 64) (i32.const -1) (i32.const 128))) (then unreachable)) (br $again)) (i64.const 0)))
