import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type NpyArray, writeNpy } from "../../src/cli/npy.ts";
import { type FileTensor, onnxFile } from "../import/onnx-file.ts";
import { describeModels } from "../vectors.ts";
import { folder, put, qjit } from "./qjit.ts";

/** A layer that halves, quantized and in float, called alike. */
const int8 = `func @int8(%x: i8[1,4]<0.5:-10>) {
  %half: i8[1,4]<0.25:4> = requantize(%x, by=f32_rne(2), clamp=[-128, 127])
  %y: i8[1,4]<0.25:4> = clamp(%half, range=[-60, 127])
  return %y
}
`;
const float = `func @float(%x: f32[1,4]) {
  %y: f32[1,4] = clamp(%x, range=[-16, 31])
  return %y
}
`;

const dir = folder();
const [a, b] = [put(dir, "int8.qir", int8), put(dir, "float.qir", float)];
const npy = (name: string, array: NpyArray, into = folder()): string => {
  mkdirSync(into, { recursive: true });
  return put(into, name, writeNpy(array));
};
const json = async (...argv: string[]) => {
  const { code, out, err } = await qjit(["compare", ...argv, "--json"]);
  return { code, err, ...JSON.parse(out) };
};

describe("against another model", () => {
  test("inputs of the model's own type are stored values; the other model gets what they stand for", async () => {
    const inputs = npy("x.npy", { storage: "i8", shape: [1, 4], data: Int8Array.of(-10, -8, 127, -128) });
    const result = await json(a, b, "--inputs", inputs);
    // Real 0, 1, 68.5, -59 are 0, 1, 31 (clamped at the top in both: 30.75), -16 after the layer.
    expect(result).toMatchObject({ code: 0, kind: "models", samples: 1, a, b, warnings: [] });
    expect(result.layers.map((l: { name: string }) => l.name)).toEqual(["y"]);
    expect(result.outputs[0].error).toMatchObject({ values: 4, maxError: 0.25 });
    expect(result.reading[0]).toMatch(/^Output y is close to the reference \(\d+\.\d dB\)/);
  });

  test("inputs of another type are real numbers, many in a file", async () => {
    const data = Float32Array.of(0, 1, 2, -3, 4, 5, -6, 7);
    const inputs = npy("batch.npy", { storage: "f32", shape: [2, 4], data });
    const result = await json(a, b, "--inputs", inputs);
    expect(result).toMatchObject({ code: 0, samples: 2, err: "" });
    expect(result.outputs[0]).toMatchObject({ error: { values: 8, maxError: 0 }, sameTop: 2 });
    expect(result.outputs[0].error.sqnrDb).toBe(null);
  });

  test("files that are no input are named, and so is what is wanted", async () => {
    const into = folder();
    npy("labels.npy", { storage: "u8", shape: [7], data: new Uint8Array(7) }, into);
    expect(await qjit(["compare", a, b, "--inputs", into])).toEqual({
      code: 1,
      out: "",
      err:
        "note: not an input of the model, left out: labels.npy (u8[7])\n" +
        `error: ${into}: wants .npy files for input x of shape [1,4], found none\n`,
    });
    expect((await qjit(["compare", a, b, "--inputs", join(into, "none")])).err).toContain("no such file or folder");
  });

  test("models of other inputs are refused", async () => {
    const other = put(folder(), "other.qir", float.replaceAll("[1,4]", "[1,5]"));
    expect(await qjit(["compare", a, other])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`error: ${other}: wants the inputs of ${a}, [1,4], found [1,5]\n`),
    });
  });

  test("as text, with a histogram", async () => {
    const { code, out } = await qjit(["compare", a, b, "--histogram", "--samples", "3"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^NODE +OP +SQNR dB +COSINE/m);
    expect(out).toContain("y, differences in LSB\n");
    expect(out).toMatch(/^Reading\n {2}Output y is/m);
  });
});

test("an ONNX file with quantizers against the float file that it was made of", async () => {
  const weights = [0.1, -0.2, 0.3, 0.05, 0.5, -0.6, 0.02, 0.11, -0.3, 0.2, 0.1, 0];
  const float = (dims: number[], values: number[]): FileTensor => ({ element: "FLOAT", dims, values });
  const int8 = (dims: number[], values: number[]): FileTensor => ({ element: "INT8", dims, values });
  const layer = (op: string, name: string, input: string[], out: string) => ({ op, name, in: input, out: [out] });
  const layers = (x: string, h: string, r: string, y: string) => [
    layer("MatMul", "/fc/MatMul", [x, "w"], "h"),
    layer("Relu", "/relu/Relu", [h], "r"),
    layer("MatMul", "/fc2/MatMul", [r, "w2"], y),
  ];
  const file = { inputs: { x: ["FLOAT", [1, 4]] as const }, outputs: ["y"] };
  const initializers = { w: float([4, 3], weights), w2: float([3, 4], weights) };
  const twin = put(dir, "float.onnx", onnxFile({ ...file, nodes: layers("x", "h", "r", "y"), initializers }));
  const quantizers = (from: string, to: string) => [
    layer("QuantizeLinear", `${from}_QuantizeLinear`, [from, "s", "z"], `${from}_q`),
    layer("DequantizeLinear", `${from}_DequantizeLinear`, [`${from}_q`, "s", "z"], to),
  ];
  const stored = weights.map((v) => Math.round(v / 0.005));
  const [fc, relu, fc2] = layers("x_dq", "h_dq", "r_dq", "yy");
  const nodes = [
    ...quantizers("x", "x_dq"),
    layer("DequantizeLinear", "w_DequantizeLinear", ["wq", "sw", "z"], "w"),
    layer("DequantizeLinear", "w2_DequantizeLinear", ["w2q", "sw", "z"], "w2"),
    fc,
    ...quantizers("h", "h_dq"),
    relu,
    ...quantizers("r", "r_dq"),
    fc2,
    ...quantizers("yy", "y"),
  ];
  const constants = { s: float([], [0.01]), sw: float([], [0.005]), z: int8([], [0]) };
  const both = { ...constants, wq: int8([4, 3], stored), w2q: int8([3, 4], stored) };
  const quantized = put(dir, "int8.onnx", onnxFile({ ...file, nodes, initializers: both }));
  const result = await json(quantized, twin, "--samples", "5");
  expect(result.code).toBe(0);
  expect(result.layers.map((l: { name: string; matchedBy: string }) => [l.name, l.matchedBy])).toEqual(
    ["/fc/MatMul", "/relu/Relu", "/fc2/MatMul"].map((name) => [name, "name"]),
  );
  // Weights are exact here, and each value is rounded once, so that no layer is off by more than a step of its own.
  for (const l of result.layers) expect(l.isolated.lsb.max, l.name).toBeLessThan(1);
  expect([result.unmatched, result.unmatchedReference]).toEqual([[], []]);
});

describe("against arrays", () => {
  const x = npy("x.npy", { storage: "i8", shape: [1, 4], data: Int8Array.of(-10, -8, 0, 10) });
  const right = Int8Array.of(4, 8, 24, 44);

  test("stored integers are compared bit for bit", async () => {
    const into = folder();
    npy("out0.npy", { storage: "i8", shape: [1, 4], data: right }, into);
    expect(await json(a, into, "--input", `x=${x}`)).toMatchObject({
      code: 0,
      kind: "outputs",
      firstDivergence: null,
      values: [{ name: "y", output: true, differing: 0, error: { sqnrDb: null } }],
      reading: ["y: every one of 4 integers is equal."],
    });
    npy("half.npy", { storage: "i8", shape: [1, 4], data: Int8Array.of(4, 9, 24, 44) }, into);
    npy("strange.npy", { storage: "i8", shape: [1], data: Int8Array.of(1) }, into);
    const second = await json(a, into, "--input", `x=${x}`);
    expect(second.firstDivergence).toBe("half");
    expect(second.values[0]).toMatchObject({ name: "half", output: false, differing: 1, error: { maxError: 0.25 } });
    expect(second.err).toBe("note: not a value of the model, left out: strange.npy\n");
  });

  test("floats are real numbers", async () => {
    const file = npy("y.npy", { storage: "f32", shape: [1, 4], data: Float32Array.of(0, 1, 5, 10) });
    expect(await json(a, file, "--input", `x=${x}`)).toMatchObject({
      values: [{ differing: null, error: { sqnrDb: null, values: 4 } }],
    });
  });

  test("too few values are refused", async () => {
    const file = npy("y.npy", { storage: "i8", shape: [3], data: Int8Array.of(1, 2, 3) });
    expect(await qjit(["compare", a, file, "--input", `x=${x}`])).toEqual({
      code: 1,
      out: "",
      err: `error: ${file}: wants 1 x 4 values of y, found 3\n`,
    });
  });
});

describe("against itself", () => {
  test("back ends agree", async () => {
    const result = await json(a, "--samples", "2");
    expect(result).toMatchObject({ code: 0, kind: "backends", samples: 2, b: null, firstDivergence: null });
    expect(result.backends).toEqual([expect.stringMatching(/^wasm /), "interpreter"]);
    const { out } = await qjit(["compare", a, "--samples", "2"]);
    expect(out).toMatch(/output y: same bytes as the interpreter/);
  });

  test("with B, back ends make no sense", async () => {
    const { code, err } = await qjit(["compare", a, b, "--backend-a", "wasm"]);
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: --backend-a and --backend-b compare one model with itself; B is given too\n",
    });
  });
});

describeModels("ResNet-8 against its float twin", (models) => {
  const data = join(models, "../data/cifar10-perf200/cifar10_perf200_u8_nhwc.npy");
  test("on images", async () => {
    const [q, f] = ["pretrainedResnet_quant", "pretrainedResnet"].map((n) => join(models, `${n}.tflite`));
    const result = await json(q, f, "--inputs", data, "--samples", "4");
    expect(result.layers.length).toBe(16);
    // Pixels are real numbers: neither model sees anything else.
    expect(result.layers[0].accumulated).toEqual(result.layers[0].isolated);
    expect(result.outputs[0].sameTop).toBe(3);
    for (const l of result.layers) expect(l.isolated.sqnrDb, l.name).toBeGreaterThan(25);
  });
});
