import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FileTensor, onnxFile } from "../import/onnx-file.ts";
import { describeModels } from "../vectors.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const dir = folder();
const model = put(dir, "small.qir", small);

test("every node, how it runs, and the totals", async () => {
  const { code, out, err } = await qjit(["check", model]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.split("\n")).toEqual([
    "#  NODE  OP          RUNS",
    "0  acc   conv2d      int32 fused into y",
    "1  q     requantize  int8 fused into y",
    "2  y     clamp       int8 (k.conv)",
    "3  sum   binary      float (binary)",
    "",
    "4 nodes: 1 conv2d, 1 requantize, 1 clamp, 1 binary",
    expect.stringMatching(/^58 parameters in 70 bytes, 864 multiply-accumulates, arena \d+ bytes$/),
    "",
  ]);
});

test("as JSON", async () => {
  const { out } = await qjit(["check", model, "--json"]);
  const report = JSON.parse(out);
  expect(report).toMatchObject({
    model,
    profile: "tflite",
    ops: { conv2d: 1, requantize: 1, clamp: 1, binary: 1 },
    parameters: 58,
    parameterBytes: 70,
    macs: 864,
    arenaBytes: expect.any(Number),
    unsupported: [],
    floatMeantInteger: [],
    warnings: [],
  });
  expect(report.nodes[0]).toEqual({
    name: "acc",
    op: "conv2d",
    how: "fused",
    arithmetic: "integer",
    as: ["y"],
    storage: "i32",
    meantInteger: false,
    runs: "int32 fused into y",
  });
});

/** Integers that go through float on the way: the sum of two dequantized values, quantized again. */
const island = `func @f(%a: i8[4]<0.5>, %b: i8[4]<0.25>, %c: f32[4]) {
  %x: f32[4] = dequantize(%a)
  %y: f32[4] = dequantize(%b)
  %s: f32[4] = binary(%x, %y, fn=div)
  %q: i8[4]<0.5> = quantize(%s, by=div_even, k=0.5, clamp=[-128, 127])
  %real: f32[4] = binary(%c, %c, fn=add)
  %out: f32[4] = dequantize(%q)
  return %q, %real, %out
}
`;

describe("--strict", () => {
  test("passes where float is what the file means", async () => {
    expect((await qjit(["check", model, "--strict"])).code).toBe(0);
  });
  test("fails where integers go through float", async () => {
    const path = put(dir, "island.qir", island);
    expect((await qjit(["check", path])).code).toBe(0);
    const { code, out, err } = await qjit(["check", path, "--strict"]);
    expect({ code, err }).toEqual({
      code: 1,
      err: `error: ${path}: --strict: runs in float, integer in the file: dequantize x, dequantize y, binary s\n`,
    });
    expect(out).toMatch(/ s +binary +float \(binary\), integer in the file\n/);
    expect(out).toMatch(/ real +binary +float \(binary\)\n/);
    expect(out).toMatch(/ out +dequantize +float \(dequantize\)\n/);
  });
  test("and says so as JSON", async () => {
    const { code, out } = await qjit(["check", put(dir, "island.qir", island), "--strict", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out).floatMeantInteger).toEqual(["x", "y", "s"]);
  });
});

test("what depends on constants alone is folded", async () => {
  const text = `func @f(%x: f32[1]) {
  %a: f32[1] = const(value=[2])
  %b: f32[1] = binary(%a, %a, fn=mul)
  %y: f32[1] = binary(%x, %b, fn=add)
  return %y
}
`;
  const { out } = await qjit(["check", put(dir, "fold.qir", text)]);
  expect(out).toMatch(/ b +binary +folded\n/);
});

test("the operators of an ONNX file that one integer node stands for", async () => {
  const scale = (v: number): FileTensor => ({ element: "FLOAT", dims: [], values: [v] });
  const file = onnxFile({
    nodes: [
      { op: "DequantizeLinear", in: ["x", "sx"], out: ["xf"], name: "dx" },
      {
        op: "Constant",
        in: [],
        out: ["w"],
        name: "w",
        attrs: { value: { element: "INT8", dims: [1, 1, 1, 1], values: [3] } },
      },
      { op: "DequantizeLinear", in: ["w", "sw"], out: ["wf"], name: "dw" },
      { op: "Conv", in: ["xf", "wf"], out: ["c"], name: "conv" },
      { op: "Relu", in: ["c"], out: ["r"], name: "relu" },
      { op: "QuantizeLinear", in: ["r", "sy"], out: ["y"], name: "q" },
      { op: "Identity", in: ["y"], out: ["z"], name: "same" },
      { op: "DequantizeLinear", in: ["z", "sy"], out: ["real"], name: "dz" },
      { op: "Sqrt", in: ["real"], out: ["root"], name: "root" },
    ],
    initializers: { sx: scale(0.5), sw: scale(0.25), sy: scale(0.125) },
    inputs: { x: ["UINT8", [1, 1, 2, 2]] },
    outputs: ["root"],
  });
  const { code, out, err } = await qjit(["check", put(dir, "groups.onnx", file), "--strict"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.split("\n").slice(0, -2)).toEqual([
    "#  NODE  OP                RUNS",
    "0  dx    DequantizeLinear  uint8 fused into conv",
    "1  conv  Conv              uint8 (reshape, k.conv)",
    "2  relu  Relu              uint8 fused into conv",
    "3  q     QuantizeLinear    uint8 fused into conv",
    "4  dz    DequantizeLinear  float (dequantize)",
    "5  root  Sqrt              float (unary)",
    "",
    "6 nodes: 2 DequantizeLinear, 1 Conv, 1 Relu, 1 QuantizeLinear, 1 Sqrt",
    "3 more are folded: 1 Constant, 1 DequantizeLinear, 1 Identity",
  ]);
});

describeModels("check on real models", (models) => {
  test("an int8 model has nothing in float", async () => {
    const { code, out } = await qjit(["check", join(models, "pretrainedResnet_quant.tflite"), "--strict", "--json"]);
    expect(code).toBe(0);
    const { nodes, ops, macs } = JSON.parse(out);
    expect(nodes.every((n: { arithmetic: string }) => n.arithmetic !== "float")).toBe(true);
    expect(ops).toEqual({ CONV_2D: 9, ADD: 3, AVERAGE_POOL_2D: 1, RESHAPE: 1, FULLY_CONNECTED: 1, SOFTMAX: 1 });
    expect(macs).toBe(12501632);
  });
  test("names all that is unsupported at once", async () => {
    // SOFTMAX (25) becomes WHILE (119).
    const bytes = Buffer.from(readFileSync(join(models, "kws_ref_model.tflite")));
    const path = put(dir, "unknown.tflite", renumber(bytes, 25, 119));
    const { code, out, err } = await qjit(["check", path, "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out).unsupported).toEqual([expect.stringMatching(/^WHILE \d+ \(Identity\): /)]);
    expect(err).toBe(`error: ${path}: 1 unsupported operator\n`);
  });
});

/** A model whose operator codes `from` are `to` instead. */
function renumber(bytes: Buffer, from: number, to: number): Buffer {
  const u32 = (at: number) => bytes.readUInt32LE(at);
  const field = (table: number, slot: number) => {
    const vtable = table - bytes.readInt32LE(table);
    const offset = 4 + 2 * slot < bytes.readUInt16LE(vtable) ? bytes.readUInt16LE(vtable + 4 + 2 * slot) : 0;
    return offset ? table + offset : undefined;
  };
  const follow = (at: number) => at + u32(at);
  const codes = follow(field(follow(0), 1)!);
  for (let i = 0; i < u32(codes); i++) {
    const code = follow(codes + 4 + 4 * i);
    const [old, current] = [field(code, 0), field(code, 3)];
    if (old !== undefined && bytes[old] === from) bytes[old] = to;
    if (current !== undefined && u32(current) === from) bytes.writeUInt32LE(to, current);
  }
  return bytes;
}
