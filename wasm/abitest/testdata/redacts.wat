;; Redacts bytes 4 to 9 of every document, and annotates it.
(module
  (memory (export "memory") 2)
  (func (export "naru_abi") (result i32) (i32.const 1))
  (func (export "naru_alloc") (param $size i32) (result i32)
    (i32.const 1024))
  (func (export "naru_call") (param i32 i32 i32) (result i64)
    (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 78)))
  (data (i32.const 16) "{\"redact\":[{\"start\":4,\"end\":9,\"kind\":\"vessel\"}],\"annotate\":{\"kind\":[\"rules\"]}}"))
