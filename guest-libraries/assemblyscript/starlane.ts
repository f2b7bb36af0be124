// A mechtron in AssemblyScript: the whole guest ABI, version 1, with strings and buffers in place of ranges.
//
// Everything that is allocated while a wave is handled is forgotten at its end (`begin`; `arena.ts` is the runtime for it),
// so nothing needs to be collected. What must last is put into the state. A `throw` is a trap: the wave is undone.
//
//   export { starlane_abi_1, mechtron_init } from "./starlane";
//   export function mechtron_wave(): i32 {
//     begin();
//     return Reply.text("Hello").send();
//   }
//
// A function `mechtron_migrate(): i32` that is exported too turns the state of an earlier version into this one's; 0 = done.

import { bytes, decimal, text } from "./text";

export { bytes, decimal, join, text } from "./text";
export { escapeHtml, json } from "./json";

@external("starlane", "read")
declare function read(field: i32, kp: usize, kl: i32, offset: i32, p: usize, cap: i32): i32;
@external("starlane", "write")
declare function write(field: i32, kp: usize, kl: i32, vp: usize, vl: i32): i32;
@external("starlane", "reply")
declare function reply(): i32;
@external("starlane", "signal")
declare function signal(flags: i32): i32;
@external("starlane", "ask")
declare function ask(wait_ms: i32): i32;
@external("starlane", "wait")
declare function wait(token: i32): i32;
@external("starlane", "put")
declare function put(kp: usize, kl: i32, vp: usize, vl: i32): i32;
@external("starlane", "del")
declare function del(kp: usize, kl: i32): i32;
@external("starlane", "next")
declare function next(kp: usize, kl: i32, p: usize, cap: i32): i32;
@external("starlane", "log")
declare function line(level: i32, p: usize, n: i32): i32;
@external("starlane", "random")
declare function fill(p: usize, n: i32): i32;
@external("starlane", "now")
declare function clock(): i64;

/** The numbers of the fields; none is ever changed. */
const enum Field {
  kind = 1, id, from, agent, to, method, path, param, query, header, headerAt, type, body, status, wait,
  config = 20, file, state, self,
  pongStatus = 30, pongHeader, pongType, pongBody,
}

/** Why a call was refused. A function that gives one back gives 0 when it was not. */
export const enum Refused {
  absent = -1, outOfRange = -2, badField = -3, badValue = -4, tooLarge = -5,
  notAllowed = -6, stateFull = -7, tooMany = -8, badToken = -9, incomplete = -10,
}

export function starlane_abi_1(): void {}

/** Ready at once. A mechtron that has something to prepare exports a function of its own by this name. */
export function mechtron_init(): i32 {
  return 0;
}

/** Forgets everything that was allocated before. Call it first in `mechtron_wave`, `mechtron_init` and `mechtron_migrate`. */
export function begin(): void {
  __reset();
}

/** What a `throw` does where `asconfig.json` says so: it says in the log why and where, and traps. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  star.log(1, (message === null ? "aborted" : message) + " at " + (file === null ? "" : file) + ":" + line.toString() + ":" + column.toString());
  unreachable();
}

/** All bytes of a field; null when there are none to be had. */
function get(field: Field, key: string = ""): ArrayBuffer | null {
  const name = bytes(key);
  return got(field, at(name), name.byteLength);
}

/** The same with the key's place; for a header by its index, that is the index and the length 0. */
function got(field: Field, kp: usize, kl: i32): ArrayBuffer | null {
  const length = read(field, kp, kl, 0, 0, 0);
  if (length < 0) return null;
  const value = new ArrayBuffer(length);
  read(field, kp, kl, 0, at(value), length);
  return value;
}

/** A field as text; null when it is not there. */
function said(field: Field, key: string = ""): string | null {
  const value = get(field, key);
  return value ? text(value) : null;
}

/** A field that is always there. */
function always(field: Field): string {
  const value = said(field);
  return value ? value : "";
}

function set(field: Field, value: ArrayBuffer, key: string = ""): i32 {
  const name = bytes(key);
  return write(field, at(name), name.byteLength, at(value), value.byteLength);
}

function at(buffer: ArrayBuffer): usize {
  return changetype<usize>(buffer);
}

/** The wave that is being handled. */
export namespace wave {
  /** Whether somebody waits for an answer. A signal needs none. */
  export function isPing(): bool { return always(Field.kind) == "ping"; }
  export function from(): string { return always(Field.from); }
  /** Who answers for the wave: a point, or `anonymous`. Trust this, not `from`. */
  export function agent(): string { return always(Field.agent); }
  export function to(): string { return always(Field.to); }
  /** The method, `Http<Get>` or `Ext<Greet>` for example. */
  export function method(): string { return always(Field.method); }
  export function path(): string { return always(Field.path); }
  /** What `{name}` of the bind's route matched, percent-decoded. */
  export function param(name: string): string | null { return said(Field.param, name); }
  /** The first value of this name in the query, decoded; all of the query as it came without a name. */
  export function query(name: string = ""): string | null { return said(Field.query, name); }
  /** The first header of this (lower-case) name. */
  export function header(name: string): string | null { return said(Field.header, name); }
  /** `name:value` of the n-th header, from 0; null behind the last. */
  export function headerAt(n: i32): string | null {
    const value = got(Field.headerAt, n, 0);
    return value ? text(value) : null;
  }
  /** The content type of the body. */
  export function type(): string { return always(Field.type); }
  /** The body, 1 MiB at most. */
  export function body(): ArrayBuffer {
    const value = get(Field.body);
    return value ? value : new ArrayBuffer(0);
  }
  /** The body as text. */
  export function words(): string { return text(body()); }
  /** Milliseconds left before the sender gives up. */
  export function waitMs(): i64 { return decimal(always(Field.wait), 0); }
}

/** The longest line of the log, in bytes. */
const LINE = 1024;

/** What is at hand any time. */
export namespace star {
  /** A value of the config: a text as it is, anything else as JSON; all of it as JSON without a name. */
  export function config(name: string = ""): string | null { return said(Field.config, name); }
  /** A file of the mechtron's own bundle; waits until it is at hand. */
  export function file(path: string): ArrayBuffer | null { return get(Field.file, path); }
  /** The mechtron's own point. */
  export function self(): string { return always(Field.self); }
  /** Milliseconds since 1970 UTC. */
  export function now(): i64 { return clock(); }
  /** So many random bytes, 4,096 at most; null when more are asked for. */
  export function random(size: i32): Uint8Array | null {
    const into = new ArrayBuffer(size);
    return fill(at(into), size) < 0 ? null : Uint8Array.wrap(into);
  }
  /**
   * A line for the log; what goes over 1 KiB is cut off between two letters, and 64 is the most in one wave. Level 1 error, 2
   * warning, 3 information, 4 detail. 0, or minus a code.
   */
  export function log(level: i32, what: string): i32 {
    const words = bytes(what);
    let length = words.byteLength;
    if (length > LINE) {
      length = LINE;
      while (length > 0 && (load<u8>(at(words) + length) & 0xc0) == 0x80) length--;
    }
    return line(level, at(words), length);
  }
}

/** What lasts: an ordered map of keys (256 bytes) to values (64 KiB). */
export namespace state {
  export function get(key: string): ArrayBuffer | null {
    const name = bytes(key);
    return got(Field.state, at(name), name.byteLength);
  }
  export function text(key: string): string | null { return said(Field.state, key); }
  /** 0, or minus a code. */
  export function set(key: string, value: ArrayBuffer): i32 {
    const name = bytes(key);
    return put(at(name), name.byteLength, at(value), value.byteLength);
  }
  /** 0, or `Refused.absent` when it was not there. */
  export function remove(key: string): i32 {
    const name = bytes(key);
    return del(at(name), name.byteLength);
  }
  /** The first key greater than this one; null at the end. Begin with "". */
  export function after(key: string): string | null {
    const name = bytes(key);
    const length = next(at(name), name.byteLength, 0, 0);
    if (length < 0) return null;
    const found = new ArrayBuffer(length);
    next(at(name), name.byteLength, at(found), length);
    return String.UTF8.decode(found);
  }
}

class Header {
  constructor(public name: string, public value: string) {}
}

/** What every message has. */
class Content {
  headers: Header[] = [];
  contentType: string = "";
  content: ArrayBuffer = new ArrayBuffer(0);

  /** Writes it into the message that is being built; 0, or minus a code. */
  protected put(): i32 {
    let refused = 0;
    for (let i = 0; i < this.headers.length && refused == 0; i++) {
      refused = set(Field.header, bytes(this.headers[i].value), this.headers[i].name);
    }
    if (this.contentType.length == 0) return refused;
    if (refused == 0) refused = set(Field.type, bytes(this.contentType));
    return refused == 0 ? set(Field.body, this.content) : refused;
  }
}

/** What a wave is answered with. */
export class Reply extends Content {
  /** A status of 200 to 599 and no body. */
  constructor(public status: i32) { super(); }

  static of(type: string, body: ArrayBuffer): Reply {
    const reply = new Reply(200);
    reply.contentType = type;
    reply.content = body;
    return reply;
  }
  /** No answer: the wave is undone with this code, because a call was refused. */
  static refused(code: i32): Reply { return new Reply(code); }
  static text(what: string): Reply { return Reply.of("text/plain", bytes(what)); }
  /** Put nothing into a page that did not pass `escapeHtml`. */
  static html(page: string): Reply { return Reply.of("text/html", bytes(page)); }
  /** Text that is JSON already. */
  static json(what: string): Reply { return Reply.of("application/json", bytes(what)); }

  withStatus(status: i32): Reply {
    this.status = status;
    return this;
  }
  /** Adds a header; its name is lower-case. */
  header(name: string, value: string): Reply {
    this.headers.push(new Header(name, value));
    return this;
  }
  /** Makes this the answer of the wave; what it gives back is what `mechtron_wave` returns. */
  send(): i32 {
    if (this.status < 0) return -this.status;
    let refused = this.put();
    if (refused == 0) refused = set(Field.status, bytes(this.status.toString()));
    return refused == 0 ? -reply() : -refused;
  }
}

/** What is asked of, or told to, another point. */
export class Message extends Content {
  private target: string = "";
  private where: string = "";
  private asked: string = "";
  private wait_ms: i32 = 0;

  constructor(public method: string) { super(); }

  to(point: string): Message {
    this.target = point;
    return this;
  }
  path(path: string): Message {
    this.where = path;
    return this;
  }
  query(query: string): Message {
    this.asked = query;
    return this;
  }
  header(name: string, value: string): Message {
    this.headers.push(new Header(name, value));
    return this;
  }
  body(type: string, body: ArrayBuffer): Message {
    this.contentType = type;
    this.content = body;
    return this;
  }
  text(what: string): Message { return this.body("text/plain", bytes(what)); }
  json(what: string): Message { return this.body("application/json", bytes(what)); }
  /** How long a ping may take, in milliseconds; 15,000 when not set. */
  waitMs(wait_ms: i32): Message {
    this.wait_ms = wait_ms;
    return this;
  }

  /** Sends a ping and goes on; 8 may be open at once. */
  ask(): Asked {
    const refused = this.write();
    return new Asked(kept(refused == 0 ? ask(this.wait_ms) : refused));
  }
  /** Sends a ping and waits for its answer. */
  ping(): Pong { return this.ask().wait(); }
  /** Sends a signal once the wave has been handled; 0, or minus a code. */
  signal(): i32 {
    const refused = this.write();
    return kept(refused == 0 ? signal(0) : refused);
  }
  /** The same to everybody who watches this mechtron. With the header `watch-key` it replaces an unread one of that key. */
  signalWatchers(): i32 {
    const refused = this.write();
    return kept(refused == 0 ? signal(2) : refused);
  }

  private write(): i32 {
    let refused = this.put();
    if (refused == 0 && this.where.length > 0) refused = set(Field.path, bytes(this.where));
    if (refused == 0 && this.asked.length > 0) refused = set(Field.query, bytes(this.asked));
    if (refused == 0) refused = set(Field.method, bytes(this.method));
    return refused == 0 && this.target.length > 0 ? set(Field.to, bytes(this.target)) : refused;
  }
}

/** Drops a message that was refused, or it would leak into the next: only `reply` takes any. A later answer replaces it. */
function kept(result: i32): i32 {
  if (result < 0) reply();
  return result;
}

/** A ping that is under way. Several may be waited for in any order. */
export class Asked {
  constructor(private token: i32) {}

  wait(): Pong {
    const status = this.token < 0 ? this.token : wait(this.token);
    if (status < 0) return new Pong(status, "", new ArrayBuffer(0));
    const body = get(Field.pongBody);
    return new Pong(status, always(Field.pongType), body ? body : new ArrayBuffer(0));
  }
}

/** An answer: its status, or minus a code when the ping was refused. */
export class Pong {
  constructor(public status: i32, public type: string, public body: ArrayBuffer) {}

  text(): string { return text(this.body); }
  /** A header, while this is the answer that was waited for last; `starlane-code` is the word of one the mesh made. */
  header(name: string): string | null { return said(Field.pongHeader, name); }
}
