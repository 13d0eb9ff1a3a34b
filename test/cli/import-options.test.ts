/** Options that say how a model is imported: signatures, open dimensions, constant inputs. */
import { expect, test } from "vitest";
import { writeNpy } from "../../src/cli/npy.ts";
import { type FileGraph, onnxFile } from "../import/onnx-file.ts";
import { type ModelSpec, tfliteFile } from "../import/tflite-file.ts";
import { folder, put, qjit } from "./qjit.ts";

/** y = x [1] in one subgraph, y = -x in another. */
const signed: ModelSpec = {
  tensors: [
    { name: "x", type: "FLOAT32", shape: [1] },
    { name: "y", type: "FLOAT32", shape: [1] },
  ],
  inputs: [0],
  outputs: [1],
  operators: [{ name: "NEG", inputs: [0], outputs: [1] }],
  subgraphs: [
    {
      tensors: [
        { name: "x", type: "FLOAT32", shape: [1, 2], shapeSignature: [-1, 2] },
        { name: "y", type: "FLOAT32", shape: [1, 2], shapeSignature: [-1, 2] },
      ],
      inputs: [0],
      outputs: [1],
      operators: [{ name: "FLOOR", inputs: [0], outputs: [1] }],
    },
  ],
  signatures: [
    { key: "negate", subgraph: 0, inputs: [["value", 0]], outputs: [["negated", 1]] },
    { key: "floor", subgraph: 1, inputs: [["value", 0]], outputs: [["floored", 1]] },
  ],
};

const tflite = () => put(folder(), "signed.tflite", tfliteFile(signed));
const ports = (out: string) => {
  const { inputs, outputs } = JSON.parse(out);
  return [...inputs, ...outputs].map(({ name, shape }) => `${name} ${shape.join("x")}`);
};

test("--signature takes a signature with its names", async () => {
  const { code, out } = await qjit(["check", tflite(), "--signature", "floor", "--json"]);
  expect({ code, ports: ports(out) }).toEqual({ code: 0, ports: ["value 1x2", "floored 1x2"] });
  const other = await qjit(["check", tflite(), "--signature", "serve"]);
  expect(other.code).toBe(1);
  expect(other.err).toContain("signature: wants one of negate, floor, found serve");
});

test("--shape binds open dimensions of a .tflite model, and no others", async () => {
  const argv = ["check", tflite(), "--signature", "floor", "--json"];
  expect(ports((await qjit([...argv, "--shape", "value=5x2"])).out)).toEqual(["value 5x2", "floored 5x2"]);
  expect((await qjit([...argv, "--shape", "0=5x2"])).code).toBe(0);
  const fixed = await qjit([...argv, "--shape", "value=1x3"]);
  expect(fixed).toMatchObject({
    code: 1,
    err: expect.stringContaining("input value: wants a shape of [any,2], found [1,3]"),
  });
  const unknown = await qjit([...argv, "--shape", "image=1x2"]);
  expect(unknown.err).toContain("input image: does not exist; the inputs are value");
});

/** Two inputs that share the open dimensions batch and length. */
const open: FileGraph = {
  nodes: [{ op: "Add", in: ["a", "b"], out: ["y"] }],
  inputs: { a: ["FLOAT", ["batch", "length"]], b: ["FLOAT", ["batch", "length"]] },
  outputs: ["y"],
};
const onnx = (g: FileGraph = open) => put(folder(), "model.onnx", onnxFile(g));

test("--shape names an open dimension of an .onnx model, or an input, which binds it for the others", async () => {
  const check = (...more: string[]) => qjit(["check", onnx(), "--json", ...more.flatMap((s) => ["--shape", s])]);
  expect(ports((await check("length=7")).out)).toEqual(["a 1x7", "b 1x7", "y 1x7"]);
  expect(ports((await check("length=7", "batch=2")).out)).toEqual(["a 2x7", "b 2x7", "y 2x7"]);
  expect(ports((await check("b=3x4")).out)).toEqual(["a 3x4", "b 3x4", "y 3x4"]);
  expect((await check()).err).toContain("input a: leaves dimension 1 open (length)");
  expect((await check("a=1x2", "b=1x3")).err).toContain("input b: wants 2 elements in dimension 1 (length), found 3");
  expect((await check("width=3")).err).toContain(
    "input width: does not exist; the inputs are a, b, the open dimensions batch, length",
  );
  expect((await check("length=3x4")).err).toContain("dimension length: wants one size, found [3,4]");
});

test("--value makes an input a constant", async () => {
  const model = onnx({
    nodes: [{ op: "Reshape", in: ["x", "shape"], out: ["y"] }],
    inputs: { x: ["FLOAT", [6]], shape: ["INT64", [2]] },
    outputs: ["y"],
  });
  const without = await qjit(["check", model]);
  expect(without).toMatchObject({ code: 1, out: expect.stringContaining("a shape computed from the input shape") });
  const shape = put(folder(), "shape.npy", writeNpy({ storage: "i64", shape: [2], data: BigInt64Array.of(2n, 3n) }));
  const { code, out } = await qjit(["check", model, "--json", "--value", `shape=${shape}`]);
  expect({ code, ports: ports(out) }).toEqual({ code: 0, ports: ["x 6", "y 2x3"] });
  const wrong = put(folder(), "shape.npy", writeNpy({ storage: "i32", shape: [2], data: Int32Array.of(2, 3) }));
  expect((await qjit(["check", model, "--value", `shape=${wrong}`])).err).toContain(
    "wants a value of INT64, found INT32",
  );
});

test("options of the other format are refused", async () => {
  expect((await qjit(["check", onnx(), "--signature", "a", "--shape", "length=2"])).err).toContain(
    "ONNX models have no signatures",
  );
});
