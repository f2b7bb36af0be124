// The console as a person uses it: a sign-in link, the mesh, a wave and its answer.
import { expect, test } from "@playwright/test";
import { Relay } from "./relay.ts";

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start(["--stars", "2"]);
  for (const example of ["hello", "trio"]) await relay.install(example);
});

test.afterAll(async () => {
  await relay.end();
});

test("a sign-in link opens the console, and its code works once", async ({ page, browser }) => {
  const { link } = await relay.starlane("token", "operator");
  await page.goto(link);
  await expect(page.locator("body")).toContainText("localhost:users:operator");
  expect(new URL(page.url()).hash).toBe("");
  const again = await browser.newPage();
  await again.goto(link);
  await expect(again.locator("body")).toContainText("starlane token operator");
  await expect(again.locator("#wave-to")).toBeHidden();
  await again.close();
});

test("the form sends a wave and shows answer, status, fuel and time", async ({ page }) => {
  await page.goto((await relay.starlane("token", "operator")).link);
  await page.locator("#wave-to").fill("localhost:hello:greeter");
  await page.locator("#wave-method").fill("Ext<Greet>");
  await page.locator("#wave-body").fill('{ "name": "Ada" }');
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const answer = page.locator(".answer");
  await expect(answer).toContainText("Hello, Ada!");
  await expect(answer).toContainText("200");
  await expect(answer).toContainText(/fuel/i);
  await expect(page.locator("body")).toContainText("hello:greeter");
});

test("the directory counts applications, not their mechtrons, and the relay's stars have names", async ({ page }) => {
  await page.goto((await relay.starlane("token", "operator")).link);
  await page.getByText("Directory", { exact: true }).click();
  const apps = page.getByRole("region", { name: "Apps" });
  await expect(apps.locator("h3")).toHaveText("Apps 2");
  await expect(apps.locator("tbody tr")).toHaveCount(11);
  await expect(page.locator(".chart text", { hasText: "relay-1" })).toBeVisible();
});

test("what is wrong with a wave is said with its code", async ({ page }) => {
  await page.goto((await relay.starlane("token", "operator")).link);
  await page.locator("#wave-to").fill("localhost:hello:nobody");
  await page.locator("#wave-method").fill("Ext<Greet>");
  await page.locator("#wave-body").fill("{}");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const answer = page.locator(".answer");
  await expect(answer).toContainText("no-route");
  // Said once, as a sentence; as it came it is folded away.
  await expect(answer.locator("p code", { hasText: "starlane ls" })).toBeVisible();
  const said = await answer.innerText();
  expect(said.split("starlane ls")).toHaveLength(2);
  expect(said).not.toContain("`");
  await answer.getByText("As it came").click();
  await expect(answer.locator("pre")).toContainText('"no-route"');
});
