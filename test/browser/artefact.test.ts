/**
 * A compiled model in a real page: `qjit compile` writes it, headless Chromium loads it from a local server under a strict
 * content security policy and runs it; Node runs the same files; both give the interpreter's bytes.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadNet } from "../../examples/digits/net.ts";
import type { Graph, TypedArray } from "../../src/index.ts";
import { trace } from "../../src/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";

const root = path.resolve(import.meta.dirname, "../..");
const cli = path.join(root, "dist/src/cli/main.js");
const chromium = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((p) => p && existsSync(p));

let dir: string;
let graph: Graph;
let images: Float32Array[];
let want: TypedArray[];

beforeAll(async () => {
  if (!existsSync(cli)) throw new Error("wants a build: npm run build");
  dir = mkdtempSync(path.join(tmpdir(), "qjit-browser-"));
  const net = await loadNet();
  graph = trace((image) => net.forward(image), [{ shape: [1, 1, 28, 28], name: "image" }], { name: "digits" });
  writeFileSync(path.join(dir, "digits.qir"), print(graph));
  execFileSync(process.execPath, [cli, "compile", "digits.qir", "-o", "out", "--features", "auto"], { cwd: dir });
  images = [1, 2, 3].map((k) => Float32Array.from({ length: 784 }, (_, i) => ((i * k * 31) % 256) / 255));
  want = images.map((image) => interpret(graph, [image])[0]);
});

afterAll(() => {
  if (dir) rmSync(dir, { recursive: true, force: true });
});

test("the compiled files run in Node", async () => {
  const { load } = await import(pathToFileURL(path.join(dir, "out/digits.mjs")).href);
  const program = await load();
  for (const [i, image] of images.entries()) expect(program.runSync([image])).toEqual([want[i]]);
  expect(program.runSync({ image: images[0] })).toEqual({ output: want[0] });
  program.dispose();
});

const page = `<!doctype html><meta charset="utf-8"><title>digits</title><script type="module" src="/page.js"></script>`;
const pageScript = `
import { load } from "/digits.mjs";
const images = [1, 2, 3].map((k) => Float32Array.from({ length: 784 }, (_, i) => ((i * k * 31) % 256) / 255));
globalThis.result = (async () => {
  const program = await load();
  return images.map((image) => Array.from(program.runSync([image])[0]));
})();
`;

describe.skipIf(!chromium)(
  `in headless Chromium${chromium ? "" : " (skipped: there is no Chromium on this machine)"}`,
  () => {
    let server: Server;
    beforeAll(async () => {
      const types: Record<string, string> = {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
      };
      server = createServer((request, response) => {
        const name = path.basename(new URL(request.url!, "http://x").pathname);
        const file = path.join(dir, "out", name);
        response.setHeader("content-security-policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
        if (name === "" || name === "index.html") response.setHeader("content-type", "text/html").end(page);
        else if (name === "page.js") response.setHeader("content-type", "text/javascript").end(pageScript);
        else if (existsSync(file))
          response.setHeader("content-type", types[path.extname(name)] ?? "text/plain").end(readFileSync(file));
        else response.writeHead(404).end();
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    });
    afterAll(() => server?.close());

    test("the same files give the same bytes in a page", async () => {
      const { chromium: driver } = await import("playwright-core");
      const browser = await driver.launch({
        executablePath: chromium,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      });
      try {
        const tab = await browser.newPage();
        const errors: string[] = [];
        tab.on("pageerror", (e) => errors.push(e.message));
        await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        await tab.waitForFunction("globalThis.result");
        const result = await tab.evaluate("globalThis.result");
        expect(errors).toEqual([]);
        expect(result).toEqual(want.map((bytes) => Array.from(bytes as Uint8Array)));
      } finally {
        await browser.close();
      }
    });
  },
);
