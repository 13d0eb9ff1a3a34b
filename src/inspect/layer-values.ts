/** The values that a model's operators hand on, as real numbers, and the work of one operator by itself. */
import { type Graph, type Node, operandsOf } from "../ir/graph.ts";
import { evaluate } from "../ir/interpret.ts";
import { clamp } from "../ir/ops/elementwise.ts";
import { requantize } from "../ir/ops/quant.ts";
import { constantOf, param } from "../ir/ops/source.ts";
import { allocate, storages, stridesOf, type TensorType, type TypedArray } from "../ir/type.ts";
import { roundHalfEven } from "../tensor/arith.ts";
import { edges, type Group, groupsOf, usersOf } from "./operators.ts";

/** A value that an operator hands on. */
export interface LayerPoint {
  readonly name: string;
  /** The file's name of the operator. */
  readonly op: string;
  readonly node: Node;
  readonly group: Group;
  /** What the operator reads: parameters and other points' nodes, each once, in order of use. */
  readonly reads: readonly Node[];
}

/** The points of a graph in order of evaluation. Operators that depend on constants alone have none. */
export function pointsOf(graph: Graph): LayerPoint[] {
  const users = usersOf(graph);
  const varies = new Set<Node>();
  for (const node of graph.nodes)
    if (node.op === param || operandsOf(node).some((n) => varies.has(n))) varies.add(node);
  return joined(groupsOf(graph), users).flatMap((group) => {
    const { read, made } = edges(group, users);
    const reads = [...new Set(read)].filter((n) => varies.has(n));
    const shown = made.filter((n) => varies.has(n));
    const nameOf = (node: Node) => (shown.length === 1 ? group.name : graph.nameOf(node));
    return shown.map((node) => ({ name: nameOf(node), op: group.op, node, group, reads }));
  });
}

/** Sums and what finishes them as one operator, where the graph does not say what was one in the file. */
function joined(groups: readonly Group[], users: ReadonlyMap<Node, readonly Node[]>): Group[] {
  const groupOf = new Map(groups.flatMap((g) => g.nodes.map((n) => [n, g] as const)));
  const into = new Map<Group, Group>();
  for (const group of groups) {
    const [node] = group.nodes;
    const by = users.get(node) ?? [];
    const user = by.length === 1 ? groupOf.get(by[0]) : undefined;
    if (group.fromFile || group.nodes.length > 1 || !user || user.fromFile) continue;
    const sums = node.type.quant?.kind === "product" || (node.type.storage === "f32" && node.op.kind === "reduction");
    if (sums && (by[0].op === requantize || by[0].op === clamp)) into.set(group, user);
  }
  return groups
    .filter((g) => !into.has(g))
    .map((g) => {
      const parts = groups.filter((p) => into.get(p) === g);
      return parts.length ? { ...g, op: parts[0].op, nodes: [...parts.flatMap((p) => p.nodes), ...g.nodes] } : g;
    });
}

/** The value of a point, given values of what its operator reads. Earlier nodes of other operators are not looked at. */
export function evaluatePoint(point: LayerPoint, given: (node: Node) => TypedArray): TypedArray {
  const inside = new Set(point.group.nodes);
  const reads = new Set(point.reads);
  const values = new Map<Node, TypedArray>();
  const made = (node: Node): TypedArray => {
    const known = values.get(node) ?? (reads.has(node) ? given(node) : constantOf(node));
    if (known) return known;
    // Inside of the operator, or something that constants alone make.
    const value = evaluate(node, made);
    if (inside.has(node)) values.set(node, value);
    return value;
  };
  return made(point.node);
}

/** The index of the channel of each element, for a quantizer along an axis. */
function channelAt(shape: readonly number[], axis: number): (i: number) => number {
  const stride = stridesOf(shape)[axis];
  return (i) => Math.floor(i / stride) % shape[axis];
}

/** The real numbers that stored values stand for; plain numbers stand for themselves. */
export function realsOf(data: TypedArray, { quant, shape }: TensorType): Float64Array {
  const out = Float64Array.from(data as Int8Array, Number);
  if (quant?.kind === "tensor") for (let i = 0; i < out.length; i++) out[i] = quant.scale * (out[i] - quant.zero);
  else if (quant?.kind === "axis") {
    const { scales, zeros } = quant.channels;
    const c = channelAt(shape, quant.axis);
    for (let i = 0; i < out.length; i++) out[i] = scales[c(i)] * (out[i] - zeros[c(i)]);
  } else if (quant?.kind === "product") {
    const { a, b } = quant;
    const c = b.kind === "axis" ? channelAt(shape, b.axis) : () => 0;
    const scales = b.kind === "axis" ? b.channels.scales : [b.scale];
    for (let i = 0; i < out.length; i++) out[i] *= a * scales[c(i)];
  }
  return out;
}

/** Real numbers as stored values of a type: halves to even, limited to what the storage holds. */
export function storedOf(reals: ArrayLike<number>, type: TensorType): TypedArray {
  const { quant, storage, shape } = type;
  const out = allocate(storage, reals.length);
  const { min, max } = storages[storage];
  const axis = quant?.kind === "axis" ? channelAt(shape, quant.axis) : undefined;
  const product = quant?.kind === "product" && quant.b.kind === "axis" ? channelAt(shape, quant.b.axis) : undefined;
  for (let i = 0; i < reals.length; i++) {
    let [scale, zero] = [1, 0];
    if (quant?.kind === "tensor") [scale, zero] = [quant.scale, quant.zero];
    else if (quant?.kind === "axis") [scale, zero] = [quant.channels.scales[axis!(i)], quant.channels.zeros[axis!(i)]];
    else if (quant?.kind === "product") {
      scale = quant.a * (quant.b.kind === "axis" ? quant.b.channels.scales[product!(i)] : quant.b.scale);
    }
    if (out instanceof Float32Array) out[i] = reals[i];
    else {
      const q = Math.min(max, Math.max(min, roundHalfEven(reals[i] / scale) + zero));
      if (out instanceof BigInt64Array) out[i] = BigInt(q);
      else out[i] = q;
    }
  }
  return out;
}

/** The place of the greatest value, the first of equal ones. */
export function greatest(values: ArrayLike<number>): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[at]) at = i;
  return at;
}
