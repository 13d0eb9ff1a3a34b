/** The digits net as `qjit compile` writes it, three images and the interpreter's scores for them; and a server for built pages. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadNet } from "../../examples/digits/net.ts";
import { type TypedArray, trace } from "../../src/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";

const root = path.resolve(import.meta.dirname, "../..");
const cli = path.join(root, "dist/cli/main.js");

/** Source text of the images, for scripts in other places. */
export const imagesSource =
  "[1, 2, 3].map((k) => Float32Array.from({ length: 784 }, (_, i) => ((i * k * 31) % 256) / 255))";

export interface Digits {
  /** A folder of its own, with the compiled files in `out`. */
  readonly dir: string;
  readonly images: readonly Float32Array[];
  readonly want: readonly TypedArray[];
  remove(): void;
}

/** Compiles the net through the command line of the built package, with more options than the usual ones. */
export async function compileDigits(...options: string[]): Promise<Digits> {
  if (!existsSync(cli)) throw new Error("wants a build: npm run build");
  const dir = mkdtempSync(path.join(tmpdir(), "qjit-digits-"));
  const net = await loadNet();
  const graph = trace((image) => net.forward(image), [{ shape: [1, 1, 28, 28], name: "image" }], { name: "digits" });
  writeFileSync(path.join(dir, "digits.qir"), print(graph));
  const args = ["compile", "digits.qir", "-o", "out", "--features", "auto", ...options];
  execFileSync(process.execPath, [cli, ...args], { cwd: dir });
  const images = [1, 2, 3].map((k) => Float32Array.from({ length: 784 }, (_, i) => ((i * k * 31) % 256) / 255));
  const want = images.map((image) => interpret(graph, [image])[0]);
  return { dir, images, want, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

const types: Record<string, string> = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** The headers of cross-origin isolation. */
export const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The strictest policy under which WebAssembly compiles. */
export const strictPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";

/** Serves a folder of this machine under a policy, with more headers; gives its address. */
export async function serveFolder(
  folder: string,
  policy = strictPolicy,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://x");
    const file = path.join(folder, pathname === "/" ? "index.html" : pathname);
    response.setHeader("content-security-policy", policy);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (pathname === "/favicon.ico") response.writeHead(204).end();
    else if (path.relative(folder, file).startsWith("..") || !existsSync(file)) response.writeHead(404).end();
    else response.setHeader("content-type", types[path.extname(file)] ?? "text/plain").end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
