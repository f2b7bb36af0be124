// Texts on their way into a page and into JSON, and fields out of JSON: a part of starlane.ts. Nothing recurses, so no
// input is too deep.

/** The text with & < > " ' replaced, so that it is only ever text, in an element and in a quoted attribute. */
export function escapeHtml(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const safe = entity(text.charCodeAt(i));
    if (safe.length == 0) continue;
    pieces.push(text.substring(done, i));
    pieces.push(safe);
    done = i + 1;
  }
  pieces.push(text.substring(done));
  return pieces.join("");
}

function entity(letter: i32): string {
  switch (letter) {
    case 0x26: return "&amp;";
    case 0x3c: return "&lt;";
    case 0x3e: return "&gt;";
    case 0x22: return "&quot;";
    case 0x27: return "&#39;";
    default: return "";
  }
}

export namespace json {
  /** The text as JSON, with its quotes. */
  export function quote(text: string): string {
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

  /** The text under `name` in an object; null when it is not there, is no text, or what stands before it is not JSON. */
  export function text(object: string, name: string): string | null {
    const input = new Input(object);
    return input.find(name) && input.expect(0x22) ? input.restOfString() : null;
  }

  /** Any value under `name` as it stands there, a number for `decimal` or an object to look into for example. */
  export function value(object: string, name: string): string | null {
    const input = new Input(object);
    if (!input.find(name)) return null;
    const start = input.at;
    return input.skipValue() ? object.substring(start, input.at).trim() : null;
  }
}

/** What was not read yet. A byte or letter that is not there is -1. */
class Input {
  at: i32 = 0;

  constructor(private source: string) {}

  /** Moves to the value of `name`. */
  find(name: string): bool {
    if (!this.expect(0x7b)) return false;
    while (true) {
      const key = this.expect(0x22) ? this.restOfString() : null;
      if (key === null || !this.expect(0x3a)) return false;
      if (key == name) return true;
      if (!this.skipValue() || !this.expect(0x2c)) return false;
    }
  }

  expect(letter: i32): bool {
    return this.token() == letter;
  }

  /** What follows the opening quote of a string, decoded; it is never longer than it stands there. */
  restOfString(): string | null {
    const decoded = new StaticArray<u16>(this.source.length - this.at);
    let length = 0;
    while (true) {
      let letter = this.letter();
      if (letter == 0x22) return String.UTF16.decodeUnsafe(changetype<usize>(decoded), length << 1);
      if (letter < 0x20) return null;
      if (letter == 0x5c) {
        letter = this.escaped();
        if (letter < 0) return null;
        // The second half of a pair follows at once, and stands nowhere else.
        if (letter >= 0xdc00 && letter < 0xe000) return null;
        if (letter >= 0xd800 && letter < 0xdc00) {
          const low = this.letter() == 0x5c ? this.escaped() : -1;
          if (low < 0xdc00 || low >= 0xe000) return null;
          decoded[length++] = <u16>letter;
          letter = low;
        }
      }
      decoded[length++] = <u16>letter;
    }
  }

  /** Passes over a value, up to the comma or the bracket that follows it. */
  skipValue(): bool {
    let depth = 0;
    while (true) {
      const before = this.at;
      const letter = this.token();
      if (letter < 0) return false;
      if (letter == 0x22) {
        if (this.restOfString() === null) return false;
      } else if (letter == 0x7b || letter == 0x5b) {
        depth++;
      } else if (letter == 0x7d || letter == 0x5d || letter == 0x2c) {
        if (depth == 0) {
          this.at = before;
          return true;
        }
        if (letter != 0x2c) depth--;
      }
    }
  }

  private letter(): i32 {
    return this.at < this.source.length ? this.source.charCodeAt(this.at++) : -1;
  }

  /** The next letter that is not white space. */
  private token(): i32 {
    let letter = this.letter();
    while (letter == 0x20 || letter == 0x09 || letter == 0x0a || letter == 0x0d) letter = this.letter();
    return letter;
  }

  /** What follows a backslash, as a unit of UTF-16; -1 when that is nothing. */
  private escaped(): i32 {
    const letter = this.letter();
    switch (letter) {
      case 0x62: return 0x08;
      case 0x66: return 0x0c;
      case 0x6e: return 0x0a;
      case 0x72: return 0x0d;
      case 0x74: return 0x09;
      case 0x22: case 0x5c: case 0x2f: return letter;
      case 0x75: return this.hexadecimal();
      default: return -1;
    }
  }

  private hexadecimal(): i32 {
    let number = 0;
    for (let i = 0; i < 4; i++) {
      const letter = this.letter();
      const lower = letter | 0x20;
      const digit = letter >= 0x30 && letter <= 0x39 ? letter - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 16;
      if (digit == 16) return -1;
      number = number * 16 + digit;
    }
    return number;
  }
}
