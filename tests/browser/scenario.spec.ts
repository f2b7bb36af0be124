// The whole path: published, installed, opened in tabs, cut, killed, started again.
import { expect, type Page, test } from "@playwright/test";
import { Relay } from "./relay.ts";
import { open, ping, point, prepare, signedIn } from "./tab.ts";

/** Milliseconds after which an answer that needs no network would be late. */
const AT_ONCE = 1_000;

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start(["--sleep-after", "1s"]);
  for (const example of ["hello", "chat", "trio"]) await relay.install(example);
});

test.afterAll(async () => {
  await relay.end();
});

/** A page of the chat in a browser of its own, as another person has. */
async function chat(page: Page, token?: string): Promise<Page> {
  await prepare(page);
  if (token) await signedIn(page, token);
  await page.goto(relay.url("chat", "/#tea-time"));
  await expect(page.locator("body")).toHaveAttribute("data-link", "up");
  return page;
}

/** A page on the host of trio, with its mechtrons in this tab. */
async function trio(page: Page): Promise<Page> {
  await prepare(page);
  await page.goto(relay.url("trio", "/page"));
  await point(page);
  await open(page, "localhost:trio");
  return page;
}

function state(page: Page): Promise<string> {
  return page.evaluate(async () => (await window.testStar()).state);
}

async function say(page: Page, name: string, text: string): Promise<void> {
  await page.locator("#name").fill(name);
  await page.locator("#text").fill(text);
  await page.locator("#text").press("Enter");
}

test("curl gets the static page and the page of a mechtron", async () => {
  const files = await relay.get("hello", "/");
  expect(files.status).toBe(200);
  expect(files.type).toContain("text/html");
  const page = await relay.get("hello", "/hello/Ada%20%3Cb%3E");
  expect(page.status).toBe(200);
  expect(page.text).toContain("Ada &lt;b&gt;");
  expect((await relay.get("hello", "/nowhere.txt")).status).toBe(404);
});

test("a message from A arrives in B, and the room sleeps and wakes with its history", async ({ browser }) => {
  const [a, b] = [await chat(await browser.newPage()), await chat(await browser.newPage())];
  await say(a, "Ada", "Is anybody there?");
  await expect(b.locator(".message-text").last()).toContainText("Is anybody there?");
  await say(b, "Bob", "I am!");
  await expect(a.locator(".message-text").last()).toContainText("I am!");
  await Promise.all([a.close(), b.close()]);
  await expect
    .poll(async () => {
      const mesh = await relay.starlane("ls");
      return mesh.mechtrons.find((mechtron: any) => mechtron.point.endsWith("room:tea-time"))?.status;
    }, { timeout: 20_000 })
    .toBe("asleep");
  const c = await chat(await browser.newPage());
  await expect(c.locator(".message-text")).toContainText(["Is anybody there?", "I am!"]);
  await c.close();
});

test("an answered wave is still there after the relay was killed", async ({ browser }) => {
  const a = await chat(await browser.newPage());
  const said = await ping(a, "localhost:chat:room:cut", "Ext<Say>", { name: "Ada", text: "kept" });
  expect(said.status).toBe(200);
  await relay.down("SIGKILL");
  await relay.up();
  await expect(a.locator("body")).toHaveAttribute("data-link", "up", { timeout: 45_000 });
  const history = await ping(a, "localhost:chat:room:cut", "Ext<History>");
  expect(JSON.stringify(history.body)).toContain("kept");
  await a.close();
});

test("a mechtron in another tab is pinged with a grant, and not without", async ({ browser }) => {
  const ada = await chat(await browser.newPage(), await relay.token("ada"));
  const bob = await chat(await browser.newPage(), await relay.token("bob"));
  const nobody = await chat(await browser.newPage());
  await open(bob, "localhost:chat");
  const target = `${await point(bob)}:chat:format`;
  const message = { n: 1, at: 0, name: "Ada", agent: "anonymous", text: "hello" };
  const granted = await ping(ada, target, "Ext<Format>", message);
  expect(granted.status, JSON.stringify(granted)).toBe(200);
  expect(granted.headers["starlane-star"]).toBe(await point(bob));
  const refused = await ping(nobody, target, "Ext<Format>", message);
  expect(refused.code).toBe("forbidden");
  const forged = await nobody.evaluate(async () => (await window.testStar()).agent);
  expect(forged).toBe("anonymous");
  await Promise.all([ada.close(), bob.close(), nobody.close()]);
});

test("no blob is downloaded twice, and a damaged one is fetched again", async ({ browser }) => {
  const page = await browser.newPage();
  const blobs: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/starlane/blobs/")) blobs.push(new URL(request.url()).pathname);
  });
  await chat(page);
  await Promise.all([open(page, "localhost:chat"), open(page, "localhost:chat")]);
  const message = { n: 1, at: 0, name: "Ada", agent: "anonymous", text: "hello" };
  expect((await ping(page, "localhost:chat:format", "Ext<Format>", message)).status).toBe(200);
  const first = blobs.length;
  expect(first).toBeGreaterThan(0);
  expect(new Set(blobs).size).toBe(first);
  await page.reload();
  await open(page, "localhost:chat");
  expect((await ping(page, "localhost:chat:format", "Ext<Format>", message)).status).toBe(200);
  expect(blobs.length).toBe(first);

  const flipped = await page.evaluate(flipOneByte);
  expect(flipped).toBeGreaterThan(0);
  await page.reload();
  await open(page, "localhost:chat");
  expect((await ping(page, "localhost:chat:format", "Ext<Format>", message)).status).toBe(200);
  expect(blobs.length).toBe(2 * first);
  await page.close();
});

/** Flips one byte of every cached file. */
async function flipOneByte(): Promise<number> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await done(indexedDB.open("starlane"));
  const keys = await done(database.transaction("blobs").objectStore("blobs").getAllKeys());
  for (const key of keys) {
    const value = await done(database.transaction("blobs").objectStore("blobs").get(key));
    const bytes = new Uint8Array(value instanceof Blob ? await value.arrayBuffer() : value.slice(0));
    bytes[bytes.length >> 1]! ^= 1;
    const damaged = value instanceof Blob ? new Blob([bytes]) : value instanceof ArrayBuffer ? bytes.buffer : bytes;
    const store = database.transaction("blobs", "readwrite").objectStore("blobs");
    await done(store.keyPath === null ? store.put(damaged, key) : store.put(damaged));
  }
  database.close();
  return keys.length;
}

test("without the relay a tab answers itself, all else ends at once, and both tabs come back", async ({ browser }) => {
  const [a, b] = [await trio(await browser.newPage()), await trio(await browser.newPage())];
  await relay.down("SIGTERM");
  await expect.poll(() => state(a)).toBe("down");
  const own = await ping(a, "localhost:trio:tab-ada", "Ext<Echo>", "hi", { type: "text/plain" });
  expect(own.status, JSON.stringify(own)).toBe(200);
  const away = await ping(a, "localhost:trio:ada", "Ext<Echo>", "hi", { type: "text/plain" });
  expect(away.code).toBe("offline");
  expect(away.ms).toBeLessThan(AT_ONCE);
  await relay.up();
  for (const page of [a, b]) await expect.poll(() => state(page), { timeout: 45_000 }).toBe("up");
  expect((await ping(b, "localhost:trio:ada", "Ext<Echo>", "hi", { type: "text/plain" })).status).toBe(200);
  await Promise.all([a.close(), b.close()]);
});

test("mechtrons in five languages talk to each other across tab and relay", async ({ browser }) => {
  const page = await trio(await browser.newPage());
  const star = await point(page);
  const tab = (name: string): string => `${star}:trio:tab-${name}`;
  const relay = (name: string): string => `localhost:trio:${name}`;
  const next = [relay("bob"), tab("cleo"), relay("dora"), tab("emil"), relay("ada"), tab("dora"), relay("emil")].join(",");
  const said = await ping(page, "localhost:trio:tab-ada", "Ext<Relay>", "round", { type: "text/plain", headers: { next } });
  expect(said.status, JSON.stringify(said)).toBe(200);
  expect(said.body).toBe("ada(bob(cleo(dora(emil(ada(dora(emil(round))))))))");
  await page.close();
});
