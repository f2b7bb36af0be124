// A page of another origin, with nothing but one script and its integrity hash.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { Relay } from "./relay.ts";

let relay: Relay;
let site: Server;

test.beforeAll(async () => {
  relay = await Relay.start();
  await relay.install("trio");
  const hash = await (await fetch(relay.url(null, "/starlane/starlane.js.sri"))).text();
  const script = `<script src="${relay.url(null, "/starlane/starlane.js")}" integrity="${hash.trim()}" crossorigin></script>`;
  site = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>elsewhere</title>${script}`);
  });
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
});

test.afterAll(async () => {
  site.close();
  await relay.end();
});

test("a page elsewhere runs mechtrons and reaches the relay by one script", async ({ page }) => {
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  const said = await page.evaluate(async () => {
    const { Star } = (window as any).starlane;
    const star = await Star.start();
    await star.online({ timeout: 30_000 });
    await star.open("localhost:trio");
    const ask = async (to: string): Promise<unknown> =>
      (await star.ping(to, "Ext<Relay>", "x", { type: "text/plain", headers: { next: "localhost:trio:bob" } })).body;
    return [await ask("localhost:trio:tab-cleo"), await ask("localhost:trio:ada")];
  });
  expect(said).toEqual(["cleo(bob(x))", "ada(bob(x))"]);
});

test("a script that was changed is not run", async ({ page }) => {
  await page.route("**/starlane.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n` });
  });
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  expect(await page.evaluate(() => "starlane" in window)).toBe(false);
});
