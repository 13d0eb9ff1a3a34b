/**
 * `qjit compile --threads` in headless Chromium: several threads on pages that are cross-origin isolated, one on those that are
 * not, a worker on both; all under a content security policy that lets WebAssembly compile and nothing be evaluated.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { describeChromium, launch, until, withPage } from "./chromium.ts";

const root = path.resolve(import.meta.dirname, "../..");
const cli = path.join(root, "dist/cli/main.js");
const model = path.join(root, "test/run/cases/mobile.qir");
const graph = parse(readFileSync(model, "utf8"));
const size = 1 * 9 * 11 * 3;
const inputs = [1, 2, 3].map((k) => Int8Array.from({ length: size }, (_, i) => i * 7 * k));
const want = inputs.map((x) => Array.from(interpret(graph, [x])[0] as Int8Array));

let dir: string;
beforeAll(() => {
  if (!existsSync(cli)) throw new Error("wants a build: npm run build");
  dir = mkdtempSync(path.join(tmpdir(), "qjit-threads-"));
  execFileSync(process.execPath, [cli, "compile", model, "-o", dir, "--features", "auto", "--threads"]);
});
afterAll(() => {
  if (dir) rmSync(dir, { recursive: true, force: true });
});

const page = `<!doctype html><meta charset="utf-8"><title>threads</title><link rel="icon" href="data:,">
<script type="module" src="/page.js"></script>`;
const pageScript = `
import { load } from "/mobile.mjs";
const inputs = [1, 2, 3].map((k) => Int8Array.from({ length: ${size} }, (_, i) => i * 7 * k));
const notes = [];
const note = (message) => notes.push(message);
async function use(options, sync) {
  const program = await load(undefined, { ...options, note });
  await program.warmUp(50);
  const results = [];
  for (const x of inputs) results.push(Array.from(sync ? program.runSync([x])[0] : (await program.run([x]))[0]));
  const { threads } = program;
  program.dispose();
  return { threads, results };
}
globalThis.done = (async () => ({
  isolated: crossOriginIsolated,
  sync: await use({ threads: 3 }, true),
  free: await use({ threads: 2 }, false),
  worker: await use({ worker: true }, false),
  plain: await use({}, true),
  notes,
}))().catch((error) => ({ error: String(error) }));
globalThis.done.then((result) => { globalThis.result = result; });
`;

/** The files on a local server, with the headers of isolation or without. */
async function serve(isolated: boolean, folder = dir): Promise<Server> {
  const types: Record<string, string> = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
  };
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url!, "http://x").pathname);
    const file = [folder, path.join(folder, "assets")].map((d) => path.join(d, name)).find(existsSync);
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:";
    response.setHeader("content-security-policy", policy);
    if (isolated) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    if (name === "" && folder !== dir)
      response.setHeader("content-type", "text/html").end(readFileSync(path.join(folder, "index.html")));
    else if (name === "") response.setHeader("content-type", "text/html").end(page);
    else if (name === "page.js") response.setHeader("content-type", "text/javascript").end(pageScript);
    else if (file)
      response.setHeader("content-type", types[path.extname(name)] ?? "text/plain").end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

test("the files of a model, and its loader below 10 KB", () => {
  const files = readdirSync(dir).filter((f) => !f.includes(".relaxed"));
  const names = ["mobile.d.mts", "mobile.mjs", "mobile.threads.mjs", "mobile.threads.wasm", "mobile.wasm"];
  expect(files.sort()).toEqual([...names, "mobile.worker.mjs"]);
  expect(readFileSync(path.join(dir, "mobile.mjs")).length).toBeLessThan(10_000);
});

test("the compiled files run on threads and in a worker in Node", async () => {
  const { load } = await import(pathToFileURL(path.join(dir, "mobile.mjs")).href);
  for (const options of [{ threads: 3 }, { worker: true }, {}, undefined]) {
    const program = await load(undefined, options);
    expect(program.threads).toBe(options?.threads ?? 1);
    for (const [i, x] of inputs.entries()) {
      expect(Array.from((await program.run([x]))[0])).toEqual(want[i]);
      if (!options?.worker) expect(Array.from(program.runSync([x])[0])).toEqual(want[i]);
    }
    program.dispose();
  }
});

test("the compiled files run on threads in a script of Node's command line, whose options workers would not take", () => {
  const script = `
    import { load } from ${JSON.stringify(pathToFileURL(path.join(dir, "mobile.mjs")).href)};
    const program = await load(undefined, { threads: 2, note: (message) => { throw new Error(message); } });
    console.log(JSON.stringify(Array.from(program.runSync([new Int8Array(${JSON.stringify(Array.from(inputs[0]))})])[0])));`;
  const text = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(JSON.parse(text)).toEqual(want[0]);
});

describeChromium("in headless Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  async function results(isolated: boolean, folder = dir): Promise<any> {
    const server = await serve(isolated, folder);
    let result: any;
    try {
      await withPage(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, async (tab) => {
        await until(tab, "globalThis.result");
        result = await tab.evaluate("globalThis.result");
      });
    } finally {
      server.close();
    }
    return result;
  }

  test("on an isolated page: several threads", async () => {
    expect(await results(true)).toEqual({
      isolated: true,
      sync: { threads: 3, results: want },
      free: { threads: 2, results: want },
      worker: { threads: 1, results: want },
      plain: { threads: 1, results: want },
      notes: [],
    });
  });

  test("built by Vite, which finds workers and modules by itself", async () => {
    const { build } = await import("vite");
    const source = path.join(dir, "application");
    mkdirSync(source);
    for (const f of readdirSync(dir)) if (f.startsWith("mobile")) copyFileSync(path.join(dir, f), path.join(source, f));
    writeFileSync(path.join(source, "page.js"), pageScript.replace("/mobile.mjs", "./mobile.mjs"));
    writeFileSync(path.join(source, "index.html"), page);
    await build({ root: source, configFile: false, envDir: false, logLevel: "error", build: { outDir: "../built" } });
    const { sync, free, worker, notes } = await results(true, path.join(dir, "built"));
    expect({ sync, free, worker, notes }).toEqual({
      sync: { threads: 3, results: want },
      free: { threads: 2, results: want },
      worker: { threads: 1, results: want },
      notes: [],
    });
  });

  test("on a page that is not isolated: one thread, and why", async () => {
    const why =
      "runs on one thread: memory cannot be shared: the page is not cross-origin isolated (headers COOP and COEP)";
    const name = graph.name;
    expect(await results(false)).toEqual({
      isolated: false,
      sync: { threads: 1, results: want },
      free: { threads: 1, results: want },
      worker: { threads: 1, results: want },
      plain: { threads: 1, results: want },
      notes: [`${name} ${why}`, `${name} ${why}`],
    });
  });
});
