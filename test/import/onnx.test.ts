import { describe, expect, test } from "vitest";
import { importOnnx, type OnnxOptions, UnsupportedModel } from "../../src/import/onnx/index.ts";
import { rows } from "../../src/import/onnx/ops/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { type FileGraph, type FileNode, type FileTensor, onnxFile } from "./onnx-file.ts";

const load = (g: FileGraph, options: OnnxOptions = {}): Graph => importOnnx(onnxFile(g), options);
const run = (g: FileGraph, inputs: TypedArray[], options: OnnxOptions = {}): TypedArray[] =>
  interpret(load(g, options), inputs);
const opsOf = (g: Graph): string[] => g.nodes.map((n) => n.op.name).filter((op) => op !== "const" && op !== "param");

const float = (...values: number[]): FileTensor => ({ element: "FLOAT", dims: [values.length], values });
const scalar = (v: number): FileTensor => ({ element: "FLOAT", dims: [], values: [v] });
const byte = (v: number): FileTensor => ({ element: "UINT8", dims: [], values: [v] });
const ints = (...values: number[]): FileTensor => ({ element: "INT64", dims: [values.length], values });

/** x -> op -> y on floats. */
const single = (
  node: Partial<FileNode> & { op: string },
  dims: (number | string)[],
  more: Partial<FileGraph> = {},
): FileGraph => ({
  nodes: [{ in: ["x"], out: ["y"], ...node }],
  inputs: { x: ["FLOAT", dims] },
  outputs: ["y"],
  ...more,
});

/** x (uint8) -> dequantize -> nodes -> quantize -> y. */
const group = (nodes: FileNode[], more: Partial<FileGraph> = {}): FileGraph => ({
  nodes: [
    { op: "DequantizeLinear", in: ["x", "sx", "zx"], out: ["xf"] },
    ...nodes,
    { op: "QuantizeLinear", in: ["m", "sy", "zy"], out: ["y"] },
  ],
  inputs: { x: ["UINT8", [1, 2, 4, 4]] },
  outputs: ["y"],
  outputTypes: { y: "UINT8" },
  ...more,
  initializers: { sx: scalar(0.5), zx: byte(10), sy: scalar(0.25), zy: byte(0), ...more.initializers },
});

const kernel: FileTensor = { element: "INT8", dims: [3, 2, 1, 1], values: [1, -2, 3, 4, -5, 6] };
const convolution: FileNode[] = [
  { op: "DequantizeLinear", in: ["w", "sw"], out: ["wf"], attrs: { axis: 0 } },
  { op: "Conv", in: ["xf", "wf"], out: ["c"] },
];
const weights = { w: kernel, sw: float(0.1, 0.2, 0.3) };

describe("quantized groups", () => {
  test("a convolution becomes exact sums and one rescaling", () => {
    const g = load(
      group([...convolution.slice(0, 1), { op: "Conv", in: ["xf", "wf"], out: ["m"] }], { initializers: weights }),
    );
    expect(opsOf(g)).toEqual(["transpose", "conv2d", "requantize", "transpose"]);
    expect(g.meta.profile).toBe("ort");
    const by = g.nodes.find((n) => n.op.name === "requantize")!.attrs.by as { rule: string; a: number[] };
    const f = Math.fround;
    expect(by.a).toEqual([0.1, 0.2, 0.3].map((s) => f(f(0.5 * f(s)) / 0.25)));
    expect(print(parse(print(g)))).toBe(print(g));
  });

  test("a relu that the zero point implies is the clamp; another one keeps ONNX Runtime from fusing", () => {
    const relu = (zero: number) =>
      group([...convolution, { op: "Relu", in: ["c"], out: ["m"] }], { initializers: { ...weights, zy: byte(zero) } });
    expect(opsOf(load(relu(0)))).not.toContain("dequantize");
    expect(opsOf(load(relu(7)))).toContain("dequantize");
    const q = load(relu(7), { numerics: "pytorch" }).nodes.find((n) => n.op.name === "requantize")!;
    expect(q.attrs.clamp).toEqual([7, 255]);
  });

  test("a value that something else reads stays a float", () => {
    const g = group([...convolution.slice(0, 1), { op: "Conv", in: ["xf", "wf"], out: ["m"] }], {
      initializers: weights,
      outputs: ["y", "m"],
    });
    expect(opsOf(load(g))).toContain("dequantize");
  });

  test("PyTorch's files get PyTorch's arithmetic, unless stated otherwise", () => {
    const g = group([{ op: "Relu", in: ["xf"], out: ["m"] }], { producer: "pytorch" });
    expect(load(g).meta.profile).toBe("pytorch");
    expect(load(g, { numerics: "ort" }).meta.profile).toBe("ort");
    expect(load(single({ op: "Relu" }, [3], { producer: "pytorch" })).meta.profile).toBe("ort");
  });

  test("movements between equal quantizers move the stored integers", () => {
    const same = { sy: scalar(0.5), zy: byte(10) };
    const nodes: FileNode[] = [
      { op: "Transpose", in: ["xf"], out: ["t"], attrs: { perm: [0, 2, 3, 1] } },
      { op: "Flatten", in: ["t"], out: ["m"] },
    ];
    expect(opsOf(load(group(nodes, { initializers: same })))).toEqual(["transpose", "reshape"]);
    expect(opsOf(load(group(nodes)))).toEqual(["dequantize", "transpose", "reshape", "quantize"]);
  });

  test("parameters fold out of Constant, Identity, Cast and ConstantOfShape chains", () => {
    const nodes: FileNode[] = [
      { op: "Constant", in: [], out: ["s0"], attrs: { value: scalar(0.5) } },
      { op: "Identity", in: ["s0"], out: ["s1"] },
      {
        op: "ConstantOfShape",
        in: ["none"],
        out: ["z0"],
        attrs: { value: { element: "INT32", dims: [1], values: [10] } },
      },
      { op: "Cast", in: ["z0"], out: ["z1"], attrs: { to: 2 } },
      { op: "QuantizeLinear", in: ["x", "s1", "z1"], out: ["y"] },
    ];
    const g: FileGraph = {
      nodes,
      initializers: { none: { element: "INT64", dims: [0], values: [] } },
      inputs: { x: ["FLOAT", [4]] },
      outputs: ["y"],
      outputTypes: { y: "UINT8" },
    };
    expect(run(g, [Float32Array.of(-1, 0.75, 1.25, Number.NaN)])).toEqual([Uint8Array.of(8, 12, 12, 0)]);
  });

  test("blocked and 4-bit weights are dequantized as defined", () => {
    const g: FileGraph = {
      nodes: [{ op: "DequantizeLinear", in: ["w", "s", "z"], out: ["y"], attrs: { axis: 1, block_size: 2 } }],
      // Nibbles, the low one first: 1, -1, 7, -8, 3, 2.
      initializers: {
        w: { element: "INT4", dims: [2, 3], raw: Uint8Array.of(0xf1, 0x87, 0x23) },
        s: { element: "FLOAT", dims: [2, 2], values: [1, 10, 100, 1000] },
        z: { element: "INT4", dims: [2, 2], raw: Uint8Array.of(0x10, 0x0) },
      },
      inputs: {},
      outputs: ["y"],
    };
    expect(run(g, [])).toEqual([Float32Array.of(1, -1, 60, -800, 300, 2000)]);
  });
});

describe("float operators", () => {
  test("Slice backwards, Split unevenly, Gather from the end", () => {
    const slice = single({ op: "Slice", in: ["x", "from", "to", "axes", "steps"] }, [5], {
      initializers: { from: ints(-1), to: ints(-100), axes: ints(0), steps: ints(-2) },
    });
    expect(run(slice, [Float32Array.of(1, 2, 3, 4, 5)])).toEqual([Float32Array.of(5, 3, 1)]);
    const split: FileGraph = {
      ...single({ op: "Split", out: ["a", "b"], attrs: { num_outputs: 2 } }, [5]),
      outputs: ["a", "b"],
    };
    expect(run(split, [Float32Array.of(1, 2, 3, 4, 5)])).toEqual([Float32Array.of(1, 2, 3), Float32Array.of(4, 5)]);
    const gather = single({ op: "Gather", in: ["x", "i"] }, [3], { initializers: { i: ints(-1, 0) } });
    expect(run(gather, [Float32Array.of(1, 2, 3)])).toEqual([Float32Array.of(3, 1)]);
  });

  test("shape arithmetic folds away", () => {
    const nodes: FileNode[] = [
      { op: "Shape", in: ["x"], out: ["s"] },
      { op: "Gather", in: ["s", "i"], out: ["n"] },
      { op: "Mul", in: ["n", "two"], out: ["m"] },
      { op: "Concat", in: ["m", "rest"], out: ["to"], attrs: { axis: 0 } },
      { op: "Reshape", in: ["x", "to"], out: ["y"] },
    ];
    const initializers = { i: ints(0), two: ints(2), rest: ints(-1) };
    const g = load({ nodes, initializers, inputs: { x: ["FLOAT", [2, 6]] }, outputs: ["y"] });
    expect(opsOf(g)).toEqual(["reshape"]);
    expect(g.outputs[0].node.type.shape).toEqual([4, 3]);
  });

  test("integers wrap, and unsigned 64-bit ones divide and compare as such", () => {
    const of = (op: string, element: "UINT8" | "UINT32" | "UINT64") => ({
      nodes: [{ op, in: ["a", "b"], out: ["y"] }],
      inputs: { a: [element, [2]], b: [element, [2]] } as const,
      outputs: ["y"],
      outputTypes: { y: element },
    });
    expect(run(of("Add", "UINT8"), [Uint8Array.of(250, 1), Uint8Array.of(10, 1)])).toEqual([Uint8Array.of(4, 2)]);
    expect(run(of("Sub", "UINT32"), [BigInt64Array.of(1n, 5n), BigInt64Array.of(2n, 3n)])).toEqual([
      BigInt64Array.of(4294967295n, 2n),
    ]);
    const [huge] = BigInt64Array.of(-2n);
    expect(run(of("Div", "UINT64"), [BigInt64Array.of(huge, 9n), BigInt64Array.of(2n, 2n)])).toEqual([
      BigInt64Array.of(2n ** 63n - 1n, 4n),
    ]);
    expect(run(of("Max", "UINT64"), [BigInt64Array.of(huge, 9n), BigInt64Array.of(2n, 11n)])).toEqual([
      BigInt64Array.of(huge, 11n),
    ]);
  });

  test("FLOAT16 rounds to 16 bits", () => {
    const g: FileGraph = {
      nodes: [{ op: "Cast", in: ["x"], out: ["y"], attrs: { to: 10 } }],
      inputs: { x: ["FLOAT", [5]] },
      outputs: ["y"],
      outputTypes: { y: "FLOAT16" },
    };
    const x = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25);
    expect(run(g, [x])).toEqual([Float32Array.of(1, 1 + 2 ** -9, 65504, Number.POSITIVE_INFINITY, 0)]);
  });

  test("DOUBLE is kept in float32, and said so", () => {
    const said: string[] = [];
    const g: FileGraph = { ...single({ op: "Relu" }, [1]), inputs: { x: ["DOUBLE", [1]] } };
    load(g, { onWarning: (m) => said.push(m) });
    expect(said).toEqual(["DOUBLE values are kept and computed in float32"]);
  });

  test("a volume's convolution is the sum over its slices", () => {
    const w: FileTensor = { element: "FLOAT", dims: [1, 1, 2, 1, 1], values: [1, 10] };
    const g = single({ op: "Conv", in: ["x", "w", "b"], attrs: { pads: [1, 0, 0, 0, 0, 0] } }, [1, 1, 3, 1, 1], {
      initializers: { w, b: float(0.5) },
    });
    expect(run(g, [Float32Array.of(1, 2, 3)])).toEqual([Float32Array.of(10.5, 21.5, 32.5)]);
  });
});

describe("shapes and values of inputs", () => {
  test("an open batch is 1; other open dimensions are stated", () => {
    const g = single({ op: "Relu" }, ["N", "L"]);
    expect(() => load(g)).toThrow("input x: leaves dimension 1 open (L)");
    expect(load(g, { shapes: { x: [1, 7] } }).params[0].type.shape).toEqual([1, 7]);
    expect(load(single({ op: "Relu" }, ["N", 3])).params[0].type.shape).toEqual([1, 3]);
    expect(() => load(g, { shapes: { z: [1] } })).toThrow("input z: does not exist; the inputs are x");
    expect(() => load(single({ op: "Relu" }, [2]), { shapes: { x: [3] } })).toThrow(
      "has 2 elements in dimension 0, not 3",
    );
  });

  test("a shape that is an input is named, and may be given", () => {
    const g: FileGraph = {
      nodes: [{ op: "Reshape", in: ["x", "to"], out: ["y"] }],
      inputs: { x: ["FLOAT", [6]], to: ["INT64", [2]] },
      outputs: ["y"],
    };
    let found: unknown;
    try {
      load(g);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(UnsupportedModel);
    expect((found as UnsupportedModel).inputs).toEqual(["to"]);
    const values = { to: { element: "INT64", shape: [2], data: BigInt64Array.of(2n, 3n) } } as const;
    expect(load(g, { values }).outputs[0].node.type.shape).toEqual([2, 3]);
  });
});

describe("what is not supported", () => {
  test("everything is reported at once: operator, types, reason", () => {
    const nodes: FileNode[] = [
      { op: "If", in: ["x"], out: ["a"], name: "branch", attrs: { then_branch: { graph: true } } },
      { op: "Relu", in: ["a"], out: ["b"] },
      { op: "LSTM", in: ["x", "x"], out: ["c"], name: "rnn" },
      { op: "Cast", in: ["x"], out: ["d"], name: "narrow", attrs: { to: 24 } },
      { op: "Add", in: ["b", "c"], out: ["y"] },
    ];
    const g: FileGraph = { nodes, inputs: { x: ["FLOAT", [2]] }, outputs: ["y", "d"] };
    const error = (() => {
      try {
        load(g);
      } catch (e) {
        return e as UnsupportedModel;
      }
      throw new Error("imported");
    })();
    expect(error.problems).toEqual([
      "If 0 (branch): control flow (inputs FLOAT)",
      "LSTM 2 (rnn): a recurrent operator (inputs FLOAT, FLOAT)",
      "Cast 3 (narrow): results of type FLOAT8E8M0 (inputs FLOAT)",
    ]);
    expect(error.message).toContain("3 unsupported:");
  });

  test("element types by name", () => {
    const of = (element: "STRING" | "COMPLEX128" | "COMPLEX64") =>
      load({ ...single({ op: "Identity" }, [1]), inputs: { x: [element, [1]] } });
    expect(() => of("STRING")).toThrow("input x: element type STRING");
    expect(() => of("COMPLEX128")).toThrow("element type COMPLEX128");
    expect(() => of("COMPLEX64")).toThrow("element type COMPLEX64");
  });

  test("every row says from which version on and for which types", () => {
    for (const [name, row] of Object.entries(rows)) {
      expect(row.versions[0], name).toBeGreaterThan(0);
      expect(row.types.length, name).toBeGreaterThan(0);
    }
  });

  test("a graph keeps nothing of the file, wherever its bytes lie", () => {
    const raw = new Uint8Array(Float32Array.of(0.5, -1, 2, 4).buffer);
    const file = onnxFile({
      inputs: { x: ["FLOAT", [4]] },
      outputs: ["y"],
      initializers: { w: { element: "FLOAT", dims: [4], raw } },
      nodes: [
        { op: "Constant", in: [], out: ["k"], attrs: { value: { element: "FLOAT", dims: [4], raw } } },
        { op: "Add", in: ["x", "w"], out: ["sum"] },
        { op: "Mul", in: ["sum", "k"], out: ["y"] },
      ],
    });
    // At every alignment, as an array and as one of Node's buffers, whose slices are views.
    for (let at = 0; at < 4; at++) {
      for (const kind of ["array", "buffer"]) {
        const memory = new Uint8Array(file.length + at);
        memory.set(file, at);
        const bytes = kind === "array" ? memory.subarray(at) : Buffer.from(memory.buffer, at, file.length);
        const graph = importOnnx(bytes);
        memory.fill(0);
        expect(interpret(graph, [Float32Array.of(1, 1, 1, 1)])).toEqual([Float32Array.of(0.75, -0, 6, 20)]);
      }
    }
  });
});
