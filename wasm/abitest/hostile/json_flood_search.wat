;; Asks search for what takes long to read, for ever: 40,000 empty texts.
;; hook: query
;; want: out of fuel
;; grants: search
(module
  (import "naru" "search" (func $ask (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (local $end i32)
    (local.set $end (i32.const 65547))
    (loop $more
      (i32.store (local.get $end) (i32.const 0x002c2222))
      (local.set $end (i32.add (local.get $end) (i32.const 3)))
      (br_if $more (i32.lt_u (local.get $end) (i32.const 196500))))
    (i32.store (local.get $end) (i32.const 0x7d5d2222))
    (loop $again (drop (call $ask (i32.const 65536) (i32.sub (local.get $end) (i32.const 65532)))) (br $again))
    (i64.const 0))
  (data (i32.const 65536) "{\"texts\":[ "))
