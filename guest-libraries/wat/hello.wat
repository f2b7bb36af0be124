;; A mechtron in plain WAT, to begin with: a page that greets the `{name}` of its route, and a counter in the state.
;; The functions below "The buffer" are of use in any other; `docs/guest-abi.md` says what the imports do.
;;
;; Memory: constants from 0, each with a zero byte behind it; digits from 1024 (32 bytes); and from 2048 on an open-ended buffer
;; that $end points behind. Every $put_… appends to that buffer and grows the memory by need.
(module
  (import "starlane" "read" (func $read (param $field i32) (param $kp i32) (param $kl i32) (param $offset i32) (param $p i32) (param $cap i32) (result i32)))
  (import "starlane" "write" (func $write (param $field i32) (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))
  (import "starlane" "put" (func $put (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "name")
  (data (i32.const 16) "count")
  (data (i32.const 32) "text/html")
  (data (i32.const 48) "<!doctype html><meta charset=\"utf-8\"><h1>Hello, ")
  (data (i32.const 112) "!</h1><p>Visitor ")
  (data (i32.const 144) ".</p>")
  (data (i32.const 160) "&amp;")
  (data (i32.const 176) "&lt;")
  (data (i32.const 192) "&gt;")
  (data (i32.const 208) "&quot;")
  (data (i32.const 224) "&#39;")

  (global (export "starlane_abi_1") i32 (i32.const 1))
  (global $digits i32 (i32.const 1024))
  (global $buffer i32 (i32.const 2048))
  (global $end (mut i32) (i32.const 2048))

  (func (export "mechtron_init") (result i32)
    (i32.const 0))

  (func $mechtron_wave (export "mechtron_wave") (result i32)
    (local $page i32)
    (local $count i32)
    (global.set $end (global.get $buffer))
    (local.set $count (i32.add (call $count) (i32.const 1)))
    (call $keep (local.get $count))
    ;; The parameter lies in the buffer, and the page behind it.
    (global.set $end (global.get $buffer))
    (drop (call $put_field (i32.const 8) (i32.const 0 (;name;)) (i32.const 4)))
    (local.set $page (global.get $end))
    (call $put_text (i32.const 48 (;<!doctype …;)))
    (call $put_escaped (global.get $buffer) (local.get $page))
    (call $put_text (i32.const 112 (;!</h1>…;)))
    (call $put_decimal (local.get $count))
    (call $put_text (i32.const 144 (;.</p>;)))
    (call $say (i32.const 32 (;text/html;)) (local.get $page)))

  ;; ---- State

  ;; The number under `count`; 0 when there is none yet.
  (func $count (result i32)
    (local $at i32)
    (local $until i32)
    (local $number i32)
    (local.set $at (global.get $digits))
    (local.set $until
      (i32.add
        (global.get $digits)
        (call $read (i32.const 22) (i32.const 16 (;count;)) (i32.const 5) (i32.const 0) (global.get $digits) (i32.const 16))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $at) (local.get $until)))
        (local.set $number
          (i32.add
            (i32.mul (local.get $number) (i32.const 10))
            (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $number))

  (func $keep (param $count i32)
    (call $put_decimal (local.get $count))
    (drop (call $put (i32.const 16 (;count;)) (i32.const 5) (global.get $buffer) (call $since (global.get $buffer)))))

  ;; ---- Answering

  ;; The buffer from there on is the body of the reply, with this type. What `mechtron_wave` returns.
  (func $say (param $type i32) (param $from i32) (result i32)
    (local $refused i32)
    (drop (call $set (i32.const 12) (local.get $type) (call $length (local.get $type))))
    (local.set $refused (call $set (i32.const 13) (local.get $from) (call $since (local.get $from))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $reply))

  ;; Sets a field that has no key.
  (func $set (param $field i32) (param $p i32) (param $n i32) (result i32)
    (call $write (local.get $field) (i32.const 0) (i32.const 0) (local.get $p) (local.get $n)))

  ;; ---- The buffer

  ;; Bytes of the buffer from there on.
  (func $since (param $from i32) (result i32)
    (i32.sub (global.get $end) (local.get $from)))

  ;; Bytes before the zero byte.
  (func $length (param $text i32) (result i32)
    (local $at i32)
    (local.set $at (local.get $text))
    (block $done
      (loop $byte
        (br_if $done (i32.eqz (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $byte)))
    (i32.sub (local.get $at) (local.get $text)))

  (func $put_byte (param $byte i32)
    (call $need (i32.const 1))
    (i32.store8 (global.get $end) (local.get $byte))
    (global.set $end (i32.add (global.get $end) (i32.const 1))))

  (func $put_bytes (param $p i32) (param $n i32)
    (call $need (local.get $n))
    (memory.copy (global.get $end) (local.get $p) (local.get $n))
    (global.set $end (i32.add (global.get $end) (local.get $n))))

  (func $put_text (param $text i32)
    (call $put_bytes (local.get $text) (call $length (local.get $text))))

  ;; A field under a key, or without one (0, 0). Its length, or -1 when it is absent.
  (func $put_field (param $field i32) (param $kp i32) (param $kl i32) (result i32)
    (local $length i32)
    (local.set $length (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (i32.const 0) (i32.const 0)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then (return (i32.const -1))))
    (call $need (local.get $length))
    (drop (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (global.get $end) (local.get $length)))
    (global.set $end (i32.add (global.get $end) (local.get $length)))
    (local.get $length))

  (func $put_decimal (param $number i32)
    (local $at i32)
    (local.set $at (i32.add (global.get $digits) (i32.const 32)))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.rem_u (local.get $number) (i32.const 10)) (i32.const 48)))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $digit (local.get $number)))
    (call $put_bytes (local.get $at) (i32.sub (i32.add (global.get $digits) (i32.const 32)) (local.get $at))))

  ;; Bytes of text with & < > " ' replaced, so that they are only ever text in a page.
  (func $put_escaped (param $from i32) (param $until i32)
    (local $byte i32)
    (loop $next
      (if (i32.ge_u (local.get $from) (local.get $until)) (then (return)))
      (local.set $byte (i32.load8_u (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (if (i32.eq (local.get $byte) (i32.const 38)) (then (call $put_text (i32.const 160)) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 60)) (then (call $put_text (i32.const 176)) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 62)) (then (call $put_text (i32.const 192)) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 34)) (then (call $put_text (i32.const 208)) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 39)) (then (call $put_text (i32.const 224)) (br $next)))
      (call $put_byte (local.get $byte))
      (br $next)))

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
