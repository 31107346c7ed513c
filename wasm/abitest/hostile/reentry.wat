;; Asks the host from within naru_alloc, and calls itself from within naru_call.
;; hook: query
;; want: calls too deep
;; grants: search
(module
  (import "naru" "search" (func $search (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func $alloc (export "naru_alloc") (param i32) (result i32)
    (drop (call $search (i32.const 64) (i32.const 27))) (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (drop (call $alloc (i32.const 1))) (call $call (local.get $op) (local.get $at) (local.get $size)))
  (data (i32.const 64) "{\"text\":\"ferry\",\"limit\":20}"))
