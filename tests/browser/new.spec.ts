// A new folder's own page speaks with its mechtron.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Relay } from "./relay.ts";

test("the page of a new folder asks its mechtron", async ({ page }) => {
  const relay = await Relay.start();
  const place = await mkdtemp(join(tmpdir(), "starlane-new-"));
  try {
    // WAT needs no compiler but the program itself; Rust is what most begin with.
    for (const [lang, said] of [["wat", "Hello, Ada!"], ["rust", "Hello, Ada! You are number 1."]] as const) {
      const folder = join(place, `tea-${lang}`);
      await relay.starlane("new", folder, "--lang", lang);
      await relay.starlane("build", folder);
      await relay.starlane("publish", folder, `localhost:repo:tea-${lang}:1.0.0`);
      await relay.starlane("install", `localhost:tea-${lang}`, `localhost:repo:tea-${lang}:1.0.0`);
      await page.goto(relay.url(`tea-${lang}`));
      await page.getByRole("button", { name: "Greet" }).click();
      await expect(page.locator("output")).toHaveText(said);
      await page.getByRole("link", { name: "The same as a page" }).click();
      await expect(page.locator("h1")).toContainText("Hello, Ada!");
    }
  } finally {
    await relay.end();
    await rm(place, { recursive: true, force: true });
  }
});
