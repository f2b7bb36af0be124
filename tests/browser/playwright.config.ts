// The browser tests: several pages of one Chromium against a relay of their own. Chromium comes from the system.
import { defineConfig } from "@playwright/test";

/** Milliseconds a whole scenario may take on a busy machine with two cores. */
const PATIENCE = 120_000;

export default defineConfig({
  testDir: ".",
  outputDir: "../../target/browser",
  timeout: PATIENCE,
  expect: { timeout: 15_000 },
  workers: 1,
  use: {
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
