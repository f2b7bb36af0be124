// What `starlane bindgen --lang as` writes its code with: JSON read and written value by value, parts of paths, and answers.

import { Pong, wave } from "./starlane";

/** Levels of arrays and objects, as many as a star lets through under a schema. */
const DEPTH = 32;

/** A number or a boolean where there may be none. */
export class Box<T> {
  constructor(public value: T) {}
}

/** Any JSON, as it is written. */
export class Any {
  constructor(public json: string) {}
}

/** The answer of a typed call: its value, or null when it says no (`pong.status`), could not be asked or cannot be read. */
export class Answer<T> {
  constructor(public pong: Pong, public value: T) {}
}

/**
 * Reads JSON from its begin to its end. Each method takes the value that comes next; when it is another, `failed` is set, and
 * what is given from then on means nothing.
 */
export class Reader {
  failed: bool = false;
  private at: i32 = 0;
  private depth: i32 = 0;
  private first: bool = false;

  constructor(private source: string) {}

  /** Whether all was as it should be, and nothing more comes. */
  end(): bool { return !this.failed && this.peek() < 0; }

  /** Fails unless this holds. */
  need(holds: bool): void { if (!holds) this.fail(); }

  /** Takes a `null`, if it is one. */
  isNull(): bool { return this.word("null"); }

  boolean(): bool {
    if (this.word("true")) return true;
    this.need(this.word("false"));
    return false;
  }

  text(): string {
    if (this.peek() != 0x22) {
      this.fail();
      return "";
    }
    const pieces: string[] = [];
    let done = ++this.at;
    while (this.at < this.source.length) {
      const letter = this.source.charCodeAt(this.at++);
      if (letter == 0x22) {
        pieces.push(this.source.substring(done, this.at - 1));
        return pieces.join("");
      }
      if (letter < 0x20) break;
      if (letter != 0x5c) continue;
      pieces.push(this.source.substring(done, this.at - 1));
      const unit = this.escaped();
      if (unit < 0) break;
      pieces.push(String.fromCharCode(unit));
      done = this.at;
    }
    this.fail();
    return "";
  }

  /** One of these texts. */
  oneOf(words: string[]): string {
    const word = this.text();
    this.need(words.includes(word));
    return word;
  }

  /** A whole number, however it is written (`7`, `7.0`, `70e-1`), that lies between the two. */
  whole(least: i64, most: i64): i64 {
    const number = this.float();
    this.need(number >= <f64>least && number <= <f64>most && Math.floor(number) == number);
    return this.failed ? 0 : <i64>number;
  }

  float(): f64 {
    const letter = this.peek();
    const word = this.scalar();
    const last = word.length > 0 ? word.charCodeAt(word.length - 1) : 0;
    // What begins with a digit or a minus and ends with a digit is a number, or the parser says it is none.
    this.need((letter == 0x2d && word.length > 1 || isDigit(letter)) && isDigit(last));
    const number = this.failed ? 0 : parseFloat(word);
    this.need(isFinite(number));
    return number;
  }

  /** An array or an object begins: `[` or `{`. Then `while (json.next(…))` takes what is in it. */
  begin(bracket: i32): void {
    this.need(this.peek() == bracket && this.depth < DEPTH);
    this.at++;
    this.depth++;
    this.first = true;
  }

  /** Whether one more comes before the closing bracket, which is taken otherwise. */
  next(bracket: i32): bool {
    if (this.failed) return false;
    const letter = this.peek();
    const first = this.first;
    this.first = false;
    if (letter == bracket) {
      this.at++;
      this.depth--;
      return false;
    }
    if (first) return true;
    this.need(letter == 0x2c);
    this.at++;
    // A comma is followed by one more.
    this.need(this.peek() != bracket);
    return !this.failed;
  }

  /** The name of a member. */
  name(): string {
    const name = this.text();
    this.need(this.peek() == 0x3a);
    this.at++;
    return name;
  }

  /** The text under a name in the object that comes next, which is not taken; "" when there is none. */
  tag(name: string): string {
    const ahead = new Reader(this.source);
    ahead.at = this.at;
    let tag = "";
    ahead.begin(0x7b);
    while (ahead.next(0x7d)) {
      if (ahead.name() == name) tag = ahead.text();
      else ahead.skip();
    }
    return ahead.failed ? "" : tag;
  }

  /** Takes any value, and gives it as it stands. What is inside an array or an object is not looked at closely. */
  raw(): string {
    const begin = this.peek() < 0 ? this.source.length : this.at;
    let depth = 0;
    while (!this.failed) {
      const letter = this.peek();
      if (letter == 0x22) this.text();
      else if (letter == 0x7b || letter == 0x5b) this.at++, depth++;
      else if (letter == 0x7d || letter == 0x5d) this.at++, this.need(depth-- > 0);
      else if ((letter == 0x2c || letter == 0x3a) && depth > 0) {
        this.at++;
        continue;
      } else this.need(this.scalar().length > 0);
      if (depth == 0) break;
    }
    return this.failed ? "null" : this.source.substring(begin, this.at);
  }

  /** Passes over any value. */
  skip(): void { this.raw(); }

  private fail(): void { this.failed = true; }

  /** The next letter that is not white space, which is not taken; -1 at the end. */
  private peek(): i32 {
    while (this.at < this.source.length) {
      const letter = this.source.charCodeAt(this.at);
      if (letter != 0x20 && letter != 0x09 && letter != 0x0a && letter != 0x0d) return letter;
      this.at++;
    }
    return -1;
  }

  private word(word: string): bool {
    this.peek();
    if (this.failed || !this.source.substr(this.at, word.length).startsWith(word)) return false;
    this.at += word.length;
    return true;
  }

  /** A number or a word: everything up to white space or what parts values. */
  private scalar(): string {
    this.peek();
    const begin = this.at;
    while (this.at < this.source.length) {
      const letter = this.source.charCodeAt(this.at);
      if (letter <= 0x20 || letter == 0x22 || letter == 0x2c || letter == 0x3a || (letter | 0x20) == 0x7b || (letter | 0x20) == 0x7d) break;
      this.at++;
    }
    return this.source.substring(begin, this.at);
  }

  /** What follows a backslash, as a unit of UTF-16; -1 when that is nothing. */
  private escaped(): i32 {
    const letter = this.at < this.source.length ? this.source.charCodeAt(this.at++) : -1;
    switch (letter) {
      case 0x62: return 0x08;
      case 0x66: return 0x0c;
      case 0x6e: return 0x0a;
      case 0x72: return 0x0d;
      case 0x74: return 0x09;
      case 0x22: case 0x5c: case 0x2f: return letter;
      case 0x75: break;
      default: return -1;
    }
    let unit = 0;
    for (let i = 0; i < 4; i++) {
      const digit = this.at < this.source.length ? hexadecimal(this.source.charCodeAt(this.at++)) : -1;
      if (digit < 0) return -1;
      unit = unit * 16 + digit;
    }
    return unit;
  }
}

function isDigit(letter: i32): bool { return letter >= 0x30 && letter <= 0x39; }

function hexadecimal(letter: i32): i32 {
  const lower = letter | 0x20;
  return isDigit(letter) ? letter - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Writes JSON. What begins is ended, and each value of an object follows its name. */
export class Writer {
  private pieces: string[] = [];
  private first: bool = true;

  /** A text as JSON, with its quotes. */
  static quoted(what: string): string { return quote(what); }
  /** What was written. */
  done(): string { return this.pieces.join(""); }

  /** A text that is JSON already. */
  raw(json: string): void {
    this.pieces.push(json);
    this.first = false;
  }
  text(what: string): void { this.raw(quote(what)); }
  boolean(what: bool): void { this.raw(what ? "true" : "false"); }
  whole(number: i64): void { this.raw(number.toString()); }
  /** A number; what JSON has no form for (infinite, or none) becomes `null`. */
  float(number: f64): void { this.raw(isFinite(number) ? number.toString() : "null"); }
  /** An array or an object begins. */
  begin(bracket: string): void {
    this.pieces.push(bracket);
    this.first = true;
  }
  /** It ends. */
  end(bracket: string): void { this.raw(bracket); }
  /** One more element comes. */
  next(): void {
    if (!this.first) this.pieces.push(",");
    this.first = false;
  }
  /** One more member comes, of this name. */
  name(name: string): void {
    this.next();
    this.pieces.push(quote(name));
    this.pieces.push(":");
  }
}

/** The text as JSON, with its quotes. */
function quote(text: string): string {
  const pieces: string[] = ["\""];
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i);
    if (letter >= 0x20 && letter != 0x22 && letter != 0x5c) continue;
    pieces.push(text.substring(done, i));
    pieces.push(letter < 0x20 ? "\\u00" + letter.toString(16).padStart(2, "0") : "\\" + String.fromCharCode(letter));
    done = i + 1;
  }
  pieces.push(text.substring(done));
  pieces.push("\"");
  return pieces.join("");
}

/** Whether a path fits a template, as `/hello/{name}` or `/files/*`. */
export function fits(path: string, template: string): bool {
  const parts = path.split("/");
  const wanted = template.split("/");
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] == "*") return true;
    if (i >= parts.length) return false;
    if (wanted[i].startsWith("{") ? parts[i].length == 0 : parts[i] != wanted[i]) return false;
  }
  return parts.length == wanted.length;
}

/** A text as one part of a path, or of a query. */
export function part(text: string): string { return encodeURIComponent(text); }

/** The first value of a name in the query, in an array of its own; nothing in it when there is none. */
export function queryOne(name: string): string[] {
  const value = wave.query(name);
  return value === null ? [] : [value];
}

/** All values of a name in the query, in their order. */
export function queryEach(name: string): string[] {
  const all = wave.query();
  const values: string[] = [];
  if (all === null) return values;
  const pairs = all.split("&");
  for (let i = 0; i < pairs.length; i++) {
    const sign = pairs[i].indexOf("=");
    const key = sign < 0 ? pairs[i] : pairs[i].substring(0, sign);
    if (decoded(key) == name) values.push(sign < 0 ? "" : decoded(pairs[i].substring(sign + 1)));
  }
  return values;
}

/** A part of a query as a text: `%` and two digits are a byte, `+` is a space. */
function decoded(text: string): string {
  const from = Uint8Array.wrap(String.UTF8.encode(text));
  const into = new Uint8Array(from.length);
  let length = 0;
  for (let i = 0; i < from.length; i++) {
    const high = from[i] == 0x25 && i + 2 < from.length ? hexadecimal(from[i + 1]) : -1;
    const low = high < 0 ? -1 : hexadecimal(from[i + 2]);
    into[length++] = low >= 0 ? <u8>(high * 16 + low) : from[i] == 0x2b ? 0x20 : from[i];
    if (low >= 0) i += 2;
  }
  return String.UTF8.decode(into.buffer.slice(0, length));
}
