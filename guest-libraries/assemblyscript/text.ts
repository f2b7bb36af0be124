// Texts and bytes: a part of starlane.ts.

/** The bytes of a text. */
export function bytes(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

/** The text of bytes. */
export function text(bytes: ArrayBuffer): string {
  return String.UTF8.decode(bytes);
}

/** Several pieces one after the other. */
export function join(pieces: StaticArray<ArrayBuffer>): ArrayBuffer {
  let length = 0;
  for (let i = 0; i < pieces.length; i++) length += pieces[i].byteLength;
  const all = new ArrayBuffer(length);
  let end = changetype<usize>(all);
  for (let i = 0; i < pieces.length; i++) {
    memory.copy(end, changetype<usize>(pieces[i]), pieces[i].byteLength);
    end += pieces[i].byteLength;
  }
  return all;
}

/** The number that a text of decimal digits says; `otherwise` when it is anything else. */
export function decimal(text: string, otherwise: i64): i64 {
  const minus = text.length > 1 && text.charCodeAt(0) == 0x2d;
  let number: i64 = 0;
  for (let i = minus ? 1 : 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9 || number > (i64.MAX_VALUE - digit) / 10) return otherwise;
    number = number * 10 + digit;
  }
  return text.length == 0 ? otherwise : minus ? -number : number;
}
