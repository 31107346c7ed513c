;; Grows a table by nothing, for ever.
;; hook: query
;; want: out of fuel
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (loop $again (drop (table.grow $t (ref.null func) (i32.const 0))) (br $again))
    (i64.const 0))
  (table $t 10 funcref))
