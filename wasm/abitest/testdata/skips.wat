;; Wants no document indexed.
(module
  (memory (export "memory") 2)
  (func (export "naru_abi") (result i32) (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 1024))
  (func (export "naru_call") (param i32 i32 i32) (result i64)
    (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 18)))
  (data (i32.const 16) "{\"skip\":\"a draft\"}"))
