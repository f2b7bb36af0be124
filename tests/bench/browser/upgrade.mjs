// An upgrade of an application of 50 mechtrons that 20 tabs have open: how long until the last tab runs the new version, beside
// the time one tab takes alone.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { medians } from "./rounds.mjs";

const MECHTRONS = 50;
const TABS = 20;
const ROUNDS = 3;

export async function upgrade(world) {
  await world.publish("fifty", "1.0.0", (folder) => write(world, folder, 0));
  await world.publish("fifty", "1.1.0", (folder) => write(world, folder, 1));
  await world.install("fifty", "1.0.0");
  return world.page(async (first) => {
    const pages = [first];
    while (pages.length < TABS) pages.push(await first.context().newPage());
    for (const page of pages) await page.goto(world.url("fifty"));
    for (const page of pages) await page.evaluate(prepare);
    const pairs = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const all = await once(world, pages, round % 2);
      if (round > 0) pairs.push(all);
    }
    const [last, command] = medians(pairs);
    // Tabs of one browser share what they keep: one is left.
    for (const page of pages.slice(1)) await page.close();
    const bytes = await oneFile(world, first);
    return [
      {
        row: "upgrade-tabs",
        what: `an upgrade of all ${MECHTRONS} mechtrons of an application until the last of ${TABS} tabs runs it`,
        beside: "the upgrade on the relay alone",
        unit: "×",
        ratios: pairs.map(([ours, theirs]) => ours / theirs),
        aim: null,
        note: `${last.toFixed(0)} ms beside ${command.toFixed(0)} ms`,
      },
      {
        row: "upgrade-bytes",
        what: `what a tab downloads for an upgrade that changes one of ${MECHTRONS} modules`,
        beside: "that module and the manifest",
        unit: "×",
        ratios: [bytes.downloaded / bytes.needed],
        aim: { at_most: 1 },
        note: `${bytes.downloaded} bytes in ${bytes.requests} requests`,
      },
    ];
  });
}

/** Takes the application to a version in which one module is another; what a tab downloads for it. */
async function oneFile(world, page) {
  const at = (ROUNDS + 1) % 2;
  await page.evaluate((word) => window.until(word), String(at));
  await world.publish("fifty", "1.2.0", (folder) => write(world, folder, at, MECHTRONS - 1));
  const bodies = [];
  page.on("response", (response) => bodies.push(response.body()));
  await world.upgrade("fifty", "1.2.0");
  await page.evaluate((word) => window.until(word), "2");
  const sizes = (await Promise.all(bodies)).map((body) => body.length);
  const module = await world.bytes("fifty", `wasm/m${MECHTRONS - 1}.wasm`);
  const needed = (await world.manifest("fifty", "1.2.0")) + module.length;
  return { downloaded: sizes.reduce((sum, size) => sum + size, 0), requests: sizes.length, needed };
}

/** Takes the application to the other version; milliseconds until the last tab has it, and until the relay had. */
async function once(world, pages, version) {
  const word = version === 0 ? "1" : "0";
  const began = performance.now();
  const reached = pages.map((page) => page.evaluate((word) => window.until(word), word));
  await world.upgrade("fifty", version === 0 ? "1.1.0" : "1.0.0");
  const command = performance.now() - began;
  await Promise.all(reached);
  return [performance.now() - began, command];
}

/** In the page: opens the application; waits until its last mechtron says a digit. */
async function prepare() {
  const { Star } = await import("/starlane/client/starlane.mjs");
  const star = await Star.start();
  await star.open("localhost:fifty");
  window.until = async (word) => {
    for (;;) {
      const pong = await star.ping("localhost:fifty:m49", "Ext<Go>", "x", { type: "text/plain" });
      if (pong.body === word) return;
      await new Promise((done) => setTimeout(done, 5));
    }
  };
}

/** The folder of a version: mechtrons that say it, half of them in tabs, half on the relay; one may say 2. */
async function write(world, folder, version, other = -1) {
  for (const part of ["binds", "mechtrons", "wasm", "html"]) await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, "binds/go.toml"), `[[route]]\nmethod = "Ext<Go>"\n`);
  await writeFile(join(folder, "html/index.html"), "<!doctype html><title>fifty</title>");
  const says = new Uint8Array(await world.bytes("bench", "wasm/says.wasm"));
  const digit = Buffer.from(says).indexOf("text/plain0") + "text/plain".length;
  let app = `[http]\n"/*" = "\${bundle}:/html/"\n[[grant]]\nto = "anyone"\nmay = ["call"]\non = "\${app}:*"\n`;
  for (let number = 0; number < MECHTRONS; number++) {
    const name = `m${number}`;
    // A custom section makes each module a file of its own: id 0, its length, the length of its name, the name.
    says[digit] = String(number === other ? 2 : version).charCodeAt(0);
    const mark = [...`${name}v${number === other ? 2 : version}`].map((letter) => letter.charCodeAt(0));
    const wasm = Uint8Array.from([...says, 0, mark.length + 1, mark.length, ...mark]);
    await writeFile(join(folder, `wasm/${name}.wasm`), wasm);
    const config = `wasm = "wasm/${name}.wasm"\nbind = "binds/go.toml"\n`;
    await writeFile(join(folder, `mechtrons/${name}.toml`), config);
    app += `[mechtrons.${name}]\nconfig = "mechtrons/${name}.toml"\nplacement = "${number % 2 ? "tab" : "server"}"\n`;
  }
  await writeFile(join(folder, "app.toml"), app);
}
