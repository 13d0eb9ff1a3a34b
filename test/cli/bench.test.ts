import { expect, test } from "vitest";
import { statistics } from "../../src/cli/statistics.ts";
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

test("--profile times each step", async () => {
  const { code, out } = await qjit(["bench", model, "--profile", "--runs", "5", "--json"]);
  expect(code).toBe(0);
  const { steps } = JSON.parse(out);
  expect(steps.map((s: { op: string }) => s.op)).toEqual(["k.conv", "binary"]);
  expect(steps[0].macs).toBe(864);
  expect(steps.reduce((sum: number, s: { share: number }) => sum + s.share, 0)).toBeCloseTo(1, 9);
});

test("--profile wants steps", async () => {
  const { code, err } = await qjit(["bench", model, "--profile", "--backend", "interpreter", "--runs", "1"]);
  expect({ code, err }).toEqual({
    code: 1,
    err: "error: --profile: wants a .onnx, .tflite or .qir file on the wasm back end\n",
  });
});
