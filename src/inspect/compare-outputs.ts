/** A model against arrays that another framework made of the same inputs: outputs, and inner values by the names of their layers. */
import type { Graph } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import { sizeOf, type TypedArray } from "../ir/type.ts";
import { differenceOf } from "./difference.ts";
import { ErrorStats, type ErrorSummary } from "./error-stats.ts";
import { greatest, type LayerPoint, pointsOf, realsOf } from "./layer-values.ts";

/** What another framework made: an output by its index or a layer's value by its point, one array a sample. */
export interface Reference {
  readonly of: number | LayerPoint;
  readonly file: string;
  /** Whether the values are of the model's own storage type, and so stored integers; else they are real numbers. */
  readonly stored: boolean;
  readonly values: readonly TypedArray[];
}

/** A value of the model against its reference. */
export interface ReferenceComparison {
  readonly name: string;
  readonly op: string;
  readonly file: string;
  readonly output: boolean;
  /** Values whose bits differ, where the reference is stored values; null for real numbers. */
  readonly differing: number | null;
  readonly error: ErrorSummary;
  /** For vectors: samples in which both have their greatest value in one place. */
  readonly sameTop: number | null;
}

/** The comparison, inner values first. */
export interface OutputsComparison {
  readonly samples: number;
  readonly values: readonly ReferenceComparison[];
  /** The first value, in order of evaluation, with a bit that differs. */
  readonly firstDivergence: string | null;
}

/** Runs a model on the interpreter and compares. */
export function compareOutputs(
  graph: Graph,
  samples: readonly (readonly TypedArray[])[],
  references: readonly Reference[],
  onStep: (what: string) => void = () => {},
): OutputsComparison {
  const rows = references.map((r) => {
    const { type } = typeof r.of === "number" ? graph.outputs[r.of].node : r.of.node;
    const vector = type.shape.filter((d) => d > 1).length === 1;
    return { ...r, type, stats: new ErrorStats(type), differing: 0, sameTop: vector ? 0 : null };
  });
  for (const [i, inputs] of samples.entries()) {
    onStep(`sample ${i + 1} of ${samples.length}`);
    const check = (row: (typeof rows)[number], found: TypedArray) => {
      const want = row.values[i];
      const reals = realsOf(found, row.type);
      const wanted = row.stored ? realsOf(want, row.type) : Float64Array.from(want as Int8Array, Number);
      row.stats.add(wanted, reals, found);
      if (row.stored) row.differing += differenceOf(want, found)?.count ?? 0;
      if (row.sameTop !== null && greatest(wanted) === greatest(reals)) row.sameTop++;
    };
    const outputs = interpret(graph, inputs, {
      observe: (node, data) => {
        for (const row of rows) if (typeof row.of !== "number" && row.of.node === node) check(row, data);
      },
    });
    for (const row of rows) if (typeof row.of === "number") check(row, outputs[row.of]);
  }
  const order = new Map(graph.nodes.map((n, i) => [n, i]));
  const place = ({ of }: Reference) => (typeof of === "number" ? graph.nodes.length + of : order.get(of.node)!);
  const values = rows
    .sort((p, q) => place(p) - place(q))
    .map(
      (r): ReferenceComparison => ({
        name: typeof r.of === "number" ? graph.outputs[r.of].name : r.of.name,
        op: typeof r.of === "number" ? "output" : r.of.op,
        file: r.file,
        output: typeof r.of === "number",
        differing: r.stored ? r.differing : null,
        error: r.stats.summary(),
        sameTop: r.sameTop,
      }),
    );
  const first = values.find((v) => (v.differing ?? 0) > 0 || (v.differing === null && v.error.sqnrDb !== null));
  return { samples: samples.length, values, firstDivergence: first?.name ?? null };
}

/** The point or output that a file name means: `out0`, the name of an output, or of a layer. */
export function referenceNamed(
  graph: Graph,
  stem: string,
  plain: (name: string) => string,
): number | LayerPoint | undefined {
  const byIndex = /^out(\d+)$/.exec(stem);
  if (byIndex && Number(byIndex[1]) < graph.outputs.length) return Number(byIndex[1]);
  const output = graph.outputs.findIndex((o) => plain(o.name) === stem);
  if (output >= 0) return output;
  return pointsOf(graph).find((p) => plain(p.name) === stem || plain(graph.nameOf(p.node)) === stem);
}

/** Elements of what a reference is compared with. */
export const referenceSize = (graph: Graph, of: number | LayerPoint): number =>
  sizeOf((typeof of === "number" ? graph.outputs[of].node : of.node).type.shape);
