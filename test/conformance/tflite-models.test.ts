/**
 * Whole TFLite models against TFLite's reference kernels: the imported graph, interpreted, gives the same bytes. The two
 * first cases of each model by default (one, of big models); FULL=1 runs all, interpreted and compiled.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { Reader } from "../../src/import/tflite/reader.ts";
import { model } from "../../src/import/tflite/schema.ts";
import { shortName } from "../../src/import/tflite/tensors.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { readNpz } from "../npz.ts";
import { describeGolden, modelsDir } from "../vectors.ts";
import { wasmRuns } from "../wasm.ts";

interface Manifest {
  models: Record<
    string,
    {
      inputs: { name: string; shape: number[] }[];
      outputs: { name: string; shape: number[]; type: string; scale: number | null; zero_point: number | null }[];
      cases: {
        inputs: { file: string }[];
        outputs: { file: string }[];
        intermediates?: { file: string };
      }[];
    }
  >;
}

/** Bytes of a model from which on its interpretation takes seconds. */
const big = 600_000;

/** The first differing elements, at most five; empty where both are equal. Indices in int64 are kept as bytes in the goldens. */
function differences(found: TypedArray, want: TypedArray): string[] {
  if (found instanceof BigInt64Array && want instanceof Uint8Array)
    return differences(Uint8Array.from(found, Number), want);
  if (found.constructor !== want.constructor || found.length !== want.length) {
    return [`${found.constructor.name} of ${found.length} instead of ${want.constructor.name} of ${want.length}`];
  }
  const list: string[] = [];
  for (let i = 0; i < want.length && list.length < 5; i++) {
    if (!Object.is(found[i], want[i])) list.push(`[${i}] ${found[i]} instead of ${want[i]}`);
  }
  return list;
}

/** The names of a file's tensors, in the numbering that the intermediates use. */
function tensorNames(bytes: Uint8Array): string[] {
  const reader = new Reader(bytes);
  return reader.table(model, reader.follow(0, "model"), "model").subgraphs[0].tensors.map((t) => t.name);
}

describeGolden("tflite-models", (dir) => {
  const manifest: Manifest = JSON.parse(readFileSync(join(dir, "MANIFEST.json"), "utf8"));
  const models = modelsDir();
  for (const [name, info] of Object.entries(manifest.models)) {
    const path = models && join(models, `${name}.tflite`);
    if (!path || !existsSync(path)) {
      test.skip(`skipped: ${name}.tflite is not under QJIT_MODELS_DIR or ../shared/models`, () => {});
      continue;
    }
    describe(name, () => {
      const bytes = readFileSync(path);
      let graph: Graph;
      test("imports with the model's inputs and outputs, and its text reads back", () => {
        // The goldens of the detection model are the inputs of its post-processing.
        graph = importTflite(bytes, { endBefore: ["TFLite_Detection_PostProcess"] });
        expect(graph.params.map((p) => [p.name, p.type.shape])).toEqual(info.inputs.map((p) => [p.name, p.shape]));
        // Where the graph ends before a custom operator, its outputs are that operator's inputs.
        if (!graph.meta.omitted) {
          const { outputs } = info;
          expect(graph.outputs.map((o) => [o.name, o.node.type.shape])).toEqual(outputs.map((o) => [o.name, o.shape]));
          expect(graph.outputs.map((o) => o.node.type.quant)).toEqual(
            outputs.map((o) =>
              o.scale === null ? undefined : { kind: "tensor", scale: Math.fround(o.scale), zero: o.zero_point },
            ),
          );
        }
        const text = print(graph);
        expect(print(parse(text)) === text).toBe(true);
      });
      const count = process.env.FULL ? info.cases.length : bytes.length > big ? 1 : 2;
      for (const [i, c] of info.cases.slice(0, count).entries()) {
        test(`case ${i} gives the reference's bytes`, () => {
          const load = (file: string) => readNpy(readFileSync(join(dir, file)), file).data;
          const tensors = c.intermediates ? readNpz(readFileSync(join(dir, c.intermediates.file))) : undefined;
          const names = tensorNames(bytes);
          const wanted = new Map<string, TypedArray | undefined>();
          for (const [key, array] of tensors ?? []) {
            const name = shortName(names[Number(key.slice(1))]);
            // Two tensors of one short name cannot be told apart by the node's name.
            wanted.set(name, wanted.has(name) ? undefined : array.data);
          }
          let checked = 0;
          const outputs = interpret(
            graph,
            c.inputs.map((x) => load(x.file)),
            {
              observe(node, data) {
                const want = wanted.get(node.name);
                if (!want || node.op.name === "const") return;
                checked++;
                expect([node.name, differences(data, want)]).toEqual([node.name, []]);
              },
            },
          );
          expect(outputs.map((o, k) => differences(o, load(c.outputs[k].file)))).toEqual(c.outputs.map(() => []));
          if (tensors) expect(checked).toBeGreaterThan(5);
        });
      }
      // Without FULL test/run holds compiled models against the interpreter.
      test.runIf(process.env.FULL)("every case on WebAssembly gives the reference's bytes", async () => {
        const runs = await wasmRuns(graph);
        const load = (file: string) => readNpy(readFileSync(join(dir, file)), file).data as TypedArray;
        for (const [i, c] of info.cases.entries()) {
          for (const { name, run } of runs) {
            const outputs = run(c.inputs.map((x) => load(x.file)));
            expect([name, i, outputs.map((o, k) => differences(o, load(c.outputs[k].file)))]).toEqual([
              name,
              i,
              c.outputs.map(() => []),
            ]);
          }
        }
        for (const { dispose } of runs) dispose();
      });
    });
  }
});
