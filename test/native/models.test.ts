/** TFLite models on native kernels at every instruction set that this CPU has: the bytes of TFLite's reference kernels. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { allocate, sizeOf } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { describeGolden, modelsDir } from "../vectors.ts";
import { addon, levels, reportMissing } from "./native.ts";

reportMissing();

interface Manifest {
  models: Record<string, { cases: { inputs: { file: string }[]; outputs: { file: string }[] }[] }>;
}

if (addon)
  describeGolden("tflite-models", (dir) => {
    const manifest: Manifest = JSON.parse(readFileSync(join(dir, "MANIFEST.json"), "utf8"));
    for (const [name, info] of Object.entries(manifest.models)) {
      const path = join(modelsDir() ?? "", `${name}.tflite`);
      if (!existsSync(path)) {
        test.skip(`skipped: ${name}.tflite is not under QJIT_MODELS_DIR or ../shared/models`, () => {});
        continue;
      }
      describe(name, () => {
        // The goldens of the detection model are the inputs of its post-processing.
        const graph = importTflite(readFileSync(path), { endBefore: ["TFLite_Detection_PostProcess"] });
        const lowered = runPipeline(graph);
        const { bytes } = serializeNative(lowered);
        test.each(levels)("%s gives the reference's bytes", (level) => {
          const program = new addon!.NativeProgram(bytes, level);
          for (const c of info.cases.slice(0, level === "scalar" ? 1 : 3)) {
            const load = (file: string) => readNpy(readFileSync(join(dir, file)), file).data;
            const outputs = graph.outputs.map((o) => allocate(o.node.type.storage, sizeOf(o.node.type.shape)));
            program.runSync(
              c.inputs.map((x) => load(x.file)),
              outputs,
            );
            const wrong = c.outputs.map((o, i) => {
              const want = load(o.file);
              const found = outputs[i] instanceof BigInt64Array ? Uint8Array.from(outputs[i], Number) : outputs[i];
              return found.length !== want.length || found.some((v, k) => !Object.is(v, want[k]));
            });
            expect(wrong).toEqual(c.outputs.map(() => false));
          }
        });
      });
    }
  });
