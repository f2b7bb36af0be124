;; Says one digit, whatever it is asked.
(module
  (import "starlane" "write" (func $write (param i32 i32 i32 i32 i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (data (i32.const 0) "text/plain0")
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func (export "mechtron_wave") (result i32)
    (drop (call $write (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 10)))
    (drop (call $write (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 10) (i32.const 1)))
    (drop (call $reply))
    (i32.const 0)))
