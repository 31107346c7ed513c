;; Has no room for anybody.
;; hook: query
;; want: out of memory
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param i32) (result i32) (i32.const 0))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (i64.const 0)))
