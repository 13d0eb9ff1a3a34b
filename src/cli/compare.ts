/** `qjit compare`: a model against another, against itself on another back end, or against outputs of another framework. */

import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { hostTarget } from "../codegen/build.ts";
import { ModelError } from "../errors.ts";
import { type Accuracy, compareModels } from "../inspect/accuracy.ts";
import { type Backend, interpreterBackend, nativeBackend, wasmBackend } from "../inspect/backends.ts";
import { type BackendComparison, compareBackends } from "../inspect/compare-backends.ts";
import { compareOutputs, type OutputsComparison } from "../inspect/compare-outputs.ts";
import { readingOf } from "../inspect/reading.ts";
import type { Graph } from "../ir/graph.ts";
import { runPipeline } from "../passes/pipeline.ts";
import { accuracyText, backendsText, outputsText } from "./compare-text.ts";
import { exitBad, exitDone, inModel, UsageError } from "./failure.ts";
import { during, type Io, Progress } from "./io.ts";
import { graphInputs, loadGraph } from "./model.ts";
import { type ImportOptions, loadOptions } from "./options.ts";
import { readReferences } from "./references.ts";
import { readSamples, type SampleOptions, storedFor } from "./samples.ts";

type BackendName = "wasm" | "native" | "interpreter";

/** Options of `qjit compare`. */
export interface CompareOptions extends ImportOptions, SampleOptions {
  readonly backendA?: BackendName;
  readonly backendB?: BackendName;
  readonly histogram?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints besides the models: one of three kinds. */
export type Comparison =
  | ({ readonly kind: "models"; readonly reading: readonly string[] } & Accuracy)
  | ({ readonly kind: "backends"; readonly backends: readonly [string, string] } & BackendComparison)
  | ({ readonly kind: "outputs"; readonly reading: readonly string[] } & OutputsComparison);

/** Compares and reports. Code 1 if back ends differ, which they never should; models may. */
export async function compare(a: string, b: string | undefined, options: CompareOptions, io: Io): Promise<number> {
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const note = (text: string) => io.err(`note: ${text}\n`);
  if (b !== undefined && (options.backendA || options.backendB))
    throw new UsageError("--backend-a and --backend-b compare one model with itself; B is given too");
  const progress = new Progress(io);
  const onStep = (what: string) => progress.step(() => `comparing: ${what}`);
  // What says how to read A says nothing of a B in another format.
  const load = (path: string) =>
    during(io, `reading ${path}`, () =>
      loadGraph(path, extname(path) === extname(a) ? loadOptions(options, onWarning) : { onWarning }),
    );
  try {
    const graph = await load(a);
    const samples = await readSamples(graphInputs(graph), options, note);
    let result: Comparison;
    if (b === undefined) {
      const names = [options.backendA ?? "wasm", options.backendB ?? "interpreter"] as const;
      const pair = [await backendNamed(names[0]), await backendNamed(names[1])] as const;
      const stored = samples.map((s) => s.stored);
      const found = await inModel(a, () => compareBackends(graph, runPipeline(graph), pair, stored, onStep));
      const titles = pair.map((p) => [p.name, p.level].filter(Boolean).join(" "));
      result = { kind: "backends", backends: [titles[0], titles[1]], ...found };
    } else if (await isOutputs(b)) {
      const references = await readReferences(graph, b, samples.length, note);
      const found = compareOutputs(
        graph,
        samples.map((s) => s.stored),
        references,
        onStep,
      );
      result = { kind: "outputs", reading: readingOf(found), ...found };
    } else {
      const other = await load(b);
      sameInterface(a, graph, b, other);
      const pairs = samples.map((s) => ({ a: s.stored, b: storedFor(s, graphInputs(other)) }));
      const found = compareModels(graph, other, pairs, { onStep });
      result = { kind: "models", reading: readingOf(found), ...found };
    }
    progress.done();
    if (options.json) io.out(`${JSON.stringify({ a, b: b ?? null, ...result, warnings }, null, 2)}\n`);
    else if (result.kind === "models") io.out(accuracyText(a, b!, result, options, io));
    else if (result.kind === "backends") io.out(backendsText(a, result, io));
    else io.out(outputsText(a, b!, result, options, io));
    return result.kind === "backends" && differs(result) ? exitBad : exitDone;
  } finally {
    progress.done();
  }
}

const differs = ({ steps, outputs }: BackendComparison): boolean =>
  steps.some((s) => s.differing + s.isolatedDiffering > 0) || outputs.some((o) => o.differing[0] + o.differing[1] > 0);

async function backendNamed(name: BackendName): Promise<Backend> {
  if (name === "interpreter") return interpreterBackend;
  return name === "wasm" ? wasmBackend(hostTarget()) : nativeBackend();
}

/** Whether B is a .npy file or a folder of them. */
async function isOutputs(path: string): Promise<boolean> {
  if (extname(path) === ".npy") return true;
  return stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
}

/** Throws ModelError unless both have as many inputs and outputs, of equal shapes. */
function sameInterface(a: string, x: Graph, b: string, y: Graph): void {
  const shapes = (nodes: readonly { type: { shape: readonly number[] } }[]) =>
    nodes.map((n) => `[${n.type.shape.join(",")}]`).join(", ") || "none";
  for (const [what, p, q] of [
    ["inputs", shapes(x.params), shapes(y.params)],
    ["outputs", shapes(x.outputs.map((o) => o.node)), shapes(y.outputs.map((o) => o.node))],
  ]) {
    if (p !== q) throw new ModelError(b, `wants the ${what} of ${a}, ${p}, found ${q}`);
  }
}
