// The guest ABI for AssemblyScript: the functions of the star, with strings and buffers in place of ranges.
//
// Everything that is allocated while a wave is handled is forgotten at its end (`begin`), so nothing needs to be collected.

@external("starlane", "read")
declare function read(field: i32, kp: usize, kl: i32, offset: i32, p: usize, cap: i32): i32;
@external("starlane", "write")
declare function write(field: i32, kp: usize, kl: i32, vp: usize, vl: i32): i32;
@external("starlane", "reply")
declare function reply(): i32;
@external("starlane", "ask")
declare function ask(wait_ms: i32): i32;
@external("starlane", "wait")
declare function wait(token: i32): i32;
@external("starlane", "put")
declare function put(kp: usize, kl: i32, vp: usize, vl: i32): i32;

/** The numbers of the fields that are used here. */
export namespace Field {
  export const to = 5;
  export const method = 6;
  export const header = 10;
  export const type = 12;
  export const body = 13;
  export const status = 14;
  export const config = 20;
  export const state = 22;
  export const pongBody = 33;
}

/** Forgets everything that was allocated for the last wave. */
export function begin(): void {
  __reset();
}

/** The bytes of a text. */
export function utf8(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

/** The text of bytes. */
export function text(bytes: ArrayBuffer): string {
  return String.UTF8.decode(bytes);
}

/** All bytes of a field; none when it is absent. */
export function get(field: i32, key: string = ""): ArrayBuffer {
  const name = utf8(key);
  const length = read(field, at(name), name.byteLength, 0, 0, 0);
  const bytes = new ArrayBuffer(length > 0 ? length : 0);
  if (length > 0) read(field, at(name), name.byteLength, 0, at(bytes), length);
  return bytes;
}

/** Sets a field of the message that is being built; 0, or minus a code. */
export function set(field: i32, value: ArrayBuffer, key: string = ""): i32 {
  const name = utf8(key);
  return write(field, at(name), name.byteLength, at(value), value.byteLength);
}

/** Sets a key of the state; 0, or minus a code. */
export function keep(key: string, value: ArrayBuffer): i32 {
  const name = utf8(key);
  return put(at(name), name.byteLength, at(value), value.byteLength);
}

/** The message that is being built becomes the answer; 0, or minus a code. */
export function answer(): i32 {
  return reply();
}

/** The message that is being built is sent as a ping; its token, or minus a code. */
export function send(): i32 {
  return ask(0);
}

/** Waits for the answer of a ping; its status, or minus a code. */
export function status(token: i32): i32 {
  return wait(token);
}

/** Drops a message that was refused, or it would leak into the next: only `reply` takes any. A later one replaces it. */
export function discard(): void {
  reply();
}

/** Several pieces one after the other. */
export function join(pieces: StaticArray<ArrayBuffer>): ArrayBuffer {
  let length = 0;
  for (let i = 0; i < pieces.length; i++) length += pieces[i].byteLength;
  const all = new ArrayBuffer(length);
  let end = at(all);
  for (let i = 0; i < pieces.length; i++) {
    memory.copy(end, at(pieces[i]), pieces[i].byteLength);
    end += pieces[i].byteLength;
  }
  return all;
}

function at(bytes: ArrayBuffer): usize {
  return changetype<usize>(bytes);
}
