;; Makes references to a function for ever, each of which leaves its code for the runtime.
;; hook: query
;; want: out of fuel
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (loop $again
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call)) (drop (ref.func $call))
      (br $again))
    (i64.const 0))
  (elem declare func $call))
