/** The cases of every row of the kernel table as graphs that the native library runs: some nodes each, all of them outputs. */
import { Graph, type Node, operandsOf } from "../../src/ir/graph.ts";
import { param } from "../../src/ir/ops/source.ts";
import { families } from "../codegen/row-cases.ts";

/** Nodes of a graph; one that differs is then found at a glance. */
const perGraph = 40;

/** Graphs of one family's cases; each output has the title of its case. */
export function* rowGraphs(family: string): Generator<Graph> {
  let cases: { title: string; node: Node }[] = [];
  let made = 0;
  const graph = (): Graph => {
    const params = new Set(cases.flatMap((c) => operandsOf(c.node).filter((n) => n.op === param)));
    const outputs = cases.map((c, i) => ({ name: `${c.title} ${i}`, node: c.node }));
    cases = [];
    return new Graph(`${family}_${made++}`, [...params], outputs);
  };
  for (const c of families[family]()) if (cases.push(c) === perGraph) yield graph();
  if (cases.length) yield graph();
}
