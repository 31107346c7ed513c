;; A member of its response has a name of 60,000 letters, for the log.
;; hook: query
;; want: invalid response
(module
  (memory (export "memory") 4)
  (func (export "naru_abi") (result i32)
    (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 4096))
  (func $call (export "naru_call") (param $op i32) (param $at i32) (param $size i32) (result i64)
    (memory.fill (i32.const 65538) (i32.const 0x61) (i32.const 60000))
    (i32.store (i32.const 65536) (i32.const 0x6161227b))
    (i32.store (i32.const 125536) (i32.const 0x7d313a22))
    (i64.const 0x10000_0000_ea64)))
