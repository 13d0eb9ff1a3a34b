/** What the passes did to a graph: the graph after each of them, or only the lines that changed, and the rules that were applied. */
import { ArgumentError } from "../errors.ts";
import { type DiffLine, diffGraphs, printDiff } from "../ir/diff.ts";
import type { Graph } from "../ir/graph.ts";
import { print } from "../ir/print.ts";
import type { Pass } from "../passes/pass.ts";
import { type PipelineOptions, runPipeline } from "../passes/pipeline.ts";
import type { Applied } from "../passes/rewrite.ts";
import { didYouMean } from "./failure.ts";
import { type Io, styled } from "./io.ts";

/** The passes that a command line asks for, in order, and for how many rewrites. */
export type PassesToRun = Required<Pick<PipelineOptions, "passes">> & Pick<PipelineOptions, "fuel">;

/** How to show what passes did. */
export interface ShowOptions {
  readonly diff?: boolean;
  /** Part of the names of the values that alone are shown. */
  readonly node?: string;
  /** Keep long constants, so that each graph can be parsed back. */
  readonly data?: boolean;
}

interface Change {
  readonly pass: Pass;
  readonly before: Graph;
  readonly after: Graph;
  readonly applied: readonly Applied[];
}

/** Runs passes; with fuel, each rewrite is logged on stderr with its number. */
export function runLogged(graph: Graph, passes: PassesToRun, io: Io): Graph {
  const log: string[] = [];
  const result = runPipeline(graph, {
    ...passes,
    onPass: (pass, _before, _after, applied) => {
      for (const a of applied) log.push(`${ruleText(a)} (${pass.name})\n`);
    },
  });
  if (passes.fuel !== undefined) io.err(log.join(""));
  return result;
}

/** A rule as dumps show it: its number, unless it takes no fuel, and the value that it rewrote. */
export const ruleText = ({ number, rule, at }: Applied): string =>
  `${number === undefined ? "" : `#${number} `}${rule} at %${at}`;

/** The lines that the passes changed, all together. */
export function printDifference(graph: Graph, passes: PassesToRun, io: Io): void {
  const after = runLogged(graph, passes, io);
  io.out(printDiff(diffGraphs(graph, after), coloured(io)));
}

/** The graph, or what changed in it, after each pass that changed it. Long constants, the same nearly every time, are left out unless asked for. */
export function printAll(graph: Graph, passes: PassesToRun, options: ShowOptions, io: Io): void {
  const changed: Change[] = [];
  runPipeline(graph, {
    ...passes,
    onPass: (pass, before, after, applied) => {
      if (after !== before) changed.push({ pass, before, after, applied });
    },
  });
  if (options.node !== undefined) {
    printHistory(graph, changed, options.node, io);
    return;
  }
  for (const { pass, before, after, applied } of changed) {
    printHead(pass, applied, io);
    const text = options.diff
      ? printDiff(diffGraphs(before, after), coloured(io))
      : print(after, { data: options.data === true });
    io.out(`${text}\n`);
  }
  const left = passes.passes.length - changed.length;
  io.err(`note: ${left} of ${passes.passes.length} passes changed nothing\n`);
}

function printHead(pass: Pass, applied: readonly Applied[], io: Io): void {
  io.out(`${styled(io, "bold", `// after ${pass.name}: ${pass.doc}`)}\n`);
  for (const a of applied) io.out(`//   ${ruleText(a)}\n`);
}

/** What became of the values whose names contain `part`: their lines at first, then each change and the rules that made it. */
function printHistory(graph: Graph, changed: readonly Change[], part: string, io: Io): void {
  const wanted = part.toLowerCase();
  const named = (name: string) => name.toLowerCase().includes(wanted);
  const graphs = [graph, ...changed.map((c) => c.after)];
  const names = graphs.flatMap((g) => g.nodes.map((n) => g.nameOf(n))).concat(graph.outputs.map((o) => o.name));
  if (!names.some(named)) {
    const hint = didYouMean(part, new Set(names));
    throw new ArgumentError("--node", "part of the name of a value", `${part}${hint}`);
  }
  const about = ({ text }: DiffLine) => text.toLowerCase().includes(wanted);
  io.out(`${styled(io, "bold", "// as imported")}\n`);
  for (const line of diffGraphs(graph, graph).filter(about)) io.out(`  ${line.text.trimStart()}\n`);
  const gone = new Map<string, string>();
  for (const { pass, before, after, applied } of changed) {
    const lines = diffGraphs(before, after).filter(about);
    const text = lines.filter((l) => l.sign !== " ").map((l) => l.text);
    const direct = applied.filter((a) => named(a.at));
    // What takes a value over does so under its own name.
    const rules = direct.length ? direct : applied.filter(({ at }) => text.some((t) => t.includes(`%${at}`)));
    if (rules.length === 0 && text.length === 0) continue;
    io.out("\n");
    printHead(pass, rules, io);
    io.out(printDiff(lines, coloured(io)));
    const left = new Set(after.nodes.map((n) => after.nameOf(n)));
    for (const name of before.nodes.map((n) => before.nameOf(n)))
      if (named(name) && !left.has(name)) gone.set(name, pass.name);
  }
  for (const [name, pass] of gone) io.err(`note: %${name} is no node of its own after ${pass}\n`);
}

const coloured = (io: Io) => (line: string, sign: DiffLine["sign"]) =>
  sign === " " ? line : styled(io, sign === "-" ? "red" : "green", line);
