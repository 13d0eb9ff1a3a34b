/** Choosing a kernel: of the rows that can compute a node on a target, the one with the lowest cost. */
import { ModelError } from "../errors.ts";
import type { Node } from "../ir/graph.ts";
import { printType } from "../ir/print.ts";
import type { WasmKernel, WasmTarget } from "./wasm/kernel.ts";
import { wasmKernels } from "./wasm/kernels/index.ts";

/** The row for a node. Throws ModelError, naming node and op, if there is none. */
export function select(node: Node, target: WasmTarget, name = node.name): WasmKernel {
  let best: WasmKernel | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const kernel of wasmKernels[node.op.name] ?? []) {
    if (!kernel.applies(node, target)) continue;
    const cost = kernel.cost?.(node, target) ?? 0;
    if (!best || cost < least) {
      best = kernel;
      least = cost;
    }
  }
  if (best) return best;
  const why = Object.hasOwn(wasmKernels, node.op.name) ? "no kernel takes this case" : "no kernel";
  throw new ModelError(`%${name}`, `${why} of ${node.op.name} -> ${printType(node.type)} on wasm.${target.level}`);
}
