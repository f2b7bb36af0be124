// One of five mechtrons that behave alike; this one is in AssemblyScript.

import { Message, Pong, Refused, Reply, begin, bytes, decimal, escapeHtml, join, json, star, state, wave } from "../../../guest-libraries/assemblyscript/starlane";
import { EchoCall, Trio } from "./bind";

export { starlane_abi_1 } from "../../../guest-libraries/assemblyscript/starlane";

/** Where the counter is kept, in decimal. */
const COUNT = "count";
/** Where an earlier version kept it. */
const OLD_COUNT = "counter";
/** What `mechtron_wave` returns for a wave that is to be undone. */
const FAILED = 7;

export function mechtron_wave(): i32 {
  begin();
  const method = wave.method();
  if (method == "Ext<Fail>") return fail();
  if (method == "Ext<Trap>") return trap();
  return answer(method).send();
}

/** Once for each instance, before its first wave. */
export function mechtron_init(): i32 {
  begin();
  star.log(4, `ready at ${count()}`);
  return 0;
}

/** The counter gets its new name, unless it is no number: then nothing is changed. */
export function mechtron_migrate(): i32 {
  begin();
  const old = state.text(OLD_COUNT);
  if (old === null) return 0;
  if (state.set(COUNT, bytes(old)) < 0 || state.remove(OLD_COUNT) < 0) return FAILED;
  return decimal(old, -1) < 0 ? FAILED : 0;
}

function answer(method: string): Reply {
  if (method == "Ext<Greet>") return greet();
  if (method == "Ext<Field>") return said(json.value(wave.words(), or(wave.header("name"), "")));
  if (method == "Http<Get>") return page();
  if (method == "Ext<Echo>") return plain(join([bytes(name() + ": "), wave.body()]));
  if (method == "Ext<Count>") return countUp();
  if (method == "Ext<Get>") return found(state.get(key()));
  if (method == "Ext<Put>") return done(state.set(key(), wave.body()));
  if (method == "Ext<Delete>") return remove();
  if (method == "Ext<Keys>") return keys();
  if (method == "Ext<Relay>") return plain(join([bytes(name() + "("), nextInRow(), bytes(")")]));
  if (method == "Ext<Both>") return both();
  if (method == "Ext<Tell>") return tell();
  if (method == "Ext<Told>") return done(state.set("told", wave.body()));
  if (method == "Ext<File>") return found(star.file(wave.words()));
  if (method == "Ext<Config>") return said(star.config(wave.words()));
  if (method == "Ext<Header>") return said(wave.header(wave.words()));
  if (method == "Ext<Headers>") return headers();
  if (method == "Ext<Wave>") return theWave();
  if (method == "Ext<Status>") return status();
  if (method == "Ext<Log>") return done(star.log(<i32>decimal(or(wave.header("level"), ""), 3), wave.words()));
  if (method == "Ext<Random>") return random();
  if (method == "Ext<Now>") return Reply.text(star.now().toString());
  if (method == "Ext<Large>") return large();
  return new Reply(404);
}

function or(text: string | null, otherwise: string): string {
  return text === null ? otherwise : text;
}

function name(): string {
  return or(star.config("name"), "");
}

function key(): string {
  return or(wave.param("key"), "");
}

function count(): i64 {
  return decimal(or(state.text(COUNT), ""), 0);
}

function plain(body: ArrayBuffer): Reply {
  return Reply.of("text/plain", body);
}

function found(value: ArrayBuffer | null): Reply {
  return value ? plain(value) : new Reply(404);
}

function said(text: string | null): Reply {
  return text === null ? new Reply(404) : Reply.text(text);
}

function done(refused: i32): Reply {
  return refused < 0 ? Reply.refused(refused) : new Reply(204);
}

// ---- Hello

function greet(): Reply {
  const who = json.text(wave.words(), "name");
  return who === null ? Reply.text("no name").withStatus(400) : Reply.json(json.quote("Hello, " + who + "!"));
}

function page(): Reply {
  const who = escapeHtml(or(wave.param("name"), name()));
  return Reply.html(
    `<!doctype html><meta charset="utf-8"><title>${escapeHtml(name())}</title><h1>${who}</h1><p>Counted to ${count()}.</p>`,
  );
}

// ---- State

function countUp(): Reply {
  const next = (count() + 1).toString();
  const refused = state.set(COUNT, bytes(next));
  return refused < 0 ? Reply.refused(refused) : Reply.text(next);
}

function remove(): Reply {
  const refused = state.remove(key());
  return refused == Refused.absent ? new Reply(404) : done(refused);
}

/** Every key on a line of its own. */
function keys(): Reply {
  const lines: string[] = [];
  let key = state.after("");
  while (key !== null) {
    lines.push(key + "\n");
    key = state.after(key);
  }
  return Reply.text(lines.join(""));
}

/** What is done here is undone. */
function fail(): i32 {
  state.set(COUNT, bytes("999"));
  Reply.text("never").send();
  return FAILED;
}

function trap(): i32 {
  state.set(COUNT, bytes("999"));
  Reply.text("never").send();
  throw new Error("on purpose");
}

// ---- Asking

/** What an answer says; `!` and the status when it is not 200, `!` and minus a code when the ask was refused. */
function words(pong: Pong): ArrayBuffer {
  return pong.status == 200 ? pong.body : bytes("!" + pong.status.toString());
}

/** What stands before the first comma, and behind it. */
function cut(points: string): StaticArray<string> {
  const comma = points.indexOf(",");
  return comma < 0 ? [points, ""] : [points.substring(0, comma), points.substring(comma + 1)];
}

/** What the next in the row answers; the body when this is the last. */
function nextInRow(): ArrayBuffer {
  const next = cut(or(wave.header("next"), ""));
  if (next[0].length == 0) return wave.body();
  const message = new Message("Ext<Relay>").to(next[0]).body("text/plain", wave.body());
  if (next[1].length > 0) message.header("next", next[1]);
  return words(message.ping());
}

/** Two are asked at once, and the second is waited for first. */
function both(): Reply {
  const next = cut(or(wave.header("next"), ""));
  const one = echo(next[0]);
  const other = echo(next[1]);
  const answer = words(other.wait().pong);
  return plain(join([answer, bytes(", "), words(one.wait().pong)]));
}

/** What another one's bind says of it is code in `bind.ts`, written by `starlane bindgen`. */
function echo(to: string): EchoCall {
  return new Trio(to).echo("text/plain", wave.body());
}

// ---- Telling

/** A signal to the point of the header `to`, or to the watchers. */
function tell(): Reply {
  const message = new Message("Ext<Told>").body("text/plain", wave.body()).header("watch-key", "told");
  const to = wave.header("to");
  return done(to === null ? message.signalWatchers() : message.to(to).signal());
}

// ---- What the star gives

function headers(): Reply {
  const lines: string[] = [];
  for (let n = 0; ; n++) {
    const header = wave.headerAt(n);
    if (header === null) break;
    if (header.startsWith("x-")) lines.push(header + "\n");
  }
  return Reply.text(lines.join(""));
}

function theWave(): Reply {
  const query = or(wave.query(), "");
  const lines = [wave.method(), wave.path(), query, or(wave.query("q"), ""), wave.type(), wave.to(), star.self()];
  return Reply.text(lines.join("\n") + "\n");
}

/** The body is the status to answer with. */
function status(): Reply {
  const digits = wave.words();
  return Reply.of("text/x-status", wave.body()).withStatus(<i32>decimal(digits, 0)).header("x-said", digits);
}

function random(): Reply {
  const numbers = star.random(16)!;
  let digits = "";
  for (let i = 0; i < numbers.length; i++) digits += numbers[i].toString(16).padStart(2, "0");
  return Reply.text(digits);
}

/** As many letters as the body says. */
function large(): Reply {
  const letters = new ArrayBuffer(<i32>decimal(wave.words(), 0));
  memory.fill(changetype<usize>(letters), 0x78, letters.byteLength);
  return plain(letters);
}
