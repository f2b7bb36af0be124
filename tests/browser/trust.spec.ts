// What a tab refuses, and what it does without: forged bundles, oversized bodies, a browser that keeps nothing.
import { rm } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
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
