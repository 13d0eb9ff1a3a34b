/** Large models on several threads: the bits of one thread. FULL=1 takes all models and more threads. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { describeModels } from "../vectors.ts";

const few = ["tf2_mobilenet_v2_1.0_224_ptq.tflite", "mobilenet_v2_qdq.onnx"];

describeModels("models on threads", (dir) => {
  const onnx = join(dir, "pytorch-export");
  const files = [dir, ...(existsSync(onnx) ? [onnx] : [])]
    .flatMap((d) => readdirSync(d).map((f) => join(d, f)))
    .filter((f) => /\.(tflite|onnx)$/.test(f) && (process.env.FULL || few.includes(basename(f))));
  test.each(files.map((f) => [basename(f), f]))("%s", async (_, file) => {
    const bytes = readFileSync(file);
    const graph = file.endsWith(".onnx") ? importOnnx(bytes) : importTflite(bytes);
    const inputs = inputsFor(graph, 3);
    const one = await compile(graph, { target: "wasm" });
    const want = one.runSync(inputs);
    one.dispose();
    for (const threads of process.env.FULL ? [2, 3, 5] : [2, 3]) {
      const program = await compile(graph, { target: "wasm", threads });
      try {
        expect(program.threads).toBe(threads);
        // States go on from run to run: one run each.
        expect(await program.run(inputs)).toEqual(want);
        program.reset();
        expect(program.runSync(inputs)).toEqual(want);
      } finally {
        program.dispose();
      }
    }
  });
});
