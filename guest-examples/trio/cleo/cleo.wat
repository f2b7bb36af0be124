;; One of three mechtrons that behave alike; this one is written by hand.
;;
;; Memory: constants from 0, the method from 512 (64 bytes), a decimal number from 576 (16 bytes), and from 1024 on an
;; open-ended buffer that $end points behind. Every $put_… appends to that buffer and grows the memory by need.
(module
  (import "starlane" "read" (func $read (param $field i32) (param $kp i32) (param $kl i32) (param $offset i32) (param $p i32) (param $cap i32) (result i32)))
  (import "starlane" "write" (func $write (param $field i32) (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))
  (import "starlane" "ask" (func $ask (param $wait_ms i32) (result i32)))
  (import "starlane" "wait" (func $wait (param $token i32) (result i32)))
  (import "starlane" "put" (func $put (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "Ext<Echo>")
  (data (i32.const 16) "Ext<Relay>")
  (data (i32.const 32) "Ext<Count>")
  (data (i32.const 48) "Http<Get>")
  (data (i32.const 64) "text/plain")
  (data (i32.const 80) "text/html")
  (data (i32.const 96) "name")
  (data (i32.const 112) "next")
  (data (i32.const 128) "count")
  (data (i32.const 144) ": ()!-404")
  (data (i32.const 160) "<!doctype html><meta charset=\"utf-8\"><title>")
  (data (i32.const 224) "</title><h1>")
  (data (i32.const 240) "</h1><p>Counted to ")
  (data (i32.const 272) ".</p>")

  (global (export "starlane_abi_1") i32 (i32.const 1))
  (global $buffer i32 (i32.const 1024))
  (global $end (mut i32) (i32.const 1024))

  (func (export "mechtron_init") (result i32)
    (i32.const 0))

  (func $mechtron_wave (export "mechtron_wave") (result i32)
    (local $length i32)
    (global.set $end (global.get $buffer))
    (local.set $length (call $read (i32.const 6) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 512) (i32.const 64)))
    (if (call $is (local.get $length) (i32.const 0) (i32.const 9)) (then (return (call $echo))))
    (if (call $is (local.get $length) (i32.const 16) (i32.const 10)) (then (return (call $relay))))
    (if (call $is (local.get $length) (i32.const 32) (i32.const 10)) (then (return (call $count_up))))
    (if (call $is (local.get $length) (i32.const 48) (i32.const 9)) (then (return (call $page))))
    ;; Any other method: 404.
    (drop (call $set (i32.const 14) (i32.const 150) (i32.const 3)))
    (call $reply))

  (func $echo (result i32)
    (call $put_name)
    (call $put_bytes (i32.const 144) (i32.const 2))
    (call $put_field (i32.const 13) (i32.const 0) (i32.const 0))
    (call $say (i32.const 64) (i32.const 10)))

  ;; What the next in the row answers; the body when this is the last. An answer that is not 200 stands as `!` and its
  ;; status, an ask that was refused as `!` and the refusal's number.
  (func $relay (result i32)
    (local $next_end i32)
    (local $comma i32)
    (local $status i32)
    (call $put_field (i32.const 10) (i32.const 112) (i32.const 4))
    (local.set $next_end (global.get $end))
    (local.set $comma (call $find_comma (local.get $next_end)))
    (if (i32.eq (local.get $comma) (global.get $buffer))
      (then
        (call $open)
        (call $put_field (i32.const 13) (i32.const 0) (i32.const 0))
        (return (call $close))))
    (local.set $status (call $ask_next (local.get $comma) (local.get $next_end)))
    (call $open)
    (if (i32.eq (local.get $status) (i32.const 200))
      (then (call $put_field (i32.const 33) (i32.const 0) (i32.const 0)))
      (else (call $put_refusal (local.get $status))))
    (call $close))

  ;; The buffer holds the points from its start to $next_end, the first of them until $comma. The answer's status, or
  ;; minus a code.
  (func $ask_next (param $comma i32) (param $next_end i32) (result i32)
    (local $refused i32)
    (local $rest i32)
    (call $put_field (i32.const 13) (i32.const 0) (i32.const 0))
    (local.set $rest (i32.add (local.get $comma) (i32.const 1)))
    (block $done
      (if (i32.lt_u (local.get $rest) (local.get $next_end))
        (then
          (local.set $refused
            (call $write (i32.const 10) (i32.const 112) (i32.const 4) (local.get $rest) (i32.sub (local.get $next_end) (local.get $rest))))
          (br_if $done (local.get $refused))))
      (br_if $done (local.tee $refused (call $set (i32.const 12) (i32.const 64) (i32.const 10))))
      (br_if $done
        (local.tee $refused
          (call $set (i32.const 13) (local.get $next_end) (i32.sub (global.get $end) (local.get $next_end)))))
      (br_if $done (local.tee $refused (call $set (i32.const 6) (i32.const 16) (i32.const 10))))
      (br_if $done
        (local.tee $refused
          (call $set (i32.const 5) (global.get $buffer) (i32.sub (local.get $comma) (global.get $buffer)))))
      (br_if $done (i32.lt_s (local.tee $refused (call $ask (i32.const 0))) (i32.const 0)))
      (return (call $wait (local.get $refused))))
    ;; What was written would leak into the next message. Only `reply` takes any; a later one replaces it.
    (drop (call $reply))
    (local.get $refused))

  (func $count_up (result i32)
    (local $refused i32)
    (call $put_decimal (i32.add (call $count) (i32.const 1)))
    (local.set $refused
      (call $put (i32.const 128) (i32.const 5) (global.get $buffer) (i32.sub (global.get $end) (global.get $buffer))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $say (i32.const 64) (i32.const 10)))

  (func $page (result i32)
    (call $put_bytes (i32.const 160) (i32.const 44))
    (call $put_name)
    (call $put_bytes (i32.const 224) (i32.const 12))
    (call $put_name)
    (call $put_bytes (i32.const 240) (i32.const 19))
    (call $put_decimal (call $count))
    (call $put_bytes (i32.const 272) (i32.const 5))
    (call $say (i32.const 80) (i32.const 9)))

  ;; The buffer begins anew with the name and an opening bracket.
  (func $open
    (global.set $end (global.get $buffer))
    (call $put_name)
    (call $put_bytes (i32.const 146) (i32.const 1)))

  (func $close (result i32)
    (call $put_bytes (i32.const 147) (i32.const 1))
    (call $say (i32.const 64) (i32.const 10)))

  (func $put_name
    (call $put_field (i32.const 20) (i32.const 96) (i32.const 4)))

  ;; `!` and a status, or `!-` and a code.
  (func $put_refusal (param $status i32)
    (call $put_bytes (i32.const 148) (i32.const 1))
    (if (i32.lt_s (local.get $status) (i32.const 0))
      (then
        (call $put_bytes (i32.const 149) (i32.const 1))
        (local.set $status (i32.sub (i32.const 0) (local.get $status)))))
    (call $put_decimal (local.get $status)))

  ;; The counter in the state; 0 when there is none yet.
  (func $count (result i32)
    (local $length i32)
    (local $at i32)
    (local $number i32)
    (local.set $length (call $read (i32.const 22) (i32.const 128) (i32.const 5) (i32.const 0) (i32.const 576) (i32.const 16)))
    (block $done
      (loop $digit
        (br_if $done (i32.ge_s (local.get $at) (local.get $length)))
        (local.set $number
          (i32.add
            (i32.mul (local.get $number) (i32.const 10))
            (i32.sub (i32.load8_u (i32.add (i32.const 576) (local.get $at))) (i32.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $digit)))
    (local.get $number))

  ;; Whether the method, of this length, is the constant.
  (func $is (param $length i32) (param $p i32) (param $n i32) (result i32)
    (local $at i32)
    (if (i32.ne (local.get $length) (local.get $n)) (then (return (i32.const 0))))
    (loop $byte
      (if
        (i32.ne
          (i32.load8_u (i32.add (i32.const 512) (local.get $at)))
          (i32.load8_u (i32.add (local.get $p) (local.get $at))))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $byte (i32.lt_u (local.get $at) (local.get $n))))
    (i32.const 1))

  ;; Where the first comma of the buffer is; its end when there is none.
  (func $find_comma (param $until i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $buffer))
    (block $done
      (loop $byte
        (br_if $done (i32.ge_u (local.get $at) (local.get $until)))
        (br_if $done (i32.eq (i32.load8_u (local.get $at)) (i32.const 44)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $byte)))
    (local.get $at))

  ;; The buffer is the body of the reply, with this type.
  (func $say (param $type i32) (param $n i32) (result i32)
    (local $refused i32)
    (drop (call $set (i32.const 12) (local.get $type) (local.get $n)))
    (local.set $refused
      (call $set (i32.const 13) (global.get $buffer) (i32.sub (global.get $end) (global.get $buffer))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $reply))

  ;; Sets a field that has no key.
  (func $set (param $field i32) (param $p i32) (param $n i32) (result i32)
    (call $write (local.get $field) (i32.const 0) (i32.const 0) (local.get $p) (local.get $n)))

  (func $put_bytes (param $p i32) (param $n i32)
    (call $need (local.get $n))
    (memory.copy (global.get $end) (local.get $p) (local.get $n))
    (global.set $end (i32.add (global.get $end) (local.get $n))))

  ;; Nothing when the field is absent.
  (func $put_field (param $field i32) (param $kp i32) (param $kl i32)
    (local $length i32)
    (local.set $length (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (i32.const 0) (i32.const 0)))
    (if (i32.le_s (local.get $length) (i32.const 0)) (then (return)))
    (call $need (local.get $length))
    (drop (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (global.get $end) (local.get $length)))
    (global.set $end (i32.add (global.get $end) (local.get $length))))

  (func $put_decimal (param $number i32)
    (local $at i32)
    (local.set $at (i32.const 592))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.rem_u (local.get $number) (i32.const 10)) (i32.const 48)))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $digit (local.get $number)))
    (call $put_bytes (local.get $at) (i32.sub (i32.const 592) (local.get $at))))

  ;; Grows the memory until that many bytes fit behind the buffer.
  (func $need (param $n i32)
    (local $missing i32)
    (local.set $missing
      (i32.sub
        (i32.add (global.get $end) (local.get $n))
        (i32.shl (memory.size) (i32.const 16))))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then
        (if (i32.eq (memory.grow (i32.shr_u (i32.add (local.get $missing) (i32.const 65535)) (i32.const 16))) (i32.const -1))
          (then (unreachable)))))))
