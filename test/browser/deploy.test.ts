/**
 * The compiled files as applications ship them: through esbuild and Vite, in a worker, offline once loaded; in a page under a
 * strict content security policy, with the interpreter's bytes.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeChromium, launch, until, withPage } from "./chromium.ts";
import { compileDigits, type Digits, imagesSource, serveFolder } from "./digits.ts";

let digits: Digits;
beforeAll(async () => {
  digits = await compileDigits();
});
afterAll(() => digits?.remove());

const html = (script: string) => `<!doctype html><meta charset="utf-8"><title>digits</title>${script}`;

/** A page's script: the scores of the images, in `globalThis.result`. */
const run = (load: string) => `
(async () => {
  const program = await ${load};
  globalThis.result = ${imagesSource}.map((image) => Array.from(program.runSync([image])[0]));
})().catch((error) => { globalThis.result = String(error); });
`;

/** A new folder with the compiled files and a script, as an application's sources. */
function application(name: string, script: string): string {
  const folder = path.join(digits.dir, name);
  mkdirSync(folder);
  cpSync(path.join(digits.dir, "out"), folder, { recursive: true });
  writeFileSync(path.join(folder, "main.js"), script);
  return folder;
}

describeChromium("the compiled files in headless Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** Opens the page in a folder and compares what it computes. */
  async function check(folder: string, options: { policy?: string; offline?: boolean } = {}): Promise<void> {
    const { url, server } = await serveFolder(folder, options.policy);
    try {
      await withPage(browser, url, async (page) => {
        await until(page, "globalThis.ready || globalThis.result");
        if (options.offline) {
          await page.context().setOffline(true);
          await page.evaluate("globalThis.go()");
        }
        await until(page, "globalThis.result");
        expect(await page.evaluate("globalThis.result")).toEqual(digits.want.map((w) => Array.from(w as Uint8Array)));
      });
    } finally {
      server.close();
    }
  }

  test("as they are", async () => {
    const folder = application("page", `import { load } from "./digits.mjs";${run("load()")}`);
    writeFileSync(path.join(folder, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    await check(folder);
  });

  test("bundled by esbuild, the .wasm file copied beside the bundle", async () => {
    const { build } = await import("esbuild");
    const folder = application("esbuild", `import { load } from "./digits.mjs";${run("load()")}`);
    const out = path.join(folder, "dist");
    await build({
      entryPoints: [path.join(folder, "main.js")],
      bundle: true,
      minify: true,
      format: "esm",
      outdir: out,
    });
    for (const f of readdirSync(folder)) if (f.endsWith(".wasm")) copyFileSync(path.join(folder, f), path.join(out, f));
    writeFileSync(path.join(out, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    await check(out);
  });

  test("bundled by esbuild, the .wasm file imported as a file", async () => {
    const { build } = await import("esbuild");
    const script = `import { load } from "./digits.mjs"; import url from "./digits.wasm";${run("load(url)")}`;
    const folder = application("esbuild-file", script);
    const out = path.join(folder, "dist");
    await build({
      entryPoints: [path.join(folder, "main.js")],
      bundle: true,
      format: "esm",
      outdir: out,
      loader: { ".wasm": "file" },
      publicPath: "/",
    });
    expect(readdirSync(out).some((f) => /^digits-.*\.wasm$/.test(f))).toBe(true);
    writeFileSync(path.join(out, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    await check(out);
  });

  test("built by Vite, which finds the .wasm file by itself", async () => {
    const { build } = await import("vite");
    const folder = application("vite", `import { load } from "./digits.mjs";${run("load()")}`);
    writeFileSync(path.join(folder, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    const warnings: string[] = [];
    const log = (message: string) => void warnings.push(message);
    await build({
      root: folder,
      configFile: false,
      envDir: false,
      logLevel: "warn",
      customLogger: {
        info: () => {},
        warn: log,
        warnOnce: log,
        error: log,
        clearScreen: () => {},
        hasErrorLogged: () => false,
        hasWarned: false,
      },
    });
    const assets = readdirSync(path.join(folder, "dist/assets"));
    expect(assets.some((f) => /^digits-.*\.wasm$/.test(f))).toBe(true);
    expect(warnings).toEqual([]);
    await check(path.join(folder, "dist"));
  });

  test("in a worker", async () => {
    const folder = application(
      "worker",
      `const worker = new Worker("/worker.js", { type: "module" });
       worker.onmessage = ({ data }) => { globalThis.result = data; };`,
    );
    writeFileSync(
      path.join(folder, "worker.js"),
      `import { load } from "./digits.mjs";
       const program = await load();
       postMessage(${imagesSource}.map((image) => Array.from(program.runSync([image])[0])));`,
    );
    writeFileSync(path.join(folder, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    await check(folder);
  });

  test("offline once it is loaded", async () => {
    const folder = application(
      "offline",
      `import { load } from "./digits.mjs";
       const program = await load();
       globalThis.go = () => {
         globalThis.result = ${imagesSource}.map((image) => Array.from(program.runSync([image])[0]));
       };
       globalThis.ready = true;`,
    );
    writeFileSync(path.join(folder, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    await check(folder, { offline: true });
  });

  test("a policy without wasm-unsafe-eval refuses, with an error that says what did", async () => {
    const folder = application("forbidden", `import { load } from "./digits.mjs";${run("load()")}`);
    writeFileSync(path.join(folder, "index.html"), html(`<script type="module" src="/main.js"></script>`));
    const { url, server } = await serveFolder(folder, "default-src 'none'; script-src 'self'; connect-src 'self'");
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      await until(page, "globalThis.result");
      expect(await page.evaluate("globalThis.result")).toMatch(/content security policy|unsafe-eval/i);
    } finally {
      await context.close();
      server.close();
    }
  });
});

test("the compiled files run in Node", async () => {
  const { load } = await import(pathToFileURL(path.join(digits.dir, "out/digits.mjs")).href);
  const program = await load();
  for (const [i, image] of digits.images.entries()) expect(program.runSync([image])).toEqual([digits.want[i]]);
  expect(program.runSync({ image: digits.images[0] })).toEqual({ output: digits.want[0] });
  program.dispose();
});

test("the loader names no module of Node in what bundlers read", () => {
  const source = readFileSync(path.join(digits.dir, "out/digits.mjs"), "utf8");
  expect(source.match(/\bimport\s*(?:\(\s*["'`]|[^(.]*from)[^;]*/g) ?? []).toEqual([]);
  expect(source).not.toMatch(/\brequire\(/);
});
