;; Calls itself through a table.
;; hook: query
;; want: calls too deep
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (call_indirect (type $t) (local.get $op) (local.get $at) (local.get $size) (i32.const 0)))
  (type $t (func (param i32 i32 i32) (result i64)))
  (table 1 funcref)
  (elem (i32.const 0) $call))
