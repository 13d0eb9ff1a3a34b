/**
 * How each layer of a model runs once the passes are done. A layer is an operator of the model's file, or a node where the
 * graph does not say which operator it is from.
 */

import type { FileOperator } from "../import/onnx/index.ts";
import { edges, type Group, groupsOf, keyOf, usersOf } from "../inspect/operators.ts";
import { type Graph, type Node, operandsOf } from "../ir/graph.ts";
import { table as lookup } from "../ir/ops/elementwise.ts";
import type { Storage } from "../ir/type.ts";

/** How a layer runs: `fused` in another's kernel, `folded` into a constant or away, by `table`, in `float`, or in integers. */
export type How = "integer" | "fused" | "table" | "float" | "folded";

/** One row of the report. */
export interface Layer {
  /** The name of its result. */
  readonly name: string;
  /** The file's name of the operator, or the IR's of the node. */
  readonly op: string;
  readonly how: How;
  /** What the kernel that does the work computes with; null where none is left. */
  readonly arithmetic: "integer" | "table" | "float" | null;
  /** What it ends up as: the layer that it is fused into, or the ops that do its work. */
  readonly as: readonly string[];
  readonly storage: Storage;
  /** Runs in float although everything that it reads and makes is integer in the file. */
  readonly meantInteger: boolean;
}

/**
 * The rows for a graph as it was imported and as the passes left it. `operators` are those of the file, where the importer
 * tells: of some nothing is in the graph, because an integer node stands for several or their results are constants.
 */
export function layersOf(before: Graph, after: Graph, operators: readonly FileOperator[] = []): Layer[] {
  const groups = groupsOf(before);
  const left = new Map<string, Node[]>();
  const byName = new Map<string, Node>();
  for (const node of after.nodes) {
    if (node.op.kind === "source") continue;
    const key = keyOf(node);
    left.set(key, [...(left.get(key) ?? []), node]);
    byName.set(after.nameOf(node), node);
  }
  const islands = floatIslands(after);
  const users = usersOf(before);
  const groupOf = new Map(groups.flatMap((g) => g.nodes.map((n) => [n, g] as const)));
  const remains = (g: Group) => left.get(g.key) ?? [];

  const computes = (n: Node): boolean => n.op.kind !== "movement";

  /** The first layer downstream that computes something if this one does, or else that has nodes of its own. */
  const heir = (group: Group): Group | undefined => {
    const seen = new Set<Node>(group.nodes);
    const computed = group.nodes.some(computes);
    let moves: Group | undefined;
    for (const node of seen) {
      for (const user of users.get(node) ?? []) {
        const g = groupOf.get(user);
        if (g && g !== group) {
          if (computed ? remains(g).some(computes) : remains(g).length > 0) return g;
          if (remains(g).length) moves ??= g;
        }
        seen.add(user);
      }
    }
    return moves;
  };

  /** The layer whose kernel does a layer's work: passes give it the name of the last value that it makes. */
  const host = (group: Group): Group | undefined => {
    for (const node of [...group.nodes].reverse()) {
      const kernel = byName.get(before.nameOf(node));
      const g = kernel && groups.find((other) => other.key === keyOf(kernel));
      if (g && g !== group) return g;
    }
    return heir(group);
  };

  const variable = new Set<Node>(before.params);
  for (const node of before.nodes) if (operandsOf(node).some((n) => variable.has(n))) variable.add(node);

  const edgesOf = (group: Group) => {
    const { read, made } = edges(group, users);
    return [...read, ...made];
  };

  /** What computes says it; movements do not compute, and may move what others have made of a layer's values. */
  const arithmetic = (all: readonly Node[]) => {
    const nodes = all.some(computes) ? all.filter(computes) : all;
    return nodes.some(isFloat) ? "float" : nodes.every((n) => n.op === lookup) ? "table" : "integer";
  };

  const rowOf = (group: Group): Layer => {
    const { storage } = group.nodes[group.nodes.length - 1].type;
    const row = { name: group.name, op: group.op, storage, meantInteger: false };
    const own = remains(group);
    if (own.length === 0) {
      const into = group.nodes.some((n) => variable.has(n)) ? host(group) : undefined;
      if (!into) return { ...row, how: "folded", arithmetic: null, as: [] };
      return { ...row, how: "fused", arithmetic: arithmetic(remains(into)), as: [into.name] };
    }
    const how = arithmetic(own);
    const meantInteger =
      how === "float" &&
      own.some(computes) &&
      (group.fromFile ? !edgesOf(group).some((n) => n.type.storage === "f32") : own.some((n) => islands.has(n)));
    return { ...row, how, arithmetic: how, as: [...new Set(own.map((n) => n.op.name))], meantInteger };
  };

  if (operators.length === 0) return groups.map(rowOf);
  const byKey = new Map(groups.map((g) => [g.key, g]));
  const stands = standIns(operators, byKey);
  const absent = (o: FileOperator): Layer => {
    const row = { name: o.name, op: o.type, storage: "f32" as const, meantInteger: false };
    const group = o.folded ? undefined : stands(o);
    if (!group) return { ...row, how: "folded", arithmetic: null, as: [] };
    const { storage, how, arithmetic: numbers, as } = rowOf(group);
    return { ...row, storage, how: "fused", arithmetic: numbers, as: how === "fused" ? as : [group.name] };
  };
  const fromFile = new Set(operators.map((o) => o.where));
  return [
    ...operators.map((o) => (byKey.has(o.where) ? rowOf(byKey.get(o.where)!) : absent(o))),
    ...groups.filter((g) => !fromFile.has(g.key)).map(rowOf),
  ];
}

/** For an operator that is not in the graph, the group that stands for it: its result's, or else the first one that reads it. */
function standIns(operators: readonly FileOperator[], groups: ReadonlyMap<string, Group>) {
  const readers = new Map<string, FileOperator[]>();
  for (const o of operators) for (const name of o.inputs) readers.set(name, [...(readers.get(name) ?? []), o]);
  return (operator: FileOperator): Group | undefined => {
    const seen = new Set([operator]);
    for (const o of seen) {
      const group = groups.get(o.where) ?? groups.get(o.becomes ?? "");
      if (group) return group;
      for (const name of o.outputs) for (const reader of readers.get(name) ?? []) seen.add(reader);
    }
    return undefined;
  };
}

const isFloat = (n: Node) => [n, ...operandsOf(n)].some((m) => m.type.storage === "f32");

/** Nodes that compute in float between integers: what was dequantized before them is quantized again after them. */
function floatIslands(graph: Graph): Set<Node> {
  const users = usersOf(graph);
  const float = (n: Node) => n.type.storage === "f32";
  const fromIntegers = new Set<Node>();
  for (const node of graph.nodes) {
    if (float(node) && operandsOf(node).some((n) => (n.type.quant && !float(n)) || fromIntegers.has(n)))
      fromIntegers.add(node);
  }
  const island = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    if (fromIntegers.has(node) && users.get(node)?.some((u) => !float(u) || island.has(u))) island.add(node);
  }
  return island;
}

/** A name as a table shows it: converters chain the names of all that they fuse, and the ends tell most. */
export const short = (name: string): string => (name.length <= 56 ? name : `${name.slice(0, 26)}...${name.slice(-27)}`);
