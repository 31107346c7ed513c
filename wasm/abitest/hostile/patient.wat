;; Behaves a hundred times, admission included, and then never returns.
;; hook: query
;; want: out of fuel
;; calls: 101
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.gt_u (global.get $calls) (i32.const 100)) (then (loop $again (br $again))))
    (i64.const 0))
  (global $calls (mut i32) (i32.const 0)))
