// A relay of its own for each test: the real program, a fresh data folder, a free port, stopped at the end.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The checkout and the program, as `cargo xtask test` tells them. */
export const ROOT = process.env.STARLANE_ROOT ?? join(import.meta.dirname, "../..");
const PROGRAM = process.env.STARLANE_BIN ?? join(ROOT, "target/debug/starlane");

/** Milliseconds between two questions whether the relay answers. */
const ASK = 25;
/** Questions until it is given up. */
const ASKS = 800;

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}

export class Relay {
  #process: ChildProcess | null = null;

  private constructor(
    readonly data: string,
    readonly port: number,
    private readonly options: readonly string[],
  ) {}

  /** Starts a fresh relay. */
  static async start(options: readonly string[] = []): Promise<Relay> {
    const relay = new Relay(await mkdtemp(join(tmpdir(), "starlane-")), await freePort(), options);
    await relay.up();
    return relay;
  }

  /** Starts it (again) on its port and folder, and waits until it answers. */
  async up(): Promise<void> {
    const child = spawn(PROGRAM, ["up", "--data", this.data, "--port", String(this.port), ...this.options], {
      stdio: ["ignore", "ignore", process.env.STARLANE_LOUD ? "inherit" : "ignore"],
    });
    this.#process = child;
    for (let asked = 0; asked < ASKS; asked++) {
      if (child.exitCode !== null) throw new Error(`the relay ended with ${child.exitCode}`);
      const health = await fetch(`http://127.0.0.1:${this.port}/starlane/healthz`).catch(() => null);
      if (health?.ok) return;
      await new Promise((done) => setTimeout(done, ASK));
    }
    throw new Error("the relay never answered");
  }

  /** Ends the process: `SIGKILL` as a power cut, `SIGTERM` as a person. */
  async down(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  /** Ends it and forgets its folder. */
  async end(): Promise<void> {
    await this.down("SIGKILL");
    await rm(this.data, { recursive: true, force: true });
  }

  /** The address of an application's (or, without a name, the relay's own) host. */
  url(app: string | null, path = "/"): string {
    return `http://${app === null ? "127.0.0.1" : `${app}.localhost`}:${this.port}${path}`;
  }

  /** Runs the `starlane` command; its JSON. */
  async starlane(...args: string[]): Promise<any> {
    const { stdout } = await run(PROGRAM, ["--json", ...args], {
      cwd: ROOT,
      // Whoever runs the tests may have a key of their own.
      env: { ...process.env, STARLANE_DATA: this.data, STARLANE_RELAY: `http://127.0.0.1:${this.port}`, XDG_CONFIG_HOME: `${this.data}/config` },
    });
    return stdout.trim() === "" ? null : JSON.parse(stdout);
  }

  /** Sends the relay a command as its operator, without a process of its own; what it answers. */
  async command(to: string, name: string, body: unknown): Promise<any> {
    const { token } = JSON.parse(await readFile(join(this.data, "operator.json"), "utf8"));
    const ping = { to, method: `Cmd<${name}>`, body: JSON.stringify(body) };
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const waves = `http://127.0.0.1:${this.port}/starlane/waves`;
    const pong: any = await (await fetch(waves, { method: "POST", headers, body: JSON.stringify(ping) })).json();
    if (pong.status !== 200) throw new Error(`${name} of ${to}: ${JSON.stringify(pong)}`);
    return JSON.parse(pong.body);
  }

  /** Publishes and installs an example. */
  async install(example: string): Promise<void> {
    await this.starlane("publish", `guest-examples/${example}`, `localhost:repo:${example}:1.0.0`);
    await this.starlane("install", `localhost:${example}`, `localhost:repo:${example}:1.0.0`);
  }

  /** A token of a user, for a day or as long as is said. */
  async token(user: string, lasts?: string): Promise<string> {
    return (await this.starlane("token", user, ...(lasts ? ["--for", lasts] : []))).token;
  }

  /** What curl would get: a request with the application's host name, sent to loopback. */
  async get(app: string, path: string, accept = "*/*"): Promise<{ status: number; type: string; text: string }> {
    const { stdout } = await run("curl", [
      "-s",
      "-H", `accept: ${accept}`,
      "--resolve", `${app}.localhost:${this.port}:127.0.0.1`,
      "-w", "\n%{http_code} %{content_type}",
      `http://${app}.localhost:${this.port}${path}`,
    ]);
    const end = stdout.lastIndexOf("\n");
    const [status, ...type] = stdout.slice(end + 1).split(" ");
    return { status: Number(status), type: type.join(" "), text: stdout.slice(0, end) };
  }
}
