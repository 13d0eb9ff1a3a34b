/**
 * What a model costs in memory, as users see it: a process that imports MobileNetV2, compiles it for the native back end and
 * runs it. SOAK=1 does 200 create/dispose cycles, otherwise 10.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { modelsDir } from "../vectors.ts";
import { addon, reportMissing } from "./native.ts";

reportMissing();

const library = fileURLToPath(new URL("../../dist/lib/index.js", import.meta.url));
const model = path.join(modelsDir() ?? "", "pytorch-export/mobilenet_v2_qdq.onnx");
const missing = [library, model].find((file) => !existsSync(file));
if (missing)
  test.skip(`skipped: no ${path.basename(missing)} (npm run build; QJIT_MODELS_DIR, ../shared/models)`, () => {});
const full = process.env.SOAK === "1";

const script = `
import { readFileSync } from "node:fs";
const [library, model, cycles] = process.argv.slice(2);
const { importOnnx, compile, releaseMemory } = await import(library);
const resident = async () => {
  await releaseMemory();
  return process.memoryUsage.rss() / 2 ** 20;
};
const start = async () => {
  const program = await compile(importOnnx(readFileSync(model)), { target: "native" });
  const input = new Float32Array(3 * 224 * 224);
  program.runSync([input]);
  await program.run([input]);
  return program;
};
const found = { loaded: await resident() };
const programs = [await start()];
found.held = process.memoryUsage().arrayBuffers / 2 ** 20;
found.one = await resident();
programs.push(await start());
found.two = await resident();
for (const p of programs.splice(0)) p.dispose();
found.none = await resident();
for (let i = 0; i < Number(cycles); i++) {
  const program = await start();
  // Half of them are left to the garbage collector.
  if (i % 2) program.dispose();
}
found.afterCycles = await resident();
console.log(JSON.stringify(found));
`;

describe.runIf(addon && !missing)("MobileNetV2 in memory", () => {
  const cycles = full ? 200 : 10;
  test(`takes little, and all is given back; flat over ${cycles} cycles`, { timeout: 600_000 }, () => {
    const dir = mkdtempSync(path.join(tmpdir(), "qjit-memory-"));
    writeFileSync(path.join(dir, "memory.mjs"), script);
    const argv = [path.join(dir, "memory.mjs"), pathToFileURL(library).href, model, String(cycles)];
    const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
    rmSync(dir, { recursive: true });
    expect(stderr).toBe("");
    const { loaded, held, one, two, none, afterCycles } = JSON.parse(stdout) as Record<string, number>;
    if (full) console.log(stdout);
    // The file has 3.7 MB; the file, the graph's weights and little more are in arrays: no serialized program.
    expect(held).toBeLessThan(14);
    // Packed weights (3.5 MB), an arena (1.5 MB), the addon, and code that was compiled meanwhile.
    expect(one - loaded).toBeLessThan(20);
    expect(two - one).toBeLessThan(12);
    expect(none - one).toBeLessThan(4);
    // A leak of the programs that are not disposed of would be 35 MB, or 700.
    expect(afterCycles - none).toBeLessThan(24);
  });
});

const inWorkers = `
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
const { compile, parse, releaseMemory } = await import(process.argv[2]);
const program = async () => {
  const graph = parse("func @f(%x: i8[4]<0.5:0>) {\\n  %y: i8[4]<0.5:0> = clamp(%x, range=[0, 127])\\n  return %y\\n}\\n");
  return (await compile(graph, { target: "native" })).runSync([Int8Array.of(-1, 2, -3, 4)])[0].join();
};
if (isMainThread) {
  for (const awaited of [true, false, true, false]) {
    const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2), workerData: awaited });
    const said = await new Promise((done, fail) => worker.once("message", done).once("error", fail));
    await worker.terminate();
    console.log(said);
  }
  const waste = Array.from({ length: 8 }, () => new Float32Array(1 << 20).fill(1));
  const before = process.memoryUsage();
  waste.length = 0;
  await releaseMemory();
  const after = process.memoryUsage();
  console.log(Math.round((before.arrayBuffers - after.arrayBuffers) / 2 ** 22), before.rss - after.rss > 2 ** 24);
  void releaseMemory();
} else {
  const released = program().then(releaseMemory);
  if (workerData) await released;
  parentPort.postMessage(await program());
}
`;

describe.runIf(addon && existsSync(library))("releaseMemory", () => {
  test("gives memory back, on any thread, and holds up none that ends", () => {
    const dir = mkdtempSync(path.join(tmpdir(), "qjit-memory-"));
    writeFileSync(path.join(dir, "workers.mjs"), inWorkers);
    const argv = [path.join(dir, "workers.mjs"), pathToFileURL(library).href];
    const { stdout, stderr, status } = spawnSync(process.execPath, argv, { encoding: "utf8" });
    rmSync(dir, { recursive: true });
    expect([stderr, status]).toEqual(["", 0]);
    expect(stdout.trim().split("\n")).toEqual([...Array(4).fill("0,2,0,4"), "8 true"]);
  });
});
