/** The operators of a model's file: which nodes of its graph came from which, what they read from elsewhere and make for elsewhere. */
import { type Graph, type Node, operandsOf } from "../ir/graph.ts";
import { constantOf } from "../ir/ops/source.ts";

/** Nodes of the source graph that are one operator of the file, or a single node where the graph does not say. */
export interface Group {
  readonly key: string;
  readonly name: string;
  readonly op: string;
  /** In order of evaluation. */
  readonly nodes: Node[];
  readonly fromFile: boolean;
}

/** `CONV_2D 3 (conv/Relu6)`: how importers state an operator as the source of a node. */
const operator = /^(\S.*?) \d+(?: \((.*)\))?$/s;

/** What says of a node which operator it belongs to, before and after the passes: they keep the source and the name of what they rewrite. */
export const keyOf = (node: Node): string =>
  node.source !== undefined && operator.test(node.source) ? node.source : node.name;

export function groupsOf(graph: Graph): Group[] {
  const groups = new Map<string, Group>();
  for (const node of graph.nodes) {
    if (node.op.kind === "source") continue;
    const key = keyOf(node);
    const known = groups.get(key);
    if (known) {
      known.nodes.push(node);
      continue;
    }
    const m = operator.exec(node.source ?? "");
    groups.set(key, {
      key,
      name: m?.[2] ?? graph.nameOf(node),
      op: m?.[1] ?? node.op.name,
      nodes: [node],
      fromFile: m !== null,
    });
  }
  return [...groups.values()];
}

/** The nodes that read each node. */
export function usersOf(graph: Graph): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    for (const operand of operandsOf(node)) {
      const list = users.get(operand);
      if (list) list.push(node);
      else users.set(operand, [node]);
    }
  }
  return users;
}

/** The values that a group reads from elsewhere (constants apart) and the ones that it makes for elsewhere. */
export function edges(group: Group, users: ReadonlyMap<Node, readonly Node[]>): { read: Node[]; made: Node[] } {
  const inside = new Set(group.nodes);
  const read = group.nodes.flatMap(operandsOf).filter((n) => !inside.has(n) && constantOf(n) === undefined);
  const made = group.nodes.filter((n) => {
    const by = users.get(n);
    return !by || by.some((u) => !inside.has(u));
  });
  return { read, made };
}
