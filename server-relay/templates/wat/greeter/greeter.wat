;; Greets whoever asks, with a page and in plain text.
;;
;; Memory: texts from 0; from 1024 on the answer, which $end points behind; from 32768 on what is read, 2 KiB at most.
(module
  (import "starlane" "read" (func $read (param $field i32) (param $kp i32) (param $kl i32) (param $offset i32) (param $p i32) (param $cap i32) (result i32)))
  (import "starlane" "write" (func $write (param $field i32) (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))

  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (global $end (mut i32) (i32.const 1024))
  (global $page (mut i32) (i32.const 0))

  (data (i32.const 0) "text/plain")
  (data (i32.const 16) "text/html")
  (data (i32.const 32) "name")
  (data (i32.const 48) "greeting")
  (data (i32.const 64) ", ")
  (data (i32.const 80) "!")
  (data (i32.const 96) "<!doctype html><h1>")
  (data (i32.const 128) "</h1>")
  (data (i32.const 144) "&#60;")
  (data (i32.const 160) "&#38;")

  (func (export "mechtron_init") (result i32)
    (i32.const 0))

  ;; The path has a {name}: a page. Else the body is the name.
  (func (export "mechtron_wave") (result i32)
    (local $length i32)
    (global.set $end (i32.const 1024))
    (local.set $length (call $get (i32.const 8) (i32.const 32) (i32.const 4)))
    (if (i32.ge_s (local.get $length) (i32.const 0))
      (then
        (global.set $page (i32.const 1))
        (call $put (i32.const 96) (i32.const 19))
        (call $greet (local.get $length))
        (call $put (i32.const 128) (i32.const 5))
        (return (call $answer (i32.const 16) (i32.const 9)))))
    (global.set $page (i32.const 0))
    (local.set $length (call $get (i32.const 13) (i32.const 0) (i32.const 0)))
    (call $greet (select (local.get $length) (i32.const 0) (i32.gt_s (local.get $length) (i32.const 0))))
    (call $answer (i32.const 0) (i32.const 10)))

  ;; `Hello, Ada!`: the name was read; it waits behind the config's greeting, which is read next.
  (func $greet (param $length i32)
    (local $name i32)
    (memory.copy (i32.const 49152) (i32.const 32768) (local.get $length))
    (local.set $name (i32.const 49152))
    (call $put_text (i32.const 32768) (call $get (i32.const 20) (i32.const 48) (i32.const 8)))
    (call $put (i32.const 64) (i32.const 2))
    (call $put_text (local.get $name) (local.get $length))
    (call $put (i32.const 80) (i32.const 1)))

  ;; Reads a field to 32768; how much of it is there, 2 KiB at most, or less than 0 when it is absent.
  (func $get (param $field i32) (param $kp i32) (param $kl i32) (result i32)
    (local $length i32)
    (local.set $length
      (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (i32.const 32768) (i32.const 2048)))
    (select (local.get $length) (i32.const 2048) (i32.lt_s (local.get $length) (i32.const 2048))))

  ;; Appends bytes to the answer.
  (func $put (param $p i32) (param $n i32)
    (memory.copy (global.get $end) (local.get $p) (local.get $n))
    (global.set $end (i32.add (global.get $end) (local.get $n))))

  ;; Appends text; to a page `<` and `&` as HTML writes them, so that it is only ever text.
  (func $put_text (param $p i32) (param $n i32)
    (local $until i32)
    (local $byte i32)
    (if (i32.le_s (local.get $n) (i32.const 0)) (then (return)))
    (if (i32.eqz (global.get $page)) (then (return (call $put (local.get $p) (local.get $n)))))
    (local.set $until (i32.add (local.get $p) (local.get $n)))
    (loop $next
      (local.set $byte (i32.load8_u (local.get $p)))
      (if (i32.eq (local.get $byte) (i32.const 60))
        (then (call $put (i32.const 144) (i32.const 5)))
        (else
          (if (i32.eq (local.get $byte) (i32.const 38))
            (then (call $put (i32.const 160) (i32.const 5)))
            (else (call $put (local.get $p) (i32.const 1))))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $p) (local.get $until)))))

  ;; What was put together is the answer, with this type.
  (func $answer (param $type i32) (param $n i32) (result i32)
    (local $refused i32)
    (drop (call $write (i32.const 12) (i32.const 0) (i32.const 0) (local.get $type) (local.get $n)))
    (local.set $refused
      (call $write (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 1024) (i32.sub (global.get $end) (i32.const 1024))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $reply)))
