;; Never ends.
(module
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func (export "mechtron_wave") (result i32) (loop $again (br $again)) (i32.const 0)))
