;; Its response is 20,000 empty redactions.
;; hook: passages
;; want: invalid response
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (local $end i32)
    (local.set $end (i32.const 65547))
    (loop $more
      (i32.store (local.get $end) (i32.const 0x002c7d7b))
      (local.set $end (i32.add (local.get $end) (i32.const 3)))
      (br_if $more (i32.lt_u (local.get $end) (i32.const 125547))))
    (i32.store (local.get $end) (i32.const 0x5d7d7b))
    (i32.store8 (i32.add (local.get $end) (i32.const 3)) (i32.const 0x7d))
    (i64.or (i64.const 0x1000000000000) (i64.extend_i32_u (i32.sub (local.get $end) (i32.const 65532)))))
  (data (i32.const 65536) "{\"notes\":[ "))
