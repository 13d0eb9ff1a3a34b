/** Headless Chromium for tests: where it is, and pages that must raise no error. */
import { existsSync } from "node:fs";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { describe, expect } from "vitest";

export const executable = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((p) => p && existsSync(p));

/** A suite that wants Chromium, and says so where there is none. */
export const describeChromium = (name: string, tests: () => void): void => {
  describe.skipIf(!executable)(`${name}${executable ? "" : " (skipped: there is no Chromium on this machine)"}`, tests);
};

export async function launch(): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: executable,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A page at a URL, used and closed; errors of the page, and requests to anywhere but `origin`, fail. */
export async function withPage(
  browser: Browser,
  url: string,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    ...options,
  });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    const elsewhere: string[] = [];
    const { origin } = new URL(url);
    page.on("pageerror", (e) => errors.push(e.message));
    page.on("console", (m) => {
      if (m.type() === "error") errors.push(m.text());
    });
    page.on("request", (r) => {
      const { protocol, origin: to } = new URL(r.url());
      if (protocol !== "blob:" && protocol !== "data:" && r.url() !== url && to !== origin) elsewhere.push(r.url());
    });
    await page.goto(url);
    await use(page);
    expect({ errors, elsewhere }).toEqual({ errors: [], elsewhere: [] });
  } finally {
    await context.close();
  }
}

/** Waits until an expression is true in the page; works under a policy that forbids eval. */
export async function until(page: Page, expression: string, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await page.evaluate(`!!(${expression})`))) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${expression}`);
    await new Promise((done) => setTimeout(done, 30));
  }
}
