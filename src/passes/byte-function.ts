/** Functions of one 8-bit value: found in the graph, and computed by running them on all 256 inputs. */
import { type Node, operandsOf } from "../ir/graph.ts";
import { evaluate } from "../ir/interpret.ts";
import { table } from "../ir/ops/elementwise.ts";
import { constantOf } from "../ir/ops/source.ts";
import { allocate, sameShape, storages, type TypedArray } from "../ir/type.ts";
import { elementOperands, isByte, isConstant, isSingle, isUniform } from "./facts.ts";
import type { Rewriter } from "./rewrite.ts";

/** `root` as a function of `leaf`: stored value v of the leaf gives `values[v - lowest]`. */
export interface ByteFunction {
  readonly leaf: Node;
  /** The nodes between the leaf (not included) and the root (included), operands first. */
  readonly steps: readonly Node[];
  readonly values: TypedArray;
}

/** Longest chain that is looked at. */
const maxSteps = 16;

/**
 * The node as a function of one 8-bit value, if it is one: everything between them is elementwise, uniform, and otherwise
 * constant. Of several such values the farthest, as long as nothing else reads what lies between.
 */
export function byteFunction(root: Node, b: Rewriter): ByteFunction | undefined {
  if (!isByte(root.type) || !isStep(root, root)) return undefined;
  const steps = [root];
  const frontier = new Set(variables(root));
  let best: { leaf: Node; steps: Node[] } | undefined;
  while (steps.length <= maxSteps && frontier.size > 0) {
    const next = [...frontier].reduce((a, c) => (b.positionOf(c) > b.positionOf(a) ? c : a));
    if (frontier.size === 1 && isByte(next.type) && sameShape(next.type.shape, root.type.shape)) {
      best = { leaf: next, steps: [...steps] };
    }
    if (!isStep(next, root)) break;
    const readers = steps.flatMap(operandsOf).filter((n) => n === next).length;
    if (best && b.usesOf(next) > readers) break;
    frontier.delete(next);
    steps.push(next);
    for (const n of variables(next)) frontier.add(n);
  }
  if (!best) return undefined;
  best.steps.sort((a, c) => b.positionOf(a) - b.positionOf(c));
  const { leaf, steps: between } = best;
  let values: TypedArray | undefined;
  return {
    leaf,
    steps: between,
    // Not before a rule wants them: most look at the leaf or the steps first, and turn away.
    get values() {
      values ??= valuesOf(leaf, between, b);
      return values;
    },
  };
}

const variables = (node: Node): Node[] =>
  elementOperands(node)
    .map((o) => o.node)
    .filter((n) => !isConstant(n));

/** Whether a node can stand between: uniform, of the root's shape, with constants that are the same for all elements. */
function isStep(node: Node, root: Node): boolean {
  if (!isUniform(node) || !sameShape(node.type.shape, root.type.shape)) return false;
  if (node.op === table && !isConstant(node.in.t)) return false;
  return elementOperands(node).every(({ node: n }) => !isConstant(n) || isSingle(n));
}

/** All 256 results, by the interpreter's meaning of each step on a tensor of all 256 inputs. */
function valuesOf(leaf: Node, steps: readonly Node[], b: Rewriter): TypedArray {
  const { storage } = leaf.type;
  const inputs = allocate(storage, 256) as Int8Array;
  for (let i = 0; i < 256; i++) inputs[i] = storages[storage].min + i;
  const small = new Map<Node, Node>([[leaf, { ...leaf, type: { ...leaf.type, shape: [256] } }]]);
  const data = new Map<Node, TypedArray>([[small.get(leaf)!, inputs]]);
  for (const step of steps) {
    const operands = Object.fromEntries(
      Object.keys(step.op.operands).map((key) => [key, small.get(step.in[key]) ?? step.in[key]]),
    );
    const node = b.change(step, { in: operands });
    small.set(step, node);
    data.set(
      node,
      evaluate(node, (n) => data.get(n) ?? constantOf(n)!),
    );
  }
  return data.get(small.get(steps.at(-1)!)!)!;
}
