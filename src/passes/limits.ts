/** What is known about the values that a node can hold. */
import type { Node } from "../ir/graph.ts";
import { clamp } from "../ir/ops/elementwise.ts";
import { clamp as limit } from "../ir/rescale.ts";
import { storages } from "../ir/type.ts";

/** A closed range of stored values. */
export type Limits = readonly [number, number];

/**
 * The stored values that a node can hold, as far as the node itself tells: those of its storage, within its attribute `clamp`,
 * its last stage, or the range of the op clamp. An op's attribute `clamp` is by convention the last thing that it does.
 */
export function limitsOf(node: Node): Limits {
  const { min, max } = storages[node.type.storage];
  const own: Limits | undefined =
    node.op === clamp ? node.attrs.range : (node.attrs.clamp ?? node.attrs.epilogue?.at(-1)?.clamp);
  return own ? [Math.max(own[0], min), Math.min(own[1], max)] : [min, max];
}

/**
 * The one clamp that does what `inner` and then `outer` do: both bounds of the inner go through the outer, since the
 * ranges may be disjoint: [0, 10] and then [20, 30] is [20, 20]. On floats, where two zeros compare equal and are not,
 * only ranges that overlap in more than a point are joined.
 */
export function thenClamp(inner: Limits, outer: Limits, float: boolean): Limits | undefined {
  if (float && !(Math.max(inner[0], outer[0]) < Math.min(inner[1], outer[1]))) return undefined;
  return [limit(inner[0], outer[0], outer[1]), limit(inner[1], outer[0], outer[1])];
}
