import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { type ModelSpec, type OperatorSpec, type TensorSpec, tfliteFile } from "./tflite-file.ts";

const i32 = (...v: number[]) => Int32Array.from(v);

/** A model of one operator on int8 tensors of scale 1/2, zero point 3. `rest` are further operands, usually constants. */
function single(
  name: string,
  shape: number[],
  result: number[],
  rest: TensorSpec[],
  options?: OperatorSpec["options"],
): ModelSpec {
  const quant = { scale: [0.5], zeroPoint: [3] };
  const tensors = [
    { name: "x", type: "INT8", shape, ...quant },
    { name: "y", type: "INT8", shape: result, ...quant },
    ...rest,
  ];
  const inputs = [0, ...rest.map((_, i) => i + 2)];
  return { tensors, inputs: [0], outputs: [1], operators: [{ name, inputs, outputs: [1], options }] };
}

const run = (m: ModelSpec, ...inputs: TypedArray[]) => interpret(importTflite(tfliteFile(m)), inputs);
const constant = (name: string, data: Int32Array, shape = [data.length]): TensorSpec => ({
  name,
  type: "INT32",
  shape,
  data,
});
const count = (n: number) => Int8Array.from({ length: n }, (_, i) => i);

/** conv -> relu6 -> fully connected on int8, per channel and per tensor. */
function network(): ModelSpec {
  const pattern = (n: number) => Int8Array.from({ length: n }, (_, i) => ((i * 37) % 255) - 127);
  return {
    inputs: [0],
    outputs: [6],
    tensors: [
      { name: "image", type: "INT8", shape: [1, 4, 4, 2], scale: [0.02], zeroPoint: [-128] },
      { name: "conv/w", type: "INT8", shape: [3, 3, 3, 2], scale: [0.01, 0.02, 0.03], data: pattern(54) },
      { name: "conv/b", type: "INT32", shape: [3], scale: [0.0002, 0.0004, 0.0006], data: i32(10, -20, 30) },
      { name: "conv", type: "INT8", shape: [1, 2, 2, 3], scale: [0.05], zeroPoint: [-10] },
      { name: "fc/w", type: "INT8", shape: [2, 12], scale: [0.004], data: pattern(24) },
      { name: "fc/b", type: "INT32", shape: [2], scale: [0.0002], data: i32(5, -6) },
      { name: "scores", type: "INT8", shape: [1, 2], scale: [0.1], zeroPoint: [4] },
    ],
    operators: [
      {
        name: "CONV_2D",
        inputs: [0, 1, 2],
        outputs: [3],
        options: { Conv2D: { padding: 0, strideW: 2, strideH: 2, fused: 3 } },
      },
      { name: "FULLY_CONNECTED", inputs: [3, 4, 5], outputs: [6], options: { FullyConnected: { fused: 0 } } },
    ],
  };
}

test("a network keeps names, quantizers and weights", () => {
  const graph = importTflite(tfliteFile(network()), { source: "net.tflite" });
  expect(graph.meta).toEqual({ profile: "tflite", source: "net.tflite" });
  expect(print(graph, { data: false })).toMatchInlineSnapshot(`
    "func @main(%image: i8[1,4,4,2]<0.02:-128>) {profile="tflite", source="net.tflite"} {
      %conv/w: i8[3,3,3,2]<#conv/w @0> = const(value=data)
      %conv/b: i32[3]<0.02 * #conv/w @0> = const(value=[10, -20, 30])
      %conv/sums: i32[1,2,2,3]<0.02 * #conv/w @3> = conv2d(%image, %conv/w, bias=%conv/b, stride=[2, 2], pad=[0, 0, 1, 1])
      %conv: i8[1,2,2,3]<0.05:-10> = requantize(%conv/sums, by=q31_double(#conv.rescale), clamp=[-10, 110])
      %scores/rows: i8[1,12]<0.05:-10> = reshape(%conv, shape=[1, 12])
      %fc/w: i8[2,12]<0.004> = const(value=data)
      %fc/b: i32[2]<0.05 * 0.004> = const(value=[5, -6])
      %scores/sums: i32[1,2]<0.05 * 0.004> = linear(%scores/rows, %fc/w, bias=%fc/b)
      %scores: i8[1,2]<0.1:4> = requantize(%scores/sums, by=q31_double(1099511664:-8), clamp=[-128, 127])
      return %scores
    }

    #conv/w = [0.01, 0.02, 0.03]
    #conv.rescale = [1099511562:-7, 1099511562:-6, 1649267343:-6]
    "
  `);
});

describe("data movement", () => {
  test.each<[string, ModelSpec, number[]]>([
    ["PAD holds the zero point", single("PAD", [1, 2], [1, 4], [constant("p", i32(0, 0, 1, 1), [2, 2])]), [3, 0, 1, 3]],
    [
      "MIRROR_PAD reflects",
      single("MIRROR_PAD", [3], [7], [constant("p", i32(2, 2), [1, 2])], { MirrorPad: { mode: 0 } }),
      [2, 1, 0, 1, 2, 1, 0],
    ],
    [
      "MIRROR_PAD repeats the edge",
      single("MIRROR_PAD", [3], [7], [constant("p", i32(2, 2), [1, 2])], { MirrorPad: { mode: 1 } }),
      [1, 0, 0, 1, 2, 2, 1],
    ],
    ["TRANSPOSE", single("TRANSPOSE", [2, 3], [3, 2], [constant("p", i32(1, 0))]), [0, 3, 1, 4, 2, 5]],
    ["RESHAPE works out -1", single("RESHAPE", [2, 3], [3, 2], [constant("s", i32(3, -1))]), [0, 1, 2, 3, 4, 5]],
    ["SQUEEZE", single("SQUEEZE", [1, 3, 1], [1, 3], [], { Squeeze: { dims: [-1] } }), [0, 1, 2]],
    ["EXPAND_DIMS", single("EXPAND_DIMS", [3], [3, 1], [constant("a", i32(-1), [])]), [0, 1, 2]],
    [
      "SLICE to the end",
      single("SLICE", [2, 3], [1, 2], [constant("b", i32(1, 1)), constant("s", i32(-1, -1))]),
      [4, 5],
    ],
    [
      "STRIDED_SLICE backwards",
      single("STRIDED_SLICE", [5], [3], [constant("b", i32(-1)), constant("e", i32(-6)), constant("s", i32(-2))], {
        StridedSlice: {},
      }),
      [4, 2, 0],
    ],
    [
      "STRIDED_SLICE with an ellipsis, a new axis and one dimension dropped",
      single(
        "STRIDED_SLICE",
        [2, 2, 3],
        [2, 2, 1],
        [constant("b", i32(0, 0, 1)), constant("e", i32(0, 0, 2)), constant("s", i32(1, 1, 1))],
        { StridedSlice: { ellipsis: 1, newAxis: 2, shrinkAxis: 4 } },
      ),
      [1, 4, 7, 10],
    ],
    [
      "SPACE_TO_DEPTH",
      single("SPACE_TO_DEPTH", [1, 2, 4, 1], [1, 1, 2, 4], [], { SpaceToDepth: { block: 2 } }),
      [0, 1, 4, 5, 2, 3, 6, 7],
    ],
    [
      "DEPTH_TO_SPACE",
      single("DEPTH_TO_SPACE", [1, 1, 2, 4], [1, 2, 4, 1], [], { DepthToSpace: { block: 2 } }),
      [0, 1, 4, 5, 2, 3, 6, 7],
    ],
    [
      "SPACE_TO_BATCH_ND",
      single(
        "SPACE_TO_BATCH_ND",
        [1, 2, 3, 1],
        [4, 1, 2, 1],
        [constant("b", i32(2, 2)), constant("p", i32(0, 0, 0, 1), [2, 2])],
      ),
      [0, 2, 1, 3, 3, 5, 4, 3],
    ],
    [
      "BATCH_TO_SPACE_ND",
      single(
        "BATCH_TO_SPACE_ND",
        [4, 1, 2, 1],
        [1, 2, 3, 1],
        [constant("b", i32(2, 2)), constant("c", i32(0, 0, 0, 1), [2, 2])],
      ),
      [0, 2, 1, 4, 6, 5],
    ],
    ["REVERSE_V2", single("REVERSE_V2", [2, 2], [2, 2], [constant("a", i32(1))]), [1, 0, 3, 2]],
    ["GATHER", single("GATHER", [3, 2], [2, 2], [constant("i", i32(2, 0))], { Gather: { axis: 0 } }), [4, 5, 0, 1]],
    [
      "RESIZE_NEAREST_NEIGHBOR",
      single("RESIZE_NEAREST_NEIGHBOR", [1, 1, 2, 1], [1, 1, 4, 1], [constant("s", i32(1, 4))], {
        ResizeNearestNeighbor: {},
      }),
      [0, 0, 1, 1],
    ],
  ])("%s", (_, m, want) => {
    const size = m.tensors[0].shape.reduce((a, b) => a * b, 1);
    expect(run(m, count(size))).toEqual([Int8Array.from(want)]);
  });

  test("SPLIT and UNPACK give several results", () => {
    const quant = { type: "INT8", scale: [0.5], zeroPoint: [3] };
    const tensors = [
      { name: "x", shape: [2, 2], ...quant },
      { name: "axis", type: "INT32", shape: [], data: i32(1) },
      { name: "a", shape: [2, 1], ...quant },
      { name: "b", shape: [2, 1], ...quant },
      { name: "c", shape: [2], ...quant },
      { name: "d", shape: [2], ...quant },
    ];
    const operators: OperatorSpec[] = [
      { name: "SPLIT", inputs: [1, 0], outputs: [2, 3], options: { Split: { count: 2 } } },
      { name: "UNPACK", inputs: [0], outputs: [4, 5], options: { Unpack: { count: 2, axis: 0 } } },
    ];
    const results = run({ tensors, inputs: [0], outputs: [2, 3, 4, 5], operators }, count(4));
    expect(results.map((r) => Array.from(r as Int8Array))).toEqual([
      [0, 2],
      [1, 3],
      [0, 1],
      [2, 3],
    ]);
  });

  test("a shape that operators compute from constants is folded", () => {
    const tensors = [
      { name: "x", type: "INT8", shape: [2, 3] },
      { name: "shape", type: "INT32", shape: [2] },
      { name: "begin", type: "INT32", shape: [1], data: i32(1) },
      { name: "end", type: "INT32", shape: [1], data: i32(2) },
      { name: "step", type: "INT32", shape: [1], data: i32(1) },
      { name: "width", type: "INT32", shape: [] },
      { name: "two", type: "INT32", shape: [], data: i32(2) },
      { name: "wanted", type: "INT32", shape: [2] },
      { name: "y", type: "INT8", shape: [3, 2] },
    ];
    const operators: OperatorSpec[] = [
      { name: "SHAPE", inputs: [0], outputs: [1] },
      { name: "STRIDED_SLICE", inputs: [1, 2, 3, 4], outputs: [5], options: { StridedSlice: { shrinkAxis: 1 } } },
      { name: "PACK", inputs: [5, 6], outputs: [7], options: { Pack: { count: 2, axis: 0 } } },
      { name: "RESHAPE", inputs: [0, 7], outputs: [8] },
    ];
    expect(run({ tensors, inputs: [0], outputs: [8], operators }, count(6))).toEqual([count(6)]);
  });
});

describe("arithmetic", () => {
  /** An operator of one 8-bit operand on every twelfth stored value. */
  const pointwise = (
    name: string,
    type: "INT8" | "UINT8",
    x: [scale: number, zero: number],
    y: [scale: number, zero: number],
    options?: OperatorSpec["options"],
  ): ModelSpec => ({
    tensors: [
      { name: "x", type, shape: [22], scale: [x[0]], zeroPoint: [x[1]] },
      { name: "y", type, shape: [22], scale: [y[0]], zeroPoint: [y[1]] },
    ],
    inputs: [0],
    outputs: [1],
    operators: [{ name, inputs: [0], outputs: [1], options }],
  });
  const signed = Int8Array.from({ length: 22 }, (_, i) => i * 12 - 128);

  // Expected values: TFLite's reference kernels, as built from tflite-micro@90b983c2b3 without FP contraction.
  test.each<[string, ModelSpec, number[]]>([
    [
      "LOGISTIC",
      pointwise("LOGISTIC", "INT8", [0.0472248979, 70], [1 / 256, -128]),
      [
        -128, -128, -128, -128, -128, -128, -127, -127, -126, -124, -122, -117, -109, -97, -78, -51, -18, 18, 51, 78,
        97, 109,
      ],
    ],
    [
      "TANH",
      pointwise("TANH", "INT8", [0.0472248979, 70], [1 / 128, 0]),
      [
        -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -127, -126, -123, -114, -88, -35, 35, 88, 114,
        123, 126,
      ],
    ],
    [
      "HARD_SWISH",
      pointwise("HARD_SWISH", "INT8", [0.00249625114, -70], [0.00124607282, -57]),
      [-112, -101, -90, -79, -67, -55, -43, -30, -18, -5, 8, 22, 35, 49, 63, 78, 92, 107, 122, 127, 127, 127],
    ],
    [
      "LEAKY_RELU",
      pointwise("LEAKY_RELU", "INT8", [0.0472248979, 70], [0.0119739808, 120], { LeakyRelu: { alpha: 1.04999995 } }),
      [
        -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -104, -54, -4, 45, 95, 127, 127, 127,
        127, 127,
      ],
    ],
    [
      "CONCATENATION of uint8 on another scale",
      pointwise("CONCATENATION", "UINT8", [0.00249625114, 58], [0.00124607282, 71], { Concatenation: { axis: 0 } }),
      [0, 0, 3, 27, 51, 75, 99, 123, 147, 171, 195, 219, 243, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    ],
  ])("%s", (_, m, want) => {
    const unsigned = m.tensors[0].type === "UINT8";
    expect(run(m, unsigned ? Uint8Array.from(signed, (v) => v + 128) : signed)).toEqual([
      unsigned ? Uint8Array.from(want) : Int8Array.from(want),
    ]);
  });

  test("SUB", () => {
    const m: ModelSpec = {
      tensors: [
        { name: "x", type: "INT8", shape: [22], scale: [0.00249625114], zeroPoint: [-70] },
        { name: "y", type: "INT8", shape: [22], scale: [0.00197118521], zeroPoint: [-11] },
        { name: "z", type: "INT8", shape: [22], scale: [0.00124607282], zeroPoint: [-57] },
      ],
      inputs: [0, 1],
      outputs: [2],
      operators: [{ name: "SUB", inputs: [0, 1], outputs: [2], options: { Sub: { fused: 0 } } }],
    };
    const y = [44, -124, -18, 54, 104, -47, -4, -75, 8, 66, -18, -40, 13, -41, -60, -97, 117, -112, 126, 11, 65, 110];
    const z = [-128, 30, -114, -128, -128, 4, -40, 96, -11, -79, 78, 127, 77, 127, 127, 127, 9, 127, 43, 127, 127, 127];
    expect(run(m, signed, Int8Array.from(y))).toEqual([Int8Array.from(z)]);
  });
});

describe("what is not supported is named, all of it", () => {
  test("operators, types and features together", () => {
    const m = network();
    m.tensors.push({ name: "z", type: "FLOAT64", shape: [1, 2] }, { name: "v", type: "INT8", shape: [1, 2] });
    m.operators.push(
      { name: "LSTM", inputs: [6], outputs: [7] },
      { name: "custom:Mine", inputs: [7], outputs: [8] },
      { name: "ADD", inputs: [7, 7], outputs: [9] },
    );
    m.tensors.push({ name: "sum", type: "INT8", shape: [1, 2], scale: [1] });
    m.outputs = [9];
    expect(() => importTflite(tfliteFile(m), { source: "net.tflite" })).toThrowErrorMatchingInlineSnapshot(`
      [ModelError: net.tflite: 3 unsupported:
        LSTM 2 (z): a recurrent operator (inputs INT8)
        custom operator Mine 3 (v): no conversion (inputs FLOAT64)
        ADD 4 (sum): tensor 7 (z) of type FLOAT64 (inputs FLOAT64, FLOAT64)]
    `);
  });

  test("a graph can end before an operator, and says so", () => {
    const m = network();
    m.tensors.push({ name: "boxes", type: "FLOAT32", shape: [] });
    m.operators.push({ name: "custom:TFLite_Detection_PostProcess", inputs: [3, 6], outputs: [7] });
    m.outputs = [7];
    const warnings: string[] = [];
    const graph = importTflite(tfliteFile(m), {
      onWarning: (w) => warnings.push(w),
      endBefore: ["TFLite_Detection_PostProcess"],
    });
    expect(graph.outputs.map((o) => o.name)).toEqual(["conv", "scores"]);
    expect(graph.meta.omitted).toBe("TFLite_Detection_PostProcess");
    expect(warnings).toEqual([
      "custom operator TFLite_Detection_PostProcess 2 (boxes): left out; its inputs conv and scores are the outputs",
    ]);
  });
});

describe("a damaged or contradictory file gives one clear line", () => {
  const broken = (change: (m: ModelSpec) => void) => () => {
    const m = network();
    change(m);
    return importTflite(tfliteFile(m));
  };
  test.each<[string, () => unknown, string]>([
    ["no file", () => importTflite(new Uint8Array(0)), 'TFLite file: wants the identifier TFL3 at byte 4, found ""'],
    [
      "another format",
      () => importTflite(new TextEncoder().encode("this is not a model")),
      'TFLite file: wants the identifier TFL3 at byte 4, found " is "',
    ],
    ["half a file", () => importTflite(tfliteFile(network()).subarray(0, 100)), "it is truncated or damaged"],
    [
      "missing weights",
      broken((m) => (m.tensors[1].data = new Int8Array(53))),
      "tensor 1 (conv/w): wants 54 bytes of INT8 data for [3,3,3,2], found 53",
    ],
    [
      "too few scales",
      broken((m) => (m.tensors[1].scale = [1, 2])),
      "tensor 1 (conv/w): wants 3 scales along dimension 0, found 2",
    ],
    [
      "too few zero points",
      broken((m) => (m.tensors[1].zeroPoint = [0])),
      "tensor 1 (conv/w): wants a zero point for each of 3 scales, found 1",
    ],
    [
      "a scale of 0",
      broken((m) => (m.tensors[0].scale = [0])),
      "tensor 0 (image): wants finite scales above 0, found 0",
    ],
    [
      "a zero point out of range",
      broken((m) => (m.tensors[0].zeroPoint = [200])),
      "tensor 0 (image): wants zero points in [-128, 127], found 200",
    ],
    [
      "a channel dimension out of range",
      broken((m) => (m.tensors[1].dimension = 4)),
      "tensor 1 (conv/w): wants a quantized dimension below 4, found 4",
    ],
    [
      "an absurd shape",
      broken((m) => (m.tensors[0].shape = [65536, 65536, 65536, 2])),
      "tensor 0 (image): wants at most 8 dimensions and 268435456 elements, found [65536,65536,65536,2]",
    ],
    [
      "an operand that is not there",
      broken((m) => (m.operators[0].inputs = [0, 99, 2])),
      "CONV_2D 0 (conv): wants a tensor below 7, found 99",
    ],
    [
      "operators in a circle",
      broken((m) => (m.operators[0].inputs = [6, 1, 2])),
      "CONV_2D 0 (conv): reads tensor 6 (scores) before anything has made it",
    ],
    [
      "a result that exists",
      broken((m) => (m.operators[1].outputs = [3])),
      "FULLY_CONNECTED 1 (conv): gives [1,2], but tensor 3 (conv) is declared as [1,2,2,3]",
    ],
    [
      "a declared shape that is not the operator's",
      broken((m) => (m.tensors[3].shape = [1, 3, 3, 3])),
      "CONV_2D 0 (conv): gives [1,2,2,3], but tensor 3 (conv) is declared as [1,3,3,3]",
    ],
    [
      "strides of 0",
      broken((m) => (m.operators[0].options = { Conv2D: { padding: 0 } })),
      "CONV_2D 0 (conv): wants strides and dilations of at least 1, found 0 and 1",
    ],
    [
      "options of another operator",
      broken((m) => (m.operators[0].options = { Softmax: { beta: 1 } })),
      "CONV_2D 0 (conv): wants Conv2D options (number 1), found number 9",
    ],
    [
      "weights that are not quantized",
      broken((m) => (m.tensors[1].scale = undefined)),
      "CONV_2D 0 (conv): wants quantized weights, found plain integers",
    ],
    [
      "scales too far apart",
      broken((m) => {
        m.tensors[0].scale = [1e38];
        m.tensors[3].scale = [1e-38];
      }),
      "CONV_2D 0 (conv): wants scales near enough to each other for 32-bit multipliers",
    ],
    [
      "an axis out of range",
      () => importTflite(tfliteFile(single("GATHER", [3], [1], [constant("i", i32(0))], { Gather: { axis: -2 } }))),
      "GATHER 0 (y): wants an axis in [-1, 1), found -2",
    ],
  ])("%s", (_, load, message) => {
    expect(load).toThrow(ModelError);
    expect(load).toThrow(message);
  });

  test("any truncation and any changed bytes give a graph or a ModelError, soon", () => {
    const whole = tfliteFile(network());
    const survives = (bytes: Uint8Array) => {
      try {
        importTflite(bytes);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    };
    for (let n = 0; n < whole.length; n++) survives(whole.slice(0, n));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        survives(bytes);
      }),
      { numRuns: 5000 },
    );
  });
});
