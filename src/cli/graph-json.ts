/** A graph or plan as JSON, for tools that do not read IR text. Values are exact: doubles, and base64 of little-endian bytes. */

import type { Plan } from "../codegen/plan.ts";
import { toBase64 } from "../ir/base64.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { param } from "../ir/ops/source.ts";
import { bytesOf } from "../ir/print.ts";
import type { TypedArray } from "../ir/type.ts";
import { graphInputs, graphOutputs } from "./model.ts";
import { portJson } from "./ports.ts";

/** The graph with its nodes in order of evaluation. `data: false` puts null for the values of constants. */
export function graphJson(graph: Graph, options: { data: boolean }) {
  const name = (n: Node) => graph.nameOf(n);
  const names = (operand: Node | readonly Node[] | undefined) =>
    operand === undefined ? null : Array.isArray(operand) ? operand.map(name) : name(operand as Node);
  return {
    name: graph.name,
    meta: graph.meta,
    inputs: graphInputs(graph).map(portJson),
    nodes: graph.nodes
      .filter((n) => n.op !== param)
      .map((n) => ({
        ...portJson({ name: name(n), type: n.type }),
        op: n.op.name,
        operands: Object.fromEntries(Object.keys(n.op.operands).map((key) => [key, names(n.in[key])])),
        attributes: plain(n.attrs, options.data),
        source: n.source ?? null,
      })),
    outputs: graphOutputs(graph).map((o, i) => ({ ...portJson(o), node: name(graph.outputs[i].node) })),
  };
}

/** A plan: addresses and sizes are in bytes of the module's memory. */
export function planJson(plan: Plan) {
  const { name, target, arena, constantBytes, memoryBytes } = plan;
  return {
    name,
    target,
    arena,
    constantBytes,
    memoryBytes,
    inputs: plan.params.map((p) => ({ ...portJson(p), at: p.at })),
    steps: plan.steps.map(({ name, node, kernel, result, reads, packs, scratch }) => ({
      name,
      op: node.op.name,
      kernel: kernel.name,
      result,
      reads,
      constants: packs,
      scratch: scratch ?? null,
    })),
    outputs: plan.outputs.map((p) => ({ ...portJson(p), at: p.at })),
  };
}

/** A value that JSON can hold: numbers that it cannot write are text, arrays of data are base64. */
function plain(value: unknown, data: boolean): unknown {
  if (ArrayBuffer.isView(value)) return data ? toBase64(bytesOf(value as TypedArray)) : null;
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  if (Array.isArray(value)) return value.map((v) => plain(v, data));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v, data)]));
}
