// The npm package as somebody else installs it: from its tarball, far from the checkout.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { ROOT } from "./relay.ts";

const run = promisify(execFile);

const USE = `import { Star, StarlaneError, type Pong, type Wave } from "starlane";
export async function use(): Promise<Pong> {
  const star = await Star.start({ relay: "http://localhost:7827" });
  await star.serve("inbox", (wave: Wave) => ({ body: wave.text() }));
  star.addEventListener("link", (event) => console.log(event.detail.state));
  for await (const said of star.watch("localhost:chat:room:tea")) console.log(said.gap);
  return star.ping("localhost:hello:greeter", "Ext<Greet>", { name: "Ada" }).catch((error: StarlaneError) => Promise.reject(error.hint));
}
`;

test("its types are whole, however strictly they are read", async () => {
  const at = await mkdtemp(join(tmpdir(), "starlane-package-"));
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", at], { cwd: join(ROOT, "client-host") });
  const told: unknown = JSON.parse(stdout);
  const { filename, files } = Object.values(told as Record<string, { filename: string; files: { path: string }[] }>)[0]!;
  expect(files.map((file) => file.path)).toEqual(expect.arrayContaining(["README.md", "dist/starlane.mjs", "dist/starlane.wasm"]));
  await mkdir(join(at, "node_modules"));
  await run("tar", ["-xzf", filename], { cwd: at });
  await symlink(join(at, "package"), join(at, "node_modules/starlane"));
  await writeFile(join(at, "use.ts"), USE);
  const options = ["--ignoreConfig", "--strict", "--noEmit", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--module", "esnext", "--moduleResolution", "bundler"];
  await run(join(ROOT, "node_modules/.bin/tsc"), [...options, "use.ts"], { cwd: at });
  await rm(at, { recursive: true });
});
