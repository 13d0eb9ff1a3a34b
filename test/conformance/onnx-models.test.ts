/**
 * Whole QDQ models that PyTorch exported. Profile `ort` gives what ONNX Runtime gives. Profile `pytorch` gives what PyTorch's
 * quantized kernels give for the integers of the file (test/vectors/pytorch-export, with the script); the model before export
 * gives something else, since the exporter truncated its biases (docs/numerics.md).
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { compile } from "../../src/compile.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { dequantize } from "../../src/ir/ops/quant.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { onNative, reportMissing } from "../native/native.ts";
import { describeModels } from "../vectors.ts";
import { onWasm } from "../wasm.ts";

const here = dirname(fileURLToPath(import.meta.url));
const replay: { outputs: Record<string, string> } = JSON.parse(
  readFileSync(join(here, "../vectors/pytorch-export/replay.json"), "utf8"),
);

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** The graph's one output as the quantized value that its last node dequantizes. */
function beforeDequantize(graph: Graph): Graph {
  const [{ name, node }] = graph.outputs;
  expect(node.op).toBe(dequantize);
  return new (graph.constructor as typeof Graph)(graph.name, graph.params, [{ name, node: node.in.x }], graph.meta);
}

async function run(graph: Graph, x: TypedArray): Promise<TypedArray> {
  const program = await compile(graph, { target: "wasm" });
  const [y] = program.runSync([x]);
  program.dispose();
  for (const { name, outputs } of [...(await onWasm(graph, [x])), ...onNative(graph, [x])])
    expect(outputs[0], name).toEqual(y);
  return y;
}

reportMissing();

describeModels("models that PyTorch exported", (models) => {
  const dir = join(models, "pytorch-export");
  for (const name of ["resnet18", "mobilenet_v2"]) {
    const file = (suffix: string) => join(dir, `${name}_${suffix}`);
    if (!existsSync(file("qdq.onnx"))) {
      test.skip(`${name}: skipped, no ${file("qdq.onnx")}`, () => {});
      continue;
    }
    describe(name, () => {
      let x: TypedArray;
      beforeAll(() => {
        x = readNpy(bytesOf(file("in.npy")), "in.npy").data as TypedArray;
      });

      test("profile ort is ONNX Runtime, bit for bit", async () => {
        const graph = importOnnx(bytesOf(file("qdq.onnx")), { numerics: "ort" });
        const want = readNpy(bytesOf(file("out_ort_all.npy")), "out_ort_all.npy").data;
        expect(await run(graph, x)).toEqual(want);
      });

      test("profile pytorch, the default here, is PyTorch on the file's integers", async () => {
        const graph = importOnnx(bytesOf(file("qdq.onnx")));
        expect(graph.meta.profile).toBe("pytorch");
        const want = new Uint8Array(Buffer.from(replay.outputs[name], "base64"));
        expect(await run(beforeDequantize(graph), x)).toEqual(want);
      });

      test("every convolution and addition runs on integers, and the text reads back", () => {
        const graph = importOnnx(bytesOf(file("qdq.onnx")));
        const text = print(graph);
        expect(print(parse(text))).toBe(text);
        for (const n of graph.nodes) {
          if (["conv2d", "linear", "qadd", "avg_pool"].includes(n.op.name)) expect(n.type.storage).not.toBe("f32");
        }
      });
    });
  }
});
