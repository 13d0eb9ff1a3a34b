/** The comparisons in headless Chromium: a static server with the headers of an isolated page, and a page that both sides share. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../..");
const types = { ".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm" };
const flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];

const html = `<!doctype html><meta charset="utf-8"><title>bench</title>
<script type="importmap">{"imports": {
  "@litertjs/core": "/peers/@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "/peers/@litertjs/wasm-utils/dist/index.js"
}}</script>
<script type="module" src="/page/page.js"></script>`;

/** The browser to use. Throws Error if there is none. */
function chromiumPath() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = places.find((p) => p && existsSync(p));
  if (!found) throw new Error("no Chromium (CHROMIUM says where it is)");
  return found;
}

/** Serves folders by the first part of a path, and files by their whole path, on a free port of this machine. */
async function serve(folders, files) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    // Timers are fine-grained, and memory can be shared, only in an isolated page.
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    if (pathname === "/") return response.setHeader("content-type", "text/html").end(html);
    const [, first, ...rest] = decodeURIComponent(pathname).split("/");
    const file = files[pathname] ?? (folders[first] && path.join(folders[first], ...rest));
    const inside = files[pathname] || (file && !path.relative(folders[first], file).startsWith(".."));
    if (!file || !inside || !existsSync(file)) return response.writeHead(404).end();
    response.setHeader("content-type", types[path.extname(file)] ?? "application/octet-stream").end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

/**
 * Compares a .tflite model of ours with theirs by LiteRT.js. `compile(targets)` gives our files; it is asked once the page has
 * said what the browser's relaxed dot product does.
 */
export async function comparePage({ ours, theirs, effort, compile }) {
  const executablePath = chromiumPath();
  const { chromium } = await import("playwright-core");
  const folders = { page: here, runtime: path.join(root, "dist/runtime"), peers: path.join(here, "node_modules") };
  const server = await serve(folders, { "/theirs.tflite": theirs });
  const args = process.getuid?.() === 0 ? [...flags, "--no-sandbox"] : flags;
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    const lines = [];
    page.on("pageerror", (e) => lines.push(e.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const engine = await page.evaluate(async () => (await import("/runtime/probe.js")).probeEngine());
    const simd128 = { level: "simd128", dot: "inexact" };
    const targets = engine.relaxed ? [{ level: "relaxed", dot: engine.dot }, simd128] : [simd128];
    const { folder } = await compile(ours, targets);
    folders.artefact = folder;
    await page.waitForFunction(() => globalThis.compare);
    const result = await page
      .evaluate((e) => globalThis.compare(e), effort)
      .catch((error) => {
        throw new Error([error.message.split("\n")[0], ...lines].join("; "));
      });
    const version = JSON.parse(
      readFileSync(path.join(here, "node_modules/@litertjs/core/package.json"), "utf8"),
    ).version;
    const { version: own } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    return {
      engine: { browser: `Chromium ${browser.version()}`, flags: args },
      who: {
        ours: { name: "qjit wasm", version: own, detail: result.level },
        theirs: { name: "LiteRT.js", version, detail: "" },
      },
      pairs: result.pairs,
      same: theirs === ours ? result.same : undefined,
    };
  } finally {
    await browser.close();
    server.close();
  }
}
