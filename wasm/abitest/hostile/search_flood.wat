;; Searches for ever: after three times it is told that it is enough.
;; hook: query
;; want: out of fuel
;; grants: search
(module
  (import "naru" "search" (func $search (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (loop $again (drop (call $search (i32.const 64) (i32.const 27))) (br $again)) (i64.const 0))
  (data (i32.const 64) "{\"text\":\"ferry\",\"limit\":20}"))
