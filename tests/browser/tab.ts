// What a test does in a page: the page's own star, asked through the package that the page itself uses.
import type { Page } from "@playwright/test";

/** What became of a ping. */
export interface Said {
  status: number;
  body: unknown;
  code: string | null;
  ms: number;
  headers: Record<string, string>;
}

export interface Ask {
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  type?: string;
  wait?: number;
}

/** Pings from the star of a page. */
export function ping(page: Page, to: string, method: string, body?: unknown, options: Ask = {}): Promise<Said> {
  return page.evaluate(
    async ([to, method, body, options]) => {
      const star = await window.testStar();
      const began = performance.now();
      try {
        const pong = await star.ping(to, method, body, { ...options, throws: false });
        const headers = Object.fromEntries(pong.headers);
        const answer = pong.body instanceof Uint8Array ? [...pong.body] : pong.body;
        return { status: pong.status, body: answer, code: headers["starlane-code"] ?? null, ms: performance.now() - began, headers };
      } catch (error: any) {
        return { status: error.status ?? 0, body: null, code: error.code, ms: performance.now() - began, headers: {} };
      }
    },
    [to, method, body, options] as const,
  );
}

/** The point of a page's star, once it has one. */
export function point(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const star = await window.testStar();
    await star.online({ timeout: 30_000 });
    return star.point;
  });
}

/** Opens an application in a page's star. */
export function open(page: Page, app: string): Promise<void> {
  return page.evaluate(async (app) => (await window.testStar()).open(app), app);
}

/** Makes `window.testStar()` give the star that the page itself runs (the same options give the same star). */
export async function prepare(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const address = "/starlane/client/starlane.mjs";
    window.testStar = async () => (await import(address)).Star.start();
  });
}

/** Shows an empty page on an application's host: no mechtron has anything to do with it. */
export async function blank(page: Page, host: string): Promise<void> {
  await prepare(page);
  await page.goto(`${host}starlane/client/starlane.mjs`);
  await page.setContent("<!doctype html><title>blank</title>");
}

/** How the lane of a page's star is told from now on, in order: `up`, or why it is down. */
export async function links(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(async () => {
    const told: string[] = ((window as any).links = []);
    (await window.testStar()).addEventListener("link", ({ detail }: any) => told.push(detail.reason ?? detail.state));
  });
  return () => page.evaluate(() => (window as any).links);
}

/** Lets a page be a user before its scripts run. */
export async function signedIn(page: Page, token: string): Promise<void> {
  await page.addInitScript((token) => sessionStorage.setItem("starlane:token", token), token);
}

declare global {
  interface Window {
    // The package is loaded by the page at run time; its types are tested where it is built.
    testStar(): Promise<any>;
  }
}
