// Typed code made from binds: it compiles whatever a bind holds, and calls and answers as it says.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { transform } from "esbuild";
import { Relay, ROOT } from "./relay.ts";
import { blank, point } from "./tab.ts";

const run = promisify(execFile);
/** Inside the checkout, so that the package's types are found as an application finds them. */
const FOLDER = join(ROOT, "target/browser/bindgen");

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
});

test.afterAll(async () => {
  await relay.end();
});

/** Whether TypeScript, as strict as it can be, takes these files. */
async function compile(...files: string[]): Promise<void> {
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--noUnusedLocals", "--noImplicitReturns"];
  const target = ["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--skipLibCheck", "--noEmit"];
  await run(join(ROOT, "node_modules/.bin/tsc"), ["--ignoreConfig", ...strict, ...target, ...files], { cwd: FOLDER });
}

test("code of any bind compiles", async () => {
  await relay.starlane("bindgen", "--lang", "ts", join(ROOT, "tests/fixtures/wild-bind.toml"), "--out", join(FOLDER, "wild.ts"));
  const page = await readFile(join(ROOT, "docs/bind.md"), "utf8");
  const samples = [...page.matchAll(/```toml\n# binds\/(\w+)\.toml\n(.*?)\n```/gs)];
  expect(samples.length).toBeGreaterThan(1);
  for (const [, name, text] of samples) {
    await writeFile(join(FOLDER, `${name}.toml`), text ?? "");
    await relay.starlane("bindgen", "--lang", "ts", join(FOLDER, `${name}.toml`), "--out", join(FOLDER, `${name}.ts`));
  }
  // And what the page shows how to use it.
  const used = /```ts\n(.*?)\n```/s.exec(page)?.[1] ?? "";
  await writeFile(join(FOLDER, "used.ts"), used);
  await relay.starlane("bindgen", "--lang", "ts", join(ROOT, "guest-examples/hello/binds/greeter.toml"), "--out", join(FOLDER, "greeter.ts"));
  expect(used).toContain("greeterHandler");
  await compile("wild.ts", "used.ts", ...samples.map(([, name]) => `${name}.ts`));
});

test("a page calls a mechtron by typed code, and answers by it", async ({ page }) => {
  await relay.starlane("publish", join(ROOT, "guest-examples/hello"), "localhost:repo:hello:1.0.0");
  await relay.starlane("install", "localhost:hello", "localhost:repo:hello:1.0.0");
  const file = join(FOLDER, "greeter.ts");
  await relay.starlane("bindgen", "--lang", "ts", "localhost:hello:greeter", "--out", file);
  // What is wrong is found before it runs.
  const use = (call: string) =>
    writeFile(join(FOLDER, "use.ts"), `import { Greeter } from "./greeter.js";\nexport const use = (g: Greeter): Promise<string> => ${call};\n`);
  await use(`g.greet({ name: "Ada" })`);
  await compile("use.ts");
  await use(`g.greet({ nam: "Ada" })`);
  await expect(compile("use.ts")).rejects.toMatchObject({ stdout: expect.stringContaining("'nam' does not exist") });

  const { code } = await transform(await readFile(file, "utf8"), { loader: "ts", format: "esm" });
  await blank(page, relay.url("hello"));
  await point(page);
  const said = await page.evaluate(async (code) => {
    const { Greeter, greeterHandler } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    const star = await window.testStar();
    const there = new Greeter(star, "localhost:hello:greeter");
    const said = [await there.greet({ name: "Ada" }), (await there.getHello({ name: "Ada Lovelace & Co" })).includes("Ada Lovelace &amp; Co")];
    await star.serve(
      "greeter",
      greeterHandler({
        greet: (body: { name: string }) => `Here, ${body.name}!`,
        getHello: (_wave: unknown, params: { name: string }) => `<b>${params.name}</b>`,
      }),
    );
    const here = new Greeter(star, `${star.point}:greeter`);
    said.push(await here.greet({ name: "Ada" }), await here.getHello({ name: "a/b" }));
    const none = await star.ping(here.point, "Ext<Other>", "", { throws: false });
    return [...said, none.status];
  }, code);
  expect(said).toEqual(["Hello, Ada!", true, "Here, Ada!", "<b>a/b</b>", 404]);
});
