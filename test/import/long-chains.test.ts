/** Files whose operators form one long chain: what walks them must not recurse. */
import { expect, test } from "vitest";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { onnxFile } from "./onnx-file.ts";
import { type TensorSpec, tfliteFile } from "./tflite-file.ts";

const length = 15_000;
const links = Array.from({ length }, (_, i) => i);

test("ONNX: of values, and of constants that end in a shape", () => {
  const nodes = links.map((i) => ({ op: "Neg", in: [i ? `v${i - 1}` : "x"], out: [`v${i}`] }));
  const last = `v${length - 1}`;
  const values = onnxFile({ nodes, inputs: { x: ["FLOAT", [2]] }, outputs: [last] });
  expect(importOnnx(values).nodes.length).toBe(length + 1);
  const shape = onnxFile({
    nodes: [...nodes, { op: "Reshape", in: ["y", last], out: ["z"] }],
    initializers: { x: { element: "INT64", dims: [1], values: [6] } },
    inputs: { y: ["FLOAT", [2, 3]] },
    outputs: ["z"],
  });
  expect(importOnnx(shape).outputs[0].node.type.shape).toEqual([6]);
});

test("TFLite: the same", () => {
  const operators = links.map((i) => ({ name: "NEG", inputs: [i], outputs: [i + 1] }));
  const tensors = (type: string, dims: number): TensorSpec[] =>
    [...links, length].map((i) => ({ name: `t${i}`, type, shape: [dims] }));
  const values = tfliteFile({ tensors: tensors("FLOAT32", 2), inputs: [0], outputs: [length], operators });
  expect(importTflite(values).nodes.length).toBe(length + 1);
  const [first, ...rest] = tensors("INT32", 1);
  const real = (name: string, shape: number[]): TensorSpec => ({ name, type: "FLOAT32", shape });
  const shape = tfliteFile({
    tensors: [{ ...first, data: Int32Array.of(6) }, ...rest, real("x", [2, 3]), real("y", [6])],
    inputs: [length + 1],
    outputs: [length + 2],
    operators: [...operators, { name: "RESHAPE", inputs: [length + 1, length], outputs: [length + 2] }],
  });
  expect(importTflite(shape).outputs[0].node.type.shape).toEqual([6]);
});
