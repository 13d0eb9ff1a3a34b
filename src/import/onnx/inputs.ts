/**
 * What is settled when all operators are converted: quantizers of the graph's inputs, which ONNX states at the nodes that read,
 * and whose memory constants are in.
 */
import { type Graph, type Node, operandsOf } from "../../ir/graph.ts";
import { cast } from "../../ir/ops/elementwise.ts";
import { constantOf } from "../../ir/ops/source.ts";
import { sameType, type TensorType, type TypedArray } from "../../ir/type.ts";

/**
 * Gives a constant data of its own instead of a view of the file, which may change, and need not stay in memory for it. Nobody
 * has seen the node yet: setting its value takes a good deal less than making all that depends on it anew.
 */
function own(node: Node, file: ArrayBufferLike): void {
  const data = constantOf(node);
  if (data?.buffer === file) (node.attrs as { value: TypedArray }).value = data.slice();
}

/**
 * The graph with each parameter on the quantizer that all of its readers give to its stored integers, and with nothing left
 * that is a view of the file.
 */
export function settled(graph: Graph, file: ArrayBufferLike): Graph {
  const outputs = new Set(graph.outputs.map((o) => o.node));
  // Undefined for a parameter whose readers do not agree.
  const types = new Map<Node, TensorType | undefined>();
  for (const p of graph.params) if (outputs.has(p)) types.set(p, undefined);
  const params = new Set(graph.params);
  for (const node of graph.nodes) {
    own(node, file);
    for (const x of operandsOf(node)) {
      if (!params.has(x)) continue;
      const retyped =
        node.op === cast && node.type.quant && node.type.storage === x.type.storage ? node.type : undefined;
      const before = types.get(x);
      const agrees = !types.has(x) || (before && retyped && sameType(before, retyped));
      types.set(x, agrees ? retyped : undefined);
    }
  }
  if ([...types.values()].every((type) => type === undefined)) return graph;
  return graph.map((node, original) => {
    const type = types.get(original);
    if (type) return { ...original, type };
    return node.op === cast && types.get(original.in.x) ? node.in.x : node;
  });
}
