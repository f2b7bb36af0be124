// A guest that never ends cannot hold a page: it is sliced, stopped by its fuel, and the next one answers.
import { expect, type Page, test } from "@playwright/test";
import { install } from "./bundle.ts";
import { Relay } from "./relay.ts";
import { blank, open, ping, point } from "./tab.ts";

/** Fuel of an endless loop that runs for some seconds: hundreds of slices. */
const LONG = "fuel = 300_000_000";
/** Milliseconds of a slice, by the contract. */
const SLICE_MS = 8;
/** Runs of which the best one counts: the machine is shared. */
const RUNS = 3;

let relay: Relay;

test.beforeAll(async () => {
  relay = await Relay.start();
  await relay.install("hello");
  await install(relay, "guests", {
    endless: { fixture: "endless-loop", placement: "tab", limits: LONG },
    echo: { fixture: "echo", placement: "tab" },
  });
});

test.afterAll(async () => {
  await relay.end();
});

/** A page with the guests in its tab, on a host that may have them. */
async function guests(page: Page): Promise<void> {
  await blank(page, relay.url("guests"));
  await point(page);
  await open(page, "localhost:guests");
}

/** Pings the endless loop; how long slices and long tasks were meanwhile. */
async function endless(page: Page): Promise<{ code: string; slices: number[]; longTasks: number[] }> {
  return page.evaluate(async () => {
    const star = await window.testStar();
    const slices: number[] = [];
    const longTasks: number[] = [];
    const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration)));
    observer.observe({ type: "longtask" });
    const note = (event: any): void => void slices.push(event.detail.end - event.detail.start);
    star.addEventListener("slice", note);
    const code = await star.ping("localhost:guests:endless", "Ext<Go>", "x", { wait: 60_000 }).then(() => "none", (error: any) => error.code);
    star.removeEventListener("slice", note);
    observer.disconnect();
    return { code, slices, longTasks };
  });
}

test("an endless loop ends out-of-fuel without a long task, and the next mechtron answers", async ({ page }) => {
  await guests(page);
  expect((await endless(page)).code).toBe("out-of-fuel");
  const runs = [];
  for (let run = 0; run < RUNS; run++) {
    const { code, slices, longTasks } = await endless(page);
    expect(code).toBe("out-of-fuel");
    expect(slices.length).toBeGreaterThan(50);
    const within = slices.filter((ms) => ms <= SLICE_MS).length / slices.length;
    runs.push({ within, longTasks: longTasks.length });
    const echo = await ping(page, "localhost:guests:echo", "Ext<Go>", "still here", { type: "text/plain" });
    expect(echo.status, JSON.stringify(echo)).toBe(200);
  }
  const said = JSON.stringify(runs);
  expect(Math.max(...runs.map((run) => run.within)), said).toBeGreaterThanOrEqual(0.95);
  expect(Math.min(...runs.map((run) => run.longTasks)), said).toBe(0);
});

test("an idle page warms its engine up, once, and nothing of it is seen", async ({ page }) => {
  await page.addInitScript(() => {
    const { instantiateStreaming } = WebAssembly;
    const wanted: boolean[] = ((window as any).wanted = []);
    WebAssembly.instantiateStreaming = async (...given) => {
      const { module, instance } = await instantiateStreaming(...given);
      const exports: any = { ...instance.exports };
      const { tab_warm_up } = exports;
      exports.tab_warm_up = (tab: number) => {
        const more = tab_warm_up(tab);
        wanted.push(more !== 0);
        return more;
      };
      return { module, instance: { exports } };
    };
  });
  await guests(page);
  const wanted = (): Promise<boolean[]> => page.evaluate(() => (window as any).wanted);
  await expect.poll(async () => (await wanted()).at(-1), { timeout: 60_000 }).toBe(false);
  const steps = await wanted();
  // Each is a moment of some milliseconds; a browser that has the code from an earlier page needs few of them.
  expect(steps.length).toBeGreaterThan(3);
  expect(steps.filter((more) => !more)).toHaveLength(1);
  expect(await page.evaluate(async () => (await window.testStar()).mechtrons())).toEqual([]);
  expect((await ping(page, "localhost:guests:echo", "Ext<Go>", "x", { type: "text/plain" })).body).toBe("x");
});
