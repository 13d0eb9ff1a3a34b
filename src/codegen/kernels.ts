/** Choosing a kernel: of the rows that can compute a node on a target, the one with the lowest cost. */
import { ModelError } from "../errors.ts";
import type { Node } from "../ir/graph.ts";
import { printType } from "../ir/print.ts";
import type { WasmKernel, WasmTarget } from "./wasm/kernel.ts";
import { wasmKernels } from "./wasm/kernels/index.ts";

/** A row, and what it would cost; no cost where it does not apply. */
export interface Choice {
  readonly kernel: WasmKernel;
  readonly cost: number | undefined;
}

/** All rows of a node's op, in the order of the table. */
export function choicesOf(node: Node, target: WasmTarget): Choice[] {
  return (wasmKernels[node.op.name] ?? []).map((kernel) => ({
    kernel,
    cost: kernel.applies(node, target) ? (kernel.cost?.(node, target) ?? 0) : undefined,
  }));
}

/** The row for a node. Throws ModelError, naming node and op, if there is none. */
export function select(node: Node, target: WasmTarget, name = node.name): WasmKernel {
  let best: Choice | undefined;
  for (const choice of choicesOf(node, target)) {
    if (choice.cost !== undefined && (!best || choice.cost < best.cost!)) best = choice;
  }
  if (best) return best.kernel;
  const why = Object.hasOwn(wasmKernels, node.op.name) ? "no kernel takes this case" : "no kernel";
  throw new ModelError(`%${name}`, `${why} of ${node.op.name} -> ${printType(node.type)} on wasm.${target.level}`);
}
