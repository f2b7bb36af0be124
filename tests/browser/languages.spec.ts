// The same conversations with the same mechtron in five languages, each on the relay (native) and in a tab (wasm32): the answers
// that `crates/host/tests/semantics/languages.rs` holds too, and equal fuel to the unit.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Relay, ROOT } from "./relay.ts";
import { blank, open, point } from "./tab.ts";

/** What is said and expected: see the README beside the conversations. */
interface Step {
  ping?: string;
  signal?: string;
  watch?: boolean;
  sleep?: boolean;
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  type?: string;
  body?: string;
  letters?: number;
  status?: number;
  code?: string;
  answer?: string;
  like?: string;
  size?: number;
  reply_type?: string;
  reply_headers?: Record<string, string>;
  log?: string;
  heard?: string;
}

/** An answer. */
interface Said {
  status: number;
  code: string | null;
  type: string;
  text: string;
  headers: Record<string, string>;
}

/** The five, in a row that ends where it begins. */
const NAMES = ["ada", "bob", "cleo", "dora", "emil"];
const FOLDER = join(ROOT, "tests/fixtures/languages");
const FORMS: Record<string, RegExp> = { "32 hexadecimal digits": /^[0-9a-f]{32}$/, milliseconds: /^1\d{12}$/ };
/** What a page calls the levels of the guest ABI. */
const LEVELS = ["", "error", "warn", "info", "debug"];
/** Steps whose answer is a matter of place or time burn what they burn. */
const ELSEWHERE = /like|\{(self|next|previous|nobody)\}/;

let relay: Relay;
const conversations: Record<string, Step[]> = {};

test.beforeAll(async () => {
  relay = await Relay.start();
  await relay.install("trio");
  for (const file of (await readdir(FOLDER)).filter((file) => file.endsWith(".json")).sort()) {
    const { steps } = JSON.parse(await readFile(join(FOLDER, file), "utf8"));
    // Nobody has left a state behind here.
    if (!("older" in steps[0])) conversations[file] = steps;
  }
});

test.afterAll(async () => {
  await relay.end();
});

/** One of the five, on the relay or in the tab. */
class Talk {
  /** What each step burned. */
  readonly fuel: Record<string, string | undefined> = {};

  constructor(
    readonly page: Page,
    readonly name: string,
    readonly at: (name: string) => string,
    /** Drops every instance where the mechtron runs. */
    readonly sleep: () => Promise<void>,
  ) {}

  #fill(text: string, step: Step): string {
    const [next, previous] = [1, NAMES.length - 1].map((away) => NAMES[(NAMES.indexOf(this.name) + away) % NAMES.length] ?? "");
    const values: Record<string, string> = {
      name: this.name,
      self: this.at(this.name),
      next: this.at(next ?? ""),
      previous: this.at(previous ?? ""),
      "next-name": next ?? "",
      "previous-name": previous ?? "",
      nobody: this.at("nobody"),
      "1023 letters": "x".repeat(1023),
      letters: "x".repeat(step.letters ?? 0),
    };
    return text.replace(/\{([a-z0-9 -]+)\}/g, (place, name) => values[name] ?? place);
  }

  async take(step: Step, called: string): Promise<void> {
    if (step.sleep) return this.sleep();
    if (step.watch) return this.#watch();
    const body = step.letters === undefined ? this.#fill(step.body ?? "", step) : "x".repeat(step.letters);
    const headers = Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name, this.#fill(value, step)]));
    const { path, query } = step;
    const more = { type: step.type ?? "text/plain", headers, ...(path && { path }), ...(query && { query }) };
    if (step.signal) return this.#tell(step.signal, body, more);
    await this.#listen();
    const said = await this.#ask(step.ping ?? "", body, more);
    if (said.status === 200 && !ELSEWHERE.test(JSON.stringify(step))) this.fuel[called] = said.headers["starlane-fuel"];
    await this.#check(said, step, called);
  }

  #ask(method: string, body: string, more: object): Promise<Said> {
    return this.page.evaluate(
      async ([to, method, body, more]) => {
        const pong = await (await window.testStar()).ping(to, method, body, { ...more, throws: false });
        const headers = Object.fromEntries(pong.headers);
        return { status: pong.status, code: pong.code ?? null, type: pong.type, text: pong.text(), headers };
      },
      [this.at(this.name), method, body, more] as const,
    );
  }

  async #check(said: Said, step: Step, called: string): Promise<void> {
    expect({ status: said.status, code: said.code }, called).toEqual({ status: step.status ?? 200, code: step.code ?? null });
    const { text } = said;
    if (step.answer !== undefined) {
      const expected = this.#fill(step.answer, step);
      // Not a megabyte is printed.
      expect(text.slice(0, 200), called).toBe(expected.slice(0, 200));
      expect(text === expected, called).toBe(true);
    }
    if (step.reply_type) expect(said.type, called).toBe(step.reply_type);
    if (step.like) expect(text, called).toMatch(FORMS[step.like] ?? /^$/);
    if (step.size !== undefined) expect(text.length, called).toBe(step.size);
    for (const [name, value] of Object.entries(step.reply_headers ?? {})) expect(said.headers[name], called).toBe(value);
    if (step.log !== undefined && this.at(this.name).includes(":tab-")) expect(await this.#logged(), called).toEqual([this.#fill(step.log, step)]);
    if (step.heard !== undefined) expect(await this.#heard(), called).toBe(step.heard);
  }

  /** From here on the lines that the page's star logs are kept. */
  #listen(): Promise<void> {
    return this.page.evaluate(async () => {
      const { lines } = ((window as any).logged ??= { lines: null });
      if (lines) return void (lines.length = 0);
      (window as any).logged.lines = [];
      const keep = ({ detail }: any) => (window as any).logged.lines.push(`${detail.level} ${detail.text}`);
      (await window.testStar()).addEventListener("log", keep);
    });
  }

  #logged(): Promise<string[]> {
    return this.page.evaluate((levels) => {
      const lines: string[] = (window as any).logged.lines;
      return lines.map((line) => line.replace(/^\w+/, (level) => String(levels.indexOf(level))));
    }, LEVELS);
  }

  #tell(method: string, body: string, more: object): Promise<void> {
    return this.page.evaluate(
      async ([to, method, body, more]) => void (await (await window.testStar()).signal(to, method, body, more)),
      [this.at(this.name), method, body, more] as const,
    );
  }

  #watch(): Promise<void> {
    return this.page.evaluate(async (mechtron) => {
      const watch = (await window.testStar()).watch(mechtron);
      (window as any).watch = watch[Symbol.asyncIterator]();
      await watch.ready;
    }, this.at(this.name));
  }

  #heard(): Promise<string> {
    return this.page.evaluate(async () => (await (window as any).watch.next()).value.text());
  }
}

/** A page of nobody's on the example's host, with its mechtrons in the tab; the star's point. */
async function arrive(page: Page): Promise<string> {
  await blank(page, relay.url("trio"));
  const star = await point(page);
  await open(page, "localhost:trio");
  return star;
}

for (const name of NAMES) {
  test(`${name} says the same for the same fuel on the relay and in a tab`, async ({ page }) => {
    const star = await arrive(page);
    const restart = async (): Promise<void> => {
      await relay.down("SIGTERM");
      await relay.up();
      await arrive(page);
    };
    const native = new Talk(page, name, (name) => `localhost:trio:${name}`, restart);
    const inTab = new Talk(page, name, (name) => `${star}:trio:tab-${name}`, async () => void (await arrive(page)));
    for (const talk of [native, inTab]) {
      for (const [about, steps] of Object.entries(conversations)) {
        for (const [at, step] of steps.entries()) await talk.take(step, `${talk.at(name)} ${about} ${at + 1} ${step.ping}`);
      }
    }
    const fuel = (talk: Talk) => Object.values(talk.fuel).map(Number);
    expect(fuel(inTab)).toEqual(fuel(native));
    expect(fuel(native).length).toBeGreaterThan(30);
    expect(fuel(native).every((units) => units > 0)).toBe(true);
  });
}
