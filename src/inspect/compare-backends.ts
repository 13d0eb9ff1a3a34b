/** Two back ends on one graph, step by step. They should agree in every bit; where they do not, this says where and by how much. */
import type { Graph, Node } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import type { TypedArray } from "../ir/type.ts";
import type { Backend } from "./backends.ts";
import { differenceOf } from "./difference.ts";
import { ErrorStats, type ErrorSummary } from "./error-stats.ts";
import { realsOf } from "./layer-values.ts";

/** A step that both back ends show. */
export interface StepComparison {
  readonly name: string;
  readonly op: string;
  readonly kernels: readonly [string, string];
  readonly storage: string;
  readonly shape: readonly number[];
  readonly differing: number;
  /** Differing values when both get the interpreter's operands. */
  readonly isolatedDiffering: number;
  readonly error: ErrorSummary;
}

/** The comparison; `outputs` is about each back end's outputs and the interpreter's on the graph as it was imported. */
export interface BackendComparison {
  readonly samples: number;
  readonly steps: readonly StepComparison[];
  readonly outputs: readonly { readonly name: string; readonly differing: readonly [number, number] }[];
  /** The first step that differs. */
  readonly firstDivergence: string | null;
}

/** Compares back ends on a graph and what the passes made of it. The second is the reference of the error figures. */
export async function compareBackends(
  graph: Graph,
  lowered: Graph,
  backends: readonly [Backend, Backend],
  samples: readonly (readonly TypedArray[])[],
  onStep: (what: string) => void = () => {},
): Promise<BackendComparison> {
  const rows = new Map<Node, { kernels: [string, string]; differing: number; isolated: number; stats: ErrorStats }>();
  const outputs = graph.outputs.map(({ name }) => ({ name, differing: [0, 0] as [number, number] }));
  for (const [i, inputs] of samples.entries()) {
    onStep(`sample ${i + 1} of ${samples.length}`);
    const values = new Map<Node, TypedArray>();
    interpret(lowered, inputs, { observe: (node, data) => values.set(node, data) });
    const wanted = (n: Node) => values.get(n)!;
    const [a, b] = [await backends[0].steps(lowered, inputs, wanted), await backends[1].steps(lowered, inputs, wanted)];
    const aloneA = await backends[0].isolatedSteps(lowered, inputs, wanted);
    const aloneB = await backends[1].isolatedSteps(lowered, inputs, wanted);
    const ofB = new Map(b.map((s) => [s.node, s]));
    const aloneOfB = new Map(aloneB.map((s) => [s.node, s.data]));
    for (const [k, s] of a.entries()) {
      const other = ofB.get(s.node);
      if (!other) continue;
      const { type } = s.node;
      let row = rows.get(s.node);
      if (!row) {
        row = { kernels: [s.kernel, other.kernel], differing: 0, isolated: 0, stats: new ErrorStats(type) };
        rows.set(s.node, row);
      }
      row.differing += differenceOf(other.data, s.data)?.count ?? 0;
      row.isolated += differenceOf(aloneOfB.get(s.node)!, aloneA[k].data)?.count ?? 0;
      row.stats.add(realsOf(other.data, type), realsOf(s.data, type), s.data);
    }
    const right = interpret(graph, inputs);
    for (const side of [0, 1] as const) {
      const found = await backends[side].run(lowered, inputs);
      for (const [k, o] of outputs.entries()) o.differing[side] += differenceOf(right[k], found[k])?.count ?? 0;
    }
  }
  const steps = [...rows].map(([node, row]) => ({
    name: lowered.nameOf(node),
    op: node.op.name,
    kernels: row.kernels,
    storage: node.type.storage,
    shape: node.type.shape,
    differing: row.differing,
    isolatedDiffering: row.isolated,
    error: row.stats.summary(),
  }));
  const firstDivergence = steps.find((s) => s.differing > 0)?.name ?? null;
  return { samples: samples.length, steps, outputs, firstDivergence };
}
