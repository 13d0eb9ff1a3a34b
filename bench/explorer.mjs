/**
 * Frame times of the explorer in headless Chromium, on a graph of 2,000 nodes: panning, zooming, and sliding over the passes. Wants a build.
 *
 *     npm run build && node bench/explorer.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { readBundle } from "../dist/src/cli/explorer-bundle.js";
import { hostTarget } from "../dist/src/codegen/build.js";
import { collect } from "../dist/src/explorer/collect.js";
import { toHtml } from "../dist/src/explorer/html.js";
import { parse } from "../dist/src/ir/parse.js";

const nodes = 2000;

/** A net of blocks with skips, or a graph whose nodes read any of the thirty before them. */
function graph(kind) {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const name = (i) => (i <= 0 ? "v0" : `b${Math.floor(i / 9)}/v${i}`);
  const lines = Array.from({ length: nodes }, (_, k) => {
    const i = k + 1;
    const back = () => i - 1 - Math.floor(random() ** 2 * 30);
    const [a, b] = kind === "net" ? [i - 1, i % 9 === 0 ? i - 6 : i - 1] : [back(), back()];
    const fn = ["add", "mul", "sub"][i % 3];
    return `  %${name(i)}: f32[4] = binary(%${name(a)}, %${name(b)}, fn=${fn})`;
  });
  return parse(`func @${kind}(%v0: f32[4]) {\n${lines.join("\n")}\n  return %${name(nodes)}\n}\n`);
}

/** Intervals between frames and the time that painting took, while `act` is called before each of `frames` frames. */
const measure = (frames, act) => `(async () => {
  const intervals = [], paints = [];
  const { graph, store } = qjitExplorer;
  const act = ${act};
  let last;
  for (let i = 0; i < ${frames}; i++) {
    act(i, graph, store);
    const now = await new Promise((done) => requestAnimationFrame(done));
    if (last !== undefined) intervals.push(now - last);
    last = now;
  }
  const sort = (a) => a.sort((x, y) => x - y);
  return sort(intervals);
})()`;

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const acts = {
  "pan, near": [
    90,
    "(i, g) => { if (i === 0) { g.camera.scale = 0.8; } g.camera.y -= 14; g.camera.x -= 3; g.moved(); }",
  ],
  "pan, all in sight": [90, "(i, g) => { if (i === 0) g.fit(); g.camera.x += i % 2 ? 9 : -8; g.moved(); }"],
  "zoom from all to near": [120, "(i, g) => { if (i === 0) g.fit(); g.zoom(i < 60 ? 1.06 : 1 / 1.06); }"],
  "slide over the passes": [90, "(i, g, s) => { if (i % 6 === 0) s.set({ stage: (i / 6) % 13 }); }"],
};

const dir = mkdtempSync(path.join(tmpdir(), "qjit-bench-"));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
});
console.log(
  `${nodes} nodes, 1440x900, Chromium ${browser.version()} without GPU, ${cpus()[0].model.trim()}, ${cpus().length} cores`,
);
try {
  for (const kind of ["net", "random"]) {
    const file = path.join(dir, `${kind}.html`);
    writeFileSync(file, toHtml(collect(graph(kind), { target: hostTarget() }).document, readBundle()));
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const start = performance.now();
    await page.goto(pathToFileURL(file).href);
    while (!(await page.evaluate("!!globalThis.qjitExplorer?.graph.drawing"))) await page.waitForTimeout(20);
    console.log(`${kind}: first drawing after ${(performance.now() - start).toFixed(0)} ms`);
    for (const [name, [frames, act]] of Object.entries(acts)) {
      const sorted = await page.evaluate(measure(frames, act));
      const show = (q) => `${quantile(sorted, q).toFixed(1)} ms`;
      console.log(`  ${name.padEnd(24)} median ${show(0.5)}, 95 % ${show(0.95)}, longest ${show(1)}`);
    }
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
