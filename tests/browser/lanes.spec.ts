// What ends a lane for good, and what brings it back: another page in its place, a token whose time is over.
import { type Browser, expect, type Page, test } from "@playwright/test";
import { Relay } from "./relay.ts";
import { blank, links, open, ping, point, signedIn } from "./tab.ts";

/** How long a token holds that is to end within a test: longer than a page takes to start. */
const SHORT = "6s";

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
  await relay.install("trio");
});

test.afterAll(async () => {
  await relay.end();
});

/** A page of a user, in a browser of its own. */
async function tab(browser: Browser, token: string, before?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await browser.newPage();
  await before?.(page);
  await signedIn(page, token);
  await blank(page, relay.url("trio"));
  await point(page);
  return page;
}

function state(page: Page): Promise<string> {
  return page.evaluate(async () => (await window.testStar()).state);
}

/** The code with which a page's star says that there will be no lane. */
function refused(page: Page): Promise<[code: string, hint: string]> {
  return page.evaluate(async () => (await window.testStar()).online().then(() => ["up", ""], (error: any) => [error.code, error.hint]));
}

function renew(page: Page, token: string): Promise<void> {
  return page.evaluate(async (token) => (await window.testStar()).renew(token), token);
}

/** What a tab keeps, for another browser to begin with. */
async function twin(page: Page): Promise<(other: Page) => Promise<void>> {
  const kept = await page.evaluate(() => Object.entries(sessionStorage));
  return (other) => other.addInitScript((kept) => kept.forEach(([name, value]) => sessionStorage.setItem(name, value)), kept);
}

test("a second lane of the same star takes the first one's place, which does not come back by itself", async ({ browser }) => {
  const token = await relay.token("ada");
  const [first, other] = [await tab(browser, token), await tab(browser, token)];
  await other.evaluate(async () => {
    const star = await window.testStar();
    (window as any).asked = new Promise<void>((asked) => void star.serve("silent", () => new Promise(() => asked())));
  });
  const [told, name] = [await links(first), await point(first)];
  let sockets = 0;
  first.on("websocket", () => (sockets += 1));
  const open = ping(first, `${await point(other)}:silent`, "Ext<Go>", "", { wait: 60_000 });
  await other.evaluate(() => (window as any).asked);

  const second = await tab(browser, token, await twin(first));
  expect(await point(second)).toBe(name);
  expect((await open).code).toBe("lane-lost");
  expect(await told()).toEqual(["replaced"]);
  const [code, hint] = await refused(first);
  expect(code).toBe("replaced");
  expect(hint).toContain("reload");
  const away = await first.evaluate(async () => {
    for (const name of ["online", "pageshow"]) dispatchEvent(new Event(name));
    return (await window.testStar()).ping("localhost:trio:ada", "Ext<Echo>", "x").catch((error: any) => [error.code, error.hint, error.retry]);
  });
  expect(away).toEqual(["offline", hint, "no"]);
  expect((await ping(second, "localhost:trio:ada", "Ext<Echo>", "x")).body).toBe("ada: x");
  expect([sockets, await told()]).toEqual([0, ["replaced"]]);

  await second.close();
  await blank(first, relay.url("trio"));
  await point(first);
  expect((await ping(first, "localhost:trio:ada", "Ext<Echo>", "x")).body).toBe("ada: x");
  await Promise.all([first.close(), other.close()]);
});

test("a lane goes on with a newer token of its user, and ends with one that nobody renewed", async ({ browser }) => {
  const [short, long] = [await relay.token("ada", SHORT), await relay.token("ada")];
  const [renewed, ending] = [await tab(browser, short), await tab(browser, short)];
  const [kept, ended] = [await links(renewed), await links(ending)];
  await renew(renewed, long);
  await expect.poll(ended, { timeout: 20_000 }).toEqual(["token-expired"]);
  expect((await refused(ending))[0]).toBe("token-expired");
  expect((await ping(ending, "localhost:trio:ada", "Ext<Echo>", "x")).code).toBe("offline");

  // The other token has ended too: this lane lives by the newer one.
  expect((await ping(renewed, "localhost:trio:ada", "Ext<Echo>", "x")).body).toBe("ada: x");
  await open(renewed, "localhost:trio");
  expect(await kept()).toEqual([]);
  expect(await renewed.evaluate(() => sessionStorage.getItem("starlane:token"))).toBe(long);

  await renew(ending, long);
  await expect.poll(() => state(ending)).toBe("up");
  expect((await ping(ending, "localhost:trio:ada", "Ext<Echo>", "x")).body).toBe("ada: x");
  expect(await ended()).toEqual(["token-expired", "up"]);
  await Promise.all([renewed.close(), ending.close()]);
});

test("a lane is not handed to another user by a token", async ({ browser }) => {
  const page = await tab(browser, await relay.token("ada"));
  const told = await links(page);
  await renew(page, await relay.token("bob"));
  await expect.poll(told).toEqual(["bad-token"]);
  expect((await refused(page))[0]).toBe("bad-token");
  await renew(page, await relay.token("ada"));
  await expect.poll(() => state(page)).toBe("up");
  expect(await page.evaluate(async () => (await window.testStar()).agent)).toBe("localhost:users:ada");
  await page.close();
});

test("a relay that was never reached is named, with what to do", async ({ page }) => {
  await blank(page, relay.url("trio"));
  const said = await page.evaluate(async () => {
    const address = "/starlane/client/starlane.mjs";
    const star = await (await import(address)).Star.start({ relay: "ws://127.0.0.1:1" });
    const calls = [() => star.ping("localhost:trio:ada", "Ext<Echo>", "x"), () => star.online({ timeout: 300 })];
    const errors = await Promise.all(calls.map((call) => call().catch((error: any) => error)));
    await star.close();
    return errors.map((error: any) => ({ code: error.code, message: error.message, hint: error.hint }));
  });
  for (const { code, message, hint } of said) {
    expect(code).toBe("offline");
    expect(message).toContain("http://127.0.0.1:1");
    expect(hint).toContain("starlane up");
  }
});
