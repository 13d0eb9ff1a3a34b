/**
 * Makes docs/images: the explorer and the playground in headless Chromium, on models of this repository. Wants a build; Chromium is taken
 * from CHROMIUM or /usr/bin/chromium. The times in the pictures are those of the machine that makes them.
 *
 *     npm run screenshots [-- FOLDER]
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { main } from "../dist/src/cli/program.js";
import { buildPlayground, servePlayground } from "./build-playground.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const images = process.argv[2]
  ? path.resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2])
  : path.join(root, "docs/images");
mkdirSync(images, { recursive: true });
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (p) => p && existsSync(p),
);
if (!executablePath) {
  console.error("no Chromium here; CHROMIUM can say where it is");
  process.exit(1);
}

const dir = mkdtempSync(path.join(tmpdir(), "qjit-screenshots-"));
const site = path.join(dir, "site");
await buildPlayground(site);
const server = await servePlayground(site);
const playground = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });

/** The explorer's page for a model file. */
async function page(model) {
  const html = path.join(dir, `${path.basename(model)}.html`);
  const io = {
    out: () => {},
    err: (t) => process.stderr.write(t),
    outIsTerminal: false,
    errIsTerminal: false,
    env: {},
  };
  if ((await main(["dump", model, "--format", "html", "--profile", "-o", html], io)) !== 0)
    throw new Error(`no page for ${model}`);
  return pathToFileURL(html).href;
}

async function until(tab, expression) {
  for (let i = 0; i < 1200; i++) {
    if (await tab.evaluate(`!!(${expression})`)) return;
    await tab.waitForTimeout(50);
  }
  throw new Error(`not within a minute: ${expression}`);
}

/** Takes a picture of a page after some steps in it. */
async function shoot(name, url, { theme = "light", width = 1440, height = 900 }, steps) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  const tab = await context.newPage();
  await tab.goto(url);
  await steps(tab);
  await tab.waitForTimeout(700);
  const file = path.join(images, `${name}.png`);
  await tab.screenshot({ path: file });
  await context.close();
  console.log(`${path.basename(file)}  ${(statSync(file).size / 1000).toFixed(0)} KB`);
}

/** Steps in the explorer: a change of its view. */
const viewed = (change) => async (tab) => {
  await until(tab, "globalThis.qjitExplorer?.graph.drawing");
  await tab.evaluate(`qjitExplorer.store.set((${change})())`);
  await tab.waitForTimeout(500);
};

try {
  const digits = await page(path.join(site, "digits.qir"));
  const mobile = path.join(dir, "inverted_residuals.qir");
  writeFileSync(mobile, await mobileNet());
  const net = await page(mobile);

  await shoot("explorer-time", digits, {}, viewed("() => ({ selected: 'conv2', panel: 'value' })"));
  await shoot(
    "explorer-relu",
    digits,
    {},
    viewed("() => ({ stage: 11, grouping: 'scope', colouring: 'kind', selected: 'block1.relu6', panel: 'value' })"),
  );
  await shoot("explorer-pass", net, {}, viewed("() => ({ stage: 3, colouring: 'kind', panel: 'pass' })"));
  await shoot("explorer-kernels", digits, { theme: "dark" }, async (tab) => {
    await viewed(
      "() => ({ stage: 0, grouping: 'kernel', colouring: 'kind', selected: 'block1.pointwise.sums', panel: 'value' })",
    )(tab);
    await tab.evaluate(`document.querySelector(".panel-body").scrollTop = 620`);
  });
  await shoot("explorer-memory", net, { theme: "dark" }, async (tab) => {
    await viewed("() => ({ memory: true, colouring: 'time', panel: 'model' })")(tab);
    const box = await tab.locator(".memory-canvas").boundingBox();
    await tab.mouse.move(box.x + 190, box.y + box.height - 60);
  });
  await shoot("playground", playground, { width: 1200, height: 900 }, async (tab) => {
    await tab.click("#sample");
    await until(tab, `document.querySelector("#result .results")`);
    await tab.getByRole("button", { name: "Draw a 3" }).click();
    await until(tab, `document.querySelector(".top .class").textContent === "3"`);
    await tab.getByRole("button", { name: "Measure" }).click();
    await until(tab, `document.querySelector("#speeds .meter")`);
    await tab.getByRole("button", { name: "Write the files" }).click();
    await tab.evaluate("document.activeElement.blur()");
    await tab.evaluate("document.getElementById('run').scrollTop = 0");
  });
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
}

/** The net of `screenshot-net.mjs` as IR text. */
async function mobileNet() {
  const [{ print, trace }, { makeNet }] = await Promise.all([
    import("../dist/src/index.js"),
    import("./screenshot-net.mjs"),
  ]);
  const net = makeNet();
  return print(
    trace((image) => net.forward(image), [{ shape: [1, 3, 96, 96], name: "image" }], { name: "inverted_residuals" }),
  );
}
