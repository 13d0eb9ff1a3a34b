/** `qjit dump`: a model's graph as text, as it was imported or as passes made it, or all of its way as a document. */
import type { Graph } from "../ir/graph.ts";
import { print } from "../ir/print.ts";
import { pipeline } from "../passes/pipeline.ts";
import { type PassesToRun, printAll, printDifference, runLogged } from "./dump-passes.ts";
import { didYouMean, exitDone, inModel, UsageError } from "./failure.ts";
import { during, type Io } from "./io.ts";
import { loadGraph } from "./model.ts";
import { type ImportOptions, loadOptions } from "./options.ts";

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
  readonly format: "text" | "json" | "dot" | "html";
  /** Undefined unless `--data` or `--no-data` is given: text has the data, documents have not. */
  readonly data?: boolean;
  readonly profile?: boolean;
  readonly output?: string;
}

/** Prints a model's graph. */
export async function dump(path: string, options: DumpOptions, io: Io): Promise<number> {
  const passes = passesOf(options);
  checkFormat(options, io);
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const graph = await during(io, `reading ${path}`, () => loadGraph(path, loadOptions(options, onWarning)));
  if (options.format !== "text") {
    const { documentOf, writeDocument } = await import("./dump-document.ts");
    const { format, output, data, profile } = options;
    const document = await documentOf(path, graph, passes, { data, profile, warnings }, io);
    await writeDocument(document, { format, output }, io);
  } else if (options.plan) await dumpPlan(path, graph, passes, io);
  else if (options.printAfterAll || options.node !== undefined) printAll(graph, passes, options, io);
  else if (options.diff) printDifference(graph, passes, io);
  else printOne(asked(options) ? runLogged(graph, passes, io) : graph, options, io);
  return exitDone;
}

/** The plan for this machine's engine: kernel calls with their addresses and the reasons for them, constants, arena. */
async function dumpPlan(path: string, graph: Graph, passes: PassesToRun, io: Io): Promise<void> {
  const [{ hostTarget }, { makePlan }, { explainPlan }] = await Promise.all([
    import("../codegen/build.ts"),
    import("../codegen/plan.ts"),
    import("../codegen/explain.ts"),
  ]);
  const plan = await inModel(path, () => makePlan(runLogged(graph, passes, io), hostTarget()));
  io.out(explainPlan(plan));
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

/** Throws UsageError for options that say how text is shown, or how documents are, with the other. */
function checkFormat(options: DumpOptions, io: Io): void {
  const { format, output } = options;
  if (format === "html" && output === undefined && io.outIsTerminal)
    throw new UsageError("--format html: wants -o FILE or a pipe; a terminal does not show a page (qjit view does)");
  const [wrong, wants] =
    format === "text"
      ? [options.profile ? "--profile" : options.output !== undefined ? "--output" : "", "json, dot or html"]
      : [options.diff ? "--diff" : options.node !== undefined ? "--node" : "", "text"];
  if (wrong) throw new UsageError(`${wrong}: wants --format ${wants}, found ${format}`);
}

function printOne(graph: Graph, options: DumpOptions, io: Io): void {
  // Base64 of weights fills a terminal; whoever saves or pipes the text needs it.
  const data = options.data ?? true;
  const elide = data && io.outIsTerminal;
  const text = print(graph, { data: data && !elide });
  io.out(text);
  if (elide && /= const\(value=data\)/.test(text)) {
    io.err("note: long constants are left out on a terminal; redirect the output to get text that parses back\n");
  }
}
