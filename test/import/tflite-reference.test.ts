/**
 * 8-bit and 16-bit kernels on every value or pair of values, against TFLite's reference kernels (tflite-micro@90b983c2b3,
 * built without FP contraction): expected are checksums of all results.
 */
import { expect, test } from "vitest";
import { importTflite } from "../../src/import/tflite/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { softmaxTables } from "../../src/ir/softmax-lut.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { type OperatorSpec, type TensorSpec, tfliteFile } from "./tflite-file.ts";

/** FNV-1a over the low 16 bits of each value. */
function checksum(values: TypedArray): number {
  let sum = 2166136261;
  for (const v of values as Int8Array) sum = Math.imul(sum ^ (v & 0xffff), 16777619);
  return sum >>> 0;
}

type Scale = readonly [scale: number, zero: number];
const [x, y, z]: Scale[] = [
  [0.0472248979, 7],
  [0.031, -11],
  [0.0119739808, 20],
];

const tensor = (name: string, type: string, shape: number[], [scale, zero]: Scale): TensorSpec => ({
  name,
  type,
  shape,
  scale: [scale],
  zeroPoint: [zero],
});

/** One operator's results on given inputs, all int8 but where a type is given. */
function results(
  name: string,
  inputs: readonly { data: TypedArray; scale: Scale; type?: string }[],
  to: { scale?: Scale; type?: string },
  shape: number[],
  options?: OperatorSpec["options"],
): TypedArray {
  const tensors = inputs.map((v, i) => tensor(`x${i}`, v.type ?? "INT8", shape, v.scale));
  const result = to.scale ? tensor("y", to.type ?? "INT8", shape, to.scale) : { name: "y", type: to.type!, shape };
  const slots = inputs.map((_, i) => i);
  const operators = [{ name, inputs: slots, outputs: [inputs.length], options }];
  const file = tfliteFile({ tensors: [...tensors, result], inputs: slots, outputs: [inputs.length], operators });
  return interpret(
    importTflite(file),
    inputs.map((v) => v.data),
  )[0];
}

const pairs = [
  { data: Int8Array.from({ length: 65536 }, (_, i) => (i >> 8) - 128), scale: x },
  { data: Int8Array.from({ length: 65536 }, (_, i) => (i & 255) - 128), scale: y },
];

test.each<[string, { scale?: Scale; type?: string }, number]>([
  ["SQUARED_DIFFERENCE", { scale: z }, 290778215],
  ["PRELU", { scale: z }, 2313999108],
  ["LESS", { type: "BOOL" }, 2397933737],
  ["EQUAL", { type: "BOOL" }, 2647989996],
])("%s on all pairs", (name, to, want) => {
  expect(checksum(results(name, pairs, to, [65536]))).toBe(want);
});

test("DIV on all pairs but those with a divisor of zero, which the reference does not define", () => {
  const found = results("DIV", pairs, { scale: z }, [65536]) as Int8Array;
  for (let i = y[1] + 128; i < found.length; i += 256) found[i] = 0;
  expect(checksum(found)).toBe(976906731);
});

const bytes = { data: Int8Array.from({ length: 256 }, (_, i) => i - 128), scale: x };

test.each([
  ["ABS", 3379213308],
  ["RSQRT", 1381536934],
  ["ELU", 4112082667],
])("%s on all values", (name, want) => {
  expect(checksum(results(name, [bytes], { scale: z }, [256]))).toBe(want);
});

const words = (scale: number) => ({
  data: Int16Array.from({ length: 65536 }, (_, i) => i - 32768),
  scale: [scale, 0] as const,
  type: "INT16",
});

test.each([
  ["LOGISTIC", 1 / 4096, 2046310762],
  ["TANH", 1 / 4096, 1430673186],
  ["LOGISTIC", 1 / 2048, 3109593512],
  ["TANH", 1 / 2048, 2120937552],
  ["LOGISTIC", 0.00037, 2936747863],
  ["TANH", 0.00037, 1663110023],
  ["LOGISTIC", 0.0000213, 3832975343],
  ["TANH", 0.0000213, 2580085841],
])("%s on all 16-bit values of scale %d", (name, scale, want) => {
  const to = { scale: [1 / 32768, 0] as const, type: "INT16" };
  expect(checksum(results(name, [words(scale)], to, [65536]))).toBe(want);
});

test("LEAKY_RELU on all 16-bit values", () => {
  const to = { scale: [z[0], 0] as const, type: "INT16" };
  const found = results("LEAKY_RELU", [words(x[0])], to, [65536], { LeakyRelu: { alpha: 0.31 } });
  expect(checksum(found)).toBe(857772879);
});

test("L2_NORMALIZATION of int8 and uint8 rows, one of zeros and one of a single one", () => {
  const data = Int8Array.from({ length: 256 }, (_, i) => {
    if (i >= 16 && i < 48) return 7 + Number(i === 35);
    return ((i * i * 7 + i * 13) % 251) - 125;
  });
  const signed = results("L2_NORMALIZATION", [{ data, scale: [0.05, 7] }], { scale: [1 / 128, 0] }, [16, 16]);
  expect(checksum(signed)).toBe(1977279255);
  const shifted = { data: Uint8Array.from(data, (v) => v + 128), scale: [0.05, 135] as const, type: "UINT8" };
  const unsigned = results("L2_NORMALIZATION", [shifted], { scale: [1 / 128, 128], type: "UINT8" }, [16, 16]);
  expect(checksum(unsigned)).toBe(188274891);
});

test("the tables of the 16-bit softmax", () => {
  const { exp, reciprocal } = softmaxTables();
  expect([checksum(exp), checksum(reciprocal)]).toEqual([265035125, 4237183854]);
});
