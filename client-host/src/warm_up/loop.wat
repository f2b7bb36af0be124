;; Endless work of the kinds that most guests do: calls, sums, memory, branches.
(module
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func (param i32) (result i32)
    (i32.add (i32.mul (local.get 0) (i32.const 1664525)) (i32.const 1013904223)))
  (func (export "mechtron_wave") (result i32)
    (local i32 i32)
    (loop
      (local.set 1 (i32.and (local.tee 0 (call 1 (local.get 0))) (i32.const 0xfffc)))
      (if (i32.ge_s (local.get 0) (i32.const 0))
        (then (i32.store (local.get 1) (i32.xor (i32.load (local.get 1)) (local.get 0)))))
      (br 0))
    (unreachable)))
