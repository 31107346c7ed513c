;; It boosts by more than a number can be.
;; hook: query
;; want: invalid response
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (i64.const 0x40_0000_004b))
  (data (i32.const 64) "{\"boosts\":[{\"when\":{\"field\":\"language\",\"any\":[\"en\"]},\"factor\":1e999}]}  "))
