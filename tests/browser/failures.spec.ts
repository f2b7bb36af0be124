// The star's own code fails in a page: everybody who waits is told, and the star is made anew from what is stored.
import { expect, type Page, test } from "@playwright/test";
import { Relay } from "./relay.ts";
import { blank, links, open, ping, point, signedIn } from "./tab.ts";

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
  for (const example of ["trio", "chat"]) await relay.install(example);
});

test.afterAll(async () => {
  await relay.end();
});

/** A page that can tear the memory of the star's module: nothing in there works any more, whatever is called next. */
async function fragile(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const memories: WebAssembly.Memory[] = ((window as any).memories = []);
    const { instantiateStreaming, Instance } = WebAssembly;
    const seen = <T extends WebAssembly.Instance>(instance: T): T => (memories.push(instance.exports.memory as WebAssembly.Memory), instance);
    WebAssembly.instantiateStreaming = async (...given) => {
      const made = await instantiateStreaming(...given);
      seen(made.instance);
      return made;
    };
    WebAssembly.Instance = new Proxy(Instance, { construct: (of, given) => seen(Reflect.construct(of, given)) });
  });
  await signedIn(page, await relay.token("ada"));
  await blank(page, relay.url("trio"));
  await point(page);
  await open(page, "localhost:trio");
}

/** Tears the memory of the instance that runs now. */
function tear(page: Page): Promise<void> {
  return page.evaluate(() => new Uint8Array((window as any).memories.at(-1).buffer).fill(0xff) && undefined);
}

const count = async (page: Page) => (await ping(page, "localhost:trio:tab-bob", "Ext<Count>", "", { type: "text/plain" })).body;

/** Serves a name that answers, watches a room, and waits for one that does not, and for a bundle that does not come. */
async function busy(page: Page): Promise<void> {
  await page.route("**/starlane/bundles/**", () => undefined);
  const bundle = page.waitForRequest("**/starlane/bundles/**");
  await page.evaluate(async () => {
    const star = await window.testStar();
    const watch = star.watch("localhost:chat:room:tear");
    await watch.ready;
    (window as any).heard = watch.next().then(({ value }: any) => value.body.text);
    await star.serve("echo", (wave: any) => ({ body: wave.text() }));
    const asked = new Promise<void>((asked) => void star.serve("silent", () => new Promise(() => asked())));
    const waits = [star.ping(`${star.point}:silent`, "Ext<Go>", "", { wait: 60_000 }), star.open("localhost:chat")];
    (window as any).settled = Promise.all(waits.map((wait) => wait.then(() => "done", (error: any) => error.code)));
    await asked;
  });
  await bundle;
}

test("a star whose code fails tells everybody who waits, and comes back with its state, names and applications", async ({ browser }) => {
  const [page, other] = [await browser.newPage(), await browser.newPage()];
  await fragile(page);
  await fragile(other);
  expect([await count(page), await count(page)]).toEqual(["1", "2"]);
  await busy(page);
  const [told, name] = [await links(page), await point(page)];

  await tear(page);
  const failed = await ping(page, "localhost:trio:tab-bob", "Ext<Count>", "", { type: "text/plain" });
  expect([failed.code, await page.evaluate(() => (window as any).settled)]).toEqual(["star-lost", ["star-lost", "star-lost"]]);

  await expect.poll(told).toEqual(["star-lost", "up"]);
  expect(await point(page)).toBe(name);
  await expect.poll(() => count(page)).toBe("3");
  const said = await ping(other, `${name}:echo`, "Ext<Go>", "here again", { type: "text/plain" });
  expect(said.body).toBe("here again");
  await ping(other, "localhost:chat:room:tear", "Ext<Say>", { name: "Ada", text: "do you hear me?" });
  expect(await page.evaluate(() => (window as any).heard)).toBe("do you hear me?");
  await Promise.all([page.close(), other.close()]);
});

test("a failure while nobody calls is noticed by what comes over the lane", async ({ browser }) => {
  const [page, other] = [await browser.newPage(), await browser.newPage()];
  await fragile(page);
  await fragile(other);
  const [told, name] = [await links(page), await point(page)];
  await tear(page);
  await ping(other, `${name}:nobody`, "Ext<Go>", "", { wait: 2_000 });
  await expect.poll(told).toEqual(["star-lost", "up"]);
  await Promise.all([page.close(), other.close()]);
});

test("a star that keeps failing ends, and the page can start another", async ({ page }) => {
  await fragile(page);
  const told = await links(page);
  for (const times of [1, 2, 3]) {
    // In one go: whatever else comes in between would find the failure first.
    const code = await page.evaluate(async () => {
      const star = await window.testStar();
      new Uint8Array((window as any).memories.at(-1).buffer).fill(0xff);
      return star.ping("localhost:trio:tab-bob", "Ext<Count>").catch((error: any) => error.code);
    });
    expect(code).toBe("star-lost");
    await expect.poll(async () => (await told()).filter((one) => one === "up").length).toBe(times);
  }
  const last = await page.evaluate(async () => {
    const star = await window.testStar();
    new Uint8Array((window as any).memories.at(-1).buffer).fill(0xff);
    const codes = [];
    for (const call of [() => star.ping("localhost:trio:ada", "Ext<Echo>", "x"), () => star.open("localhost:trio"), () => star.online()]) {
      codes.push(await call().catch((error: any) => error.code));
    }
    return [...codes, (await window.testStar()) === star];
  });
  expect(last).toEqual(["star-lost", "star-lost", "star-lost", false]);
  await point(page);
  expect((await ping(page, "localhost:trio:ada", "Ext<Echo>", "x", { type: "text/plain" })).body).toBe("ada: x");
});

test("a call that is made of the wrong things is refused, and breaks nothing", async ({ page }) => {
  await fragile(page);
  const told = await links(page);
  const codes = await page.evaluate(async () => {
    const star = await window.testStar();
    const code = (call: () => Promise<unknown>): Promise<string> => call().then(() => "done", (error: any) => error.code);
    return [
      await code(() => star.ping(undefined, "Ext<Echo>")),
      await code(() => star.ping("localhost:trio:ada", null)),
      await code(() => star.open({})),
      await code(() => star.ping("localhost:trio:ada", "Ext<Echo>", "x", { path: 7 })),
    ];
  });
  expect(codes).not.toContain("star-lost");
  expect(codes).not.toContain(undefined);
  expect(await told()).toEqual([]);
  expect((await ping(page, "localhost:trio:ada", "Ext<Echo>", "x", { type: "text/plain" })).body).toBe("ada: x");
});
