/** TFLite operators on plain numbers, gathering in batches, and functions of 8 bits that are tables of floats. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { type OperatorSpec, type TensorSpec, tfliteFile } from "./tflite-file.ts";

const i32 = (...v: number[]) => Int32Array.from(v);
const f32 = (...v: number[]) => Float32Array.from(v);
const float = (shape: number[], data?: Float32Array): TensorSpec => ({ name: "f", type: "FLOAT32", shape, data });
const int = (shape: number[], data?: Int32Array): TensorSpec => ({ name: "i", type: "INT32", shape, data });

/** One operator, interpreted and compiled. */
async function run(
  name: string,
  inputs: TensorSpec[],
  output: TensorSpec,
  given: TypedArray[],
  options?: OperatorSpec["options"],
): Promise<TypedArray> {
  const slots = inputs.map((_, i) => i);
  const tensors = [...inputs, output].map((t, i) => ({ ...t, name: `${t.name}${i}` }));
  const operators = [{ name, inputs: slots, outputs: [inputs.length], options }];
  const graph = importTflite(
    tfliteFile({ tensors, inputs: slots.filter((i) => !inputs[i].data), outputs: [inputs.length], operators }),
  );
  const results: TypedArray[] = [];
  for (const target of ["interpreter", "wasm"] as const) {
    const program = await compile(graph, { target });
    results.push(program.runSync(given)[0]);
    program.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  return results[0];
}

describe("plain numbers", () => {
  test.each<[string, TensorSpec[], TensorSpec, TypedArray[], TypedArray]>([
    ["RANK", [float([2, 3, 1])], int([]), [f32(0, 0, 0, 0, 0, 0)], i32(3)],
    ["FILL", [int([2], i32(2, 2)), float([])], float([2, 2]), [f32(7)], f32(7, 7, 7, 7)],
    ["ZEROS_LIKE", [int([3])], int([3]), [i32(1, 2, 3)], i32(0, 0, 0)],
    ["RANGE", [int([], i32(5)), int([], i32(-2)), int([], i32(-3))], int([3]), [], i32(5, 2, -1)],
    ["POW", [float([3]), float([3])], float([3]), [f32(2, 9, -2), f32(3, 0.5, 2)], f32(8, 3, 4)],
    ["FLOOR_MOD", [int([4]), int([4])], int([4]), [i32(7, -7, 7, -7), i32(3, 3, -3, -3)], i32(1, 2, -2, -1)],
    ["ADD_N", [float([2]), float([2]), float([2])], float([2]), [f32(1, 2), f32(3, 4), f32(5, 6)], f32(9, 12)],
    ["NEG", [int([3])], int([3]), [i32(1, -2, 0)], i32(-1, 2, 0)],
    ["SIGN", [float([4])], float([4]), [f32(-3, 0, 2, -0)], f32(-1, 0, 1, 0)],
    ["RELU_0_TO_1", [float([3])], float([3]), [f32(-1, 0.5, 2)], f32(0, 0.5, 1)],
  ])("%s", async (name, inputs, output, given, want) => {
    expect(await run(name, inputs, output, given)).toEqual(want);
  });

  test("a range without end, and one that is computed when the program runs", async () => {
    const endless = [int([], i32(0)), int([], i32(5)), int([], i32(0))];
    await expect(run("RANGE", endless, int([0]), [])).rejects.toThrow("wants a range of at most");
    await expect(run("RANGE", [int([]), int([], i32(5)), int([], i32(1))], int([5]), [i32(0)])).rejects.toThrow(
      "a start that is computed at run time",
    );
  });
});

test("GATHER in batches", async () => {
  const x = float([2, 3, 2], f32(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15));
  const options = { Gather: { axis: 1, batchDims: 1 } };
  const y = await run("GATHER", [x, int([2, 2])], float([2, 2, 2]), [i32(2, 0, 1, 1)], options);
  expect(y).toEqual(f32(4, 5, 0, 1, 12, 13, 12, 13));
  const deep = { Gather: { axis: 1, batchDims: 0 } };
  expect(await run("GATHER", [x, int([1])], float([2, 1, 2]), [i32(1)], deep)).toEqual(f32(2, 3, 12, 13));
});

describe("functions of 8 bits", () => {
  const all = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  const f = Math.fround;
  test.each<[string, number, (v: number) => number]>([
    ["EXP", 0.02, Math.exp],
    ["LOG", 0.05, (v) => (v > 0 ? Math.log(v) : Number.NEGATIVE_INFINITY)],
  ])("%s is its float function on dequantized values, halves away", async (name, scale, fn) => {
    const x: TensorSpec = { name: "x", type: "INT8", shape: [256], scale: [scale], zeroPoint: [-20] };
    const y: TensorSpec = { name: "y", type: "INT8", shape: [256], scale: [0.03], zeroPoint: [5] };
    const found = await run(name, [x], y, [all]);
    const want = all.map((q) => {
      const v = f(fn(f(f(scale) * (q + 20)))) * f(1 / f(0.03));
      const rounded = Math.sign(v) * Math.floor(Math.abs(f(v)) + 0.5);
      return Math.max(-128, Math.min(127, rounded + 5));
    });
    expect(found).toEqual(want);
  });

  test.each([false, true])("GELU of 8 bits is that of floats, approximate %s", async (approximate) => {
    const options = { Gelu: { approximate } };
    const real = await run(
      "GELU",
      [float([256])],
      float([256]),
      [Float32Array.from(all, (q) => f(f(0.03) * q))],
      options,
    );
    const x: TensorSpec = { name: "x", type: "INT8", shape: [256], scale: [0.03], zeroPoint: [0] };
    const found = await run("GELU", [x], { ...x, name: "y" }, [all], options);
    expect(found).toEqual(
      all.map(
        (_, i) => Math.sign(real[i] as number) * Math.floor(f(Math.abs(real[i] as number) * f(1 / f(0.03))) + 0.5),
      ),
    );
    const at = (v: number) => real[all.indexOf(v)] as number;
    expect(at(0)).toBe(0);
    expect(at(100)).toBeCloseTo(2.99595, approximate ? 2 : 4);
    expect(at(-30)).toBeCloseTo(-0.16565, approximate ? 2 : 4);
  });
});
