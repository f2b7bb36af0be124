// What is placed in browsers: one for each user and browser, in one tab at a time, its state shared by them over time.
import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { folder, type Guest } from "./bundle.ts";
import { Relay, ROOT } from "./relay.ts";
import { blank, open, ping, point, signedIn } from "./tab.ts";

const run = promisify(execFile);

let relay: Relay;
let context: BrowserContext;
/** A folder with a counter in the browser, which is also at `/count`, and one in each tab. */
let counters: string;

const GUESTS: Record<string, Guest> = {
  count: { fixture: "counter", placement: "browser" },
  tab: { fixture: "counter", placement: "tab" },
};

test.beforeAll(async () => {
  relay = await Relay.start();
  counters = await folder(GUESTS);
  await appendFile(join(counters, "binds/go.toml"), `[[route]]\nmethod = "Http<Get>"\npath = "/count"\n`);
  await appendFile(join(counters, "app.toml"), `[http]\n"/count" = "\${app}:count"\n`);
});

test.beforeEach(async ({ browser }) => {
  context = await browser.newContext();
});

test.afterEach(async () => {
  await context.close();
});

test.afterAll(async () => {
  await relay.end();
  await rm(counters, { recursive: true });
});

/** Publishes and installs the counters as an application. */
async function install(app: string): Promise<void> {
  await relay.starlane("publish", counters, `localhost:repo:${app}:1.0.0`);
  await relay.starlane("install", `localhost:${app}`, `localhost:repo:${app}:1.0.0`);
}

/** A tab of the test's browser that has the application open. */
async function tab(app: string, token?: string): Promise<Page> {
  const page = await context.newPage();
  if (token) await signedIn(page, token);
  await blank(page, relay.url(app));
  await point(page);
  await open(page, `localhost:${app}`);
  return page;
}

/** What a counter says, or why it does not. */
async function count(page: Page, app: string, name = "count"): Promise<unknown> {
  const { code, body } = await ping(page, `localhost:${app}:${name}`, "Ext<Go>", "x", { type: "text/plain" });
  return code ?? Number(body);
}

/** What a counter says as soon as this tab has it. */
async function soon(page: Page, app: string): Promise<unknown> {
  let said: unknown;
  await expect.poll(async () => (said = await count(page, app))).not.toBe("elsewhere");
  return said;
}

test("a browser mechtron is in the first tab, and in the next one when that is closed, with its state", async () => {
  await install("turns");
  const first = await tab("turns");
  expect(await soon(first, "turns")).toBe(1);
  const second = await tab("turns");
  const third = await tab("turns");
  expect(await count(second, "turns")).toBe("elsewhere");
  expect([await count(first, "turns", "tab"), await count(second, "turns", "tab")]).toEqual([1, 1]);
  const refused = await second.evaluate(async () => {
    const star = await window.testStar();
    return star.ping("localhost:turns:count", "Ext<Go>", "x", { type: "text/plain" }).then(() => null, (error: any) => [error.status, error.retry, error.hint]);
  });
  expect(refused).toEqual([503, "safe", "Close the other tab, and this one takes over by itself; or go on there."]);
  expect(await count(first, "turns")).toBe(2);
  // What is stored last is there for whoever comes next: the star ends with a wave on its way.
  await first.evaluate(async () => {
    const star = await window.testStar();
    void star.ping("localhost:turns:count", "Ext<Go>", "x", { type: "text/plain" }).catch(() => undefined);
    await star.ping("localhost:turns:count", "Ext<Go>", "x", { type: "text/plain" });
    await star.close();
  });
  expect(await soon(second, "turns")).toBe(5);
  await second.close();
  expect(await soon(third, "turns")).toBe(6);
  await third.close();
  expect(await soon(await tab("turns"), "turns")).toBe(7);
});

test("another user of the browser has another one, with a state of its own", async () => {
  await install("people");
  const [ada, bob] = [await relay.token("ada"), await relay.token("bob")];
  const hers = await tab("people", ada);
  expect([await soon(hers, "people"), await count(hers, "people")]).toEqual([1, 2]);
  const his = await tab("people", bob);
  expect(await soon(his, "people")).toBe(1);
  const nobodys = await tab("people");
  expect(await soon(nobodys, "people")).toBe(1);
  const hersAgain = await tab("people", ada);
  expect(await count(hersAgain, "people")).toBe("elsewhere");
  await hers.close();
  expect(await soon(hersAgain, "people")).toBe(3);
});

test("a tab whose user changes takes the other user's", async () => {
  await install("change");
  const short = await relay.token("ada", "2s");
  const page = await tab("change", short);
  expect([await soon(page, "change"), await count(page, "change")]).toEqual([1, 2]);
  await expect.poll(() => page.evaluate(async () => (await window.testStar()).state)).toBe("down");
  expect(await count(page, "change"), "it goes on without the relay").toBe(3);
  const renew = (token: string) =>
    page.evaluate(async (token) => {
      const star = ((window as any).star ??= await window.testStar());
      star.renew(token);
      await star.online();
      return star.agent;
    }, token);
  expect(await renew(await relay.token("bob"))).toBe("localhost:users:bob");
  const counted = () =>
    page.evaluate(async () => {
      const pong = await (window as any).star.ping("localhost:change:count", "Ext<Go>", "x", { type: "text/plain", throws: false });
      return pong.code ?? Number(pong.text());
    });
  let said: unknown;
  await expect.poll(async () => (said = await counted())).not.toBe("elsewhere");
  expect(said).toBe(1);
  await page.close();
  expect(await soon(await tab("change", await relay.token("ada")), "change")).toBe(4);
});

test("a browser mechtron goes on without the relay", async () => {
  const own = await Relay.start();
  try {
    const before = relay;
    relay = own;
    await install("away");
    const page = await tab("away");
    expect(await soon(page, "away")).toBe(1);
    relay = before;
    await own.down("SIGKILL");
    await expect.poll(() => page.evaluate(async () => (await window.testStar()).state)).toBe("down");
    expect(await count(page, "away")).toBe(2);
  } finally {
    await own.end();
  }
});

test("over HTTP the relay says that it is only in browsers", async () => {
  await install("pages");
  const { status, text } = await relay.get("pages", "/count");
  expect([status, JSON.parse(text).code]).toEqual([503, "browser-only"]);
  expect((await relay.get("pages", "/count", "text/html")).text).toContain("runs in its visitors");
});

test("what is removed leaves no state in the browser that has it", async () => {
  await install("gone");
  const [first, second] = [await tab("gone"), await tab("gone")];
  expect([await soon(first, "gone"), await count(first, "gone")]).toEqual([1, 2]);
  await relay.starlane("rm", "localhost:gone", "--yes");
  await expect.poll(() => count(first, "gone")).toBe("forbidden");
  await expect.poll(() => count(second, "gone")).toBe("forbidden");
  await relay.starlane("install", "localhost:gone", "localhost:repo:gone:1.0.0");
  // The tab hears of it over its lane, a moment after the command is done.
  await expect.poll(() => open(second, "localhost:gone").then(() => "open", (error: Error) => error.message)).toBe("open");
  expect(await soon(second, "gone")).toBe(1);
});

/** Publishes a version of an application whose browser mechtron keeps a state of this form. */
async function publishForm(form: number): Promise<void> {
  const at = await folder({ keeps: { fixture: "counter", placement: "browser" } });
  const wat = (await readFile(join(ROOT, "server-relay/tests/relay/guests/form.wat"), "utf8"))
    .replaceAll("{FORM}", String(form))
    .replaceAll("{INIT}", "(i32.const 0)")
    .replaceAll("{MIGRATED}", "(i32.const 0)")
    .replaceAll("{FIRST}", "");
  await writeFile(join(at, "form.wat"), wat);
  await run(join(ROOT, "node_modules/.bin/wasm-as"), ["-g", "-o", join(at, "wasm/keeps.wasm"), join(at, "form.wat")]);
  await relay.starlane("publish", at, `localhost:repo:forms:1.${form}.0`);
  await rm(at, { recursive: true });
}

test("it is upgraded in the tab that has it, and a tab that has missed that takes the new version before it takes over", async () => {
  await publishForm(1);
  await relay.starlane("install", "localhost:forms", "localhost:repo:forms:1.1.0");
  const [first, second] = [await tab("forms"), await tab("forms")];
  const keep = async (page: Page, sender: string, number: number) => {
    const body = sender + String(number).padStart(8, "0");
    const said = await ping(page, "localhost:forms:keeps", "Ext<Go>", body, { type: "text/plain" });
    return said.code ?? `${String(said.body)[0]} ${Number(String(said.body).slice(1))}`;
  };
  await expect.poll(() => keep(first, "A", 1)).toBe("1 1");
  await publishForm(2);
  await second.route("**/starlane/b*/*", (route) => route.abort());
  const missed = second.waitForEvent("console", (line) => line.text().includes("generation 2 of localhost:forms is not used"));
  await relay.starlane("upgrade", "localhost:forms", "1.2.0");
  let number = 1;
  let said = "";
  await expect.poll(async () => (said = await keep(first, "A", (number += 1)))).toMatch(/^2 /);
  expect(said).toBe(`2 ${number}`);
  await missed;
  await second.unroute("**/starlane/b*/*");
  expect(await keep(second, "B", 1)).toBe("elsewhere");
  await first.close();
  await expect.poll(async () => (said = await keep(second, "B", 2))).not.toBe("elsewhere");
  expect(said).toBe(`2 ${number + 1}`);
});

test("a value that is set reaches an open tab's mechtron without a reload", async () => {
  const at = join(await mkdtemp(join(tmpdir(), "starlane-set-")), "trio");
  await cp(join(ROOT, "guest-examples/trio"), at, { recursive: true });
  const document = await readFile(join(at, "mechtrons/ada.toml"), "utf8");
  await writeFile(join(at, "mechtrons/ada.toml"), document.replace('name = "ada"', 'name = "${config.who}"'));
  const app = await readFile(join(at, "app.toml"), "utf8");
  await writeFile(join(at, "app.toml"), `[config]\nwho = "Ada"\n\n${app}`);
  await relay.starlane("publish", at, "localhost:repo:setting:1.0.0");
  await relay.starlane("install", "localhost:setting", "localhost:repo:setting:1.0.0");
  const page = await tab("setting");
  await page.evaluate(() => ((window as any).stays = true));
  const ask = async (name: string, method: string, body: string) =>
    (await ping(page, `localhost:setting:${name}`, method, body, { type: "text/plain" })).body;
  expect(await ask("tab-ada", "Ext<Echo>", "hi")).toBe("Ada: hi");
  expect(await ask("tab-ada", "Ext<Count>", "")).toBe("1");
  await relay.starlane("set", "localhost:setting", "who=Grace");
  await expect.poll(() => ask("tab-ada", "Ext<Echo>", "hi")).toBe("Grace: hi");
  expect(await ask("tab-ada", "Ext<Count>", ""), "its state stays").toBe("2");
  expect(await ask("tab-bob", "Ext<Echo>", "hi")).toBe("bob: hi");
  expect(await page.evaluate(() => (window as any).stays)).toBe(true);
});
