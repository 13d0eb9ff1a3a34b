/**
 * Builds examples/playground into dist/playground: static files for any web server. With --serve it also serves them on this
 * machine, isolated from other origins, so that clocks are fine and memory can be shared.
 */
import { createReadStream } from "node:fs";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { layoutWorker } from "./build-explorer.mjs";
import { runtimeAsText } from "./runtime-text.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const from = path.join(root, "examples/playground");

const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  platform: "browser",
  logLevel: "warning",
};

/** Binaryen stays the file that it is, which is fetched when the first model is compiled: 15 MB are not worth a second look. */
const binaryenBeside = {
  name: "binaryen-beside",
  setup: (build) => build.onResolve({ filter: /^binaryen$/ }, () => ({ path: "./binaryen.js", external: true })),
};

/** A module of the sources as `npm run build` compiled them. */
const fromDist = (file) => import(pathToFileURL(path.join(root, "dist", file)).href);

/** The digits net as a graph. */
async function digits() {
  const [{ loadNet }, { print, trace }] = await Promise.all([
    fromDist("examples/digits/net.js"),
    fromDist("src/index.js"),
  ]);
  const net = await loadNet();
  return print(trace((image) => net.forward(image), [{ shape: [1, 1, 28, 28], name: "image" }], { name: "digits" }));
}

/** Builds the page. Returns its folder. */
export async function buildPlayground(to = path.join(root, "dist/playground")) {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const [worker, model] = await Promise.all([layoutWorker(), digits()]);
  await Promise.all([
    build({
      ...common,
      entryPoints: [path.join(from, "page.ts")],
      outdir: to,
      define: { LAYOUT_WORKER: JSON.stringify(worker) },
    }),
    build({
      ...common,
      // The second is the script of the runtime's threads.
      entryPoints: { compiler: path.join(from, "compiler.ts"), worker: path.join(root, "runtime/worker.ts") },
      outdir: to,
      plugins: [binaryenBeside, runtimeAsText],
    }),
    build({ ...common, format: undefined, entryPoints: [path.join(from, "page.css")], outdir: to }),
    cp(fileURLToPath(import.meta.resolve("binaryen")), path.join(to, "binaryen.js")),
    cp(path.join(from, "index.html"), path.join(to, "index.html")),
    writeFile(path.join(to, "digits.qir"), model),
  ]);
  return to;
}

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".qir": "text/plain" };

/** Serves the files of a folder, and nothing beside them, on 127.0.0.1. Returns the server once it listens. */
export async function servePlayground(dir, port = 0) {
  const files = new Set(await readdir(dir));
  const server = createServer((request, response) => {
    const { port } = server.address();
    const name = new URL(request.url, "http://x").pathname.slice(1) || "index.html";
    const host = [`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host);
    if (!host || !files.has(name) || request.method !== "GET") {
      response.writeHead(host ? 404 : 403).end();
      return;
    }
    response.writeHead(200, {
      "content-type": `${types[path.extname(name)] ?? "application/octet-stream"}; charset=utf-8`,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    });
    createReadStream(path.join(dir, name)).pipe(response);
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return server;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dir = await buildPlayground();
  console.log(`built ${path.relative(process.cwd(), dir)}`);
  if (process.argv.includes("--serve")) {
    const server = await servePlayground(dir, Number(process.env.PORT ?? 0));
    console.log(`http://127.0.0.1:${server.address().port}/  (Ctrl-C stops)`);
  }
}
