;; Half of a bare ping: 64 bytes in and 64 bytes out, 2 imports.
(module
  (import "starlane" "read" (func $read (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "starlane" "write" (func $write (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func (export "mechtron_wave") (result i32)
    (drop (call $read (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)))
    (drop (call $write (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)))
    (i32.const 0)))
