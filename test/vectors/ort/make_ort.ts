/**
 * Makes ort.json: small random models of quantized operators and groups, with what ONNX Runtime 1.30 computes for them on x86
 * (CPU provider, all graph optimizations, one thread). Weights stay within 7 bits, so that no kernel saturates.
 *
 *   npm install --prefix /tmp/ort onnxruntime-node@1.30.0
 *   npx esbuild test/vectors/ort/make_ort.ts --bundle --platform=node --format=esm --packages=external --outfile=make_ort.mjs
 *   ORT_DIR=/tmp/ort node make_ort.mjs > test/vectors/ort/ort.json
 */
import { createRequire } from "node:module";
import type { Element } from "../../../src/import/onnx/schema.ts";
import { type FileGraph, type FileNode, type FileTensor, onnxFile } from "../../import/onnx-file.ts";

const ort = createRequire(`${process.env.ORT_DIR}/`)("onnxruntime-node");
const kinds = {
  UINT8: { name: "uint8", array: Uint8Array, lo: 0, hi: 255 },
  INT8: { name: "int8", array: Int8Array, lo: -128, hi: 127 },
  FLOAT: { name: "float32", array: Float32Array, lo: -3, hi: 3 },
} as const;
type Kind = keyof typeof kinds;

let seed = 20240607;
const real = (): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) / 2 ** 24;
};
const int = (lo: number, hi: number): number => lo + Math.floor(real() * (hi - lo + 1));
const list = (n: number, f: () => number): number[] => Array.from({ length: n }, f);
const size = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);
const scale = (lo = 0.003, hi = 0.06): FileTensor => floats([], [lo + real() * (hi - lo)]);
const floats = (dims: readonly number[], values: readonly number[]): FileTensor => ({
  element: "FLOAT",
  dims,
  values: values.map(Math.fround),
});
const zero = (element: Kind, v = int(kinds[element].lo, kinds[element].hi)): FileTensor => ({ element, dims: [], values: [v] });

const cases: unknown[] = [];
/** Set where results are float functions, which agree to a tolerance. */
let near = false;

async function record(name: string, g: FileGraph): Promise<void> {
  const bytes = onnxFile(g);
  const feeds: Record<string, unknown> = {};
  const inputs: Record<string, number[]> = {};
  for (const [key, [element, dims]] of Object.entries(g.inputs)) {
    const { lo, hi, array, name: type } = kinds[element as Kind];
    const values = array.from(list(size(dims as number[]), () => (element === "FLOAT" ? lo + real() * (hi - lo) : int(lo, hi))));
    inputs[key] = [...values];
    feeds[key] = new ort.Tensor(type, values, dims);
  }
  const options = { graphOptimizationLevel: "all", logSeverityLevel: 4, intraOpNumThreads: 1, interOpNumThreads: 1 };
  const results = await (await ort.InferenceSession.create(bytes, options)).run(feeds);
  const outputs = g.outputs.map((o) => [...results[o].data]);
  cases.push({ name, model: Buffer.from(bytes).toString("base64"), inputs, outputs, ...(near ? { near } : {}) });
}

const microsoft = (op: string, inputs: string[], attrs: FileNode["attrs"] = {}): FileNode[] => [
  { op, domain: "com.microsoft", in: inputs, out: ["y"], attrs },
];
const result = (e: Element): Pick<FileGraph, "outputs" | "outputTypes"> => ({ outputs: ["y"], outputTypes: { y: e } });
const weights = (dims: readonly number[], channels: number): Record<string, FileTensor> => ({
  w: { element: "INT8", dims, values: list(size(dims), () => int(-63, 63)) },
  sw: floats([channels], list(channels, () => 0.001 + real() * 0.02)),
  zw: { element: "INT8", dims: [channels], values: list(channels, () => 0) },
});
const bias = (n: number): FileTensor => ({ element: "INT32", dims: [n], values: list(n, () => int(-5000, 5000)) });

async function operators(e: "UINT8" | "INT8"): Promise<void> {
  const own = (to = scale(0.02, 0.1)) => ({ sx: scale(), zx: zero(e), sy: to, zy: zero(e) });
  for (const op of ["QLinearAdd", "QLinearMul"]) {
    const names = ["a", "sa", "za", "b", "sb", "zb", "sc", "zc"];
    const initializers = { sa: scale(), za: zero(e), sb: scale(), zb: zero(e), sc: scale(0.01, 0.05), zc: zero(e) };
    for (const b of [[200], [1]]) {
      await record(`${op} ${e}`, { nodes: microsoft(op, names), initializers, inputs: { a: [e, [200]], b: [e, b] }, ...result(e) });
    }
  }
  const unary = (op: string, dims: number[], attrs: FileNode["attrs"] = {}, initializers = own()) =>
    record(`${op} ${e}`, { nodes: microsoft(op, ["x", "sx", "zx", "sy", "zy"], attrs), initializers, inputs: { x: [e, dims] }, ...result(e) });
  const unit = { ...own(floats([], [1 / 256])), zy: zero(e, kinds[e].lo) };
  await unary("QLinearLeakyRelu", [256], { alpha: { float: 0.1 } });
  await unary("QLinearSigmoid", [256], {}, unit);
  await unary("QLinearSoftmax", [4, 33], { axis: -1, opset: 13 }, unit);
  await unary("QLinearSoftmax", [4, 20], { axis: -1, opset: 13 }, { ...own(), sy: floats([], [0.01]), zy: zero(e, kinds[e].lo + 9) });
  await unary("QLinearAveragePool", [1, 3, 9, 9], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] });
  await unary("QLinearAveragePool", [1, 3, 9, 9], { kernel_shape: [3, 2], pads: [1, 0, 1, 0], count_include_pad: 1 });
  await unary("QLinearGlobalAveragePool", [1, 9, 5, 5]);
  await unary("QLinearGlobalAveragePool", [1, 5, 5, 9], { channels_last: 1 });
  await record(`QLinearConcat ${e}`, {
    nodes: microsoft("QLinearConcat", ["sy", "zy", "x", "sx", "zx", "b", "sy", "zy"], { axis: 1 }),
    initializers: own(),
    inputs: { x: [e, [3, 60]], b: [e, [3, 10]] },
    ...result(e),
  });
  await record(`QLinearConv ${e}`, {
    nodes: [
      {
        op: "QLinearConv",
        in: ["x", "sx", "zx", "w", "sw", "zw", "sy", "zy", "b"],
        out: ["y"],
        attrs: { pads: [1, 1, 1, 1], kernel_shape: [3, 3] },
      },
    ],
    initializers: { ...own(), ...weights([6, 5, 3, 3], 6), b: bias(6) },
    inputs: { x: [e, [1, 5, 6, 6]] },
    ...result(e),
  });
  const product = { ...own(), ...weights([20, 7], 7) };
  const gemm = ["x", "sx", "zx", "w", "sw", "zw", "b"];
  const from = { x: [e, [4, 20]] } as const;
  for (const alpha of [1, 0.7]) {
    const nodes = microsoft("QGemm", [...gemm, "sy", "zy"], { alpha: { float: alpha } });
    await record(`QGemm ${e}`, { nodes, initializers: { ...product, b: bias(7) }, inputs: from, ...result(e) });
  }
  await record(`QGemm to float ${e}`, { nodes: microsoft("QGemm", gemm), initializers: { ...product, b: bias(7) }, inputs: from, outputs: ["y"] });
  await record(`QLinearMatMul ${e}`, {
    nodes: [{ op: "QLinearMatMul", in: ["x", "sx", "zx", "w", "sw", "zw", "sy", "zy"], out: ["y"] }],
    initializers: product,
    inputs: from,
    ...result(e),
  });
  await record(`MatMulIntegerToFloat ${e}`, {
    nodes: microsoft("MatMulIntegerToFloat", ["x", "w", "sx", "sw", "zx", "zw", "b"]),
    initializers: { ...product, b: floats([7], list(7, real)) },
    inputs: from,
    outputs: ["y"],
  });
}

/** x (and x2) dequantized, `middle` to m, quantized. */
async function group(
  name: string,
  e: "UINT8" | "INT8",
  middle: FileNode[],
  dims: number[],
  initializers: Record<string, FileTensor> = {},
  second?: number[],
): Promise<void> {
  await record(`${name} between DequantizeLinear and QuantizeLinear ${e}`, {
    nodes: [
      { op: "DequantizeLinear", in: ["x", "sx", "zx"], out: ["xf"] },
      ...(second ? [{ op: "DequantizeLinear", in: ["x2", "s2", "z2"], out: ["x2f"] }] : []),
      ...middle,
      { op: "QuantizeLinear", in: ["m", "sy", "zy"], out: ["y"] },
    ],
    initializers: { sx: scale(), zx: zero(e), s2: scale(), z2: zero(e), sy: scale(0.02, 0.1), zy: zero(e), ...initializers },
    inputs: { x: [e, dims], ...(second ? { x2: [e, second] } : {}) },
    ...result(e),
  });
}

async function groups(e: "UINT8" | "INT8"): Promise<void> {
  const low = { zy: zero(e, kinds[e].lo) };
  const kernel = weights([6, 5, 3, 3], 6);
  const dq = (axis: number): FileNode => ({ op: "DequantizeLinear", in: ["w", "sw", "zw"], out: ["wf"], attrs: { axis } });
  const conv = (out: string, inputs = ["xf", "wf"]): FileNode[] => [
    dq(0),
    { op: "Conv", in: inputs, out: [out], attrs: { kernel_shape: [3, 3] } },
  ];
  const image = [1, 5, 6, 6];
  const own = (op: string, attrs: FileNode["attrs"] = {}): FileNode[] => [{ op, in: ["xf"], out: ["m"], attrs }];
  await group("Conv", e, conv("m"), image, kernel);
  await group("Conv with a real bias", e, conv("m", ["xf", "wf", "bf"]), image, { ...kernel, bf: floats([6], list(6, real)) });
  await group("Conv and Relu", e, [...conv("c"), { op: "Relu", in: ["c"], out: ["m"] }], image, { ...kernel, ...low });
  const six = { lo: floats([], [0]), hi: floats([], [6]), sy: floats([], [6 / 255]), ...low };
  await group("Conv and Clip", e, [...conv("c"), { op: "Clip", in: ["c", "lo", "hi"], out: ["m"] }], image, { ...kernel, ...six });
  for (const op of ["Add", "Mul"]) {
    await group(op, e, [{ op, in: ["xf", "x2f"], out: ["m"] }], [2, 90], {}, [2, 90]);
  }
  await group("Add of a row", e, [{ op: "Add", in: ["xf", "x2f"], out: ["m"] }], [2, 90], {}, [90]);
  await group("Add and Relu", e, [{ op: "Add", in: ["xf", "x2f"], out: ["a"] }, { op: "Relu", in: ["a"], out: ["m"] }], [180], low, [180]);
  await group("GlobalAveragePool", e, own("GlobalAveragePool"), [1, 9, 5, 5]);
  await group("AveragePool", e, own("AveragePool", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }), [1, 3, 9, 9]);
  await group("MaxPool", e, own("MaxPool", { kernel_shape: [2, 2], strides: [2, 2] }), [1, 3, 8, 8]);
  for (const op of ["LeakyRelu", "HardSwish", "Relu", "Sigmoid"]) await group(op, e, own(op), [256]);
  await group("Softmax", e, own("Softmax"), [6, 20], { sy: floats([], [1 / 256]), ...low });
  await group("Concat", e, [{ op: "Concat", in: ["xf", "x2f"], out: ["m"], attrs: { axis: 1 } }], [3, 40], {}, [3, 20]);
  const matmul: FileNode = { op: "MatMul", in: ["xf", "wf"], out: ["m"] };
  await group("MatMul", e, [dq(1), matmul], [4, 20], weights([20, 7], 7));
  await group("MatMul of two", e, [{ op: "MatMul", in: ["xf", "x2f"], out: ["m"] }], [2, 4, 9], {}, [2, 9, 5]);
  const b = { b: bias(7), sb: floats([7], list(7, () => 0.001)) };
  const stored: FileNode = { op: "DequantizeLinear", in: ["b", "sb"], out: ["bf"], attrs: { axis: 0 } };
  const gemm: FileNode = { op: "Gemm", in: ["xf", "wf", "bf"], out: ["m"] };
  await group("Gemm", e, [dq(1), stored, gemm], [4, 20], { ...weights([20, 7], 7), ...b });
  await record(`Gemm after DequantizeLinear ${e}`, {
    nodes: [{ op: "DequantizeLinear", in: ["x", "sx", "zx"], out: ["xf"] }, dq(1), stored, gemm],
    initializers: { sx: scale(), zx: zero(e), ...weights([20, 7], 7), ...b },
    inputs: { x: [e, [4, 20]] },
    outputs: ["m"],
  });
}

for (const e of ["UINT8", "INT8"] as const) {
  await operators(e);
  await groups(e);
}
await record("DynamicQuantizeLinear", {
  nodes: [{ op: "DynamicQuantizeLinear", in: ["x"], out: ["y", "s", "z"] }],
  inputs: { x: ["FLOAT", [100]] },
  outputs: ["y", "s", "z"],
  outputTypes: { y: "UINT8", z: "UINT8" },
});
const product = weights([20, 7], 7);
await record("DynamicQuantizeMatMul", {
  nodes: microsoft("DynamicQuantizeMatMul", ["x", "w", "sw", "zw", "b"]),
  initializers: { ...product, b: floats([7], list(7, real)) },
  inputs: { x: ["FLOAT", [4, 20]] },
  outputs: ["y"],
});
await record("MatMul after DequantizeLinear UINT8", {
  nodes: [
    { op: "DequantizeLinear", in: ["x", "sx", "zx"], out: ["xf"] },
    { op: "DequantizeLinear", in: ["w", "sw", "zw"], out: ["wf"], attrs: { axis: 1 } },
    { op: "MatMul", in: ["xf", "wf"], out: ["y"] },
  ],
  initializers: { sx: scale(), zx: zero("UINT8"), ...product },
  inputs: { x: ["UINT8", [4, 20]] },
  outputs: ["y"],
});
const notNumber = { s: floats([], [0.5]), z: zero("INT8", 3) };
await record("QuantizeLinear of the square roots of negative numbers", {
  nodes: [
    { op: "Sqrt", in: ["x"], out: ["m"] },
    { op: "QuantizeLinear", in: ["m", "s", "z"], out: ["y"] },
  ],
  initializers: notNumber,
  inputs: { x: ["FLOAT", [40]] },
  ...result("INT8"),
});
for (const e of ["UINT8", "INT8"] as const) {
  const own = { sx: scale(), zx: zero(e), sy: scale(0.02, 0.1), zy: zero(e) };
  const unary = (op: string, dims: number[], attrs: FileNode["attrs"], initializers = own) =>
    record(`${op} ${JSON.stringify(attrs)} ${e}`, {
      nodes: microsoft(op, ["x", "sx", "zx", "sy", "zy"], attrs),
      initializers,
      inputs: { x: [e, dims] },
      ...result(e),
    });
  await unary("QLinearAveragePool", [1, 4, 7, 7], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, count_include_pad: 1, pads: [1, 1, 1, 1] });
  await unary("QLinearAveragePool", [1, 7, 8, 4], { kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1, channels_last: 1 });
  const unit = { ...own, sy: floats([], [1 / 256]), zy: zero(e, kinds[e].lo) };
  await unary("QLinearSoftmax", [3, 4, 5], { axis: 1, opset: 12 }, unit);
  await unary("QLinearSoftmax", [3, 4, 5], { axis: 1, opset: 13 }, unit);
  const image = { x: [e, [1, 6, 5, 4]] } as const;
  await record(`QLinearConv with channels last ${e}`, {
    nodes: microsoft("QLinearConv", ["x", "sx", "zx", "w", "sw", "zw", "sy", "zy", "b"], { pads: [1, 0, 1, 2], strides: [2, 1], group: 2, channels_last: 1 }),
    initializers: { ...own, ...weights([6, 2, 3, 3], 6), b: bias(6) },
    inputs: image,
    ...result(e),
  });
  await record(`NhwcMaxPool ${e}`, {
    nodes: microsoft("NhwcMaxPool", ["x"], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
    inputs: image,
    ...result(e),
  });
  await record(`QGemm of a transposed A ${e}`, {
    nodes: microsoft("QGemm", ["x", "sx", "zx", "w", "sw", "zw", "b", "sy", "zy"], { transA: 1 }),
    initializers: { ...own, ...weights([20, 7], 7), b: bias(7) },
    inputs: { x: [e, [20, 3]] },
    ...result(e),
  });
  for (const [mode, up] of [["half_pixel", 2], ["asymmetric", 1.5], ["pytorch_half_pixel", 0.6], ["half_pixel_symmetric", 2.3]] as const) {
    const attrs = { mode: "linear", coordinate_transformation_mode: mode };
    const size = { k: floats([4], [1, 1, up, up]) };
    await group(`Resize ${mode}`, e, [{ op: "Resize", in: ["xf", "", "k"], out: ["m"], attrs }], [1, 2, 5, 6], size);
    await record(`Resize ${mode} ${e}`, {
      nodes: [{ op: "Resize", in: ["x", "", "k"], out: ["y"], attrs }],
      initializers: size,
      inputs: { x: [e, [1, 2, 5, 6]] },
      ...result(e),
    });
  }
}
near = true;
const float = (op: string, dims: number[], initializers: Record<string, FileTensor> = {}, attrs: FileNode["attrs"] = {}, domain = "") =>
  record(`${domain ? "" : "float "}${op} ${JSON.stringify(attrs)} of [${dims}]`, {
    nodes: [{ op, domain, in: ["x", ...Object.keys(initializers)], out: ["y"], attrs }],
    initializers,
    inputs: { x: ["FLOAT", dims] },
    outputs: ["y"],
  });
const whole = (...values: number[]): FileTensor => ({ element: "INT64", dims: [values.length], values });
await float("LRN", [1, 7, 2, 3], {}, { size: 5, alpha: { float: 0.1 }, beta: { float: 0.6 }, bias: { float: 1.5 } });
for (const p of [1, 2]) {
  await float("LpNormalization", [3, 5], {}, { p, axis: 0 });
  await float("GlobalLpPool", [2, 3, 4], {}, { p });
}
await float("MeanVarianceNormalization", [2, 3, 3, 2]);
await float("Shrink", [20], {}, { lambd: { float: 1.2 }, bias: { float: 0.3 } });
for (const upper of [0, 1]) await float("Trilu", [2, 3, 4], { k: { element: "INT64", dims: [], values: [upper - 1] } }, { upper });
for (const exclusive of [0, 1]) {
  await float("CumSum", [3, 4], { axis: { element: "INT32", dims: [], values: [-2] } }, { exclusive, reverse: 1 - exclusive });
}
await float("GatherND", [2, 3, 4], { at: { element: "INT64", dims: [2, 2, 1], values: [-1, 0, 2, 1] } }, { batch_dims: 1 });
await float("GatherND", [2, 3, 4], { at: { element: "INT64", dims: [2, 2], values: [-1, 0, 0, 2] } });
await float("EyeLike", [3, 4], {}, { k: 1 });
await record("float OneHot", {
  nodes: [{ op: "OneHot", in: ["at", "depth", "x"], out: ["y"], attrs: { axis: 0 } }],
  initializers: { at: { element: "INT64", dims: [2, 2], values: [0, -1, 3, 2] }, depth: whole(4) },
  inputs: { x: ["FLOAT", [2]] },
  outputs: ["y"],
});
for (const fmod of [0, 1]) {
  await record(`Mod with fmod ${fmod}`, {
    nodes: [{ op: "Mod", in: ["x", "m"], out: ["y"], attrs: { fmod } }],
    initializers: { m: { element: "INT8", dims: [4], values: [3, -3, 7, -128] } },
    inputs: { x: ["INT8", [6, 4]] },
    ...result("INT8"),
  });
}
const vector = (n = 4): FileTensor => floats([n], list(n, () => real() * 2 - 1));
await float("BiasGelu", [3, 4], { b: vector() }, {}, "com.microsoft");
await float("FastGelu", [3, 4], { b: vector() }, {}, "com.microsoft");
await float("QuickGelu", [3, 4], {}, {}, "com.microsoft");
const matrix = floats([5, 4], list(20, () => real() * 2 - 1));
await float("FusedMatMul", [3, 4], { w: matrix }, { transB: 1, alpha: { float: 0.5 } }, "com.microsoft");
const skip = floats([2, 3, 4], list(24, () => real() * 2 - 1));
await float("SkipLayerNormalization", [2, 3, 4], { skip, gamma: vector(), beta: vector() }, {}, "com.microsoft");
const info = { runtime: "onnxruntime-node 1.30.0, CPU, x86, graphOptimizationLevel all", seed: 20240607 };
console.log(JSON.stringify({ ...info, cases }).replaceAll('{"name"', '\n{"name"'));
