/** Quantizers of the graph's inputs: ONNX states them at the nodes that read, the IR's types have them. */
import { type Graph, type Node, operandsOf } from "../../ir/graph.ts";
import { cast } from "../../ir/ops/elementwise.ts";
import { sameType, type TensorType } from "../../ir/type.ts";

/** The graph with each parameter on the quantizer that all of its readers give to its stored integers. */
export function quantizedInputs(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map((o) => o.node));
  const types = new Map<Node, TensorType | undefined>();
  for (const p of graph.params) if (outputs.has(p)) types.set(p, undefined);
  const params = new Set(graph.params);
  for (const node of graph.nodes) {
    for (const x of operandsOf(node)) {
      if (!params.has(x)) continue;
      const retyped =
        node.op === cast && node.type.quant && node.type.storage === x.type.storage ? node.type : undefined;
      const before = types.get(x);
      const agrees = !types.has(x) || (before && retyped && sameType(before, retyped));
      types.set(x, agrees ? retyped : undefined);
    }
  }
  return graph.map((node, original) => {
    const own = types.get(original);
    if (own) return { ...original, type: own };
    return node.op === cast && types.get(original.in.x) ? node.in.x : node;
  });
}
