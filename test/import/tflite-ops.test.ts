/** TFLite operators that become several IR ops, and what a model has beside operators: signatures, state, custom options. */
import { encode } from "flatbuffers/js/flexbuffers.js";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { statesOf } from "../../src/ir/state.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { type ModelSpec, type OperatorSpec, type TensorSpec, tfliteFile } from "./tflite-file.ts";

const i32 = (...v: number[]) => Int32Array.from(v);
const f32 = (...v: number[]) => Float32Array.from(v);
const i8 = (...v: number[]) => Int8Array.from(v);
const quant = { scale: [0.5], zeroPoint: [3] };

/** A model of one operator: its tensors in order are the inputs, then the outputs; inputs without data are parameters. */
function one(name: string, inputs: TensorSpec[], outputs: TensorSpec[], rest: Partial<OperatorSpec> = {}): ModelSpec {
  const slots = inputs.map((_, i) => i);
  const results = outputs.map((_, i) => inputs.length + i);
  return {
    tensors: [...inputs, ...outputs],
    inputs: slots.filter((i) => !inputs[i].data && !inputs[i].isVariable),
    outputs: results,
    operators: [{ name, inputs: slots, outputs: results, ...rest }],
  };
}
const float = (name: string, shape: number[], data?: Float32Array): TensorSpec => ({
  name,
  type: "FLOAT32",
  shape,
  data,
});
const byte = (name: string, shape: number[], data?: Int8Array): TensorSpec => ({
  name,
  type: "INT8",
  shape,
  data,
  ...quant,
});
const ints = (name: string, ...v: number[]): TensorSpec => ({
  name,
  type: "INT32",
  shape: [v.length],
  data: i32(...v),
});
const bool = (name: string, shape: number[]): TensorSpec => ({ name, type: "BOOL", shape });
const run = (m: ModelSpec, ...inputs: TypedArray[]) => interpret(importTflite(tfliteFile(m)), inputs);

describe("operators", () => {
  test.each<[string, ModelSpec, TypedArray[], TypedArray]>([
    [
      "TILE",
      one("TILE", [byte("x", [2, 2]), ints("m", 1, 2)], [byte("y", [2, 4])]),
      [i8(1, 2, 3, 4)],
      i8(1, 2, 1, 2, 3, 4, 3, 4),
    ],
    [
      "BROADCAST_TO",
      one("BROADCAST_TO", [byte("x", [2]), ints("s", 2, 2)], [byte("y", [2, 2])]),
      [i8(1, 2)],
      i8(1, 2, 1, 2),
    ],
    [
      "SELECT_V2",
      one("SELECT_V2", [bool("c", [2]), byte("x", [2, 2]), byte("y", [2, 2])], [byte("z", [2, 2])]),
      [Uint8Array.of(1, 0), i8(1, 2, 3, 4), i8(5, 6, 7, 8)],
      i8(1, 6, 3, 8),
    ],
    [
      "SELECT by slices",
      one("SELECT", [bool("c", [2]), byte("x", [2, 2]), byte("y", [2, 2])], [byte("z", [2, 2])]),
      [Uint8Array.of(1, 0), i8(1, 2, 3, 4), i8(5, 6, 7, 8)],
      i8(1, 2, 7, 8),
    ],
    [
      "LOGICAL_AND",
      one("LOGICAL_AND", [bool("x", [4]), bool("y", [4])], [bool("z", [4])]),
      [Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 1, 0, 1)],
      Uint8Array.of(0, 0, 0, 1),
    ],
    [
      "LOGICAL_OR",
      one("LOGICAL_OR", [bool("x", [4]), bool("y", [4])], [bool("z", [4])]),
      [Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 1, 0, 1)],
      Uint8Array.of(0, 1, 1, 1),
    ],
    ["LOGICAL_NOT", one("LOGICAL_NOT", [bool("x", [2])], [bool("z", [2])]), [Uint8Array.of(0, 1)], Uint8Array.of(1, 0)],
    [
      "REDUCE_MAX",
      one("REDUCE_MAX", [byte("x", [2, 3]), ints("a", 1)], [byte("y", [2])]),
      [i8(1, 5, -3, -9, -8, -7)],
      i8(5, -7),
    ],
    [
      "REDUCE_PROD",
      one("REDUCE_PROD", [float("x", [2, 3]), ints("a", -1)], [float("y", [2, 1])], {
        options: { Reducer: { keepDims: true } },
      }),
      [f32(1, 5, -3, 2, 2, 2)],
      f32(-15, 8),
    ],
    [
      "PRELU of floats",
      one("PRELU", [float("x", [2, 2]), float("a", [2], f32(2, 3))], [float("y", [2, 2])]),
      [f32(-1, -1, 4, -0)],
      f32(-2, -3, 4, -0),
    ],
    [
      "LEAKY_RELU of floats",
      one("LEAKY_RELU", [float("x", [3])], [float("y", [3])], { options: { LeakyRelu: { alpha: 0.5 } } }),
      [f32(-3, 0, 2)],
      f32(-1.5, 0, 2),
    ],
    [
      "HARD_SWISH of floats",
      one("HARD_SWISH", [float("x", [4])], [float("y", [4])]),
      [f32(-4, -1.5, 0, 4)],
      f32(-0, -0.375, 0, 4),
    ],
    [
      "SQUARED_DIFFERENCE of floats",
      one("SQUARED_DIFFERENCE", [float("x", [2]), float("y", [2])], [float("z", [2])]),
      [f32(1, 2), f32(4, 4)],
      f32(9, 4),
    ],
    [
      "L2_NORMALIZATION of floats",
      one("L2_NORMALIZATION", [float("x", [1, 2])], [float("y", [1, 2])]),
      [f32(3, 4)],
      f32(0.6, 0.8),
    ],
    [
      "BATCH_MATMUL of floats",
      one("BATCH_MATMUL", [float("x", [2, 1, 2]), float("y", [3, 2])], [float("z", [2, 1, 3])], {
        options: { BatchMatMul: { adjY: true } },
      }),
      [f32(1, 2, 3, 4), f32(1, 0, 0, 1, 1, 1)],
      f32(1, 2, 3, 3, 4, 7),
    ],
    [
      "TRANSPOSE_CONV of floats scatters the filter",
      one(
        "TRANSPOSE_CONV",
        [ints("s", 1, 3, 5, 1), float("w", [1, 3, 3, 1], f32(1, 2, 3, 4, 5, 6, 7, 8, 9)), float("x", [1, 1, 2, 1])],
        [float("y", [1, 3, 5, 1])],
        { options: { TransposeConv: { padding: 1, strideW: 2, strideH: 2 } } },
      ),
      [f32(1, 10)],
      f32(1, 2, 13, 20, 30, 4, 5, 46, 50, 60, 7, 8, 79, 80, 90),
    ],
  ])("%s", (_, m, inputs, want) => {
    expect(run(m, ...inputs)).toEqual([want]);
  });

  test("ELU of floats is e^x - 1 below zero, near it too", () => {
    const [found] = run(one("ELU", [float("x", [5])], [float("y", [5])]), f32(-100, -1, -1e-6, 0, 2)) as Float32Array[];
    const want = [-1, Math.expm1(-1), Math.expm1(Math.fround(-1e-6)), 0, 2];
    want.forEach((w, i) => {
      expect(Math.abs(found[i] - w)).toBeLessThanOrEqual(Math.abs(w) * 2 ** -22);
    });
  });

  test("16-bit convolutions sum in 64 bits, with a 32-bit bias in 32", () => {
    const bias = (type: string, data: ArrayBufferView): TensorSpec => ({
      name: "b",
      type,
      shape: [1],
      scale: [0.0001],
      data,
    });
    const image: TensorSpec = { name: "x", type: "INT16", shape: [1, 1, 1, 2], scale: [0.01] };
    const w: TensorSpec = { name: "w", type: "INT8", shape: [1, 1, 1, 2], scale: [0.01], data: i8(100, 100) };
    const result: TensorSpec = { name: "y", type: "INT16", shape: [1, 1, 1, 1], scale: [0.02] };
    const text = (b: TensorSpec) =>
      print(
        importTflite(
          tfliteFile(
            one("CONV_2D", [image, w, b], [result], { options: { Conv2D: { padding: 1, strideW: 1, strideH: 1 } } }),
          ),
        ),
      );
    expect(text(bias("INT64", BigInt64Array.of(5n)))).toMatch(/: i64\[1,1,1,1\].*sums=i64[\s\S]*q15_single/);
    expect(text(bias("INT32", i32(5)))).toMatch(/: i32\[1,1,1,1\]<[\s\S]*q31_double/);
  });

  test("16-bit float weights are read as the numbers that they are", () => {
    const half: TensorSpec = {
      name: "h",
      type: "FLOAT16",
      shape: [6],
      data: Uint16Array.of(0x3c00, 0xc000, 1, 0x7bff, 0x7c00, 0x8000),
    };
    const m: ModelSpec = {
      tensors: [half, float("w", [6]), float("x", [6]), float("y", [6])],
      inputs: [2],
      outputs: [3],
      operators: [
        { name: "DEQUANTIZE", inputs: [0], outputs: [1] },
        { name: "MUL", inputs: [2, 1], outputs: [3] },
      ],
    };
    expect(run(m, f32(1, 1, 1, 1, 1, 1))).toEqual([f32(1, -2, 2 ** -24, 65504, Infinity, -0)]);
  });

  test("a float input with unsigned weights is refused", () => {
    const w = { ...byte("w", [1, 2], i8(1, 2)), type: "UINT8", data: Uint8Array.of(1, 2) };
    const m = one("FULLY_CONNECTED", [float("x", [1, 2]), w], [float("y", [1, 1])]);
    expect(() => importTflite(tfliteFile(m))).toThrow("float input with u8 weights");
  });
});

describe("signatures", () => {
  const negate = one("NEG", [float("a", [1])], [float("b", [1])]);
  const model: ModelSpec = {
    ...one("ABS", [float("a", [1])], [float("b", [1])]),
    subgraphs: [negate],
    signatures: [{ key: "negate", subgraph: 1, inputs: [["value", 0]], outputs: [["result", 1]] }],
  };
  test("by name, with its names", () => {
    const graph = importTflite(tfliteFile(model), { signature: "negate" });
    expect([graph.params[0].name, graph.outputs[0].name, graph.meta.signature]).toEqual(["value", "result", "negate"]);
    expect(interpret(graph, [f32(-2)])).toEqual([f32(2)]);
    expect(interpret(importTflite(tfliteFile(model)), [f32(-2)])).toEqual([f32(2)]);
  });
  test("one that is not there", () => {
    expect(() => importTflite(tfliteFile(model), { signature: "serve" })).toThrow(
      "signature: wants one of negate, found serve",
    );
  });
});

describe("state", () => {
  const handle = { name: "h", type: "RESOURCE", shape: [] };
  const named = { options: { VarHandle: { container: "", name: "total" } } };
  const start = (...v: number[]): Omit<ModelSpec, "subgraphs"> => ({
    tensors: [handle, float("v", [v.length], f32(...v))],
    inputs: [],
    outputs: [],
    operators: [
      { name: "VAR_HANDLE", inputs: [], outputs: [0], ...named },
      { name: "ASSIGN_VARIABLE", inputs: [0, 1], outputs: [] },
    ],
  });
  /** total += x, and the new total is the result. */
  const accumulator = (initial: Omit<ModelSpec, "subgraphs">): ModelSpec => ({
    tensors: [handle, float("x", [2]), float("old", [2]), float("new", [2])],
    inputs: [1],
    outputs: [3],
    operators: [
      { name: "CALL_ONCE", inputs: [], outputs: [], options: { CallOnce: { subgraph: 1 } } },
      { name: "VAR_HANDLE", inputs: [], outputs: [0], ...named },
      { name: "READ_VARIABLE", inputs: [0], outputs: [2] },
      { name: "ADD", inputs: [2, 1], outputs: [3] },
      { name: "ASSIGN_VARIABLE", inputs: [0, 3], outputs: [] },
    ],
    subgraphs: [initial],
  });

  test.each(["interpreter", "wasm", "auto"] as const)(
    "a variable is carried from run to run, and reset: %s",
    async (target) => {
      const graph = importTflite(tfliteFile(accumulator(start(5, 5))));
      expect(statesOf(graph)).toEqual([{ param: "/total", output: "/total/next", start: 5 }]);
      expect(statesOf(parse(print(graph)))).toEqual(statesOf(graph));
      const program = await compile(graph, { target });
      expect(program.inputs.map((p) => p.name)).toEqual(["x"]);
      expect(program.outputs.map((p) => p.name)).toEqual(["new"]);
      expect(program.runSync([f32(1, 2)])).toEqual([f32(6, 7)]);
      expect(await program.run({ x: f32(1, 2) })).toEqual([f32(7, 9)]);
      program.reset();
      expect(program.runSync([f32(0, 0)])).toEqual([f32(5, 5)]);
      program.dispose();
    },
  );
  test("variables that exchange their values", async () => {
    const two = (name: string) => ({ options: { VarHandle: { container: "", name } } });
    const values = [float("x", [1]), float("a", [1]), float("b", [1]), float("sum", [1])];
    const swap: ModelSpec = {
      tensors: [handle, { ...handle, name: "g" }, ...values],
      inputs: [2],
      outputs: [4, 5],
      operators: [
        { name: "VAR_HANDLE", inputs: [], outputs: [0], ...two("a") },
        { name: "VAR_HANDLE", inputs: [], outputs: [1], ...two("b") },
        { name: "READ_VARIABLE", inputs: [0], outputs: [3] },
        { name: "READ_VARIABLE", inputs: [1], outputs: [4] },
        { name: "ADD", inputs: [3, 2], outputs: [5] },
        { name: "ASSIGN_VARIABLE", inputs: [0, 4], outputs: [] },
        { name: "ASSIGN_VARIABLE", inputs: [1, 5], outputs: [] },
      ],
    };
    for (const target of ["interpreter", "wasm"] as const) {
      const program = await compile(importTflite(tfliteFile(swap)), { target });
      // a, b = b, a + x
      const steps = [1, 1, 1, 1, 1].map((x) => program.runSync([f32(x)]).map((y) => y[0]));
      expect(steps).toEqual([
        [0, 1],
        [1, 1],
        [1, 2],
        [2, 2],
        [2, 3],
      ]);
    }
  });
  test.each(["interpreter", "wasm"] as const)(
    "initial values that differ from element to element: %s",
    async (target) => {
      const program = await compile(importTflite(tfliteFile(accumulator(start(5, 6)))), { target });
      expect(program.outputs.map((p) => p.name)).toEqual(["new"]);
      const step = () => program.runSync([f32(1, 2)])[0];
      expect([step(), step()]).toEqual([f32(6, 8), f32(7, 10)]);
      program.reset();
      expect([step(), step()]).toEqual([f32(6, 8), f32(7, 10)]);
    },
  );
  test("initial values that are never assigned to", async () => {
    const reading = accumulator(start(5, 6));
    const m = { ...reading, operators: reading.operators.slice(0, 4) };
    const program = await compile(importTflite(tfliteFile(m)), { target: "wasm" });
    for (let i = 0; i < 3; i++) expect(program.runSync([f32(1, 2)])).toEqual([f32(6, 8)]);
  });

  test.each(["interpreter", "wasm"] as const)("SVDF remembers the last inputs: %s", async (target) => {
    const svdf = one(
      "SVDF",
      [
        float("x", [1, 1]),
        float("feature", [1, 1], f32(2)),
        float("time", [1, 3], f32(1, 10, 100)),
        float("bias", [1], f32(0.5)),
        { ...float("memory", [1, 3]), isVariable: true },
      ],
      [float("y", [1, 1])],
      { options: { Svdf: { rank: 1 } } },
    );
    const program = await compile(importTflite(tfliteFile(svdf)), { target });
    expect([1, 2, 3, 4].map((x) => program.runSync([f32(x)])[0][0])).toEqual([200.5, 420.5, 642.5, 864.5]);
  });
});

describe("detection", () => {
  const options = (more: Record<string, unknown> = {}) =>
    encode({
      max_detections: 3,
      max_classes_per_detection: 1,
      num_classes: 2,
      nms_score_threshold: 0.25,
      nms_iou_threshold: 0.5,
      y_scale: 10,
      x_scale: 10,
      h_scale: 5,
      w_scale: 5,
      ...more,
    });
  // Two boxes on the same anchor and one apart; a background class in front of two others.
  const anchors = f32(0.5, 0.5, 0.4, 0.4, 0.5, 0.5, 0.4, 0.4, 0.1, 0.1, 0.2, 0.2);
  const model = (customOptions: Uint8Array) =>
    one(
      "custom:TFLite_Detection_PostProcess",
      [float("boxes", [1, 3, 4]), float("scores", [1, 3, 3]), float("anchors", [3, 4], anchors)],
      ["boxes:0", "classes", "scores:0", "count"].map((name) => float(name, [])),
      { customOptions },
    );
  const scores = f32(0, 0.5, 0.75, 0, 0.625, 0.375, 0, 0.3125, 0);
  const boxes = new Float32Array(12);
  const list = (v: TypedArray) => Array.from(v as Float32Array, (x) => Math.round(x * 1000) / 1000);

  test("fast suppression takes each box's best class", () => {
    const [corners, classes, found, count] = run(model(options()), boxes, scores);
    expect([list(corners), list(classes), list(found), list(count)]).toEqual([
      [0.3, 0.3, 0.7, 0.7, 0, 0, 0.2, 0.2, 0, 0, 0, 0],
      [1, 0, 0],
      [0.75, 0.313, 0],
      [2],
    ]);
  });
  test("regular suppression goes class by class", () => {
    const [, classes, found, count] = run(model(options({ use_regular_nms: true })), boxes, scores);
    expect([list(classes), list(found), list(count)]).toEqual([[1, 0, 0], [0.75, 0.625, 0.313], [3]]);
  });
  test("several classes per detection and missing options are refused", () => {
    expect(() => run(model(options({ max_classes_per_detection: 2 })), boxes, scores)).toThrow(
      "several classes per detection",
    );
    expect(() => run(model(encode({})), boxes, scores)).toThrow("wants the option max_detections as a number");
  });
});
