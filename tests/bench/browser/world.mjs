// What the rows run in: a relay of its own with the applications that are measured, and a Chromium.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "@playwright/test";

const run = promisify(execFile);

/** As in the browser tests. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Milliseconds between two questions whether the relay answers, and how many. */
const ASK = 25;
const ASKS = 800;

function told(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask bench\``);
  return value;
}

export class World {
  #relay;
  #folder;
  #profiles = 0;

  static async start() {
    const world = new World();
    world.#folder = await mkdtemp(join(tmpdir(), "starlane-bench-"));
    try {
      await world.#up();
      await world.#install();
    } catch (error) {
      await world.end();
      throw error;
    }
    return world;
  }

  async #up() {
    this.port = await freePort();
    const words = ["up", "--data", join(this.#folder, "data"), "--port", String(this.port)];
    this.#relay = spawn(told("STARLANE_BIN"), words, { stdio: "ignore" });
    for (let asked = 0; asked < ASKS; asked++) {
      if (this.#relay.exitCode !== null) throw new Error(`the relay ended with ${this.#relay.exitCode}`);
      const health = await fetch(`http://127.0.0.1:${this.port}/starlane/healthz`).catch(() => null);
      if (health?.ok) return;
      await new Promise((done) => setTimeout(done, ASK));
    }
    throw new Error("the relay never answered");
  }

  async #install() {
    const [bench, large] = [join(this.#folder, "bench"), join(this.#folder, "large")];
    await run(told("STARLANE_BENCH"), ["folder", bench]);
    for (const app of [bench, large]) await copyFile(told("STARLANE_BARE"), join(app, "html/bare.wasm"));
    const work = join(told("STARLANE_ROOT"), "guest-examples/bench");
    for (const [name, folder] of Object.entries({ bench, large, work })) {
      await this.#starlane("publish", folder, `localhost:repo:${name}:1.0.0`);
      await this.#starlane("install", `localhost:${name}`, `localhost:repo:${name}:1.0.0`);
    }
  }

  #starlane(...words) {
    const env = { STARLANE_DATA: join(this.#folder, "data"), XDG_CONFIG_HOME: this.#folder, STARLANE_RELAY: `http://127.0.0.1:${this.port}` };
    return run(told("STARLANE_BIN"), ["--json", ...words], { env: { ...process.env, ...env } });
  }

  /** Publishes a folder of the applications that are measured; `change` may change it before. */
  async publish(app, version, change) {
    const folder = join(this.#folder, app);
    await change(folder);
    await this.#starlane("publish", folder, `localhost:repo:${app}:${version}`);
  }

  /** Installs a version that was published. */
  install(app, version) {
    return this.#starlane("install", `localhost:${app}`, `localhost:repo:${app}:${version}`);
  }

  /** Takes an application to another version, without a process of its own. */
  async upgrade(app, to) {
    const ping = { to: `localhost:${app}`, method: "Cmd<Upgrade>", body: JSON.stringify({ to }) };
    const pong = await (await this.#ask("/starlane/waves", { method: "POST", body: JSON.stringify(ping) })).json();
    if (pong.status !== 200) throw new Error(JSON.stringify(pong));
  }

  /** Bytes of the manifest of a version. */
  async manifest(app, version) {
    const answer = await this.#ask(`/starlane/bundles/localhost:repo:${app}:${version}`, {});
    return (await answer.arrayBuffer()).byteLength;
  }

  /** Asks the relay something as its operator. */
  async #ask(path, request) {
    const { token } = JSON.parse(await readFile(join(this.#folder, "data/operator.json"), "utf8"));
    return fetch(`http://127.0.0.1:${this.port}${path}`, { ...request, headers: { authorization: `Bearer ${token}` } });
  }

  /** An address of an application's host. */
  url(app, path = "/") {
    return `http://${app}.localhost:${this.port}${path}`;
  }

  /** The file of an application that was published. */
  bytes(app, path) {
    return readFile(join(this.#folder, app, path));
  }

  /** Runs `use` with a page of a fresh browser profile, whose caches are on disk as a person's are. */
  async page(use) {
    this.#profiles += 1;
    const profile = join(this.#folder, `profile-${this.#profiles}`);
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: FLAGS,
    });
    try {
      return await use(await context.newPage());
    } finally {
      await context.close();
    }
  }

  async end() {
    if (this.#relay && this.#relay.exitCode === null) {
      this.#relay.kill("SIGKILL");
      await once(this.#relay, "exit");
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
