/** Values that depend on constants only, worked out at import: shapes, axes, parameters. */
import { type Node, operandsOf, typesOf } from "../ir/graph.ts";
import { evaluate } from "../ir/interpret.ts";
import { constantOf } from "../ir/ops/source.ts";
import { sizeOf, type TypedArray } from "../ir/type.ts";

/** What evaluating a node costs: elements read and made, or multiplied and summed. */
export function stepsOf(node: Node): number {
  const { shape } = node.type;
  const window: readonly number[] = node.attrs.window ?? [];
  const macs = node.op.macs?.(typesOf(node.op, node.in), node.attrs, node.type) ?? 0;
  const read = operandsOf(node).reduce((n, x) => Math.max(n, sizeOf(x.type.shape)), 0);
  return Math.max(read, macs, sizeOf(shape) * sizeOf(window));
}

/**
 * The value of a node, or undefined if it depends on more than constants or is not to be worked out, which `allowed` says of
 * each node before it is evaluated. `folded` keeps what is known from call to call. Chains may be as long as a file.
 */
export function foldConstant(
  root: Node,
  folded: Map<Node, TypedArray | undefined>,
  allowed: (node: Node) => boolean,
): TypedArray | undefined {
  const known = (n: Node): boolean => constantOf(n) !== undefined || folded.has(n);
  const value = (n: Node): TypedArray | undefined => constantOf(n) ?? folded.get(n);
  const stack = [root];
  while (stack.length) {
    const node = stack[stack.length - 1];
    const operands = operandsOf(node);
    const missing = known(node) ? undefined : operands.find((n) => !known(n));
    if (missing) {
      stack.push(missing);
      continue;
    }
    stack.pop();
    if (known(node)) continue;
    const all = operands.length > 0 && operands.every((n) => value(n) !== undefined) && allowed(node);
    folded.set(node, all ? evaluate(node, (n) => value(n)!) : undefined);
  }
  return value(root);
}
