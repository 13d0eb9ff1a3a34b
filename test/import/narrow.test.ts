/** Floats and integers of fewer than 16 bits in ONNX models: bits, rounding, packing. */
import { expect, test } from "vitest";
import { floatFormats, fromBits } from "../../src/import/narrow.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import type { Element } from "../../src/import/onnx/schema.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { unaryFunctions } from "../../src/ir/ops/plain.ts";
import { type FileGraph, type FileTensor, onnxFile } from "./onnx-file.ts";

const formats = Object.entries(floatFormats);

test.each(formats)(
  "%s: every number rounds to itself, and what lies between two to the nearer, halves to even",
  (_, f) => {
    const bits = 2 ** (1 + f.exponentBits + f.fractionBits);
    const round = unaryFunctions[f.rounding];
    const numbers = Array.from({ length: bits / 2 }, (_, b) => fromBits(b, f)).filter(Number.isFinite);
    expect(Math.max(...numbers)).toBe(f.largest);
    numbers.forEach((low, b) => {
      expect(round(low)).toBe(low);
      expect(round(-low)).toBe(-low);
      const high = numbers[b + 1];
      if (high === undefined) return;
      const middle = Math.fround((low + high) / 2);
      // Below the smallest f32 there is nothing between.
      if (middle === low || middle === high) return;
      const near = (delta: number) => Math.fround(middle + delta * (high - low));
      expect([near(-0.25), middle, near(0.25)].map(round)).toEqual([low, b % 2 ? high : low, high]);
    });
  },
);

const run = (g: FileGraph, inputs: Parameters<typeof interpret>[1] = []) =>
  [...interpret(importOnnx(onnxFile(g)), inputs)].map((data) => Array.from(data, Number));

/** y = op(x) with constants after x. */
const one = (
  op: string,
  x: readonly [Element, number],
  constants: Record<string, FileTensor>,
  attrs = {},
): FileGraph => ({
  nodes: [{ op, in: ["x", ...Object.keys(constants)], out: ["y"], attrs }],
  initializers: constants,
  inputs: { x: [x[0], [x[1]]] },
  outputs: ["y"],
  opset: 25,
});

const scale = (v: number): FileTensor => ({ element: "FLOAT", dims: [], values: [v] });
const code = { FLOAT8E4M3FN: 17, FLOAT8E4M3FNUZ: 18, FLOAT8E5M2: 19, FLOAT8E5M2FNUZ: 20, FLOAT4E2M1: 23 } as const;

test.each<[keyof typeof code, number, number[]]>([
  ["FLOAT8E4M3FN", 1, [448, -448, 448, Number.NaN, 1, -0]],
  ["FLOAT8E4M3FN", 0, [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1, -0]],
  ["FLOAT8E4M3FNUZ", 1, [240, -240, 240, Number.NaN, 1, 0]],
  ["FLOAT8E5M2", 1, [57344, -57344, 57344, Number.NaN, 1, -0]],
  ["FLOAT8E5M2", 0, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, 1, -0]],
  ["FLOAT8E5M2FNUZ", 0, [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1, 0]],
  ["FLOAT4E2M1", 1, [6, -6, 6, Number.NaN, 1, -0]],
])("a cast to %s with saturate %i", (element, saturate, want) => {
  const x = Float32Array.of(1e6, -1e6, Number.POSITIVE_INFINITY, Number.NaN, 1.0625, -1e-9);
  const g = one("Cast", ["FLOAT", 6], {}, { to: code[element], saturate });
  expect(run(g, [x])[0]).toEqual(want);
});

test("quantizing to floats of 8 bits divides and rounds, dequantizing multiplies", () => {
  const x = Float32Array.of(1, 1.1, 1.2, 300, -1000);
  const zero: FileTensor = { element: "FLOAT8E4M3FN", dims: [], values: [0] };
  expect(run(one("QuantizeLinear", ["FLOAT", 5], { s: scale(2), z: zero }), [x])[0]).toEqual([
    0.5, 0.5625, 0.625, 144, -448,
  ]);
  const bytes = Float32Array.of(0.5, -448);
  expect(run(one("DequantizeLinear", ["FLOAT8E4M3FN", 2], { s: scale(3) }), [bytes])[0]).toEqual([1.5, -1344]);
});

test("elements that share bytes are unpacked from the lowest bits on", () => {
  const constant = (value: FileTensor): FileGraph => ({
    nodes: [
      { op: "Constant", in: [], out: ["c"], attrs: { value } },
      { op: "Cast", in: ["c"], out: ["y"], attrs: { to: 1 } },
    ],
    inputs: {},
    outputs: ["y"],
  });
  const raw = Uint8Array.of(0b11_10_01_00, 0b01);
  expect(run(constant({ element: "UINT2", dims: [5], raw }))[0]).toEqual([0, 1, 2, 3, 1]);
  expect(run(constant({ element: "INT2", dims: [5], raw }))[0]).toEqual([0, 1, -2, -1, 1]);
  expect(run(constant({ element: "INT2", dims: [5], values: [...raw] }))[0]).toEqual([0, 1, -2, -1, 1]);
  expect(run(constant({ element: "FLOAT4E2M1", dims: [3], raw: Uint8Array.of(0xf7, 0x01) }))[0]).toEqual([6, -6, 0.5]);
  expect(run(constant({ element: "BFLOAT16", dims: [2], raw: Uint8Array.of(0x80, 0x3f, 0x80, 0xff) }))[0]).toEqual([
    1,
    Number.NEGATIVE_INFINITY,
  ]);
  expect(run(constant({ element: "FLOAT8E8M0", dims: [3], values: [127, 130, 255] }))[0]).toEqual([1, 8, Number.NaN]);
});

test("2-bit results wrap in casts and saturate in quantizers", () => {
  const x = Float32Array.of(-3, -1, 0, 1, 2, 5);
  expect(run(one("Cast", ["FLOAT", 6], {}, { to: 26 }), [x])[0]).toEqual([1, -1, 0, 1, -2, 1]);
  expect(run(one("Cast", ["FLOAT", 4], {}, { to: 25 }), [x.subarray(2)])[0]).toEqual([0, 1, 2, 1]);
  const zero: FileTensor = { element: "INT2", dims: [], values: [0] };
  expect(run(one("QuantizeLinear", ["FLOAT", 6], { s: scale(1), z: zero }), [x])[0]).toEqual([-2, -1, 0, 1, 1, 1]);
});
