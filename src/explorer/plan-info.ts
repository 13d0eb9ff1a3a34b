/** A plan as a document has it: steps with the reasons for their kernels, and the arena's buffers over the steps. */

import type { Plan, Step } from "../codegen/plan.ts";
import { convOf } from "../codegen/wasm/kernels/conv-geometry.ts";
import { wasmKernels } from "../codegen/wasm/kernels/index.ts";
import { finishPlan } from "../codegen/wasm/requantize-plan.ts";
import type { Graph } from "../ir/graph.ts";
import { byteLength } from "../ir/type.ts";
import type { BufferInfo, PlanInfo, Range, StepInfo } from "./document.ts";

/** The plan of a graph that went through all passes. */
export function planInfo(plan: Plan, graph: Graph): PlanInfo {
  const functions = new Map<string, number>();
  const port = ({ name, type, at }: Plan["params"][number]) => ({ name, at, bytes: byteLength(type) });
  return {
    backend: "wasm",
    level: plan.target.level,
    dot: plan.target.dot,
    constantBytes: plan.constantBytes,
    arena: range(plan.arena),
    memoryBytes: plan.memoryBytes,
    inputs: plan.params.map(port),
    outputs: plan.outputs.map(port),
    steps: plan.steps.map((s): StepInfo => {
      if (!functions.has(s.key)) functions.set(s.key, functions.size);
      return {
        name: s.name,
        kernel: s.kernel.name,
        tile: tileOf(s.kernel.name),
        function: functions.get(s.key)!,
        result: range(s.result),
        reads: s.reads.map(range),
        constants: s.packs.map(range),
        scratch: s.scratch ? range(s.scratch) : null,
        why: why(s, plan),
      };
    }),
    buffers: buffersOf(plan, graph),
  };
}

const range = ({ at, bytes }: Range): Range => ({ at, bytes });

/** The part of a kernel's name that says its tile: numbers joined by x, perhaps with the depth of its dot product. */
const tileOf = (kernel: string): string | null => /_(\d+(?:x\d+)*(?:c\d+)?)(?:_|$)/.exec(kernel)?.[1] ?? null;

/** The rows that there were to choose from, as the choice sees them: the cheapest that applies, the first of equals. */
function why(step: Step, { target }: Plan): StepInfo["why"] {
  const { node, kernel } = step;
  const others = (wasmKernels[node.op.name] ?? [])
    .filter((k) => k !== kernel)
    .map((k) => {
      const applies = k.applies(node, target);
      return { kernel: k.name, applies, cost: applies ? (k.cost?.(node, target) ?? 0) : null };
    });
  return { cost: kernel.cost?.(node, target) ?? null, others, rounding: roundingOf(step) };
}

function roundingOf({ node }: Step): StepInfo["why"]["rounding"] {
  if (node.op.name !== "k.conv" && node.op.name !== "k.gemm") return null;
  const conv = convOf(node);
  const channels = conv && finishPlan(conv)?.requantize?.channels;
  if (!channels) return null;
  const count = { f32: 0, f64: 0, exact: 0 };
  for (const c of channels) count[c.path]++;
  return count;
}

/** Buffers live from one node of the graph to another; a document counts steps. */
function buffersOf(plan: Plan, graph: Graph): BufferInfo[] {
  const { steps } = plan;
  const position = new Map(graph.nodes.map((n, i) => [n, i]));
  const times = steps.map((s) => position.get(s.node)!);
  const firstFrom = (t: number) => (t < 0 ? -1 : firstIndex(times, (x) => x >= t));
  const lastUntil = (t: number) => (t >= graph.nodes.length ? steps.length : firstIndex(times, (x) => x > t) - 1);
  const scratch = new Set(steps.filter((s) => s.scratch).map((s) => `${s.scratch!.at} ${position.get(s.node)}`));
  const buffers = plan.buffers.map((b) => ({
    at: b.at,
    bytes: b.bytes,
    first: firstFrom(b.first),
    last: lastUntil(b.last),
    scratch: b.first === b.last && scratch.has(`${b.at} ${b.first}`),
    values: [] as string[],
  }));
  const keep = (name: string, at: number, step: number, isScratch = false) => {
    const found = buffers.find(
      (b) =>
        b.scratch === isScratch && b.first <= step && step <= b.last && b.at <= at && at < b.at + Math.max(1, b.bytes),
    );
    if (found && !found.values.includes(name)) found.values.push(name);
  };
  for (const p of plan.params) keep(p.name, p.at, -1);
  for (const [i, s] of steps.entries()) {
    keep(s.name, s.result.at, i);
    if (s.scratch) keep(s.name, s.scratch.at, i, true);
  }
  return buffers;
}

function firstIndex(list: readonly number[], holds: (x: number) => boolean): number {
  let [lo, hi] = [0, list.length];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (holds(list[mid])) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}
