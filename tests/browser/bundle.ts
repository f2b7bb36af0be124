// Bundles made for one test: a guest of the fixtures, placed where the test needs it.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Relay, ROOT } from "./relay.ts";

const run = promisify(execFile);

/** What a guest of a made bundle is. */
export interface Guest {
  /** The name of the fixture, without its ending. */
  fixture: string;
  placement: "server" | "browser" | "tab";
  /** Lines of `[limits]`. */
  limits?: string;
}

/** A bundle folder with one mechtron for each guest, which anyone may call by `Ext<Go>`. */
export async function folder(guests: Record<string, Guest>): Promise<string> {
  const at = await mkdtemp(join(tmpdir(), "starlane-bundle-"));
  for (const part of ["binds", "mechtrons", "wasm"]) await mkdir(join(at, part));
  await writeFile(join(at, "binds/go.toml"), `[[route]]\nmethod = "Ext<Go>"\n`);
  let app = `[[grant]]\nto = "anyone"\nmay = ["call"]\non = "\${app}:*"\n`;
  for (const [name, guest] of Object.entries(guests)) {
    const wasm = join(at, `wasm/${name}.wasm`);
    await run(join(ROOT, "node_modules/.bin/wasm-as"), ["-g", "-o", wasm, join(ROOT, `tests/fixtures/guests/${guest.fixture}.wat`)]);
    const config = `wasm = "wasm/${name}.wasm"\nbind = "binds/go.toml"\n[limits]\n${guest.limits ?? ""}\n`;
    await writeFile(join(at, `mechtrons/${name}.toml`), config);
    app += `[mechtrons.${name}]\nconfig = "mechtrons/${name}.toml"\nplacement = "${guest.placement}"\n`;
  }
  await writeFile(join(at, "app.toml"), app);
  return at;
}

/** Publishes and installs guests as an application. */
export async function install(relay: Relay, app: string, guests: Record<string, Guest>): Promise<void> {
  await relay.starlane("publish", await folder(guests), `localhost:repo:${app}:1.0.0`);
  await relay.starlane("install", `localhost:${app}`, `localhost:repo:${app}:1.0.0`);
}
