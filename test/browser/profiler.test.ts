/** The names of layers stand in a compiled model's name section, so that a browser's own profiler shows where its time goes. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeChromium, launch } from "./chromium.ts";

const root = path.resolve(import.meta.dirname, "../..");
const cli = path.join(root, "dist/cli/main.js");
const model = path.join(root, "test/run/cases/mobile.qir");

describeChromium("a compiled model under the profiler", () => {
  let dir: string;
  let server: Server;

  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error("wants a build: npm run build");
    dir = mkdtempSync(path.join(tmpdir(), "qjit-profiler-"));
    execFileSync(process.execPath, [cli, "compile", model, "-o", dir]);
    server = createServer((request, response) => {
      const name = path.basename(new URL(request.url!, "http://x").pathname);
      const file = path.join(dir, name);
      const types: Record<string, string> = { ".mjs": "text/javascript", ".wasm": "application/wasm" };
      if (name === "") response.setHeader("content-type", "text/html").end("<!doctype html><title>profile</title>");
      else if (existsSync(file))
        response.setHeader("content-type", types[path.extname(name)] ?? "text/plain").end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  afterAll(() => {
    server?.close();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  test("shows kernels and layers by name", async () => {
    const browser = await launch();
    try {
      const tab = await browser.newPage();
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const session = await tab.context().newCDPSession(tab);
      await session.send("Profiler.enable");
      await session.send("Profiler.setSamplingInterval", { interval: 100 });
      const layers = ["depthwise", "expand", "residual"];
      const shown = new Set<string>();
      const names = new Set<string>();
      // Layers take microseconds, and a sampler that a busy machine starves may miss one: it gets its time.
      const end = Date.now() + 60_000;
      do {
        await session.send("Profiler.start");
        await tab.evaluate(`(async () => {
          const { load } = await import("/mobile.mjs");
          const program = await load();
          const image = new Int8Array(1 * 9 * 11 * 3).map((_, i) => i * 7);
          const end = performance.now() + 600;
          while (performance.now() < end) program.runSync([image]);
        })()`);
        const { profile } = await session.send("Profiler.stop");
        const byId = new Map(profile.nodes.map((n) => [n.id, n.callFrame.functionName]));
        for (const { callFrame, children } of profile.nodes) {
          names.add(callFrame.functionName);
          // A layer's function, and below it the kernel's, which layers may share.
          const kernel = children?.some((k) => /conv\S*__\w+ /.test(byId.get(k)!));
          for (const layer of layers) if (kernel && callFrame.functionName.includes(layer)) shown.add(layer);
        }
      } while (shown.size < layers.length && Date.now() < end);
      expect([...shown].sort(), [...names].join("; ")).toEqual(layers);
    } finally {
      await browser.close();
    }
  });
});
