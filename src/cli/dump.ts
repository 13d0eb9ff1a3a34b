/** `qjit dump`: a model's graph as text or JSON, as it was imported or as passes made it. */
import type { Graph } from "../ir/graph.ts";
import { print } from "../ir/print.ts";
import type { Pass } from "../passes/pass.ts";
import { pipeline, runPipeline } from "../passes/pipeline.ts";
import type { Applied } from "../passes/rewrite.ts";
import { didYouMean, exitDone, inModel, UsageError } from "./failure.ts";
import { graphJson, planJson } from "./graph-json.ts";
import { type Io, styled } from "./io.ts";
import { loadGraph } from "./model.ts";
import type { ImportOptions } from "./options.ts";

/** Options of `qjit dump`. */
export interface DumpOptions extends ImportOptions {
  readonly after?: string;
  readonly printAfterAll?: boolean;
  readonly from?: string;
  readonly fuel?: number;
  readonly plan?: boolean;
  readonly format: "text" | "json";
  readonly data: boolean;
}

/** Prints a model's graph. */
export async function dump(path: string, options: DumpOptions, io: Io): Promise<number> {
  checkPasses(options);
  const onWarning = (message: string) => io.err(`warning: ${message}\n`);
  const graph = await loadGraph(path, { numerics: options.numerics, shapes: options.shape, onWarning });
  if (options.plan) await dumpPlan(path, graph, options, io);
  else if (options.printAfterAll) printAll(graph, options, io);
  else printOne(asked(options) ? runPipeline(graph, options) : graph, options, io);
  return exitDone;
}

/** The plan for this machine's engine: kernel calls with their addresses, constants, arena. */
async function dumpPlan(path: string, graph: Graph, options: DumpOptions, io: Io): Promise<void> {
  const [{ hostTarget }, { makePlan, printPlan }] = await Promise.all([
    import("../codegen/build.ts"),
    import("../codegen/plan.ts"),
  ]);
  const plan = await inModel(path, () => makePlan(runPipeline(graph, options), hostTarget()));
  io.out(options.format === "json" ? `${JSON.stringify(planJson(plan), null, 2)}\n` : printPlan(plan));
}

const asked = ({ after, from, fuel }: DumpOptions) => after !== undefined || from !== undefined || fuel !== undefined;

/** Throws UsageError unless the passes exist and stand in this order. */
function checkPasses({ from, after }: DumpOptions): void {
  const names = pipeline.map((p) => p.name);
  const indexOf = (option: string, name: string): number => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    throw new UsageError(`${option}: no pass ${name}${didYouMean(name, names)}; the passes are ${names.join(", ")}`);
  };
  const first = from === undefined ? 0 : indexOf("--from", from);
  const last = after === undefined ? names.length - 1 : indexOf("--after", after);
  if (first > last)
    throw new UsageError(`--from ${from} comes after --after ${after}; the order is ${names.join(", ")}`);
}

function printOne(graph: Graph, options: DumpOptions, io: Io): void {
  if (options.format === "json") {
    io.out(`${JSON.stringify(graphJson(graph, options), null, 2)}\n`);
    return;
  }
  // Base64 of weights fills a terminal; whoever saves or pipes the text needs it.
  const elide = options.data && io.outIsTerminal;
  const text = print(graph, { data: options.data && !elide });
  io.out(text);
  if (elide && /= const\(value=data\)/.test(text)) {
    io.err("note: long constants are left out on a terminal; redirect the output to get text that parses back\n");
  }
}

/** The graph after each pass that changed it. Long constants, the same every time, are left out. */
function printAll(graph: Graph, options: DumpOptions, io: Io): void {
  const changed: { pass: Pass; after: Graph; applied: readonly Applied[] }[] = [];
  runPipeline(graph, {
    from: options.from,
    fuel: options.fuel,
    onPass: (pass, before, after, applied) => {
      if (after !== before) changed.push({ pass, after, applied });
    },
  });
  if (options.format === "json") {
    const passes = changed.map(({ pass, after, applied }) => ({
      pass: pass.name,
      doc: pass.doc,
      applied,
      graph: graphJson(after, { data: false }),
    }));
    io.out(`${JSON.stringify({ passes }, null, 2)}\n`);
    return;
  }
  for (const { pass, after, applied } of changed) {
    io.out(`${styled(io, "bold", `// after ${pass.name}: ${pass.doc}`)}\n`);
    for (const { rule, at } of applied) io.out(`//   ${rule} at %${at}\n`);
    io.out(`${print(after, { data: false })}\n`);
  }
  const left = pipeline.length - changed.length;
  io.err(`note: ${left} of ${pipeline.length} passes changed nothing\n`);
}
