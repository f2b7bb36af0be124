// An application that is installed anew while tabs have it open: its mechtrons change in them, its files do not.
import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { folder, type Guest } from "./bundle.ts";
import { Relay } from "./relay.ts";
import { blank, open, ping, point, prepare } from "./tab.ts";

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
});

test.afterAll(async () => {
  await relay.end();
});

const go = (page: Page, name: string) => ping(page, `localhost:app:${name}`, "Ext<Go>", "x", { type: "text/plain" });

/** Publishes a version of the application that says in a file which it is; installs it unless told not to. */
async function version(number: string, guests: Record<string, Guest>): Promise<void> {
  const at = await folder(guests);
  await writeFile(join(at, "index.html"), `<!doctype html><title>${number}</title>`);
  await appendFile(join(at, "app.toml"), `[http]\n"/*" = "\${bundle}:/"\n`);
  await relay.starlane("publish", at, `localhost:repo:app:${number}`);
  // A mechtron that is gone is a break with what was promised.
  await relay.starlane("install", "--breaking", "localhost:app", `localhost:repo:app:${number}`);
  await rm(at, { recursive: true });
}

/** The title of the page that an application's host gives now. */
function title(page: Page): Promise<string> {
  return page.evaluate(async () => new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html").title);
}

const OLD: Record<string, Guest> = {
  count: { fixture: "counter", placement: "tab" },
  changed: { fixture: "echo", placement: "tab" },
  gone: { fixture: "echo", placement: "tab" },
};
const NEW: Record<string, Guest> = {
  count: { fixture: "counter", placement: "tab" },
  changed: { fixture: "no-reply", placement: "tab" },
  added: { fixture: "echo", placement: "tab" },
};

/** What each mechtron of both versions answers in a page; `count` counts this. */
async function answers(page: Page): Promise<unknown[]> {
  const said = [];
  for (const name of ["count", "changed", "gone", "added"]) {
    const { code, body } = await go(page, name);
    said.push(code ?? body);
  }
  return said;
}

test("an open tab goes on with the old version until all of the new one is there, then takes it whole", async ({ browser }) => {
  await version("1.0.0", OLD);
  const page = await browser.newPage();
  await prepare(page);
  await page.goto(relay.url("app"));
  await point(page);
  await open(page, "localhost:app");
  expect(await answers(page)).toEqual(["1", "x", "x", "no-route"]);

  let release = (): void => undefined;
  const released = new Promise<void>((done) => (release = done));
  const asked = page.waitForRequest("**/starlane/blobs/**");
  await page.route("**/starlane/blobs/**", async (route) => (await released, route.continue()));
  await version("2.0.0", NEW);
  await asked;
  expect(await answers(page)).toEqual(["2", "x", "x", "no-route"]);

  const fresh = await browser.newPage();
  await blank(fresh, relay.url("app"));
  await point(fresh);
  await open(fresh, "localhost:app");
  expect(await answers(fresh)).toEqual(["1", "no-reply", "no-route", "x"]);
  await fresh.close();

  release();
  await expect.poll(async () => (await go(page, "added")).body).toBe("x");
  expect(await answers(page)).toEqual(["3", "no-reply", "no-route", "x"]);
  expect([await page.title(), await title(page)]).toEqual(["1.0.0", "2.0.0"]);
  await page.close();
});

test("an open tab that cannot have the new version goes on with the old one and takes the next", async ({ browser }) => {
  const page = await browser.newPage();
  await version("3.0.0", OLD);
  await blank(page, relay.url("app"));
  await point(page);
  await open(page, "localhost:app");
  const told = page.waitForEvent("console", (line) => line.text().includes("is not used: fetch-failed"));
  await page.route("**/starlane/blobs/**", (route) => route.abort());
  await version("4.0.0", NEW);
  await told;
  expect(await answers(page)).toEqual(["1", "x", "x", "no-route"]);
  await page.unroute("**/starlane/blobs/**");
  await version("5.0.0", NEW);
  await expect.poll(async () => (await go(page, "added")).body).toBe("x");
  expect(await answers(page)).toEqual(["2", "no-reply", "no-route", "x"]);
  await page.close();
});
