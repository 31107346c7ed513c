;; Counts down from 2^64, twice nested.
;; hook: query
;; want: out of fuel
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (local $i i64) (local $j i64)
    (loop $outer
      (local.set $j (i64.const -1))
      (loop $inner (br_if $inner (i64.ne (local.tee $j (i64.sub (local.get $j) (i64.const 1))) (i64.const 0))))
      (br_if $outer (i64.ne (local.tee $i (i64.sub (local.get $i) (i64.const 1))) (i64.const 0))))
    (i64.const 0)))
