// Ada's own page, in AssemblyScript: a guest book that every visitor may sign.
//
// State: `name` and `text` as Ada keeps them; `signed`, how many have signed, in decimal; and for each of the newest `s` and
// the number: the name, a line break, and what was written.

import { Reply, begin, bytes, decimal, escapeHtml, json, star, state, text, wave } from "../../../guest-libraries/assemblyscript/starlane";

export { mechtron_init, starlane_abi_1 } from "../../../guest-libraries/assemblyscript/starlane";

/** Signatures that are kept, and shown. */
const KEPT = 50;
/** The most letters of a name, and of what is written. */
const NAME = 40;
const WORDS = 400;
/** The most letters of Ada's own text. */
const TEXT = 4000;

/** The page's style, a file of this bundle. */
const STYLE = "html/guest-book.css";

export function mechtron_wave(): i32 {
  begin();
  const method = wave.method();
  if (method == "Http<Get>") return (wave.path().endsWith("/sign") ? sign() : page()).send();
  return (method == "Ext<Show>" ? shown() : keep()).send();
}

function page(): Reply {
  const name = escapeHtml(ownName());
  const text = kept("text");
  const count = signed();
  const head =
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<meta name="color-scheme" content="light dark"><title>${name} · Guest book</title>` +
    `<link rel="stylesheet" href="/css/tokens.css"><style>${style()}</style>`;
  const words = escapeHtml(text.length > 0 ? text : "Welcome. Leave a line before you go.");
  const form =
    `<form action="/users/${user()}/sign"><label for="name">Your name</label><input id="name" name="name" maxlength="${NAME}" required autocomplete="off">` +
    `<label for="text">What you would like to say</label><textarea id="text" name="text" maxlength="${WORDS}" required></textarea><button>Sign</button></form>`;
  const title = count == 0 ? "Nobody has signed yet" : count == 1 ? "One has signed" : `${count} have signed`;
  const foot = `<footer>This is ${name}’s own program, in AssemblyScript. <a href="/">All pages</a></footer>`;
  return Reply.html(`${head}<h1>${name}</h1><p class="text">${words}</p>${form}<h2>${title}</h2><ol>${signatures(count)}</ol>${foot}`).header("cache-control", "no-store");
}

/** The newest signatures, the last one first, as items of a list. */
function signatures(count: i64): string {
  const items: string[] = [];
  for (let n = count; n > 0 && n > count - KEPT; n--) {
    const signature = kept("s" + n.toString());
    const end = signature.indexOf("\n");
    if (end < 0) continue;
    items.push(`<li><strong>${escapeHtml(signature.substring(0, end))}</strong><p>${escapeHtml(signature.substring(end + 1))}</p></li>`);
  }
  return items.join("");
}

/** Keeps a signature and leads back to the page, so that loading that again signs nothing. */
function sign(): Reply {
  const name = given("name").split("\n").join(" ").substring(0, NAME);
  const text = given("text").substring(0, WORDS);
  if (name.length == 0 || text.length == 0) return Reply.text("A signature has a name and some words.").withStatus(400);
  const count = signed() + 1;
  let refused = state.set("s" + count.toString(), bytes(name + "\n" + text));
  if (refused == 0) refused = state.set("signed", bytes(count.toString()));
  if (count > KEPT) state.remove("s" + (count - KEPT).toString());
  return refused < 0 ? Reply.refused(refused) : new Reply(303).header("location", `/users/${user()}`);
}

function shown(): Reply {
  return Reply.json(`{"name":${json.quote(ownName())},"text":${json.quote(kept("text"))}}`);
}

/** Keeps what Ada writes. */
function keep(): Reply {
  const space = star.self().split(":")[0];
  if (wave.agent() != `${space}:users:${user()}`) return Reply.text("not your page").withStatus(403);
  const body = wave.words();
  const name = json.text(body, "name");
  const text = json.text(body, "text");
  if (name === null || text === null || name.length > NAME || text.length > TEXT) return Reply.text("too long").withStatus(400);
  let refused = state.set("name", bytes(name.trim()));
  if (refused == 0) refused = state.set("text", bytes(text.trim()));
  return refused < 0 ? Reply.refused(refused) : shown();
}

function style(): string {
  const file = star.file(STYLE);
  return file === null ? "" : text(file);
}

function ownName(): string {
  const name = kept("name");
  return name.length > 0 ? name : user();
}

/** The id of the user whose page this is: the last part of its point. */
function user(): string {
  const parts = star.self().split(":");
  return parts[parts.length - 1];
}

function signed(): i64 {
  return decimal(kept("signed"), 0);
}

function kept(key: string): string {
  const text = state.text(key);
  return text === null ? "" : text;
}

function given(name: string): string {
  const value = wave.query(name);
  return value === null ? "" : value.trim();
}
