;; Keeps what it was asked first, and says it to whoever asks later.
;; hook: query
;; want: ok
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (local $n i32)
    (if (i32.eqz (global.get $kept)) (then
      (global.set $kept (local.get $size))
      (memory.copy (i32.const 65536) (local.get $at) (local.get $size))))
    (memory.copy (i32.const 131072) (i32.const 64) (i32.const 14))
    (local.set $n (i32.const 0))
    (loop $copy
      (i32.store8 (i32.add (i32.const 131086) (local.get $n))
        (select (i32.const 39) (i32.load8_u (i32.add (i32.const 65536) (local.get $n))) (i32.eq (i32.load8_u (i32.add (i32.const 65536) (local.get $n))) (i32.const 34))))
      (br_if $copy (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (global.get $kept))))
    (memory.copy (i32.add (i32.const 131086) (global.get $kept)) (i32.const 80) (i32.const 3))
    (i64.or (i64.shl (i64.const 131072) (i64.const 32)) (i64.extend_i32_u (i32.add (global.get $kept) (i32.const 17)))))
  (global $kept (mut i32) (i32.const 0))
  (data (i32.const 64) "{\"variants\":[\"")
  (data (i32.const 80) "\"]}"))
