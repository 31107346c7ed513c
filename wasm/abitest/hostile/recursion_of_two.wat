;; Two functions call each other.
;; hook: query
;; want: calls too deep
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (call $other (local.get $op)) (i64.const 0))
  (func $other (param i32) (drop (call $call (local.get 0) (local.get 0) (local.get 0)))))
