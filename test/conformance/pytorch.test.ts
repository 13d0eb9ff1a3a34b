/**
 * The PyTorch vectors, element for element: eagerly, through trace, print, parse and the interpreter, after the whole pipeline,
 * and on wasm. (test/tensor/golden.test.ts has the vectors of quantize and requantize.)
 */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { PerTensorAffineQuantizer, QTensor } from "../../src/tensor/index.ts";
import { trace } from "../../src/trace/trace.ts";
import { quantizerOf } from "../../src/trace/types.ts";
import { onNative, reportMissing } from "../native/native.ts";
import { calls, type Value } from "../pytorch-calls.ts";
import { decode, describeGolden, type GoldenCase, type GoldenTensor, pytorchCases } from "../vectors.ts";
import { onWasm } from "../wasm.ts";

const bits = (data: TypedArray) =>
  data instanceof Float32Array ? new Uint32Array(data.buffer, data.byteOffset, data.length) : data;

/** How many elements differ; all of them if there are not as many as expected. */
function differing(actual: TypedArray, expected: TypedArray): number {
  const [a, b] = [bits(actual), bits(expected)];
  if (a.constructor !== b.constructor || a.length !== b.length) return Math.max(a.length, b.length);
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

const dataOf = (t: Value): TypedArray => (t instanceof QTensor ? t.intRepr() : t.data);

function expectParams(want: GoldenTensor, quantizer: unknown, shape: readonly number[], name: string): void {
  expect(shape, name).toEqual(want.shape);
  if (!want.q) return;
  expect(quantizer, name).toEqual(new PerTensorAffineQuantizer(want.scale!, want.zp!, want.q));
}

/** Runs one case every way. Returns a line for each way whose integers differ. */
async function check(c: GoldenCase, wasm: boolean): Promise<string[]> {
  const name = `${c.op} ${c.name} (${c.engine})`;
  const call = calls[c.op](c);
  const want = decode(c.expect as GoldenTensor & { dt: "u8" }).data as TypedArray;
  const bad: string[] = [];
  const compare = (way: string, data: TypedArray) => {
    const n = differing(data, want);
    if (n > 0) bad.push(`${name}: ${n} of ${want.length} differ ${way}`);
  };
  const eager: Value = call.run(...call.inputs);
  expectParams(c.expect, eager instanceof QTensor ? eager.quantizer() : undefined, eager.shape, name);
  compare("eagerly", dataOf(eager));

  // Its quantizer depends on values, so it has no graph.
  if (c.recipe === "dynamic.f32") return bad;
  const graph = trace(call.run, call.inputs, { name: "case" });
  const { type } = graph.outputs[0].node;
  expectParams(c.expect, quantizerOf(type), type.shape, `${name} traced`);
  const inputs = call.inputs.map(dataOf);
  const run = (way: string, g: Graph) => compare(way, interpret(g, inputs)[0]);
  run("after print and parse", parse(print(graph)));
  run("after the pipeline", runPipeline(graph));
  if (!wasm) return bad;
  for (const { name: way, outputs } of [...(await onWasm(graph, inputs)), ...onNative(graph, inputs)])
    compare(`on ${way}`, outputs[0]);
  return bad;
}

/** Why the ops without a call have none. */
const missing: Record<string, string> = {
  layer_norm: "its statistics are sums of squares, which no op of the IR has exactly",
};

/** Compiling takes longer than all else, so of the ops with many small cases every third one goes through wasm. */
const wasmEvery = (cases: number): number => (cases > 64 ? 3 : 1);

reportMissing();

function suites(cases: readonly GoldenCase[]): void {
  for (const [op, list] of groupBy(cases, (c) => `${c.op} (${c.engine})`)) {
    const elements = list.reduce((n, c) => n + c.expect.shape.reduce((a, b) => a * b, 1), 0);
    const title = `${op}: ${list.length} cases, ${elements} elements`;
    const reason = missing[list[0].op];
    if (reason) {
      test.skip(`${title}: not there, ${reason}`, () => {});
      continue;
    }
    test(title, async () => {
      const bad: string[] = [];
      for (const [i, c] of list.entries()) bad.push(...(await check(c, i % wasmEvery(list.length) === 0)));
      expect(bad).toEqual([]);
    });
  }
}

describeGolden("pytorch", (dir) => {
  suites(["linear", "conv", "pool", "elementwise", "unary"].flatMap((file) => pytorchCases(dir, file)));
});

describe("engines", () => {
  suites(pytorchCases(fileURLToPath(new URL("../vectors/engines", import.meta.url)), "engines"));
});

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
