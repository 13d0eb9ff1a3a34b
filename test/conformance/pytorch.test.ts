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
import {
  FloatTensor,
  formTensor,
  intTensor,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  QTensor,
} from "../../src/tensor/index.ts";
import * as ops from "../../src/trace/ops/index.ts";
import { trace } from "../../src/trace/trace.ts";
import { quantizerOf } from "../../src/trace/types.ts";
import { onNative, reportMissing } from "../native/native.ts";
import { decode, describeGolden, type GoldenCase, type GoldenTensor, pytorchCases } from "../vectors.ts";
import { onWasm } from "../wasm.ts";

type Value = QTensor | FloatTensor;

/** A case as a function of its activations; weights and the like are constants inside. */
interface Call {
  readonly inputs: readonly Value[];
  readonly run: (...inputs: any[]) => any;
}

function tensorOf(t: GoldenTensor): Value {
  if (!t.q) return new FloatTensor(t.shape, decode({ ...t, dt: "f32" }).data);
  const quantizer = t.scales
    ? new PerChannelAffineQuantizer(t.scales, t.zps!, t.axis!, t.q)
    : new PerTensorAffineQuantizer(t.scale!, t.zp!, t.q);
  const { data, shape } = decode({ ...t, dt: t.dt as "u8" | "i8" | "i32" });
  return formTensor(intTensor(data, shape), quantizer);
}

const q = (t: GoldenTensor) => tensorOf(t) as QTensor;
const floats = (t: GoldenTensor | undefined) => (t ? (tensorOf(t) as FloatTensor) : undefined);

/** Output scale and zero point, and the engine that a case was recorded with. */
const to = ({ params, engine }: GoldenCase) => ({
  scale: params.scale,
  zeroPoint: params.zero_point,
  engine: engine as "none" | "qnnpack",
});
const memory = ({ params }: GoldenCase) => ({
  memoryFormat: params.memory_format === "nhwc" ? ("channelsLast" as const) : ("contiguous" as const),
});

type Binary = (x: any, y: any, options: any) => any;
const binary = (fn: Binary) => (c: GoldenCase) => ({
  inputs: [q(c.inputs.a), q(c.inputs.b)],
  run: (x: any, y: any) => fn(x, y, to(c)),
});

type Unary = (x: any, c: GoldenCase) => any;
const unary = (fn: Unary) => (c: GoldenCase) => ({
  inputs: [tensorOf(c.inputs.x ?? c.inputs.a)],
  run: (x: any) => fn(x, c),
});

const gemm = (fn: (x: any, w: any, b: any, options: any) => any) => (c: GoldenCase) => {
  const { stride, padding, dilation, groups, output_padding } = c.params;
  const [w, bias] = [q(c.inputs.w), floats(c.inputs.bias)];
  const options = { ...to(c), stride, padding, dilation, groups, outputPadding: output_padding };
  return { inputs: [tensorOf(c.inputs.x)], run: (x: any) => fn(x, w, bias, options) };
};

const batchNorm = (fn: (x: any, w: any, b: any, mean: any, variance: any, options: any) => any) => (c: GoldenCase) => {
  const [w, b, mean, variance] = ["weight", "bias", "mean", "var"].map((key) => floats(c.inputs[key]));
  const options = { ...to(c), eps: c.params.eps };
  return { inputs: [q(c.inputs.x)], run: (x: any) => fn(x, w, b, mean, variance, options) };
};

const cat = (fn: (xs: any[], options: any) => any) => (c: GoldenCase) => ({
  inputs: (c.inputs.xs as unknown as GoldenTensor[]).map(q),
  run: (...xs: any[]) => fn(xs, { ...to(c), dim: c.params.dim }),
});

const calls: Record<string, (c: GoldenCase) => Call> = {
  add: binary(ops.add),
  add_relu: binary(ops.addRelu),
  mul: binary(ops.mul),
  mul_relu: binary(ops.mulRelu),
  cat: cat(ops.cat),
  cat_relu: cat(ops.catRelu),
  add_scalar: unary((x, { params }) => ops.addScalar(x, params.c)),
  add_scalar_relu: unary((x, { params }) => ops.addScalarRelu(x, params.c)),
  mul_scalar: unary((x, { params }) => ops.mulScalar(x, params.c)),
  mul_scalar_relu: unary((x, { params }) => ops.mulScalarRelu(x, params.c)),
  relu: unary((x) => ops.relu(x)),
  relu6: unary((x) => ops.relu6(x)),
  clamp: unary((x, { params }) => ops.clamp(x, params.min, params.max)),
  sigmoid: unary((x, { engine }) => ops.sigmoid(x, { engine: engine as any })),
  quantized_sigmoid: unary((x, c) => ops.sigmoid(x, to(c))),
  tanh: unary((x, { engine }) => ops.tanh(x, { engine: engine as any })),
  hardsigmoid: unary((x, { engine }) => ops.hardsigmoid(x, { engine: engine as any })),
  hardswish: unary((x, c) => ops.hardswish(x, to(c))),
  leaky_relu: unary((x, c) => ops.leakyRelu(x, c.params.negative_slope, to(c))),
  elu: unary((x, c) => ops.elu(x, { ...to(c), alpha: c.params.alpha, inputScale: c.params.input_scale })),
  celu: unary((x, c) => ops.celu(x, c.params.alpha, to(c))),
  threshold: unary((x, { params }) => ops.threshold(x, params.threshold, params.value)),
  linear: gemm(ops.linear),
  linear_relu: gemm(ops.linearRelu),
  conv2d: gemm(ops.conv2d),
  conv2d_relu: gemm(ops.conv2dRelu),
  linear_dynamic: gemm(ops.linearDynamic),
  linear_relu_dynamic: gemm(ops.linearReluDynamic),
  conv_transpose2d: gemm(ops.convTranspose2d),
  mean: unary((x, c) => ops.mean(x, c.params.dim, { engine: c.engine as any })),
  softmax: unary((x, c) => ops.softmax(x, c.params.dim, to(c))),
  batch_norm2d: batchNorm(ops.batchNorm2d),
  batch_norm2d_relu: batchNorm(ops.batchNorm2dRelu),
  upsample_nearest2d: unary((x, { params }) => ops.upsampleNearest2d(x, { scaleFactor: params.scale_factor })),
  upsample_bilinear2d: unary((x, { params: p }) =>
    ops.upsampleBilinear2d(x, { size: p.output_size, alignCorners: p.align_corners }),
  ),
  max_pool2d: unary((x, { params: p }) =>
    ops.maxPool2d(x, p.kernel, { stride: p.stride, padding: p.padding, dilation: p.dilation, ceilMode: p.ceil_mode }),
  ),
  avg_pool2d: unary((x, c) => {
    const { kernel, stride, padding, ceil_mode, count_include_pad, divisor_override } = c.params;
    const counting = { countIncludePad: count_include_pad, divisorOverride: divisor_override };
    return ops.avgPool2d(x, kernel, {
      stride,
      padding,
      ceilMode: ceil_mode,
      ...counting,
      ...memory(c),
      engine: c.engine as any,
    });
  }),
  adaptive_avg_pool2d: unary((x, c) =>
    ops.adaptiveAvgPool2d(x, c.params.output_size, { ...memory(c), engine: c.engine as any }),
  ),
};

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
