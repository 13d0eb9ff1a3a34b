/** `qjit check`: how each layer of a model will run, all that is unsupported, and how large the model is. */
import { hostTarget } from "../codegen/build.ts";
import { select } from "../codegen/kernels.ts";
import { makePlan } from "../codegen/plan.ts";
import { ModelError } from "../errors.ts";
import type { FileOperator } from "../import/onnx/index.ts";
import { type Graph, type Node, typesOf } from "../ir/graph.ts";
import { constantOf } from "../ir/ops/source.ts";
import { interfaceOf } from "../ir/state.ts";
import { byteLength, type Storage, sizeOf } from "../ir/type.ts";
import { runPipeline } from "../passes/pipeline.ts";
import { exitBad, exitDone } from "./failure.ts";
import { during, type Io, styled, table } from "./io.ts";
import { type Layer, layersOf, short } from "./layers.ts";
import { loadGraph } from "./model.ts";
import { type ImportOptions, loadOptions } from "./options.ts";
import { portJson } from "./ports.ts";

/** Options of `qjit check`. */
export interface CheckOptions extends ImportOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Reports on a model. Code 1 if something is unsupported or, with `strict`, runs in float that is integer in the file. */
export async function check(path: string, options: CheckOptions, io: Io): Promise<number> {
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const operators: FileOperator[] = [];
  let graph: Graph;
  try {
    const onOperator = (operator: FileOperator) => operators.push(operator);
    const load = { ...loadOptions(options, onWarning), onOperator };
    graph = await during(io, `reading ${path}`, () => loadGraph(path, load));
  } catch (error) {
    const unsupported = unsupportedIn(error);
    if (!unsupported) throw error;
    if (options.json) io.out(`${JSON.stringify({ model: path, unsupported, warnings }, null, 2)}\n`);
    return reportUnsupported(path, unsupported, options, io);
  }
  const { inputs, outputs } = interfaceOf(graph);
  const compiled = runPipeline(graph);
  const layers = layersOf(graph, compiled, operators);
  const plan = planOf(compiled);
  const unsupported = plan.problems;
  const size = { ...sizes(graph), arenaBytes: plan.arenaBytes };
  const float = layers.filter((l) => l.meantInteger);
  const strictFails = options.strict === true && float.length > 0;
  if (options.json) {
    const object = {
      model: path,
      profile: graph.meta.profile ?? null,
      inputs: inputs.map(portJson),
      outputs: outputs.map(portJson),
      nodes: layers.map((l) => ({ ...l, runs: runsText(l) })),
      ops: opCounts(layers),
      ...size,
      unsupported,
      floatMeantInteger: float.map((l) => l.name),
      warnings,
    };
    io.out(`${JSON.stringify(object, null, 2)}\n`);
  } else {
    // What an ONNX file spells out of its constants is long, and says nothing of how the model runs.
    const shown = layers.filter((l) => !(operators.length && l.how === "folded"));
    const rows = [["#", "NODE", "OP", "RUNS"], ...shown.map((l, i) => [String(i), short(l.name), l.op, runsText(l)])];
    const style = (r: number, c: number, cell: string) =>
      r === 0 ? styled(io, "bold", cell) : c === 3 && shown[r - 1].meantInteger ? styled(io, "yellow", cell) : cell;
    io.out(table(rows, { style, right: [0] }));
    const counts = (of: readonly Layer[]) => Object.entries(opCounts(of)).map(([op, n]) => `${n} ${op}`);
    io.out(`\n${shown.length} nodes: ${counts(shown).join(", ")}\n`);
    const folded = layers.filter((l) => !shown.includes(l));
    if (folded.length) io.out(`${folded.length} more are folded: ${counts(folded).join(", ")}\n`);
    const arena = size.arenaBytes === null ? "" : `, arena ${size.arenaBytes} bytes`;
    io.out(
      `${size.parameters} parameters in ${size.parameterBytes} bytes, ${size.macs} multiply-accumulates${arena}\n`,
    );
  }
  if (unsupported.length) return reportUnsupported(path, unsupported, options, io);
  if (strictFails) {
    const names = float.slice(0, 4).map((l) => `${l.op} ${l.name}`);
    const more = float.length > 4 ? ` (and ${float.length - 4} more)` : "";
    io.err(`error: ${path}: --strict: runs in float, integer in the file: ${names.join(", ")}${more}\n`);
  }
  return strictFails ? exitBad : exitDone;
}

function reportUnsupported(path: string, lines: readonly string[], { json }: CheckOptions, io: Io): number {
  if (!json) io.out(lines.map((line) => `${styled(io, "red", "unsupported")}  ${line}\n`).join(""));
  io.err(`error: ${path}: ${lines.length} unsupported operator${lines.length === 1 ? "" : "s"}\n`);
  return exitBad;
}

/** The arena that the wasm back end needs for a graph, or all the nodes that it has no kernel for. */
function planOf(graph: Graph): { arenaBytes: number | null; problems: string[] } {
  const target = hostTarget();
  try {
    return { arenaBytes: makePlan(graph, target).arena.bytes, problems: [] };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const problems = graph.nodes.flatMap((node) => {
      if (node.op.kind === "source") return [];
      try {
        select(node, target, graph.nameOf(node));
        return [];
      } catch (missing) {
        if (missing instanceof ModelError) return [missing.message];
        throw missing;
      }
    });
    return { arenaBytes: null, problems: problems.length ? problems : [error.message] };
  }
}

/** The unsupported operators that an import names, a line each; undefined for any other error. */
function unsupportedIn(error: unknown): string[] | undefined {
  if (!(error instanceof ModelError)) return undefined;
  const [head, ...lines] = error.message.split("\n");
  return / unsupported:$/.test(head) ? lines.map((line) => line.trim()) : undefined;
}

const integers: Readonly<Record<Storage, string>> = {
  i8: "int8",
  u8: "uint8",
  i16: "int16",
  u16: "uint16",
  i32: "int32",
  i64: "int64",
  bool: "bool",
  f32: "int8",
};

/** How a layer runs, in words: `int8 fused into X`, `int8 (ops)`, `table`, `float (ops)`, `folded`. */
function runsText({ how, arithmetic, as, storage, meantInteger }: Layer): string {
  const numbers = arithmetic === "integer" ? integers[storage] : arithmetic;
  switch (how) {
    case "integer":
      return `${numbers} (${as.join(", ")})`;
    case "fused":
      return `${numbers} fused into ${short(as[0])}`;
    case "float":
      return `float (${as.join(", ")})${meantInteger ? ", integer in the file" : ""}`;
    case "table":
    case "folded":
      return how;
  }
}

function opCounts(layers: readonly Layer[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of layers) counts.set(op, (counts.get(op) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}

/** What the model holds and does: trained values, their bytes, multiply-accumulates of one run. */
function sizes(graph: Graph) {
  let parameters = 0;
  let parameterBytes = 0;
  let macs = 0;
  for (const node of graph.nodes) {
    if (constantOf(node) && isTrained(node)) {
      parameters += sizeOf(node.type.shape);
      parameterBytes += byteLength(node.type);
    }
    macs += node.op.macs?.(typesOf(node.op, node.in), node.attrs, node.type) ?? 0;
  }
  return { parameters, parameterBytes, macs };
}

/** Weights and biases are quantized or real; plain integers are shapes, axes and tables. */
const isTrained = ({ type }: Node) => type.quant !== undefined || type.storage === "f32";
