import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { statistics } from "../../src/inspect/statistics.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const model = put(folder(), "small.qir", small);

test("median, minimum and spread", () => {
  expect(statistics([5, 1, 4, 2, 3])).toEqual({ medianMs: 3, minMs: 1, maxMs: 5, spreadMs: 2 });
  expect(statistics([1, 2])).toEqual({ medianMs: 1.5, minMs: 1, maxMs: 2, spreadMs: 0.5 });
  expect(statistics([7])).toEqual({ medianMs: 7, minMs: 7, maxMs: 7, spreadMs: 0 });
});

test.each(["interpreter", "wasm"])("bench --backend %s as JSON", async (backend) => {
  const { code, out, err } = await qjit([
    "bench",
    model,
    "--backend",
    backend,
    "--runs",
    "5",
    "--warmup",
    "2",
    "--json",
  ]);
  expect({ code, err }).toEqual({ code: 0, err: "random inputs, seed 0: image, t\n" });
  const result = JSON.parse(out);
  expect(result).toMatchObject({ model, backend, profile: "tflite", threads: 1, runs: 5, warmup: 2, warnings: [] });
  expect(result.engine).toContain(process.version);
  expect(result.cpu).toMatch(/, \d+ cores$/);
  expect(result.minMs).toBeGreaterThan(0);
  expect(result.medianMs).toBeGreaterThanOrEqual(result.minMs);
  expect(result.maxMs).toBeGreaterThanOrEqual(result.medianMs);
  for (const key of ["loadMs", "compileMs", "firstRunMs", "spreadMs"]) expect(result[key]).toBeGreaterThanOrEqual(0);
});

test("as text", async () => {
  const { code, out } = await qjit(["bench", model, "--backend", "interpreter", "--runs", "3"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}median {2}\S+ ms of 3 runs after 10$/m);
  expect(out).toContain(`interpreter, 1 thread, Node ${process.version}`);
});

describe.each(["interpreter", "wasm"])("--profile on %s", (backend) => {
  const argv = ["bench", model, "--profile", "--backend", backend, "--runs", "5", "--warmup", "1"];

  test("times each step and each kernel", async () => {
    const { code, out } = await qjit([...argv, "--json"]);
    expect(code).toBe(0);
    const { steps, kernels } = JSON.parse(out);
    const conv = backend === "interpreter" ? "conv2d" : "k.conv";
    expect(steps.map((s: { op: string }) => s.op)).toEqual(
      backend === "interpreter" ? [conv, "requantize", "clamp", "binary"] : [conv, "binary"],
    );
    // 4x4 places, 3 channels of 3x3x2 taps, less none: what padding holds is counted too.
    expect(steps[0].macs).toBe(864);
    // The image, the weights, three biases of 4 bytes, the result.
    expect(steps[0].bytes).toBe(32 + 54 + 12 + (backend === "interpreter" ? 4 * 48 : 48));
    for (const list of [steps, kernels])
      expect(list.reduce((sum: number, s: { share: number }) => sum + s.share, 0)).toBeCloseTo(1, 9);
    expect(kernels.reduce((n: number, k: { steps: number }) => n + k.steps, 0)).toBe(steps.length);
  });

  test("as text", async () => {
    const { out } = await qjit(argv);
    expect(out).toMatch(/^STEP +OP +KERNEL +MS +SHARE +GMAC\/S +GB\/S$/m);
    expect(out).toMatch(/^KERNEL +STEPS +MS +SHARE +GMAC\/S +GB\/S$/m);
  });

  test("--trace writes a Chrome trace: steps within their run, one after another", async () => {
    const file = join(folder(), "trace.json");
    const { code, out } = await qjit(["bench", model, "--trace", file, "--backend", backend, "--runs", "3"]);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`wrote ${file}\n`) });
    const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
    const complete = traceEvents.filter((e: { ph: string }) => e.ph === "X");
    const runs = complete.filter((e: { cat: string }) => e.cat === "run");
    const steps = complete.filter((e: { cat: string }) => e.cat !== "run");
    expect(runs.map((e: { name: string }) => e.name)).toEqual(["run 1", "run 2", "run 3"]);
    const each = steps.length / 3;
    steps.forEach((e: { ts: number; dur: number; args: { step: number } }, i: number) => {
      const run = runs[Math.floor(i / each)];
      expect(e.args.step).toBe(i % each);
      expect(e.ts).toBeGreaterThanOrEqual(run.ts);
      expect(e.ts + e.dur).toBeLessThanOrEqual(run.ts + run.dur + 0.01);
      if (i) expect(e.ts).toBeGreaterThanOrEqual(steps[i - 1].ts + steps[i - 1].dur - 0.01);
    });
    expect(traceEvents[0]).toMatchObject({ ph: "M", name: "process_name" });
  });
});

test("a compiled module has no steps to time", async () => {
  const dir = folder();
  expect((await qjit(["compile", model, "-o", dir])).code).toBe(0);
  const path = join(dir, "small.wasm");
  const { code, err } = await qjit(["bench", path, "--profile", "--runs", "1"]);
  expect({ code, err }).toEqual({
    code: 1,
    err: `error: ${path}: is compiled as a whole; --profile and --trace want a .onnx, .tflite or .qir file\n`,
  });
});
