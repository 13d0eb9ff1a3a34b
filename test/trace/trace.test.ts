import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  ArgumentError,
  floatTensor,
  interpret,
  intTensor,
  makePerChannelQuantizedTensor,
  makePerTensorQuantizedTensor,
  ops,
  PerTensorAffineQuantizer,
  print,
  type QTensor,
  type Quantized,
  quantizePerTensor,
  type SymQTensor,
  trace,
} from "../../src/index.ts";

const here = new URL(import.meta.url).pathname;
const q8 = new PerTensorAffineQuantizer(0.125, 3, "quint8");
const image = { shape: [1, 2, 3, 4], quantizer: q8 };

const ramp = (shape: number[], scale = 0.125, zero = 3): QTensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return makePerTensorQuantizedTensor(
    intTensor(
      Uint8Array.from({ length: n }, (_, i) => (i * 7) % 256),
      shape,
    ),
    scale,
    zero,
  );
};
const weights = (shape: number[]): QTensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return makePerTensorQuantizedTensor(
    intTensor(
      Int8Array.from({ length: n }, (_, i) => ((i * 5) % 17) - 8),
      shape,
    ),
    0.05,
    0,
  );
};

/** What a function throws. */
function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** The line of this file that a message or source names. */
function namedLine(text: string): string {
  const at = text.indexOf(`${here}:`);
  expect(at, text).toBeGreaterThanOrEqual(0);
  const line = Number(/^:(\d+):\d+/.exec(text.slice(at + here.length))![1]);
  return readFileSync(here, "utf8").split("\n")[line - 1];
}

test("a graph: named parameters, shared constants, the user's lines", () => {
  const w = weights([3, 2, 1, 1]);
  const graph = trace(
    (x: SymQTensor) => {
      const a = ops.conv2d(x, w, [1, 2, 3], { scale: 0.25, zeroPoint: 7, name: "a" });
      const b = ops.conv2dRelu(x, w, null, { scale: 0.5, zeroPoint: 0, name: "b" }); // marked
      return ops.add(a, b, { scale: 0.5, zeroPoint: 9, name: "sum" });
    },
    [{ ...image, name: "pixels" }],
    { name: "block" },
  );
  expect(print(graph, { data: false }).split("\n").slice(0, 14)).toEqual([
    'func @block(%pixels: u8[1,2,3,4]<0.125:3>) {profile="pytorch"} {',
    "  %a.nhwc: u8[1,3,4,2]<0.125:3> = transpose(%pixels, perm=[0, 2, 3, 1])",
    "  %a.weight: i8[3,1,1,2]<0.05d> = const(value=[-8, -3, 2, 7, -5, 0])",
    "  %a.bias: i32[3]<0.125 * 0.05d> = const(value=[160, 320, 480])",
    "  %a.sums: i32[1,3,4,3]<0.125 * 0.05d> = conv2d(%a.nhwc, %a.weight, bias=%a.bias)",
    "  %a: u8[1,3,4,3]<0.25:7> = requantize(%a.sums, by=f32_rne(0.025), clamp=[0, 255])",
    "  %a.nchw: u8[1,3,3,4]<0.25:7> = transpose(%a, perm=[0, 3, 1, 2])",
    "  %b.nhwc: u8[1,3,4,2]<0.125:3> = transpose(%pixels, perm=[0, 2, 3, 1])",
    "  %b.sums: i32[1,3,4,3]<0.125 * 0.05d> = conv2d(%b.nhwc, %a.weight)",
    "  %b: u8[1,3,4,3]<0.5> = requantize(%b.sums, by=f32_rne(0.0125), clamp=[0, 255])",
    "  %b.nchw: u8[1,3,3,4]<0.5> = transpose(%b, perm=[0, 3, 1, 2])",
    "  %sum: u8[1,3,3,4]<0.5:9> = qadd(%a.nchw, %b.nchw, by=fixed_away(1048576, 2097152, 21), clamp=[0, 255])",
    '  return %sum as "output"',
    "}",
  ]);
  const b = graph.nodes.find((n) => n.name === "b")!;
  expect(namedLine(b.source!)).toContain("marked");
});

test("nested inputs and outputs", () => {
  const graph = trace(
    ({ left, pair: [a, b] }: any, scale: any) => ({
      sum: ops.add(left, a, { scale: 1, zeroPoint: 0 }),
      rest: [b, ops.relu(scale)],
    }),
    [
      { left: image, pair: [image, ramp([5])] },
      { ...image, shape: [2] },
    ],
  );
  expect(graph.params.map((p) => graph.nameOf(p))).toEqual(["x0.left", "x0.pair.0", "x0.pair.1", "x1"]);
  expect(graph.outputs.map((o) => o.name)).toEqual(["sum", "rest.0", "rest.1"]);
  expect(graph.outputs[1].node).toBe(graph.params[2]);
  expect(trace((x) => [x, x], [image]).outputs.map((o) => o.name)).toEqual(["output0", "output1"]);
});

test("a tensor with values in a trace is a constant, and stays as it was", () => {
  const y = ramp([1, 2, 3, 4]);
  const before = y.intRepr();
  const graph = trace((x: SymQTensor) => ops.add(x, y, { scale: 0.25, zeroPoint: 0 }), [image]);
  y.copy_(ramp([1, 2, 3, 4], 0.5, 9).requantize(y.quantizer()));
  const wanted = ops.add(
    ramp([1, 2, 3, 4]),
    makePerTensorQuantizedTensor(intTensor(before as Uint8Array, [1, 2, 3, 4]), 0.125, 3),
    { scale: 0.25, zeroPoint: 0 },
  );
  expect(interpret(graph, [ramp([1, 2, 3, 4]).intRepr()])).toEqual([wanted.intRepr()]);
});

test("the engine of a trace, and of a call in it", () => {
  const both = (x: SymQTensor) => [
    ops.add(x, x, { scale: 0.5, zeroPoint: 0 }),
    ops.add(x, x, { scale: 0.5, zeroPoint: 0, engine: "qnnpack" }),
  ];
  const rules = trace(both, [image], { engine: "none" }).outputs.map((o) => (o.node.attrs as any).by.rule);
  expect(rules).toEqual(["f32", "fixed_away"]);
  expect(trace(both, [image], { engine: "none" }).meta).toEqual({ profile: "pytorch", engine: "none" });
  expect(thrown(() => trace(both, [image], { engine: "fbgemm" as any })).message).toBe(
    'engine: wanted "qnnpack" or "none", got fbgemm',
  );
});

test("wrong use in a trace names the op and the user's line", () => {
  const inner = (x: SymQTensor) => ops.linear(x, weights([3, 9]), null, { scale: 1, zeroPoint: 0 }); // wrong
  const error = thrown(() => trace((x: SymQTensor) => ops.relu(inner(x)), [image]));
  expect(error).toBeInstanceOf(ArgumentError);
  expect(error.message).toMatch(/linear: x: wanted 9 features in its last dimension.*, got \[1, 2, 3, 4\]$/);
  expect(namedLine(error.message)).toContain("// wrong");
  const values = thrown(() => trace((x: SymQTensor) => x.intRepr(), [image])); // no values
  expect(namedLine(values.message)).toContain("// no values");
});

test("symbolic tensors end with their trace, and do not mix", () => {
  let kept: SymQTensor | undefined;
  trace((x: SymQTensor) => (kept = x), [image], { name: "first" });
  expect(thrown(() => ops.relu(kept!)).message).toContain("one of the trace first, which is over");
  const nested = () =>
    trace(
      (x: SymQTensor) => {
        trace((y: SymQTensor) => ops.add(x, y, { scale: 1, zeroPoint: 0 }), [image], { name: "inner" });
        return x;
      },
      [image],
      { name: "outer" },
    );
  expect(thrown(nested).message).toContain("wanted tensors of one trace, outer, got one of the trace inner");
  const leaked = () =>
    trace(
      (x: SymQTensor) => {
        trace(() => x, [image], { name: "inner" });
        return x;
      },
      [image],
      { name: "outer" },
    );
  expect(thrown(leaked).message).toContain("result: wanted a tensor of the trace inner, got one of outer");
});

test.each<[string, () => unknown, string]>([
  ["not a function", () => trace(3 as any, []), "fn: wanted a function of tensors, got 3"],
  [
    "an async function",
    () => trace((async (x: any) => x) as any, [image]),
    "fn: wanted a function that is not async, got one that returns a Promise",
  ],
  ["a list", () => trace((x) => x, image as any), "inputs: wanted a list with the type of each input, got an object"],
  ["an input type", () => trace((x) => x, [5 as any]), "inputs[0]: wanted { shape, quantizer? } or a tensor, got 5"],
  [
    "a quantizer",
    () => trace((x) => x, [{ shape: [1], dtype: "quint8" }]),
    "inputs[0].quantizer: wanted a quantizer, since the dtype is quint8, got none",
  ],
  [
    "a dtype",
    () => trace((x) => x, [{ ...image, dtype: "qint8" }]),
    "inputs[0].dtype: wanted quint8, the quantizer's, got qint8",
  ],
  [
    "a result",
    () => trace(() => ({ a: [undefined as any] }), []),
    "result.a[0]: wanted tensors, or arrays and records of them, got undefined",
  ],
  ["a tensor in it", () => trace(() => [], []), "result: wanted at least one tensor, got []"],
])("refuses: %s", (_, run, message) => {
  const error = thrown(run);
  expect(error).toBeInstanceOf(ArgumentError);
  expect(error.message).toBe(message);
});

const moves: [string, (x: Quantized) => Quantized][] = [
  ["transpose", (x) => x.transpose(1, -1)],
  ["permute", (x) => x.permute([3, 0, 2, 1])],
  ["reshape", (x) => x.reshape([4, -1])],
  ["view", (x) => x.view([2, 12])],
  ["flatten", (x) => x.flatten(1)],
  ["flatten in the middle", (x) => x.flatten(1, 2)],
  ["select", (x) => x.select(1, -1)],
  ["slice", (x) => x.slice(3, 1, undefined, 2)],
  ["an empty slice", (x) => x.slice(2, 3, 1)],
  ["narrow", (x) => x.narrow(-1, -2, 2)],
  ["index", (x) => x.index(0, ":", { start: 1 }, -1)],
  ["index from the end", (x) => x.index("...", 2)],
  ["requantize", (x) => x.requantize(new PerTensorAffineQuantizer(0.3, 9, "qint8"))],
  ["contiguous", (x) => x.transpose(0, 1).contiguous()],
];

test.each(moves)("a traced tensor moves like one with values: %s", (_, move) => {
  const x = ramp([1, 2, 3, 4]);
  const eager = move(x) as QTensor;
  const graph = trace(
    (s: SymQTensor) => {
      const moved = move(s);
      expect([moved.shape, moved.dtype, moved.quantizer()]).toEqual([eager.shape, eager.dtype, eager.quantizer()]);
      return moved;
    },
    [x],
  );
  expect(interpret(graph, [x.intRepr()])).toEqual([eager.intRepr()]);
});

test("a traced tensor tells its type, and knows no values", () => {
  trace(
    (x: SymQTensor) => {
      expect([x.size(), x.size(-1), x.dim(), x.numel(), x.qScale(), x.qZeroPoint(), x.isQuantized]).toEqual([
        [1, 2, 3, 4],
        4,
        4,
        24,
        0.125,
        3,
        true,
      ]);
      expect(x.quantizer()).toBe(q8);
      expect(ops.relu(x).quantizer()).toBe(q8);
      for (const method of ["intRepr", "item", "equal", "copy_"] as const)
        expect(() => x[method]()).toThrow(`${method}: wanted a tensor with values`);
      expect(() => x.qPerChannelScales()).toThrow("wanted a perChannelAffine tensor, got perTensorAffine");
      const real = x.dequantize();
      expect(() => real.data).toThrow("data: wanted a tensor with values");
      expect(real.reshape([24]).shape).toEqual([24]);
      return x;
    },
    [image],
  );
});

test("float32 and back in a trace", () => {
  const x = floatTensor([
    [0.1, -2.6],
    [3.3, 40],
  ]);
  const graph = trace((s) => ops.dequantize(ops.quantize(s, q8)), [x]);
  expect(interpret(graph, [x.data])).toEqual([quantizePerTensor(x, 0.125, 3, "quint8").dequantize().data]);
});

test("per-channel inputs dequantize; what wants one quantizer refuses them", () => {
  const x = makePerChannelQuantizedTensor(intTensor(new Int8Array([1, -2, 3, 4]), [2, 2]), [0.1, 0.7], [0, 5], 1);
  expect(
    interpret(
      trace((s) => ops.dequantize(s), [x]),
      [x.intRepr()],
    ),
  ).toEqual([x.dequantize().data]);
  expect(thrown(() => trace((s) => ops.relu(s), [x])).message).toContain(
    "relu: x: wanted a per-tensor quantized tensor, got one with perChannelAffine(qint8, 2 channels on axis 1)",
  );
  expect(() => trace((s: SymQTensor) => s.reshape([4]), [x])).toThrow("wanted a per-tensor quantized tensor");
});
