/** A stage of a document in Graphviz's language: clusters by scope, colours by kind, constants as lines of their users. */
import type { DumpDocument, DumpNode } from "./document.ts";
import { type Group, groupByScope, nodesOf, typeText } from "./groups.ts";

const fills: Readonly<Record<DumpNode["kind"], string>> = {
  source: "#f3e3c3",
  elementwise: "#cfe8dc",
  movement: "#e3e5ea",
  reduction: "#cfdcf6",
};

/** A text as a DOT string. Names come from models, so every quote and backslash is escaped; `\n` breaks a line. */
const quoted = (text: string): string =>
  `"${[...text]
    .map((c) => (c === "\n" ? "\\n" : c === '"' || c === "\\" ? `\\${c}` : c < " " || c === "\x7f" ? "?" : c))
    .join("")}"`;

/** The text of a directed graph. Node identifiers are `n0`, `n1`, ... in order of evaluation. */
export function toDot(document: DumpDocument, stage: number = document.stages.length - 1): string {
  const nodes = nodesOf(document, stage);
  const byName = new Map(nodes.map((n) => [n.name, n]));
  const shown = nodes.filter((n) => n.constant === null);
  const id = new Map(shown.map((n, i) => [n.name, `n${i}`]));
  const kernels = new Map(
    stage === document.stages.length - 1 ? document.plan?.steps.map((s) => [s.name, s.kernel]) : [],
  );
  const lines: string[] = [
    `digraph ${quoted(document.model.name)} {`,
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=10, color="#8a8f98", margin="0.12,0.06"]',
    '  edge [color="#6b7079", arrowsize=0.6, fontname="Helvetica", fontsize=8]',
    '  graph [fontname="Helvetica", fontsize=10, color="#b9bdc6", style=rounded]',
  ];
  const nodeLine = (n: DumpNode, indent: string) => {
    const label = [n.op === "param" ? n.name : `${n.op}  ${n.name}`, typeText(n, document)];
    for (const [slot, operand] of Object.entries(n.operands)) {
      for (const name of operand === null ? [] : ([operand].flat() as string[])) {
        const c = byName.get(name);
        if (c?.constant != null) label.push(`${slot}: ${typeText(c, document)}`);
      }
    }
    const kernel = kernels.get(n.name);
    if (kernel) label.push(kernel);
    lines.push(`${indent}${id.get(n.name)} [label=${quoted(label.join("\n"))}, fillcolor="${fills[n.kind]}"]`);
  };
  let clusters = 0;
  const groupLines = (group: Group, indent: string) => {
    for (const inner of group.groups) {
      const start = lines.length;
      lines.push(`${indent}subgraph cluster_${clusters++} {`, `${indent}  label=${quoted(inner.label)}`);
      groupLines(inner, `${indent}  `);
      // A cluster of constants alone would be an empty box.
      if (lines.length === start + 2) lines.length = start;
      else lines.push(`${indent}}`);
    }
    for (const n of group.nodes) if (id.has(n.name)) nodeLine(n, indent);
  };
  groupLines(groupByScope(shown), "  ");
  for (const n of shown) {
    for (const [slot, operand] of Object.entries(n.operands)) {
      for (const name of operand === null ? [] : ([operand].flat() as string[])) {
        if (id.has(name)) lines.push(`  ${id.get(name)} -> ${id.get(n.name)} [tooltip=${quoted(slot)}]`);
      }
    }
  }
  for (const [i, o] of document.stages[stage].outputs.entries()) {
    lines.push(`  out${i} [label=${quoted(o.name)}, fillcolor="#ffffff"]`);
    if (id.has(o.value)) lines.push(`  ${id.get(o.value)} -> out${i}`);
  }
  lines.push("}");
  return `${lines.join("\n")}\n`;
}
