;; Calls a function as what it is not.
;; hook: query
;; want: refused: with another type
(module
  (import "naru" "result" (func (param i64)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (i64.const 0)))
