;; Asks for more than it was granted, and writes there nevertheless.
;; hook: query
;; want: trapped
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (drop (memory.grow (i32.const 400))) (i32.store (i32.const 16777216) (i32.const 1)) (i64.const 0)))
