;; Has the host write behind the end of memory.
;; hook: query
;; want: trapped
;; grants: config
(module
  (import "naru" "config" (func $config (result i32)))
  (import "naru" "result" (func $result (param i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (drop (call $config)) (call $result (i32.const 262143)) (i64.const 0)))
