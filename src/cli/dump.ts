/** `qjit dump`: a model's graph as text or JSON, as it was imported or as passes made it. */
import type { Graph } from "../ir/graph.ts";
import { print } from "../ir/print.ts";
import { pipeline } from "../passes/pipeline.ts";
import { type PassesToRun, printAll, printDifference, runLogged } from "./dump-passes.ts";
import { didYouMean, exitDone, inModel, UsageError } from "./failure.ts";
import { graphJson, planJson } from "./graph-json.ts";
import type { Io } from "./io.ts";
import { loadGraph } from "./model.ts";
import type { ImportOptions } from "./options.ts";

/** Options of `qjit dump`. */
export interface DumpOptions extends ImportOptions {
  readonly before?: string;
  readonly after?: string;
  readonly printAfterAll?: boolean;
  readonly diff?: boolean;
  readonly node?: string;
  readonly from?: string;
  readonly fuel?: number;
  readonly plan?: boolean;
  readonly format: "text" | "json";
  readonly data: boolean;
}

/** Prints a model's graph. */
export async function dump(path: string, options: DumpOptions, io: Io): Promise<number> {
  const passes = passesOf(options);
  const onWarning = (message: string) => io.err(`warning: ${message}\n`);
  const graph = await loadGraph(path, { numerics: options.numerics, shapes: options.shape, onWarning });
  if (options.plan) await dumpPlan(path, graph, passes, options, io);
  else if (options.printAfterAll || options.node !== undefined) printAll(graph, passes, options, io);
  else if (options.diff) printDifference(graph, passes, io);
  else printOne(asked(options) ? runLogged(graph, passes, io) : graph, options, io);
  return exitDone;
}

/** The plan for this machine's engine: kernel calls with their addresses, constants, arena. */
async function dumpPlan(path: string, graph: Graph, passes: PassesToRun, options: DumpOptions, io: Io): Promise<void> {
  const [{ hostTarget }, { makePlan, printPlan }] = await Promise.all([
    import("../codegen/build.ts"),
    import("../codegen/plan.ts"),
  ]);
  const plan = await inModel(path, () => makePlan(runLogged(graph, passes, io), hostTarget()));
  io.out(options.format === "json" ? `${JSON.stringify(planJson(plan), null, 2)}\n` : printPlan(plan));
}

const asked = ({ before, after, from, fuel }: DumpOptions) =>
  before !== undefined || after !== undefined || from !== undefined || fuel !== undefined;

/** The part of the pipeline that the options ask for. Throws UsageError unless the passes exist and stand in this order. */
function passesOf({ from, before, after, fuel }: DumpOptions): PassesToRun {
  const names = pipeline.map((p) => p.name);
  const indexOf = (option: string, name: string): number => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    throw new UsageError(`${option}: no pass ${name}${didYouMean(name, names)}; the passes are ${names.join(", ")}`);
  };
  const first = from === undefined ? 0 : indexOf("--from", from);
  if (before !== undefined) {
    const end = indexOf("--before", before);
    if (first > end)
      throw new UsageError(`--from ${from} comes after --before ${before}; the order is ${names.join(", ")}`);
    return { passes: pipeline.slice(first, end), fuel };
  }
  const last = after === undefined ? names.length - 1 : indexOf("--after", after);
  if (first > last)
    throw new UsageError(`--from ${from} comes after --after ${after}; the order is ${names.join(", ")}`);
  return { passes: pipeline.slice(first, last + 1), fuel };
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
