// The same conversation with the same mechtron on the relay (native) and in a tab (wasm32): equal answers, equal fuel to the unit;
// and with the mechtrons of three languages: equal answers.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Relay, ROOT } from "./relay.ts";
import { blank, open, ping, point } from "./tab.ts";

interface Line {
  method: string;
  path?: string;
  type?: string;
  body?: string;
  headers?: Record<string, string>;
  status: number;
  /** The whole answer; `{name}` is who answers. */
  answer?: string;
  code?: string;
  /** Who is left out: it would ask itself. */
  not_for?: string;
}

/** What a line brought. */
interface Answer {
  status: number;
  code: string | null;
  body: unknown;
  fuel: string | undefined;
}

const NAMES = ["ada", "bob", "cleo"];

let relay: Relay;
let lines: Line[];

test.beforeAll(async () => {
  relay = await Relay.start();
  await relay.install("trio");
  lines = JSON.parse(await readFile(join(ROOT, "tests/fixtures/conversations/trio.json"), "utf8"));
});

test.afterAll(async () => {
  await relay.end();
});

async function talk(page: Page, to: string, name: string): Promise<Answer[]> {
  const answers = [];
  for (const line of lines) {
    if (line.not_for?.split(" ").includes(name)) continue;
    const { path, type, headers } = line;
    const said = await ping(page, to, line.method, line.body, { ...(path && { path }), ...(type && { type }), ...(headers && { headers }) });
    expect(said.status, `${to} ${line.method}: ${JSON.stringify(said)}`).toBe(line.status);
    expect(said.code).toBe(line.code ?? null);
    if (line.answer !== undefined) expect(said.body).toBe(line.answer.replace("{name}", name));
    answers.push({ status: said.status, code: said.code, body: line.code ? null : said.body, fuel: said.headers["starlane-fuel"] });
  }
  return answers;
}

for (const name of NAMES) {
  test(`${name} says the same for the same fuel on the relay and in a tab`, async ({ page }) => {
    await blank(page, relay.url("trio"));
    const star = await point(page);
    await open(page, "localhost:trio");
    const native = await talk(page, `localhost:trio:${name}`, name);
    const inTab = await talk(page, `${star}:trio:tab-${name}`, name);
    expect(inTab).toEqual(native);
    const fuel = native.filter((answer) => answer.status === 200).map((answer) => Number(answer.fuel));
    expect(fuel.every((units) => units > 0)).toBe(true);
  });
}
