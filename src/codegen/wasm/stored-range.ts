/** What bytes a value can hold at all: activations are clamps, and a clamp often leaves few of 256. */
import type { Epilogue } from "../../ir/epilogue.ts";
import type { Node } from "../../ir/graph.ts";
import { clamp } from "../../ir/ops/elementwise.ts";
import { storages } from "../../ir/type.ts";

/** The least and greatest stored integer of a node's result that its own bounds let through. */
export function storedRange(node: Node): readonly [number, number] {
  const { min, max } = storages[node.type.storage];
  const bounds = boundsOf(node);
  return bounds ? [Math.max(min, bounds[0]), Math.min(max, bounds[1])] : [min, max];
}

/** The bounds of what is stored last, if it is a clamp that does it. */
function boundsOf(node: Node): readonly [number, number] | undefined {
  const attrs = node.attrs as {
    epilogue?: Epilogue;
    clamp?: readonly [number, number];
    range?: readonly [number, number];
  };
  const last = attrs.epilogue?.at(-1);
  if (last) return last.kind === "table" ? undefined : last.clamp;
  return node.op === clamp ? attrs.range : attrs.clamp;
}
