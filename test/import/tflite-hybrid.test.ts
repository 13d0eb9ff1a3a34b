/** Float activations times 8-bit weights, against a plain transcription of the arithmetic that docs/numerics.md states. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { type ModelSpec, type OperatorSpec, type TensorSpec, tfliteFile } from "./tflite-file.ts";

const f = Math.fround;
const roundAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** Whole numbers and a scale for one image or row. */
function quantized(x: Float32Array, asymmetric: boolean): { q: number[]; zero: number; scale: number } {
  const [low, high] = [Math.min(...x), Math.max(...x)];
  if (!asymmetric) {
    const range = Math.max(Math.abs(low), Math.abs(high));
    if (range === 0) return { q: [...x], zero: 0, scale: 1 };
    const inverse = f(127 / range);
    const q = Array.from(x, (v) => Math.max(-127, Math.min(127, roundAway(f(v * inverse)))));
    return { q, zero: 0, scale: f(range / 127) };
  }
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  if (from === to) return { q: [...x].map(() => 0), zero: 0, scale: 1 };
  const wide = (to - from) / 255;
  const atLow = 128 + Math.abs(from / wide) < 127 + Math.abs(to / wide);
  const zero = Math.max(-128, Math.min(127, roundAway(atLow ? -128 - from / wide : 127 - to / wide)));
  const scale = f(wide);
  const q = Array.from(x, (v) => Math.max(-128, Math.min(127, roundAway(f(zero + f(v * f(1 / scale)))))));
  return { q, zero, scale };
}

let seed = 1;
const real = (): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) / 2 ** 24;
};
const floats = (n: number, low: number, high: number) =>
  Float32Array.from({ length: n }, () => low + real() * (high - low));
const bytes = (n: number) => Int8Array.from({ length: n }, () => Math.floor(real() * 255) - 127);

/** One operator on x with a weight and a bias. */
function model(
  name: string,
  x: number[],
  y: number[],
  w: TensorSpec,
  bias: Float32Array | undefined,
  options: OperatorSpec["options"],
): ModelSpec {
  const tensors: TensorSpec[] = [
    { name: "x", type: "FLOAT32", shape: x },
    { name: "y", type: "FLOAT32", shape: y },
    w,
    ...(bias ? [{ name: "b", type: "FLOAT32", shape: [bias.length], data: bias }] : []),
  ];
  return {
    tensors,
    inputs: [0],
    outputs: [1],
    operators: [{ name, inputs: bias ? [0, 2, 3] : [0, 2], outputs: [1], options }],
  };
}

async function runs(m: ModelSpec, x: Float32Array): Promise<Float32Array[]> {
  const graph = importTflite(tfliteFile(m));
  const results: Float32Array[] = [];
  for (const target of ["interpreter", "wasm"] as const) {
    const program = await compile(graph, { target });
    results.push(program.runSync([x])[0] as Float32Array);
    program.dispose();
  }
  return results;
}

const ranges: [string, number, number][] = [
  ["around zero", -3, 2],
  ["above zero", 0.5, 4],
  ["below zero", -9, -0.1],
  ["all zero", 0, 0],
];

describe.each(ranges)("values %s", (_, low, high) => {
  test.each([
    [false, 1],
    [true, 1],
    [false, 5],
    [true, 5],
  ])("FULLY_CONNECTED, asymmetric %s, %i scales", async (asymmetric, count) => {
    const [rows, depth, units] = [3, 20, 5];
    const [x, w, bias] = [floats(rows * depth, low, high), bytes(units * depth), floats(units, -1, 1)];
    const scale = [...floats(count, 0.002, 0.02)];
    const weight: TensorSpec = { name: "w", type: "INT8", shape: [units, depth], scale, data: w };
    const m = model("FULLY_CONNECTED", [1, rows, depth], [1, rows, units], weight, bias, {
      FullyConnected: { fused: 1, keepDims: true, asymmetric },
    });
    const want = new Float32Array(rows * units);
    for (let r = 0; r < rows; r++) {
      const p = quantized(x.subarray(r * depth, (r + 1) * depth), asymmetric);
      for (let u = 0; u < units; u++) {
        let sum = 0;
        for (let k = 0; k < depth; k++) sum += (p.q[k] - p.zero) * w[u * depth + k];
        const common = f(p.scale * f(scale[u % count]));
        want[r * units + u] = Math.max(0, f(bias[u] + f(sum * common)));
      }
    }
    for (const found of await runs(m, x)) expect(found).toEqual(want);
  });

  test.each([1, 4])("CONV_2D with %i scales", async (count) => {
    const [n, h, c, o] = [2, 4, 3, 4];
    const [x, w, bias] = [floats(n * h * h * c, low, high), bytes(o * 9 * c), floats(o, -1, 1)];
    const scale = [...floats(count, 0.002, 0.02)];
    const weight: TensorSpec = { name: "w", type: "INT8", shape: [o, 3, 3, c], scale, data: w };
    const m = model("CONV_2D", [n, h, h, c], [n, h, h, o], weight, bias, {
      Conv2D: { padding: 0, strideW: 1, strideH: 1, fused: 0 },
    });
    const want = new Float32Array(n * h * h * o);
    let at = 0;
    for (let b = 0; b < n; b++) {
      const p = quantized(x.subarray(b * h * h * c, (b + 1) * h * h * c), count > 1);
      for (let y = 0; y < h; y++)
        for (let z = 0; z < h; z++)
          for (let k = 0; k < o; k++, at++) {
            let sum = 0;
            for (let t = 0; t < 9 * c; t++) {
              const [ky, kx, i] = [Math.floor(t / (3 * c)), Math.floor(t / c) % 3, t % c];
              const [iy, ix] = [y + ky - 1, z + kx - 1];
              if (iy < 0 || ix < 0 || iy >= h || ix >= h) continue;
              sum += (p.q[(iy * h + ix) * c + i] - p.zero) * w[k * 9 * c + t];
            }
            const scaled = count > 1 ? f(f(sum * f(scale[k])) * p.scale) : f(sum * f(p.scale * f(scale[0])));
            want[at] = f(scaled + bias[k]);
          }
    }
    for (const found of await runs(m, x)) expect(found).toEqual(want);
  });

  test("DEPTHWISE_CONV_2D", async () => {
    const [h, c] = [3, 4];
    const [x, w] = [floats(h * h * c, low, high), bytes(4 * c)];
    const scale = [...floats(c, 0.002, 0.02)];
    const weight: TensorSpec = { name: "w", type: "INT8", shape: [1, 2, 2, c], scale, dimension: 3, data: w };
    const m = model("DEPTHWISE_CONV_2D", [1, h, h, c], [1, 2, 2, c], weight, undefined, {
      DepthwiseConv2D: { padding: 1, strideW: 1, strideH: 1, multiplier: 1, fused: 3 },
    });
    const p = quantized(x, true);
    const want = Float32Array.from({ length: 4 * c }, (_v, at) => {
      const [y, z, k] = [Math.floor(at / (2 * c)), Math.floor(at / c) % 2, at % c];
      let sum = 0;
      for (let t = 0; t < 4; t++) {
        const pixel = (y + (t >> 1)) * h + z + (t & 1);
        sum += (p.q[pixel * c + k] - p.zero) * w[t * c + k];
      }
      return Math.max(0, Math.min(6, f(f(sum * f(scale[k])) * p.scale)));
    });
    for (const found of await runs(m, x)) expect(found).toEqual(want);
  });
});

test("a depthwise filter on one scale is refused; so are weights with a zero point", () => {
  const options = { DepthwiseConv2D: { padding: 1, strideW: 1, strideH: 1, multiplier: 1, fused: 0 } };
  const filter: TensorSpec = { name: "w", type: "INT8", shape: [1, 1, 1, 2], scale: [0.1], data: bytes(2) };
  const refused = (w: TensorSpec) => () =>
    importTflite(tfliteFile(model("DEPTHWISE_CONV_2D", [1, 1, 1, 2], [1, 1, 1, 2], w, undefined, options)));
  expect(refused(filter)).toThrow("float input with a filter on one scale");
  expect(refused({ ...filter, scale: [0.1, 0.2], zeroPoint: [0, 1], dimension: 3 })).toThrow(
    "wants weights with zero points 0",
  );
});

test("weights that are dequantized before a float operator are its constants", async () => {
  const w = bytes(2);
  const m: ModelSpec = {
    tensors: [
      { name: "x", type: "FLOAT32", shape: [1, 1, 1, 2] },
      { name: "w", type: "INT8", shape: [1, 1, 1, 2], scale: [0.5, 0.25], dimension: 3, data: w },
      { name: "real", type: "FLOAT32", shape: [1, 1, 1, 2] },
      { name: "y", type: "FLOAT32", shape: [1, 1, 1, 2] },
    ],
    inputs: [0],
    outputs: [3],
    operators: [
      { name: "DEQUANTIZE", inputs: [1], outputs: [2] },
      {
        name: "DEPTHWISE_CONV_2D",
        inputs: [0, 2],
        outputs: [3],
        options: { DepthwiseConv2D: { padding: 1, strideW: 1, strideH: 1, multiplier: 1, fused: 0 } },
      },
    ],
  };
  for (const y of await runs(m, Float32Array.of(2, 4))) expect(y).toEqual(Float32Array.of(w[0], w[1]));
});
