;; Has long texts analysed for ever.
;; hook: query
;; want: out of fuel
;; grants: terms
(module
  (import "naru" "terms" (func $terms (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (memory.fill (i32.const 72) (i32.const 97) (i32.const 8000))
    (i64.store (i32.const 64) (i64.load (i32.const 32))) (i32.store16 (i32.const 72) (i32.const 0x223a)) (i32.store16 (i32.const 8072) (i32.const 0x7d22))
    (loop $again (drop (call $terms (i32.const 65) (i32.const 8009))) (br $again)) (i64.const 0))
  (data (i32.const 32) " {\"text\""))
