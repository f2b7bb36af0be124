;; One of five mechtrons that behave alike; this one is written by hand.
;;
;; Memory: constants from 0, each with a zero byte behind it; the method from 2048; digits, a name or a key from 2304 (256
;; bytes); and from 4096 on an open-ended buffer that $end points behind. Every $put_… appends to that buffer and grows the
;; memory by need. A function that answers is told where in the buffer its answer begins, and goes to the buffer's end.
(module
  (import "starlane" "read" (func $read (param $field i32) (param $kp i32) (param $kl i32) (param $offset i32) (param $p i32) (param $cap i32) (result i32)))
  (import "starlane" "write" (func $write (param $field i32) (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))
  (import "starlane" "reply" (func $reply (result i32)))
  (import "starlane" "signal" (func $signal (param $flags i32) (result i32)))
  (import "starlane" "ask" (func $ask (param $wait_ms i32) (result i32)))
  (import "starlane" "wait" (func $wait (param $token i32) (result i32)))
  (import "starlane" "put" (func $put (param $kp i32) (param $kl i32) (param $vp i32) (param $vl i32) (result i32)))
  (import "starlane" "del" (func $del (param $kp i32) (param $kl i32) (result i32)))
  (import "starlane" "next" (func $next (param $kp i32) (param $kl i32) (param $p i32) (param $cap i32) (result i32)))
  (import "starlane" "log" (func $log (param $level i32) (param $p i32) (param $n i32) (result i32)))
  (import "starlane" "random" (func $random (param $p i32) (param $n i32) (result i32)))
  (import "starlane" "now" (func $now (result i64)))

  (memory (export "memory") 1)
  (data (i32.const 0) "ready at ")
  (data (i32.const 16) "Ext<Greet>")
  (data (i32.const 32) "Ext<Field>")
  (data (i32.const 48) "Http<Get>")
  (data (i32.const 64) "Ext<Echo>")
  (data (i32.const 80) "Ext<Count>")
  (data (i32.const 96) "Ext<Get>")
  (data (i32.const 112) "Ext<Put>")
  (data (i32.const 128) "Ext<Delete>")
  (data (i32.const 144) "Ext<Keys>")
  (data (i32.const 160) "Ext<Fail>")
  (data (i32.const 176) "Ext<Trap>")
  (data (i32.const 192) "Ext<Relay>")
  (data (i32.const 208) "Ext<Both>")
  (data (i32.const 224) "Ext<Tell>")
  (data (i32.const 240) "Ext<Told>")
  (data (i32.const 256) "Ext<File>")
  (data (i32.const 272) "Ext<Config>")
  (data (i32.const 288) "Ext<Header>")
  (data (i32.const 304) "Ext<Headers>")
  (data (i32.const 320) "Ext<Wave>")
  (data (i32.const 336) "Ext<Status>")
  (data (i32.const 352) "Ext<Log>")
  (data (i32.const 368) "Ext<Random>")
  (data (i32.const 384) "Ext<Now>")
  (data (i32.const 400) "Ext<Large>")
  (data (i32.const 416) "404")
  (data (i32.const 432) "name")
  (data (i32.const 448) "400")
  (data (i32.const 464) "no name")
  (data (i32.const 480) "text/plain")
  (data (i32.const 496) "\"Hello, ")
  (data (i32.const 512) "!\"")
  (data (i32.const 528) "application/json")
  (data (i32.const 560) "<!doctype html><meta charset=\"utf-8\"><title>")
  (data (i32.const 608) "</title><h1>")
  (data (i32.const 624) "</h1><p>Counted to ")
  (data (i32.const 656) ".</p>")
  (data (i32.const 672) "text/html")
  (data (i32.const 688) ": ")
  (data (i32.const 704) "count")
  (data (i32.const 720) "key")
  (data (i32.const 736) "counter")
  (data (i32.const 752) "999")
  (data (i32.const 768) "never")
  (data (i32.const 784) "next")
  (data (i32.const 800) "(")
  (data (i32.const 816) ")")
  (data (i32.const 832) ", ")
  (data (i32.const 848) "to")
  (data (i32.const 864) "watch-key")
  (data (i32.const 880) "told")
  (data (i32.const 896) "204")
  (data (i32.const 912) "q")
  (data (i32.const 928) "x-said")
  (data (i32.const 944) "text/x-status")
  (data (i32.const 960) "level")
  (data (i32.const 976) "0123456789abcdef")
  (data (i32.const 1008) "&amp;")
  (data (i32.const 1024) "&lt;")
  (data (i32.const 1040) "&gt;")
  (data (i32.const 1056) "&quot;")
  (data (i32.const 1072) "&#39;")
  (data (i32.const 1088) "\\u00")
  (data (i32.const 1104) "bfnrt\"\\/")
  (data (i32.const 1120) "\08\0c\0a\0d\09\"\\/")
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (global $method i32 (i32.const 2048))
  (global $scratch i32 (i32.const 2304))
  (global $buffer i32 (i32.const 4096))
  (global $end (mut i32) (i32.const 4096))
  ;; What was not read yet of a JSON text.
  (global $at (mut i32) (i32.const 0))
  (global $until (mut i32) (i32.const 0))

  ;; Once for each instance, before its first wave.
  (func $mechtron_init (export "mechtron_init") (result i32)
    (global.set $end (global.get $buffer))
    (call $put_text (i32.const 0 (;ready at;)))
    (call $put_decimal (i64.extend_i32_u (call $count)))
    (drop (call $log (i32.const 4) (global.get $buffer) (call $since (global.get $buffer))))
    (i32.const 0))

  (func $mechtron_wave (export "mechtron_wave") (result i32)
    (global.set $end (global.get $buffer))
    (i32.store8
      (i32.add
        (global.get $method)
        (call $read (i32.const 6) (i32.const 0) (i32.const 0) (i32.const 0) (global.get $method) (i32.const 255)))
      (i32.const 0))
    (if (call $is (i32.const 16 (;Ext<Greet>;))) (then (return (call $greet))))
    (if (call $is (i32.const 32 (;Ext<Field>;))) (then (return (call $field))))
    (if (call $is (i32.const 48 (;Http<Get>;))) (then (return (call $page))))
    (if (call $is (i32.const 64 (;Ext<Echo>;))) (then (return (call $echo))))
    (if (call $is (i32.const 80 (;Ext<Count>;))) (then (return (call $count_up))))
    (if (call $is (i32.const 96 (;Ext<Get>;))) (then (return (call $state_get))))
    (if (call $is (i32.const 112 (;Ext<Put>;))) (then (return (call $state_put))))
    (if (call $is (i32.const 128 (;Ext<Delete>;))) (then (return (call $state_delete))))
    (if (call $is (i32.const 144 (;Ext<Keys>;))) (then (return (call $keys))))
    (if (call $is (i32.const 160 (;Ext<Fail>;))) (then (return (call $fail))))
    (if (call $is (i32.const 176 (;Ext<Trap>;))) (then (return (call $trap))))
    (if (call $is (i32.const 192 (;Ext<Relay>;))) (then (return (call $relay))))
    (if (call $is (i32.const 208 (;Ext<Both>;))) (then (return (call $both))))
    (if (call $is (i32.const 224 (;Ext<Tell>;))) (then (return (call $tell))))
    (if (call $is (i32.const 240 (;Ext<Told>;))) (then (return (call $told))))
    (if (call $is (i32.const 256 (;Ext<File>;))) (then (return (call $named (i32.const 21)))))
    (if (call $is (i32.const 272 (;Ext<Config>;))) (then (return (call $named (i32.const 20)))))
    (if (call $is (i32.const 288 (;Ext<Header>;))) (then (return (call $named (i32.const 10)))))
    (if (call $is (i32.const 304 (;Ext<Headers>;))) (then (return (call $headers))))
    (if (call $is (i32.const 320 (;Ext<Wave>;))) (then (return (call $wave))))
    (if (call $is (i32.const 336 (;Ext<Status>;))) (then (return (call $status))))
    (if (call $is (i32.const 352 (;Ext<Log>;))) (then (return (call $log_line))))
    (if (call $is (i32.const 368 (;Ext<Random>;))) (then (return (call $random_digits))))
    (if (call $is (i32.const 384 (;Ext<Now>;))) (then (return (call $the_time))))
    (if (call $is (i32.const 400 (;Ext<Large>;))) (then (return (call $large))))
    (call $empty (i32.const 416 (;404;))))

  ;; ---- Hello

  (func $greet (result i32)
    (local $name i32)
    (local $start i32)
    (global.set $at (global.get $end))
    (call $put_field (i32.const 13))
    (global.set $until (global.get $end))
    (local.set $name (global.get $end))
    (if (i32.eqz (call $text_of (i32.const 432 (;name;))))
      (then
        (drop (call $set_text (i32.const 14) (i32.const 448 (;400;))))
        (global.set $end (local.get $name))
        (call $put_text (i32.const 464 (;no name;)))
        (return (call $say (i32.const 480 (;text/plain;)) (local.get $name)))))
    (local.set $start (global.get $end))
    (call $put_text (i32.const 496 (;"Hello,;)))
    (call $put_quoted (local.get $name) (local.get $start))
    (call $put_text (i32.const 512 (;!";)))
    (call $say (i32.const 528 (;application/json;)) (local.get $start)))

  (func $field (result i32)
    (local $name i32)
    (local $from i32)
    (global.set $at (global.get $end))
    (call $put_field (i32.const 13))
    (global.set $until (global.get $end))
    (local.set $name (global.get $end))
    (drop (call $put_value (i32.const 10) (i32.const 432 (;name;)) (i32.const 4)))
    (call $put_byte (i32.const 0))
    (if (i32.eqz (call $find (local.get $name))) (then (return (call $empty (i32.const 416 (;404;))))))
    (local.set $from (global.get $at))
    (if (i32.eqz (call $skip)) (then (return (call $empty (i32.const 416 (;404;))))))
    ;; What stands there is answered from where it is.
    (global.set $end (global.get $at))
    (call $trim (local.get $from)))

  ;; Answers the buffer from there on without the white space around it.
  (func $trim (param $from i32) (result i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (call $is_space (i32.load8_u (local.get $from)))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.le_u (global.get $end) (local.get $from)))
        (br_if $done (i32.eqz (call $is_space (i32.load8_u (i32.sub (global.get $end) (i32.const 1))))))
        (global.set $end (i32.sub (global.get $end) (i32.const 1)))
        (br $next)))
    (call $say (i32.const 480 (;text/plain;)) (local.get $from)))

  (func $page (result i32)
    (local $own i32)
    (local $who i32)
    (local $start i32)
    (local.set $own (global.get $end))
    (call $put_name)
    (local.set $who (global.get $end))
    (if (i32.lt_s (call $put_value (i32.const 8) (i32.const 432 (;name;)) (i32.const 4)) (i32.const 0)) (then (call $put_name)))
    (local.set $start (global.get $end))
    (call $put_text (i32.const 560 (;<!doctype html><meta charset="utf-8"><title>;)))
    (call $put_escaped (local.get $own) (local.get $who))
    (call $put_text (i32.const 608 (;</title><h1>;)))
    (call $put_escaped (local.get $who) (local.get $start))
    (call $put_text (i32.const 624 (;</h1><p>Counted to;)))
    (call $put_decimal (i64.extend_i32_u (call $count)))
    (call $put_text (i32.const 656 (;.</p>;)))
    (call $say (i32.const 672 (;text/html;)) (local.get $start)))

  (func $echo (result i32)
    (call $put_name)
    (call $put_text (i32.const 688 (;:;)))
    (call $put_field (i32.const 13))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  ;; ---- State

  ;; The counter in the state; 0 when there is none yet.
  (func $count (result i32)
    (local $length i32)
    (local.set $length (call $read (i32.const 22) (i32.const 704 (;count;)) (i32.const 5) (i32.const 0) (global.get $scratch) (i32.const 16)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then (return (i32.const 0))))
    (call $number (global.get $scratch) (i32.add (global.get $scratch) (local.get $length))))

  (func $count_up (result i32)
    (local $refused i32)
    (call $put_decimal (i64.extend_i32_u (i32.add (call $count) (i32.const 1))))
    (local.set $refused (call $put (i32.const 704 (;count;)) (i32.const 5) (global.get $buffer) (call $since (global.get $buffer))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  ;; The parameter `key` is put into the buffer.
  (func $put_key
    (drop (call $put_value (i32.const 8) (i32.const 720 (;key;)) (i32.const 3))))

  (func $state_get (result i32)
    (call $put_key)
    (call $found (i32.const 22)))

  (func $state_put (result i32)
    (local $value i32)
    (call $put_key)
    (local.set $value (global.get $end))
    (call $put_field (i32.const 13))
    (call $done
      (call $put
        (global.get $buffer) (i32.sub (local.get $value) (global.get $buffer))
        (local.get $value) (call $since (local.get $value)))))

  (func $state_delete (result i32)
    (local $refused i32)
    (call $put_key)
    (local.set $refused (call $del (global.get $buffer) (call $since (global.get $buffer))))
    (if (i32.eq (local.get $refused) (i32.const -1)) (then (return (call $empty (i32.const 416 (;404;))))))
    (call $done (local.get $refused)))

  ;; Every key on a line of its own.
  (func $keys (result i32)
    (local $length i32)
    (block $done
      (loop $key
        (local.set $length
          (call $next (global.get $scratch) (local.get $length) (global.get $scratch) (i32.const 256)))
        (br_if $done (i32.lt_s (local.get $length) (i32.const 0)))
        (call $put_bytes (global.get $scratch) (local.get $length))
        (call $put_byte (i32.const 10))
        (br $key)))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  ;; An earlier version kept the counter under `counter`: it gets its new name, unless it is no number: then nothing is
  ;; changed. $number says 0 of what is none.
  (func $mechtron_migrate (export "mechtron_migrate") (result i32)
    (global.set $end (global.get $buffer))
    (if (i32.lt_s (call $put_value (i32.const 22) (i32.const 736 (;counter;)) (i32.const 7)) (i32.const 0)) (then (return (i32.const 0))))
    (if (call $put (i32.const 704 (;count;)) (i32.const 5) (global.get $buffer) (call $since (global.get $buffer))) (then (return (i32.const 7))))
    (if (call $del (i32.const 736 (;counter;)) (i32.const 7)) (then (return (i32.const 7))))
    (if (call $number (global.get $buffer) (global.get $end)) (then (return (i32.const 0))))
    (i32.const 7))

  ;; What is done here is undone.
  (func $spoil
    (drop (call $put (i32.const 704 (;count;)) (i32.const 5) (i32.const 752 (;999;)) (i32.const 3)))
    (call $put_text (i32.const 768 (;never;)))
    (drop (call $say (i32.const 480 (;text/plain;)) (global.get $buffer))))

  (func $fail (result i32)
    (call $spoil)
    (i32.const 7))

  (func $trap (result i32)
    (call $spoil)
    (unreachable))

  ;; ---- Asking

  ;; What the next in the row answers; the body when this is the last.
  (func $relay (result i32)
    (local $next_end i32)
    (local $comma i32)
    (local $start i32)
    (local $token i32)
    (drop (call $put_value (i32.const 10) (i32.const 784 (;next;)) (i32.const 4)))
    (local.set $next_end (global.get $end))
    (local.set $comma (call $find_comma (local.get $next_end)))
    (if (i32.gt_u (local.get $comma) (global.get $buffer))
      (then
        (local.set $token (call $ask_next (local.get $comma) (local.get $next_end)))))
    (local.set $start (global.get $end))
    (call $put_name)
    (call $put_text (i32.const 800 (;opening bracket;)))
    (if (i32.eq (local.get $comma) (global.get $buffer))
      (then (call $put_field (i32.const 13)))
      (else (call $put_answer (local.get $token))))
    (call $put_text (i32.const 816 (;closing bracket;)))
    (call $say (i32.const 480 (;text/plain;)) (local.get $start)))

  ;; The buffer holds the points from its start to $next_end, the first of them until $comma. A token, or minus a code.
  (func $ask_next (param $comma i32) (param $next_end i32) (result i32)
    (local $refused i32)
    (local $rest i32)
    (local.set $rest (i32.add (local.get $comma) (i32.const 1)))
    (if (i32.lt_u (local.get $rest) (local.get $next_end))
      (then
        (local.set $refused
          (call $write (i32.const 10) (i32.const 784 (;next;)) (i32.const 4) (local.get $rest) (i32.sub (local.get $next_end) (local.get $rest))))))
    (if (local.get $refused) (then (return (call $dropped (local.get $refused)))))
    (call $ask_of (i32.const 192 (;Ext<Relay>;)) (global.get $buffer) (local.get $comma)))

  ;; Two are asked at once, and the second is waited for first.
  (func $both (result i32)
    (local $next_end i32)
    (local $comma i32)
    (local $start i32)
    (local $one i32)
    (local $other i32)
    (drop (call $put_value (i32.const 10) (i32.const 784 (;next;)) (i32.const 4)))
    (local.set $next_end (global.get $end))
    (local.set $comma (call $find_comma (local.get $next_end)))
    (local.set $one (call $ask_of (i32.const 64 (;Ext<Echo>;)) (global.get $buffer) (local.get $comma)))
    (if (i32.lt_u (local.get $comma) (local.get $next_end))
      (then (local.set $comma (i32.add (local.get $comma) (i32.const 1)))))
    (local.set $other (call $ask_of (i32.const 64 (;Ext<Echo>;)) (local.get $comma) (local.get $next_end)))
    (local.set $start (global.get $end))
    (call $put_answer (local.get $other))
    (call $put_text (i32.const 832 (;,;)))
    (call $put_answer (local.get $one))
    (call $say (i32.const 480 (;text/plain;)) (local.get $start)))

  ;; Asks the point from here to there, with the wave's body. A token, or minus a code.
  (func $ask_of (param $method i32) (param $from i32) (param $until i32) (result i32)
    (local $refused i32)
    (block $done
      (br_if $done (local.tee $refused (call $set_message (local.get $method))))
      (if (i32.lt_u (local.get $from) (local.get $until))
        (then
          (local.set $refused
            (call $set (i32.const 5) (local.get $from) (i32.sub (local.get $until) (local.get $from))))))
      (br_if $done (local.get $refused))
      (br_if $done (i32.lt_s (local.tee $refused (call $ask (i32.const 0))) (i32.const 0)))
      (return (local.get $refused)))
    (call $dropped (local.get $refused)))

  ;; A message with this method and the wave's body.
  (func $set_message (param $method i32) (result i32)
    (local $refused i32)
    (local $body i32)
    (local.set $body (global.get $end))
    (call $put_field (i32.const 13))
    (local.set $refused (call $set_text (i32.const 12) (i32.const 480 (;text/plain;))))
    (if (local.get $refused) (then (return (local.get $refused))))
    (local.set $refused (call $set (i32.const 13) (local.get $body) (call $since (local.get $body))))
    (if (local.get $refused) (then (return (local.get $refused))))
    (call $set_text (i32.const 6) (local.get $method)))

  ;; What was written would leak into the next message. Only `reply` takes any; a later one replaces it.
  (func $dropped (param $refused i32) (result i32)
    (drop (call $reply))
    (local.get $refused))

  ;; What an answer says; `!` and the status when it is not 200, `!` and minus a code when the ask was refused.
  (func $put_answer (param $token i32)
    (if (i32.ge_s (local.get $token) (i32.const 0))
      (then (local.set $token (call $wait (local.get $token)))))
    (if (i32.eq (local.get $token) (i32.const 200))
      (then (call $put_field (i32.const 33)))
      (else
        (call $put_byte (i32.const 33))
        (call $put_decimal (i64.extend_i32_s (local.get $token))))))

  ;; ---- Telling

  ;; A signal to the point of the header `to`, or to the watchers.
  (func $tell (result i32)
    (local $to_end i32)
    (local $refused i32)
    (local $flags i32)
    (if (i32.lt_s (call $put_value (i32.const 10) (i32.const 848 (;to;)) (i32.const 2)) (i32.const 0)) (then (local.set $flags (i32.const 2))))
    (local.set $to_end (global.get $end))
    (block $done
      (br_if $done
        (local.tee $refused (call $write (i32.const 10) (i32.const 864 (;watch-key;)) (i32.const 9) (i32.const 880 (;told;)) (i32.const 4))))
      (br_if $done (local.tee $refused (call $set_message (i32.const 240 (;Ext<Told>;)))))
      (if (i32.eqz (local.get $flags))
        (then
          (local.set $refused
            (call $set (i32.const 5) (global.get $buffer) (i32.sub (local.get $to_end) (global.get $buffer))))))
      (br_if $done (local.get $refused))
      (br_if $done (local.tee $refused (call $signal (local.get $flags))))
      (return (call $empty (i32.const 896 (;204;)))))
    (call $done (call $dropped (local.get $refused))))

  (func $told (result i32)
    (call $put_field (i32.const 13))
    (call $done (call $put (i32.const 880 (;told;)) (i32.const 4) (global.get $buffer) (call $since (global.get $buffer)))))

  ;; ---- What the star gives

  ;; The value of this field that the body names.
  (func $named (param $field i32) (result i32)
    (call $put_field (i32.const 13))
    (call $found (local.get $field)))

  ;; The value of this field whose key is in the buffer.
  (func $found (param $field i32) (result i32)
    (local $start i32)
    (local.set $start (global.get $end))
    (if
      (i32.lt_s
        (call $put_value (local.get $field) (global.get $buffer) (call $since (global.get $buffer)))
        (i32.const 0))
      (then (return (call $empty (i32.const 416 (;404;))))))
    (call $say (i32.const 480 (;text/plain;)) (local.get $start)))

  ;; Every header that begins with `x-`, on a line of its own.
  (func $headers (result i32)
    (local $n i32)
    (local $before i32)
    (block $done
      (loop $header
        (local.set $before (global.get $end))
        (br_if $done (i32.lt_s (call $put_value (i32.const 11) (local.get $n) (i32.const 0)) (i32.const 0)))
        (call $put_byte (i32.const 10))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $header (i32.eq (i32.load16_u (local.get $before)) (i32.const 0x2d78)))
        (global.set $end (local.get $before))
        (br $header)))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  (func $wave (result i32)
    (call $put_line (i32.const 6) (i32.const 0))
    (call $put_line (i32.const 7) (i32.const 0))
    (call $put_line (i32.const 9) (i32.const 0))
    (call $put_line (i32.const 9) (i32.const 1))
    (call $put_line (i32.const 12) (i32.const 0))
    (call $put_line (i32.const 5) (i32.const 0))
    (call $put_line (i32.const 23) (i32.const 0))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  ;; A field on a line of its own, without a key or with the key `q`.
  (func $put_line (param $field i32) (param $length i32)
    (drop (call $put_value (local.get $field) (i32.const 912 (;q;)) (local.get $length)))
    (call $put_byte (i32.const 10)))

  ;; The body is the status to answer with.
  (func $status (result i32)
    (local $refused i32)
    (call $put_field (i32.const 13))
    (local.set $refused
      (call $write (i32.const 10) (i32.const 928 (;x-said;)) (i32.const 6) (global.get $buffer) (call $since (global.get $buffer))))
    (if (i32.eqz (local.get $refused))
      (then (local.set $refused (call $set (i32.const 14) (global.get $buffer) (call $since (global.get $buffer))))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $say (i32.const 944 (;text/x-status;)) (global.get $buffer)))

  ;; The header `level` is one digit. What goes over 1 KiB is cut off between two letters.
  (func $log_line (result i32)
    (local $level i32)
    (local $end i32)
    (local.set $level (i32.const 51))
    (if (i32.gt_s (call $read (i32.const 10) (i32.const 960 (;level;)) (i32.const 5) (i32.const 0) (global.get $scratch) (i32.const 1)) (i32.const 0))
      (then (local.set $level (i32.load8_u (global.get $scratch)))))
    (call $put_field (i32.const 13))
    (local.set $end (i32.add (global.get $buffer) (i32.const 1024)))
    (if (i32.gt_u (global.get $end) (local.get $end))
      (then
        (loop $letter
          (global.set $end (local.get $end))
          (local.set $end (i32.sub (local.get $end) (i32.const 1)))
          (br_if $letter (i32.eq (i32.and (i32.load8_u (global.get $end)) (i32.const 0xc0)) (i32.const 0x80))))))
    (call $done
      (call $log (i32.sub (local.get $level) (i32.const 48)) (global.get $buffer) (call $since (global.get $buffer)))))

  (func $random_digits (result i32)
    (local $n i32)
    (drop (call $random (global.get $scratch) (i32.const 16)))
    (loop $byte
      (call $put_hexadecimal (i32.load8_u (i32.add (global.get $scratch) (local.get $n))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $byte (i32.lt_u (local.get $n) (i32.const 16))))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  (func $the_time (result i32)
    (call $put_decimal (call $now))
    (call $say (i32.const 480 (;text/plain;)) (global.get $buffer)))

  ;; As many letters as the body says.
  (func $large (result i32)
    (local $size i32)
    (local $start i32)
    (call $put_field (i32.const 13))
    (local.set $start (global.get $end))
    (local.set $size (call $number (global.get $buffer) (local.get $start)))
    (call $need (local.get $size))
    (memory.fill (local.get $start) (i32.const 120) (local.get $size))
    (global.set $end (i32.add (local.get $start) (local.get $size)))
    (call $say (i32.const 480 (;text/plain;)) (local.get $start)))

  ;; ---- Answering

  ;; The buffer from there on is the body of the reply, with this type.
  (func $say (param $type i32) (param $from i32) (result i32)
    (local $refused i32)
    (drop (call $set_text (i32.const 12) (local.get $type)))
    (local.set $refused (call $set (i32.const 13) (local.get $from) (call $since (local.get $from))))
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $reply))

  ;; Only a status.
  (func $empty (param $status i32) (result i32)
    (drop (call $set_text (i32.const 14) (local.get $status)))
    (call $reply))

  (func $done (param $refused i32) (result i32)
    (if (local.get $refused) (then (return (i32.sub (i32.const 0) (local.get $refused)))))
    (call $empty (i32.const 896 (;204;))))

  ;; Sets a field that has no key.
  (func $set (param $field i32) (param $p i32) (param $n i32) (result i32)
    (call $write (local.get $field) (i32.const 0) (i32.const 0) (local.get $p) (local.get $n)))

  (func $set_text (param $field i32) (param $text i32) (result i32)
    (call $set (local.get $field) (local.get $text) (call $length (local.get $text))))

  ;; ---- Texts

  ;; Whether the method is this constant.
  (func $is (param $text i32) (result i32)
    (call $same (global.get $method) (call $length (global.get $method)) (local.get $text)))

  ;; Whether these bytes are this constant.
  (func $same (param $p i32) (param $n i32) (param $text i32) (result i32)
    (local $i i32)
    (if (i32.ne (local.get $n) (call $length (local.get $text))) (then (return (i32.const 0))))
    (block $done
      (loop $byte
        (br_if $done (i32.eq (local.get $i) (local.get $n)))
        (if
          (i32.ne
            (i32.load8_u (i32.add (local.get $p) (local.get $i)))
            (i32.load8_u (i32.add (local.get $text) (local.get $i))))
          (then (return (i32.const 0))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $byte)))
    (i32.const 1))

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

  ;; Bytes of the buffer from there on.
  (func $since (param $from i32) (result i32)
    (i32.sub (global.get $end) (local.get $from)))

  ;; The number that decimal digits say; 0 when it is anything else.
  (func $number (param $from i32) (param $until i32) (result i32)
    (local $number i32)
    (local $digit i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $until)))
        (local.set $digit (i32.sub (i32.load8_u (local.get $from)) (i32.const 48)))
        (if (i32.gt_u (local.get $digit) (i32.const 9)) (then (return (i32.const 0))))
        (local.set $number (i32.add (i32.mul (local.get $number) (i32.const 10)) (local.get $digit)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
    (local.get $number))

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

  ;; ---- The buffer

  (func $put_name
    (drop (call $put_value (i32.const 20) (i32.const 432 (;name;)) (i32.const 4))))

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

  ;; A field that has no key; nothing when it is absent.
  (func $put_field (param $field i32)
    (drop (call $put_value (local.get $field) (i32.const 0) (i32.const 0))))

  ;; The field's length, or -1 when it is absent.
  (func $put_value (param $field i32) (param $kp i32) (param $kl i32) (result i32)
    (local $length i32)
    (local.set $length (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (i32.const 0) (i32.const 0)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then (return (i32.const -1))))
    (call $need (local.get $length))
    (drop (call $read (local.get $field) (local.get $kp) (local.get $kl) (i32.const 0) (global.get $end) (local.get $length)))
    (global.set $end (i32.add (global.get $end) (local.get $length)))
    (local.get $length))

  (func $put_decimal (param $number i64)
    (local $at i32)
    (if (i64.lt_s (local.get $number) (i64.const 0))
      (then
        (call $put_byte (i32.const 45))
        (local.set $number (i64.sub (i64.const 0) (local.get $number)))))
    (local.set $at (i32.add (global.get $scratch) (i32.const 32)))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i64.store8 (local.get $at) (i64.add (i64.rem_u (local.get $number) (i64.const 10)) (i64.const 48)))
      (local.set $number (i64.div_u (local.get $number) (i64.const 10)))
      (br_if $digit (i64.ne (local.get $number) (i64.const 0))))
    (call $put_bytes (local.get $at) (i32.sub (i32.add (global.get $scratch) (i32.const 32)) (local.get $at))))

  ;; A byte as two digits.
  (func $put_hexadecimal (param $byte i32)
    (call $put_byte (i32.load8_u (i32.add (i32.const 976 (;0123456789abcdef;)) (i32.shr_u (local.get $byte) (i32.const 4)))))
    (call $put_byte (i32.load8_u (i32.add (i32.const 976 (;0123456789abcdef;)) (i32.and (local.get $byte) (i32.const 15))))))

  ;; Bytes of text with & < > " ' replaced, so that they are only ever text.
  (func $put_escaped (param $from i32) (param $until i32)
    (local $byte i32)
    (loop $next
      (if (i32.ge_u (local.get $from) (local.get $until)) (then (return)))
      (local.set $byte (i32.load8_u (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (if (i32.eq (local.get $byte) (i32.const 38)) (then (call $put_text (i32.const 1008 (;&amp;;))) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 60)) (then (call $put_text (i32.const 1024 (;&lt;;))) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 62)) (then (call $put_text (i32.const 1040 (;&gt;;))) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 34)) (then (call $put_text (i32.const 1056 (;&quot;;))) (br $next)))
      (if (i32.eq (local.get $byte) (i32.const 39)) (then (call $put_text (i32.const 1072 (;&#39;;))) (br $next)))
      (call $put_byte (local.get $byte))
      (br $next)))

  ;; Bytes of text as they stand in a string of JSON.
  (func $put_quoted (param $from i32) (param $until i32)
    (local $byte i32)
    (loop $next
      (if (i32.ge_u (local.get $from) (local.get $until)) (then (return)))
      (local.set $byte (i32.load8_u (local.get $from)))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (if (i32.lt_u (local.get $byte) (i32.const 32))
        (then
          (call $put_text (i32.const 1088 (;\u00;)))
          (call $put_hexadecimal (local.get $byte))
          (br $next)))
      (if (i32.or (i32.eq (local.get $byte) (i32.const 34)) (i32.eq (local.get $byte) (i32.const 92)))
        (then (call $put_byte (i32.const 92))))
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
          (then (unreachable))))))

  ;; ---- JSON

  ;; The text under this name is put into the buffer; 0 when it is not there, is no text, or what stands before is not JSON.
  (func $text_of (param $name i32) (result i32)
    (if (i32.eqz (call $find (local.get $name))) (then (return (i32.const 0))))
    (if (i32.ne (call $token) (i32.const 34)) (then (return (i32.const 0))))
    (call $string))

  ;; Moves to the value under this name; 0 when it is not there, or what stands before is not JSON.
  (func $find (param $name i32) (result i32)
    (local $key i32)
    (local $found i32)
    (if (i32.ne (call $token) (i32.const 123)) (then (return (i32.const 0))))
    (loop $field
      (local.set $key (global.get $end))
      (if (i32.ne (call $token) (i32.const 34)) (then (return (i32.const 0))))
      (if (i32.eqz (call $string)) (then (return (i32.const 0))))
      (local.set $found (call $same (local.get $key) (call $since (local.get $key)) (local.get $name)))
      (global.set $end (local.get $key))
      (if (i32.ne (call $token) (i32.const 58)) (then (return (i32.const 0))))
      (if (local.get $found) (then (return (i32.const 1))))
      (if (i32.eqz (call $skip)) (then (return (i32.const 0))))
      (br_if $field (i32.eq (call $token) (i32.const 44))))
    (i32.const 0))

  ;; The next byte; -1 at the end.
  (func $byte (result i32)
    (if (i32.ge_u (global.get $at) (global.get $until)) (then (return (i32.const -1))))
    (global.set $at (i32.add (global.get $at) (i32.const 1)))
    (i32.load8_u (i32.sub (global.get $at) (i32.const 1))))

  ;; The next byte that is not white space; -1 at the end.
  (func $token (result i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (call $byte))
      (br_if $next (call $is_space (local.get $byte))))
    (local.get $byte))

  (func $is_space (param $byte i32) (result i32)
    (i32.or
      (i32.or (i32.eq (local.get $byte) (i32.const 32)) (i32.eq (local.get $byte) (i32.const 9)))
      (i32.or (i32.eq (local.get $byte) (i32.const 10)) (i32.eq (local.get $byte) (i32.const 13)))))

  ;; What follows the opening quote of a string is put, decoded; whether it is a string.
  (func $string (result i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (call $byte))
      (if (i32.eq (local.get $byte) (i32.const 34)) (then (return (i32.const 1))))
      (if (i32.lt_s (local.get $byte) (i32.const 32)) (then (return (i32.const 0))))
      (if (i32.eq (local.get $byte) (i32.const 92))
        (then
          (br_if $next (call $escape))
          (return (i32.const 0))))
      (call $put_byte (local.get $byte))
      (br $next))
    (unreachable))

  ;; What follows a backslash is put; whether it means something.
  (func $escape (result i32)
    (local $byte i32)
    (local $i i32)
    (local.set $byte (call $byte))
    (if (i32.eq (local.get $byte) (i32.const 117)) (then (return (call $unicode))))
    (loop $next
      (if (i32.eq (i32.load8_u (i32.add (i32.const 1104 (;bfnrt"\/;)) (local.get $i))) (local.get $byte))
        (then
          (call $put_byte (i32.load8_u (i32.add (i32.const 1120 (;what they mean;)) (local.get $i))))
          (return (i32.const 1))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 8))))
    (i32.const 0))

  ;; Four hexadecimal digits, or eight when the first four are half of a pair, are put as UTF-8.
  (func $unicode (result i32)
    (local $letter i32)
    (local $low i32)
    (local.set $letter (call $hexadecimal))
    (if (i32.lt_s (local.get $letter) (i32.const 0)) (then (return (i32.const 0))))
    (if (i32.eq (i32.and (local.get $letter) (i32.const 0xfc00)) (i32.const 0xdc00)) (then (return (i32.const 0))))
    (if (i32.eq (i32.and (local.get $letter) (i32.const 0xfc00)) (i32.const 0xd800))
      (then
        (if (i32.ne (call $byte) (i32.const 92)) (then (return (i32.const 0))))
        (if (i32.ne (call $byte) (i32.const 117)) (then (return (i32.const 0))))
        (local.set $low (call $hexadecimal))
        (if (i32.ne (i32.and (local.get $low) (i32.const 0xfffffc00)) (i32.const 0xdc00)) (then (return (i32.const 0))))
        (local.set $letter
          (i32.add
            (i32.const 0x10000)
            (i32.or
              (i32.shl (i32.and (local.get $letter) (i32.const 0x3ff)) (i32.const 10))
              (i32.and (local.get $low) (i32.const 0x3ff)))))))
    (call $put_letter (local.get $letter))
    (i32.const 1))

  (func $put_letter (param $letter i32)
    (if (i32.lt_u (local.get $letter) (i32.const 0x80))
      (then (call $put_byte (local.get $letter)) (return)))
    (if (i32.lt_u (local.get $letter) (i32.const 0x800))
      (then (call $put_byte (i32.or (i32.const 0xc0) (i32.shr_u (local.get $letter) (i32.const 6)))))
      (else
        (if (i32.lt_u (local.get $letter) (i32.const 0x10000))
          (then (call $put_byte (i32.or (i32.const 0xe0) (i32.shr_u (local.get $letter) (i32.const 12)))))
          (else
            (call $put_byte (i32.or (i32.const 0xf0) (i32.shr_u (local.get $letter) (i32.const 18))))
            (call $put_rest (i32.shr_u (local.get $letter) (i32.const 12)))))
        (call $put_rest (i32.shr_u (local.get $letter) (i32.const 6)))))
    (call $put_rest (local.get $letter)))

  ;; The last six bits of a letter as a byte that follows the first.
  (func $put_rest (param $bits i32)
    (call $put_byte (i32.or (i32.const 0x80) (i32.and (local.get $bits) (i32.const 0x3f)))))

  ;; Four digits; -1 when they are not.
  (func $hexadecimal (result i32)
    (local $number i32)
    (local $digit i32)
    (local $i i32)
    (loop $next
      (local.set $digit (call $byte))
      (if (i32.lt_u (i32.sub (local.get $digit) (i32.const 48)) (i32.const 10))
        (then (local.set $digit (i32.sub (local.get $digit) (i32.const 48))))
        (else
          (local.set $digit (i32.sub (i32.or (local.get $digit) (i32.const 32)) (i32.const 97)))
          (if (i32.ge_u (local.get $digit) (i32.const 6)) (then (return (i32.const -1))))
          (local.set $digit (i32.add (local.get $digit) (i32.const 10)))))
      (local.set $number (i32.or (i32.shl (local.get $number) (i32.const 4)) (local.get $digit)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 4))))
    (local.get $number))

  ;; Passes over a value, up to the comma or the bracket that follows it; whether there is one.
  (func $skip (result i32)
    (local $depth i32)
    (local $before i32)
    (local $byte i32)
    (local $end i32)
    (loop $next
      (local.set $before (global.get $at))
      (local.set $byte (call $token))
      (if (i32.lt_s (local.get $byte) (i32.const 0)) (then (return (i32.const 0))))
      (if (i32.eq (local.get $byte) (i32.const 34))
        (then
          (local.set $end (global.get $end))
          (if (i32.eqz (call $string)) (then (return (i32.const 0))))
          (global.set $end (local.get $end))))
      ;; The opening brackets of both kinds differ in one bit, and so do the closing ones.
      (if (i32.eq (i32.or (local.get $byte) (i32.const 32)) (i32.const 123))
        (then (local.set $depth (i32.add (local.get $depth) (i32.const 1)))))
      (if (i32.or (i32.eq (i32.or (local.get $byte) (i32.const 32)) (i32.const 125)) (i32.eq (local.get $byte) (i32.const 44)))
        (then
          (if (i32.eqz (local.get $depth))
            (then
              (global.set $at (local.get $before))
              (return (i32.const 1))))
          (if (i32.ne (local.get $byte) (i32.const 44))
            (then (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))))))
      (br $next))
    (unreachable)))
