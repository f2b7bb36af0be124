;; Keeps 16 bytes of state and replies: a mechtron that has something to come back to.
(module
  (import "starlane" "reply" (func $reply (result i32)))
  (import "starlane" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (data (i32.const 0) "note0123456789abcdef")
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func (export "mechtron_wave") (result i32)
    (drop (call $put (i32.const 0) (i32.const 4) (i32.const 4) (i32.const 16)))
    (drop (call $reply))
    (i32.const 0)))
