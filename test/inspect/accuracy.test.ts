import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importTflite } from "../../src/import/tflite/index.ts";
import { compareModels, type SamplePair } from "../../src/inspect/accuracy.ts";
import { type Backend, interpreterBackend, nativeBackend, wasmBackend } from "../../src/inspect/backends.ts";
import { compareBackends } from "../../src/inspect/compare-backends.ts";
import { ErrorStats } from "../../src/inspect/error-stats.ts";
import { pointsOf, realsOf, storedOf } from "../../src/inspect/layer-values.ts";
import { matchLayers } from "../../src/inspect/match-layers.ts";
import { readingOf } from "../../src/inspect/reading.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { perAxis, perTensor, tensorType } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { addon } from "../native/native.ts";
import { describeModels } from "../vectors.ts";
import { withFaultyKernel } from "./planted.ts";

describe("error figures", () => {
  test("of stored integers, by hand", () => {
    const type = tensorType("i8", [4], perTensor(0.5, 10));
    const stats = new ErrorStats(type);
    const stored = Int8Array.of(12, 11, 127, -128);
    // The third reference is 20 steps beyond what the storage holds, the last one half a step.
    stats.add([1, 0, 68.5, -69.25], realsOf(stored, type), stored);
    const { lsb, range, ...e } = stats.summary();
    // Values 1, 0.5, 58.5, -69: errors 0, 0.5, -10, 0.25.
    expect(e.values).toBe(4);
    expect(e.sqnrDb).toBeCloseTo(10 * Math.log10((1 + 68.5 ** 2 + 69.25 ** 2) / (0.25 + 100 + 0.0625)), 9);
    expect(e.maxError).toBe(10);
    expect(e.meanError).toBe(-9.25 / 4);
    expect(lsb).toMatchObject({ mean: (1 + 20 + 0.5) / 4, max: 20, withinOne: 0.75 });
    const count = Object.fromEntries(lsb!.histogram.filter((b) => b.count).map((b) => [`${b.from}..${b.to}`, b.count]));
    expect(count).toEqual({ "null..-16": 1, "0..0": 1, "1..1": 2 });
    expect(lsb!.histogram.reduce((n, b) => n + b.count, 0)).toBe(4);
    expect(range).toMatchObject({ atLowest: 1, atHighest: 1, clipped: 1, lowest: -128, highest: 127, levels: 256 });
  });

  test("without error, and of floats", () => {
    const stats = new ErrorStats(tensorType("f32", [2]));
    stats.add([1, -2], [1, -2], Float32Array.of(1, -2));
    expect(stats.summary()).toMatchObject({ sqnrDb: null, cosine: 1, maxError: 0, lsb: null, range: null });
    stats.add([0, 3], [4, 3], Float32Array.of(4, 3));
    expect(stats.summary()).toMatchObject({ sqnrDb: 10 * Math.log10(14 / 16), maxError: 4, meanError: 1 });
    expect(stats.summary().cosine).toBeCloseTo(14 / Math.sqrt(14 * 30), 12);
  });
});

test("real numbers and stored values turn into each other, for one scale and per channel", () => {
  const channels = { name: "c", scales: [0.5, 2], zeros: [0, 3] };
  const type = tensorType("i8", [2, 2], perAxis(channels, 1));
  expect([...realsOf(Int8Array.of(2, 4, -2, 3), type)]).toEqual([1, 2, -1, 0]);
  expect(storedOf([1, 2, -1, 0], type)).toEqual(Int8Array.of(2, 4, -2, 3));
  // Halves to even, limited to the storage.
  expect(storedOf([0.25, 0.75, 1000, -1000], tensorType("u8", [4], perTensor(0.5, 1)))).toEqual(
    Uint8Array.of(1, 3, 255, 0),
  );
});

test("layers pair up by name, then by operator, shape and order", () => {
  const a = parse(`func @a(%x: i8[1,4]<0.5>) {
  %first: i8[1,4]<0.5> = clamp(%x, range=[0, 9])
  %p: i8[1,4]<0.5> = clamp(%first, range=[0, 8])
  %q: i8[4]<0.5> = reshape(%p, shape=[4])
  %extra: i8[4]<0.5> = clamp(%q, range=[0, 5])
  %real: f32[4] = dequantize(%extra)
  return %real
}
`);
  const b = parse(`func @b(%x: f32[1,4]) {
  %u: f32[1,4] = clamp(%x, range=[0, 4])
  %first_quantized: f32[1,4] = clamp(%u, range=[0, 4])
  %v: f32[4] = reshape(%first_quantized, shape=[4])
  return %v
}
`);
  const { pairs, unmatchedA, unmatchedB } = matchLayers(pointsOf(a), pointsOf(b));
  expect(pairs.map((p) => [p.a.name, p.b.name, p.by])).toEqual([
    ["first", "first_quantized", "name"],
    ["p", "u", "position"],
    ["q", "v", "position"],
  ]);
  expect(unmatchedA.map((p) => p.name)).toEqual(["extra", "real"]);
  expect(unmatchedB).toEqual([]);
});

describeModels("a quantized model against its float twin", (models) => {
  const read = (name: string) => importTflite(readFileSync(join(models, name)));
  const int8 = read("pretrainedResnet_quant.tflite");
  const float = read("pretrainedResnet.tflite");
  const samples = [1, 2].map((seed): SamplePair => {
    const a = inputsFor(int8, seed);
    return { a, b: [Float32Array.from(a[0] as Int8Array, (v) => v + 128)] };
  });

  test("every layer has its partner by name, and both errors", () => {
    const { layers, outputs, unmatched, unmatchedReference } = compareModels(int8, float, samples, { candidates: 0 });
    expect([unmatched, unmatchedReference]).toEqual([[], []]);
    expect(layers.length).toBe(16);
    for (const l of layers) {
      expect(l.matchedBy).toBe("name");
      expect(l.isolated!.sqnrDb, l.name).toBeGreaterThan(20);
    }
    // The first layer's inputs are exact, so that its own error is all that it has.
    expect(layers[0].isolated).toEqual(layers[0].accumulated);
    expect(outputs[0].error).toEqual(layers[15].accumulated);
  });

  test("a layer that is clamped wrongly is found, also by position, and worth keeping in float", () => {
    const victim = "model/activation_3/Relu";
    const damaged = int8.map((n) =>
      n.op.name === "requantize" && n.name.startsWith(victim)
        ? { ...n, attrs: { ...n.attrs, clamp: [-128, -110] } }
        : n,
    );
    // The text does not say which operator of the file a node is from.
    for (const graph of [damaged, parse(print(damaged))]) {
      const result = compareModels(graph, float, samples);
      const isolated = (l: (typeof result.layers)[number]) => l.isolated!.sqnrDb!;
      const [worst, next] = [...result.layers].sort((x, y) => isolated(x) - isolated(y));
      expect(worst.name.startsWith(victim)).toBe(true);
      expect(isolated(worst)).toBeLessThan(isolated(next) - 10);
      expect(result.firstPoor).toBe(worst.name);
      // What comes after is as good as before by itself, although its values are wrong by then.
      const after = result.layers.slice(result.layers.indexOf(worst) + 1);
      for (const l of after) expect(isolated(l), l.name).toBeGreaterThan(20);
      const [now, best] = result.keepInFloat;
      expect(best.layers).toEqual([worst.name]);
      expect(best.outputSqnrDb! - now.outputSqnrDb!).toBeGreaterThan(5);
      const text = readingOf(result).join("\n");
      expect(text).toContain(`By itself ${worst.name.split(";")[0]} adds most noise`);
      expect(text).toMatch(/stores 19 levels where its reference has \d+: its clamp or its rescaling is wrong/);
      expect(text).toMatch(/Keep in float, best first/);
    }
  });
});

describe("back ends", () => {
  const graph = parse(readFileSync(join(import.meta.dirname, "../run/cases/mobile.qir"), "utf8"));
  const lowered = runPipeline(graph);
  const samples = [inputsFor(graph, 1), inputsFor(graph, 2)];
  const faulty = (name: string): Backend => wasmBackend(undefined, withFaultyKernel(name, 3));

  test("agree step by step, one after another and each by itself", async () => {
    const native = addon ? [await nativeBackend()] : [];
    for (const backend of [wasmBackend(), ...native]) {
      const result = await compareBackends(graph, lowered, [backend, interpreterBackend], samples);
      expect(result.firstDivergence).toBe(null);
      expect(result.steps.length).toBeGreaterThan(5);
      for (const s of result.steps)
        expect([s.differing, s.isolatedDiffering, s.error.sqnrDb], s.name).toEqual([0, 0, null]);
      expect(result.outputs.map((o) => o.differing)).toEqual([
        [0, 0],
        [0, 0],
      ]);
    }
  });

  test("a faulty kernel shows by itself, what reads its result only afterwards", async () => {
    const result = await compareBackends(graph, lowered, [faulty("expand"), interpreterBackend], samples);
    expect(result.firstDivergence).toBe("expand");
    const rows = Object.fromEntries(result.steps.map((s) => [s.name, s]));
    expect([rows.stem.differing, rows.expand.differing, rows.expand.isolatedDiffering]).toEqual([0, 2, 2]);
    expect(rows.depthwise.differing).toBeGreaterThan(0);
    expect(rows.depthwise.isolatedDiffering).toBe(0);
  });
});
