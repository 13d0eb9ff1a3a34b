/** The meaning of a graph: each node's `eval`, in order. The slow way, and the one that all others are compared with. */
import { type Graph, type Node, operandsOf } from "./graph.ts";
import type { Slots, Value } from "./op.ts";
import { param } from "./ops/source.ts";
import { allocate, sizeOf, type TypedArray } from "./type.ts";

/** Options of a run: `observe` is called with every node's value as it is made. */
export interface InterpretOptions {
  readonly observe?: (node: Node, data: TypedArray) => void;
}

/** Runs a verified graph. `inputs` are row-major, one per parameter; so are the results, one per output. */
export function interpret(graph: Graph, inputs: readonly TypedArray[], options: InterpretOptions = {}): TypedArray[] {
  const values = new Map<Node, TypedArray>();
  graph.params.forEach((p, i) => {
    const want = allocate(p.type.storage, 0).constructor;
    const found = inputs[i];
    if (found?.constructor !== want || found.length !== sizeOf(p.type.shape)) {
      throw new Error(
        `input ${graph.nameOf(p)} wants ${want.name} of ${sizeOf(p.type.shape)}, found ${
          found ? `${found.constructor.name} of ${found.length}` : "nothing"
        }`,
      );
    }
    values.set(p, found);
  });
  const left = new Map<Node, number>();
  for (const node of graph.nodes) left.set(node, graph.usesOf(node));
  for (const node of graph.nodes) {
    if (node.op !== param)
      values.set(
        node,
        evaluate(node, (n) => values.get(n)!),
      );
    options.observe?.(node, values.get(node)!);
    for (const operand of operandsOf(node)) {
      const uses = left.get(operand)! - 1;
      left.set(operand, uses);
      if (uses === 0) values.delete(operand);
    }
  }
  return graph.outputs.map((o) => values.get(o.node)!);
}

/** One node's value, given its operands'. */
export function evaluate(node: Node, read: (n: Node) => TypedArray): TypedArray {
  const operands: Record<string, unknown> = {};
  const value = (n: Node): Value => ({ type: n.type, data: read(n) });
  for (const [key, slot] of Object.entries(node.op.operands as Slots)) {
    const operand = node.in[key];
    operands[key] = operand === undefined ? undefined : slot.list ? operand.map(value) : value(operand);
  }
  return node.op.eval(operands, node.attrs, node.type);
}
