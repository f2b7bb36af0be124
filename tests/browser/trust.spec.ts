// What a tab refuses, and what it does without: forged bundles, oversized bodies, a browser that keeps nothing.
import { cp, rm } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { foreign, type Forgery, lie, rootOf } from "./forge.ts";
import { Relay } from "./relay.ts";
import { blank, open, ping, point } from "./tab.ts";

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
  await relay.install("trio");
});

test.afterAll(async () => {
  await relay.end();
});

/** Changes one byte of what the relay sends below a path. */
async function tamper(page: Page, path: string): Promise<void> {
  await page.route(`**${path}**`, async (route) => {
    // Node does not know names below localhost; the relay goes by the header.
    const address = new URL(route.request().url());
    const headers = { ...route.request().headers(), host: address.host };
    const response = await route.fetch({ url: `http://127.0.0.1:${address.port}${address.pathname}`, headers });
    const body = await response.body();
    body[body.length >> 1]! ^= 1;
    await route.fulfill({ response, body });
  });
}

/** The code with which an application is refused. */
function refused(page: Page): Promise<string> {
  return page.evaluate(async () => (await window.testStar()).open("localhost:trio").then(() => "opened", (error: any) => error.code));
}

test("a manifest that was changed on the way is refused", async ({ page }) => {
  await blank(page, relay.url("trio"));
  await point(page);
  await tamper(page, "/starlane/bundles/");
  expect(await refused(page)).toBe("bad-bundle");
  await page.unroute("**/starlane/bundles/**");
  expect(await refused(page)).toBe("opened");
});

test("a file that was changed on the way is refused", async ({ page }) => {
  await blank(page, relay.url("trio"));
  await point(page);
  await tamper(page, "/starlane/blobs/");
  expect(await refused(page)).toBe("bad-bundle");
  await page.unroute("**/starlane/blobs/**");
  expect(await refused(page)).toBe("opened");
});

test("a body over one mebibyte is refused where it starts, and nothing else is disturbed", async ({ page }) => {
  await blank(page, relay.url("trio"));
  await point(page);
  const large = await ping(page, "localhost:trio:ada", "Ext<Echo>", "x".repeat(1024 * 1024 + 1), { type: "text/plain" });
  expect(large.code).toBe("too-large");
  const small = await ping(page, "localhost:trio:ada", "Ext<Echo>", "x", { type: "text/plain" });
  expect(small.body).toBe("ada: x");
});

test("what is not a point is refused with the byte at which it fails", async ({ page }) => {
  await blank(page, relay.url("trio"));
  const said = await page.evaluate(async () => {
    const star = await window.testStar();
    return star.ping("localhost::ada", "Ext<Echo>").then(() => null, (error: any) => [error.code, error.message]);
  });
  expect(said[0]).toBe("point-empty-segment");
  expect(said[1]).toContain("10");
});

test("a browser that refuses storage is told once, and the tab goes on from memory", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("not here", "SecurityError");
    };
  });
  const told: string[] = [];
  page.on("console", (message) => told.push(message.text()));
  await blank(page, relay.url("trio"));
  await point(page);
  await open(page, "localhost:trio");
  for (const count of ["1", "2"]) {
    expect((await ping(page, "localhost:trio:tab-bob", "Ext<Count>", "", { type: "text/plain" })).body).toBe(count);
  }
  expect(told.filter((text) => text.includes("storage-refused"))).toHaveLength(1);
});

test("a relay that comes back with another root key is not trusted", async ({ page }) => {
  const changing = await Relay.start();
  try {
    await changing.install("trio");
    await blank(page, changing.url("trio"));
    await point(page);
    expect(await refused(page)).toBe("opened");
    await changing.down("SIGKILL");
    await rm(changing.data, { recursive: true });
    await changing.up();
    await changing.install("trio");
    await blank(page, changing.url("trio"));
    await point(page);
    expect(await refused(page)).toBe("trust-changed");
  } finally {
    await changing.end();
  }
});

/** Milliseconds of 31 days: a day longer than records hold. */
const LONGER = 31 * 24 * 60 * 60 * 1000;

test("records that do not hold are refused, each by its own name", async ({ browser }) => {
  const root = await rootOf(relay);
  const said: Record<string, string> = {};
  const lies: Record<string, Forgery> = {
    "changed and not signed": { record: "install", change: (record) => (record.floor = "0.0.1"), by: null },
    "signed by another root": { record: "install", change: () => undefined, by: foreign },
    "a series signed by another root": { record: "series", change: () => undefined, by: foreign },
    "of another series": { record: "series", change: (record) => (record.series = "localhost:repo:trix"), by: root },
    "of another application": { record: "install", change: (record) => (record.app = "localhost:trix"), by: root },
    "with a key nobody knows": { record: "series", change: (record) => (record.ceiling = 1), by: root },
    "expired": { record: "install", change: (record) => (record.expires = 1e12), by: root },
    "a series that expired": { record: "series", change: (record) => (record.expires = 1e12), by: root },
    "below the floor": { record: "install", change: (record) => (record.floor = "1.0.1"), by: root },
    "of another bundle": { record: "install", change: (record) => (record.version = "1.0.1"), by: root },
    "as they are": { record: "install", change: () => undefined, by: root },
  };
  for (const [name, forgery] of Object.entries(lies)) {
    const page = await (await browser.newContext()).newPage();
    await lie(page, forgery);
    await blank(page, relay.url("trio"));
    await point(page);
    said[name] = await refused(page);
    await page.context().close();
  }
  expect(said).toEqual({
    "changed and not signed": "wrong-signature",
    "signed by another root": "wrong-signature",
    "a series signed by another root": "wrong-signature",
    "of another series": "wrong-series",
    "of another application": "wrong-signature",
    "with a key nobody knows": "record-malformed",
    "expired": "record-expired",
    "a series that expired": "record-expired",
    "below the floor": "below-floor",
    "of another bundle": "wrong-digest",
    "as they are": "opened",
  });
});

/** A relay of its own, whose application counts in the page's tab. */
async function counting(page: Page, run: (relay: Relay, count: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const own = await Relay.start();
  try {
    await own.install("trio");
    await blank(page, own.url("trio"));
    await point(page);
    expect(await refused(page)).toBe("opened");
    const count = async () => {
      const said = await ping(page, "localhost:trio:tab-bob", "Ext<Count>", "", { type: "text/plain" });
      return said.code ?? said.body;
    };
    expect(await count()).toBe("1");
    await run(own, count);
  } finally {
    await own.end();
  }
}

/** A line that the page's console gets. */
const line = (page: Page, text: string) => page.waitForEvent("console", (line) => line.text().includes(text));

test("what is revoked while it runs ends here, and goes on with another version", async ({ page }) => {
  await counting(page, async (own, count) => {
    const ended = line(page, "revoked: localhost:trio: the bundle");
    await own.starlane("trust", "revoke", "localhost:repo:trio", "1.0.0");
    await ended;
    // The relay does not run it either.
    expect(await count()).toBe("revoked");
    expect((await ping(page, "localhost:trio:ada", "Ext<Echo>", "x", { type: "text/plain" })).code).toBe("revoked");
    expect(await refused(page)).toBe("revoked");
    await own.starlane("publish", "guest-examples/trio", "localhost:repo:trio:1.0.1");
    await own.starlane("install", "localhost:trio", "localhost:repo:trio:1.0.1");
    await expect.poll(count).toBe("2");
  });
});

test("what is revoked while it is being opened does not stay", async ({ page }) => {
  const own = await Relay.start();
  try {
    await own.install("trio");
    await blank(page, own.url("trio"));
    await point(page);
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    const asked = page.waitForRequest("**/starlane/blobs/**");
    await page.route("**/starlane/blobs/**", async (route) => (await released, route.continue()));
    const opening = refused(page);
    await asked;
    await own.starlane("trust", "revoke", "localhost:repo:trio", "1.0.0");
    // What the relay answers now comes after what it has told.
    expect((await ping(page, "localhost:trio:ada", "Ext<Echo>", "x", { type: "text/plain" })).code).toBe("revoked");
    const ended = line(page, "revoked: localhost:trio: the bundle");
    release();
    await Promise.all([opening, ended]);
    expect(await refused(page)).toBe("revoked");
  } finally {
    await own.end();
  }
});

test("a revoked key takes along what it signed, until the relay signs the same", async ({ page }) => {
  const own = await Relay.start();
  try {
    const file = `${own.data}/publisher.key`;
    const key = (await own.starlane("keygen", file)).public_key;
    await own.starlane("trust", "add", "localhost:repo:trio", key);
    const publish = ["publish", "guest-examples/trio", "localhost:repo:trio:1.0.0"];
    expect((await own.starlane(...publish, "--key", file)).signed_by).toBe(key);
    await own.starlane("install", "localhost:trio", "localhost:repo:trio:1.0.0");
    await blank(page, own.url("trio"));
    await point(page);
    expect(await refused(page)).toBe("opened");
    const ended = line(page, `revoked: localhost:trio: the key ${key}`);
    await own.starlane("trust", "revoke", "localhost:repo:trio", key);
    await ended;
    expect(await refused(page)).toBe("revoked");
    await own.starlane(...publish, "--unsigned");
    const said = () => ping(page, "localhost:trio:tab-bob", "Ext<Count>", "", { type: "text/plain" });
    await expect.poll(async () => (await said()).body).toBe("1");
  } finally {
    await own.end();
  }
});

test("newer records of the same generation are kept, and nothing starts anew", async ({ page }) => {
  await counting(page, async (own, count) => {
    const key = (await own.starlane("keygen", `${own.data}/publisher.key`)).public_key;
    const waves = () =>
      page.evaluate(async () => (await window.testStar()).mechtrons().find((one: any) => one.point.endsWith("tab-bob"))?.waves);
    expect(await waves()).toBe(1);
    await own.starlane("trust", "add", "localhost:repo:trio", key);
    // What is told after it on the same lane comes after it.
    expect((await ping(page, "localhost:trio:ada", "Ext<Echo>", "x", { type: "text/plain" })).body).toBe("ada: x");
    expect(await count()).toBe("2");
    expect(await waves()).toBe(2);
  });
});

test("a relay that is set back to older records is not believed", async ({ page }) => {
  await counting(page, async (own) => {
    const kept = `${own.data}-kept`;
    await own.down("SIGTERM");
    await cp(own.data, kept, { recursive: true });
    try {
      await own.up();
      await own.starlane("publish", "guest-examples/trio", "localhost:repo:trio:1.0.1");
      await own.starlane("install", "localhost:trio", "localhost:repo:trio:1.0.1");
      await blank(page, own.url("trio"));
      await point(page);
      expect(await refused(page)).toBe("opened");
      await own.down("SIGKILL");
      await rm(own.data, { recursive: true });
      await cp(kept, own.data, { recursive: true });
      await own.up();
      await blank(page, own.url("trio"));
      await point(page);
      expect(await refused(page)).toBe("record-older");
    } finally {
      await rm(kept, { recursive: true });
    }
  });
});

test("without the relay records hold until they expire, and then end what runs", async ({ page }) => {
  await page.clock.install();
  await counting(page, async (own, count) => {
    await own.down("SIGKILL");
    expect(await count()).toBe("2");
    const ended = line(page, "record-expired: localhost:trio");
    await page.clock.fastForward(LONGER);
    await ended;
    expect(await count()).toBe("offline");
    expect(await refused(page)).toBe("record-expired");
  });
});
