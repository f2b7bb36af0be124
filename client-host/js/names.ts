// Names of a trapped guest's functions, near to how its author wrote them: `core::panicking::panic` for
// `_ZN4core9panicking5panic17h0123456789abcdefE`. What does it exactly weighs as much as this whole face; here the words of a
// name are enough, in their order, without their brackets.

/** A name of either scheme that compilers of Rust write. */
const NAME = /\b_(ZN|R)([\w$.]+)/g;

/** A hash that ends a name of the older scheme. */
const HASH = /^h[0-9a-f]{16}$/;

/** What the older scheme writes for signs that a name cannot hold. */
const SIGNS: Record<string, string> = { $LT$: "<", $GT$: ">", $RF$: "&", $C$: ",", $u20$: " ", "..": "::" };

/** A text with all such names in it made readable. */
export function readable(text: string): string {
  return text.replace(NAME, (whole, scheme: string, rest: string) => {
    const words = (scheme === "R" ? newer(rest) : older(rest)).filter((word) => word !== "" && !HASH.test(word));
    return words.length === 0 ? whole : words.join("::");
  });
}

/** Each word stands behind its length. */
function older(rest: string): string[] {
  const words: string[] = [];
  for (let at = 0, length; (length = /^\d+/.exec(rest.slice(at))?.[0]); ) {
    at += length.length + Number(length);
    words.push(rest.slice(at - Number(length), at).replace(/^_(?=\$)/, "").replace(/\$\w+\$|\.\./g, (sign) => SIGNS[sign] ?? sign));
  }
  return words;
}

/** Between the words stand letters, and numbers of base 62 up to an underscore. */
function newer(rest: string): string[] {
  const words: string[] = [];
  const part = /[sBK][0-9A-Za-z]*?_|(\d+)_?|./gy;
  for (let found; (found = part.exec(rest)); ) {
    if (found[1] === undefined) continue;
    words.push(rest.slice(part.lastIndex, part.lastIndex + Number(found[1])));
    part.lastIndex += Number(found[1]);
  }
  return words;
}
