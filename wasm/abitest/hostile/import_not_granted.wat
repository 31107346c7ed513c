;; Searches without having been granted it.
;; hook: query
;; want: refused: takes the grant search
(module
  (import "naru" "search" (func (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (i64.const 0)))
