// Mechtrons in open tabs that are swapped for their next version while waves come: nothing is lost, torn or answered twice.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { Relay, ROOT } from "./relay.ts";
import { blank, open, ping, point } from "./tab.ts";

const run = promisify(execFile);

/** Milliseconds that versions are swapped for. */
const LONG = process.env.STARLANE_SOAK ? 60_000 : 3_000;
/** Milliseconds from one swap to the next. */
const EVERY = 50;

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
});

test.afterAll(async () => {
  await relay.end();
});

/** How a version differs from one that works. */
interface Fault {
  /** What ends its `mechtron_migrate`. */
  migrated?: string;
  /** What every wave begins with. */
  first?: string;
  /** The form that its states have, when that is not the version's. */
  form?: number;
}

/** Publishes version `1.<form>.0` of an application: `here` in tabs and `there` on the relay, both of this form. */
async function publish(app: string, form: number, fault: Fault = {}): Promise<void> {
  const at = await mkdtemp(join(tmpdir(), "starlane-swap-"));
  for (const part of ["binds", "mechtrons", "wasm"]) await mkdir(join(at, part));
  const wat = (await readFile(join(ROOT, "server-relay/tests/relay/guests/form.wat"), "utf8"))
    .replaceAll("{FORM}", String(fault.form ?? form))
    .replaceAll("{INIT}", "(i32.const 0)")
    .replaceAll("{MIGRATED}", fault.migrated ?? "(i32.const 0)")
    .replaceAll("{FIRST}", fault.first ?? "");
  await writeFile(join(at, "form.wat"), wat);
  await run(join(ROOT, "node_modules/.bin/wasm-as"), ["-g", "-o", join(at, "wasm/form.wasm"), join(at, "form.wat")]);
  await writeFile(join(at, "binds/form.toml"), `[[route]]\nmethod = "Ext<Keep>"\n`);
  await writeFile(join(at, "mechtrons/form.toml"), `wasm = "wasm/form.wasm"\nbind = "binds/form.toml"\n`);
  const mechtron = (name: string, placement: string) =>
    `[mechtrons.${name}]\nconfig = "mechtrons/form.toml"\nplacement = "${placement}"\n`;
  const grant = `[[grant]]\nto = "anyone"\nmay = ["call"]\non = "\${app}:*"\n`;
  await writeFile(join(at, "app.toml"), mechtron("here", "tab") + mechtron("there", "server") + grant);
  await relay.starlane("publish", at, `localhost:repo:${app}:1.${form}.0`);
}

/** A tab that has the application open. */
async function tab(browser: Browser, app: string): Promise<Page> {
  const page = await browser.newPage();
  await blank(page, relay.url(app));
  await point(page);
  await open(page, `localhost:${app}`);
  return page;
}

/** Counts once: the form of the state and the count, or the code of the refusal. */
async function count(page: Page, app: string, name: string, sender: string, number: number): Promise<string> {
  const body = sender + String(number).padStart(8, "0");
  const said = await ping(page, `localhost:${app}:${name}`, "Ext<Keep>", body, { type: "text/plain" });
  if (said.code) return said.code;
  const text = String(said.body);
  return `${text[0]} ${Number(text.slice(1))}`;
}

const upgrade = (app: string, form: number) => relay.starlane("upgrade", `localhost:${app}`, `1.${form}.0`);

async function installed(app: string, ...forms: number[]): Promise<void> {
  for (const form of forms) await publish(app, form);
  await relay.starlane("install", `localhost:${app}`, `localhost:repo:${app}:1.${forms[0]}.0`);
}

/** Pings both mechtrons again and again, eight at a time, until told to stop; what became of them. */
function load(page: Page, app: string, sender: string): Promise<{ handled: [number, number]; codes: string[] }> {
  return page.evaluate(
    async ([app, sender]) => {
      const star = await window.testStar();
      const handled: [number, number] = [0, 0];
      const codes: string[] = [];
      let number = 0;
      const one = async (): Promise<void> => {
        while (!(window as any).stopLoad) {
          number += 1;
          const which = number % 2;
          const to = `localhost:${app}:${which ? "here" : "there"}`;
          const body = sender + String(number).padStart(8, "0");
          try {
            const pong = await star.ping(to, "Ext<Keep>", body, { type: "text/plain", throws: false, wait: 30_000 });
            if (pong.code) codes.push(`${to}: ${pong.code} ${pong.text()}`);
            else handled[which] += 1;
          } catch (error: any) {
            codes.push(`${to}: ${error.code} ${error.message}`);
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, one));
      return { handled, codes };
    },
    [app, sender] as const,
  );
}

test("versions swapped under load in three tabs and on the relay answer everything once and in order", async ({ browser }) => {
  test.setTimeout(LONG + 60_000);
  await installed("storm", 1, 2);
  const pages = await Promise.all(["A", "B", "C"].map(() => tab(browser, "storm")));
  const loads = pages.map((page, at) => load(page, "storm", "ABC"[at]!));
  let swaps = 0;
  const end = Date.now() + LONG;
  while (Date.now() < end) {
    const next = new Promise((done) => setTimeout(done, EVERY));
    await relay.command("localhost:storm", "Upgrade", { to: `1.${2 - (swaps % 2)}.0` });
    swaps += 1;
    await next;
  }
  for (const page of pages) await page.evaluate(() => ((window as any).stopLoad = true));
  const done = await Promise.all(loads);
  for (const { codes } of done) expect(codes).toEqual([]);
  const form = swaps % 2 ? 2 : 1;
  for (const [at, page] of pages.entries()) {
    const here = done[at]!.handled[1];
    // The last generation may still be on its way.
    await expect.poll(async () => (await count(page, "storm", "here", "Z", Date.now() % 1e8)).startsWith(`${form} `)).toBe(true);
    const [, counted] = (await count(page, "storm", "here", "Y", 1)).split(" ");
    expect(Number(counted)).toBeGreaterThan(here);
    expect(here).toBeGreaterThan(20);
  }
  const all = done.reduce((sum, one) => sum + one.handled[0], 0);
  expect(await count(pages[0]!, "storm", "there", "Z", 1)).toBe(`${form} ${all + 1}`);
  console.log(`${swaps} swaps, ${all} waves to the relay, ${done.map((one) => one.handled[1])} in tabs`);
  for (const page of pages) await page.close();
});

test("a migration that traps in a tab leaves that tab as it was", async ({ browser }) => {
  await installed("torn", 1);
  const page = await tab(browser, "torn");
  expect(await count(page, "torn", "here", "A", 1)).toBe("1 1");
  // On the relay nothing is stored yet, so there is nothing to migrate.
  await publish("torn", 2, { migrated: "unreachable" });
  const told = page.waitForEvent("console", (line) => line.text().includes("generation 2 of localhost:torn is not used: swap-failed"));
  await upgrade("torn", 2);
  await told;
  expect(await count(page, "torn", "here", "A", 2)).toBe("1 2");
  await publish("torn", 3);
  await upgrade("torn", 3);
  await expect.poll(() => count(page, "torn", "here", "B", Date.now() % 1e8)).toMatch(/^3 /);
  await page.close();
});

test("a version that traps on trial is held back in that tab until the next generation", async ({ browser }) => {
  await installed("trial", 1);
  const page = await tab(browser, "trial");
  expect(await count(page, "trial", "here", "A", 1)).toBe("1 1");
  await publish("trial", 2, { first: "unreachable", form: 1 });
  await upgrade("trial", 2);
  await expect.poll(() => count(page, "trial", "here", "B", Date.now() % 1e8)).toBe("trapped");
  const held = page.waitForEvent("console", (line) => line.text().includes("generation 2 of localhost:trial is held back"));
  await count(page, "trial", "here", "A", 2);
  await count(page, "trial", "here", "A", 3);
  await held;
  expect(await count(page, "trial", "here", "A", 4)).toMatch(/^1 /);
  // Elsewhere it is tried anew.
  const other = await tab(browser, "trial");
  expect(await count(other, "trial", "here", "A", 1)).toBe("trapped");
  await publish("trial", 3);
  await upgrade("trial", 3);
  await expect.poll(() => count(page, "trial", "here", "B", Date.now() % 1e8)).toMatch(/^3 /);
  await page.close();
  await other.close();
});

test("one mechtron is swapped alone in tabs too", async ({ browser }) => {
  await installed("alone", 1, 2);
  const page = await tab(browser, "alone");
  expect(await count(page, "alone", "here", "A", 1)).toBe("1 1");
  await relay.starlane("swap", "localhost:alone:here", "1.2.0");
  await expect.poll(() => count(page, "alone", "here", "B", Date.now() % 1e8)).toMatch(/^2 /);
  expect(await count(page, "alone", "there", "A", 1)).toBe("1 1");
  // Who comes later makes it from both versions too.
  const later = await tab(browser, "alone");
  expect(await count(later, "alone", "here", "A", 1)).toBe("2 1");
  await later.close();
  await page.close();
});

test("an upgrade that changes one file of fifty costs a tab that file and the manifest", async ({ browser }) => {
  const at = await mkdtemp(join(tmpdir(), "starlane-fifty-"));
  for (const part of ["binds", "mechtrons", "wasm"]) await mkdir(join(at, part));
  await writeFile(join(at, "binds/go.toml"), `[[route]]\nmethod = "Ext<Go>"\n`);
  const wasm = await digits(await mkdtemp(join(tmpdir(), "starlane-says-")));
  let app = `[[grant]]\nto = "anyone"\nmay = ["call"]\non = "\${app}:*"\n`;
  for (let number = 0; number < 50; number += 1) {
    const name = `m${number}`;
    await guest(at, wasm, name, 1);
    await writeFile(join(at, `mechtrons/${name}.toml`), `wasm = "wasm/${name}.wasm"\nbind = "binds/go.toml"\n`);
    app += `[mechtrons.${name}]\nconfig = "mechtrons/${name}.toml"\nplacement = "tab"\n`;
  }
  await writeFile(join(at, "app.toml"), app);
  await relay.starlane("publish", at, "localhost:repo:fifty:1.0.0");
  await relay.starlane("install", "localhost:fifty", "localhost:repo:fifty:1.0.0");
  const page = await tab(browser, "fifty");
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await guest(at, wasm, "m7", 2);
  await relay.starlane("publish", at, "localhost:repo:fifty:1.1.0");
  await relay.starlane("upgrade", "localhost:fifty");
  await expect.poll(async () => (await ping(page, "localhost:fifty:m7", "Ext<Go>", "x", { type: "text/plain" })).body).toBe("2");
  expect((await ping(page, "localhost:fifty:m8", "Ext<Go>", "x", { type: "text/plain" })).body).toBe("1");
  expect(requests.map((path) => path.replace(/[0-9a-f]{64}$/, "…"))).toEqual(["/starlane/bundles/…", "/starlane/blobs/…"]);
  await page.close();
});

/** A module that says a digit. */
async function digits(at: string): Promise<Buffer> {
  const wat = `(module
    (import "starlane" "write" (func $write (param i32 i32 i32 i32 i32) (result i32)))
    (import "starlane" "reply" (func $reply (result i32)))
    (memory (export "memory") 1)
    (global (export "starlane_abi_1") i32 (i32.const 1))
    (data (i32.const 0) "text/plain0")
    (func (export "mechtron_init") (result i32) (i32.const 0))
    (func (export "mechtron_wave") (result i32)
      (drop (call $write (i32.const 12) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 10)))
      (drop (call $write (i32.const 13) (i32.const 0) (i32.const 0) (i32.const 10) (i32.const 1)))
      (drop (call $reply))
      (i32.const 0)))`;
  await writeFile(join(at, "says.wat"), wat);
  await run(join(ROOT, "node_modules/.bin/wasm-as"), ["-o", join(at, "says.wasm"), join(at, "says.wat")]);
  return readFile(join(at, "says.wasm"));
}

/** The same module as a file of its own that says this digit: a custom section bears its name. */
async function guest(at: string, wasm: Buffer, name: string, digit: number): Promise<void> {
  const said = Buffer.from(wasm);
  said[said.indexOf("text/plain0") + "text/plain".length] = 48 + digit;
  const section = Buffer.from([0, name.length + 1, name.length, ...Buffer.from(name)]);
  await writeFile(join(at, `wasm/${name}.wasm`), Buffer.concat([said, section]));
}
