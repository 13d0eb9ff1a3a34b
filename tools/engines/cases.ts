/**
 * Writes what engines are tested on (run.mjs): the vectors and models of test/conformance and random graphs as modules of every
 * level and flavour, for one thread and several, and as programs for the native library; with inputs, and the outputs that are right.
 *
 *     node build/engine-cases.mjs ROOT FOLDER
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpy } from "../../src/cli/npy.ts";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import { makePlan } from "../../src/codegen/plan.ts";
import type { WasmTarget } from "../../src/codegen/wasm/kernel.ts";
import { emitModule } from "../../src/codegen/wasm/module.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { allocate, type TypedArray } from "../../src/ir/type.ts";
import { verified } from "../../src/ir/verify.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { QTensor } from "../../src/tensor/index.ts";
import { trace } from "../../src/trace/trace.ts";
import { operandValues } from "../../test/codegen/row-cases.ts";
import { generate, inputsFor, random } from "../../test/fuzz/generate.ts";
import { importCase, nodeCases } from "../../test/onnx-node.ts";
import { calls } from "../../test/pytorch-calls.ts";
import { kernelGraph } from "../../test/tflite-kernels.ts";
import { decode, goldenDir, modelsDir, pytorchCases } from "../../test/vector-files.ts";

const [root, folder] = process.argv.slice(2);
const seeds = 120;
/** Of every so many cases one has modules for threads. */
const threadsEvery = 4;

const targets: Record<string, WasmTarget> = {
  simd128: { level: "simd128", dot: "inexact" },
  wide: { level: "simd128", dot: "inexact", wide: true },
  signed: { level: "relaxed", dot: "signed" },
  unsigned: { level: "relaxed", dot: "unsigned" },
  saturating: { level: "relaxed", dot: "saturating" },
};

interface Written {
  readonly file: string;
  readonly dtype: string;
}
const cases: unknown[] = [];

/** Writes bytes once, whatever they are of. */
function write(bytes: Uint8Array, ending: string): string {
  const file = `${createHash("sha1").update(bytes).digest("hex").slice(0, 16)}.${ending}`;
  if (!existsSync(join(folder, file))) writeFileSync(join(folder, file), bytes);
  return file;
}

const data = (a: TypedArray): Written => ({
  file: write(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), "bin"),
  dtype: a.constructor.name,
});

async function add(
  name: string,
  graph: Graph,
  inputs: readonly TypedArray[],
  want: readonly TypedArray[],
  big = false,
) {
  const lowered = runPipeline(graph);
  const modules: Record<string, string> = {};
  for (const threads of big || cases.length % threadsEvery === 0 ? [false, true] : [false]) {
    for (const [flavour, target] of Object.entries(targets)) {
      const plan = makePlan(lowered, target, { threads });
      if (target.level === "relaxed" && !plan.steps.some((s) => s.kernel.name.includes("relaxed"))) continue;
      modules[threads ? `${flavour} threads` : flavour] = write(await emitModule(plan), "wasm");
    }
  }
  const native = write(serializeNative(lowered).bytes, "native");
  cases.push({ name, modules, native, inputs: inputs.map(data), outputs: want.map(data) });
}

async function vectors(): Promise<void> {
  const kernels = goldenDir("tflite-kernels");
  for (const file of kernels ? readdirSync(kernels) : []) {
    if (!file.endsWith(".json") || file === "MANIFEST.json") continue;
    const { graph, inputs, want } = kernelGraph(JSON.parse(readFileSync(join(kernels!, file), "utf8")));
    await add(`tflite-kernels ${graph.name}`, graph, inputs, [want]);
  }
  const nodes = goldenDir("onnx-node");
  for (const c of nodes ? nodeCases(nodes) : []) {
    if (c.foreign.length) continue;
    const { graph, inputs } = importCase(c);
    await add(`onnx-node ${c.name}`, graph, inputs, interpret(graph, inputs));
  }
  for (const set of ["pytorch", "engines"]) {
    const files = set === "pytorch" ? ["linear", "conv", "pool", "elementwise", "unary"] : ["engines"];
    const dir = goldenDir(set)!;
    for (const c of files.flatMap((file) => pytorchCases(dir, file))) {
      if (!calls[c.op] || c.recipe === "dynamic.f32") continue;
      const call = calls[c.op](c);
      const graph = trace(call.run, call.inputs, { name: "case" });
      const inputs = call.inputs.map((t) => (t instanceof QTensor ? t.intRepr() : t.data));
      await add(`${set} ${c.op} ${c.name}`, graph, inputs, [decode(c.expect as typeof c.expect & { dt: "u8" }).data]);
    }
  }
  const { cases: ort } = JSON.parse(readFileSync(join(goldenDir("ort")!, "ort.json"), "utf8"));
  for (const c of ort) {
    const graph = importOnnx(new Uint8Array(Buffer.from(c.model, "base64")), { numerics: "ort" });
    const inputs = graph.params.map((p) => {
      const values = allocate(p.type.storage, c.inputs[p.name].length) as Float32Array;
      values.set(c.inputs[p.name]);
      return values;
    });
    await add(`ort ${c.name}`, graph, inputs, interpret(graph, inputs));
  }
  const files = join(root, "test", "run", "cases");
  for (const file of readdirSync(files)) {
    const graph = verified(parse(readFileSync(join(files, file), "utf8")));
    // Random values, the least, the greatest.
    for (const mode of [0, 1, 2]) {
      const inputs = graph.params.map((p) => operandValues(p.type, mode, random(mode)));
      await add(`graph ${graph.name} ${mode}`, graph, inputs, interpret(graph, inputs));
    }
  }
  for (let seed = 0; seed < seeds; seed++) {
    const graph = generate(seed, 8);
    const inputs = inputsFor(graph, seed);
    await add(`graph ${graph.name}`, graph, inputs, interpret(graph, inputs));
  }
}

async function models(): Promise<void> {
  const dir = modelsDir();
  const golden = goldenDir("tflite-models");
  if (!dir) return;
  const manifest = golden ? JSON.parse(readFileSync(join(golden, "MANIFEST.json"), "utf8")).models : {};
  for (const [name, { cases }] of Object.entries<any>(manifest)) {
    const path = join(dir, `${name}.tflite`);
    if (!existsSync(path)) continue;
    const graph = importTflite(readFileSync(path), { endBefore: ["TFLite_Detection_PostProcess"] });
    const load = (file: string) => readNpy(readFileSync(join(golden!, file)), file).data as TypedArray;
    // Indices in int64 are kept as bytes in the goldens.
    const want = cases[0].outputs.map(({ file }: any, i: number) => {
      const found = load(file);
      return graph.outputs[i].node.type.storage === "i64" && found instanceof Uint8Array
        ? BigInt64Array.from(found, BigInt)
        : found;
    });
    const inputs = cases[0].inputs.map(({ file }: any) => load(file));
    await add(`model ${name}`, graph, inputs, want, true);
  }
  for (const name of ["mobilenet_v2", "resnet18"]) {
    const file = (suffix: string) => join(dir, "pytorch-export", `${name}_${suffix}`);
    if (!existsSync(file("qdq.onnx"))) continue;
    const graph = importOnnx(new Uint8Array(readFileSync(file("qdq.onnx"))), { numerics: "ort" });
    const [x, y] = ["in.npy", "out_ort_all.npy"].map((f) => readNpy(readFileSync(file(f)), f).data as TypedArray);
    await add(`model pytorch-export ${name}`, graph, [x], [y], true);
  }
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await vectors();
await models();
writeFileSync(join(folder, "cases.json"), JSON.stringify(cases));
console.log(`${cases.length} cases`);
