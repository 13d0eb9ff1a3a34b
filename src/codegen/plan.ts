/** The plan: which kernel runs when on which addresses, and what stands where in the module's one memory. */
import { type Graph, type Node, operandsOf } from "../ir/graph.ts";
import { constantOf, param } from "../ir/ops/source.ts";
import { type State, statesOf } from "../ir/state.ts";
import { byteLength, type TensorType, type TypedArray } from "../ir/type.ts";
import { alignment, alignUp, type Lifetime, placeBuffers } from "./arena.ts";
import { ConstantPool, type Segment } from "./constants.ts";
import { select } from "./kernels.ts";
import { constantRoot, shareBuffers } from "./liveness.ts";
import type { WasmKernel, WasmTarget } from "./wasm/kernel.ts";
import { syncBytes } from "./wasm/sync.ts";

/** A kernel call. */
export interface Step {
  /** The node's name in the graph, also what profiles show. */
  readonly name: string;
  readonly node: Node;
  readonly kernel: WasmKernel;
  /** Steps with equal keys call one function. */
  readonly key: string;
  /** Addresses: the result, operands that are not constant, packs; the kernel's numbers; the addresses of kept and of scratch memory. */
  readonly args: readonly number[];
  readonly result: Range;
  readonly reads: readonly Range[];
  /** Addresses and sizes of the constants. */
  readonly packs: readonly Range[];
  /** Memory that is prepared before the first run. */
  readonly kept: Range | undefined;
  readonly scratch: Range | undefined;
}

/** Bytes of memory. */
export interface Range {
  readonly at: number;
  readonly bytes: number;
}

/** A parameter or output: where its elements are, dense and row-major. */
export interface Port {
  readonly name: string;
  readonly type: TensorType;
  readonly at: number;
}

/** What a module is made of. */
export interface Plan {
  readonly name: string;
  readonly profile: string | undefined;
  readonly target: WasmTarget;
  readonly steps: readonly Step[];
  /** Constant bytes, at the beginning of memory. */
  readonly constants: readonly Segment[];
  readonly constantBytes: number;
  readonly arena: Range;
  /** The arena's buffers and when they are in use, for tests and reports. */
  readonly buffers: readonly (Lifetime & { readonly at: number })[];
  /** All of the memory: constants, arena, and bytes after it that vector tails may read. */
  readonly memoryBytes: number;
  readonly params: readonly Port[];
  readonly outputs: readonly Port[];
  /** Pairs of a parameter and an output that the next run gets it from. */
  readonly states: readonly State[];
  /** Of a plan for threads: where they meet, and their scratch memory. */
  readonly threads: ThreadMemory | undefined;
}

/** Memory that threads have besides what a plan for one has. */
export interface ThreadMemory {
  /** The words that they meet at; see `wasm/threads.ts`. */
  readonly sync: Range;
  /** Scratch memory of the first thread, as large as any step's; that of the others follows, each as large. */
  readonly scratch: Range;
}

/** How a graph is planned. */
export interface PlanOptions {
  /** For a module whose steps threads share: each thread has scratch memory of its own, outside of the arena. */
  readonly threads?: boolean;
}

/** Bytes after the arena that kernels may read beyond the end of their operands. */
export const slackBytes = 256;

/** Plans a graph of kernel ops. Throws ModelError for a node that no kernel computes. */
export function makePlan(graph: Graph, target: WasmTarget, options: PlanOptions = {}): Plan {
  const kernels = new Map<Node, WasmKernel>();
  const kernelOf = (node: Node): WasmKernel => {
    let k = kernels.get(node);
    if (!k) kernels.set(node, (k = select(node, target, graph.nameOf(node))));
    return k;
  };
  const { lifetimes, places, free } = shareBuffers(graph, kernelOf);
  const nodes = graph.nodes;
  const computed = [...nodes.entries()].filter(([, n]) => places.has(n) && n.op !== param && !free.has(n));

  // Scratch memory lives for its one step; that of threads is their own.
  const scratchBytes = new Map(computed.map(([, node]) => [node, kernelOf(node).scratch?.(node, target) ?? 0]));
  const scratchOf = new Map<Node, number>();
  const all: Lifetime[] = [...lifetimes];
  for (const [i, node] of computed) {
    const bytes = scratchBytes.get(node)!;
    if (bytes && !options.threads) scratchOf.set(node, all.push({ bytes, first: i, last: i }) - 1);
  }

  const pool = new ConstantPool();
  const packsOf = new Map<Node, Range[]>();
  for (const [, node] of computed) {
    const packs = kernelOf(node).pack?.(node, target) ?? [];
    packsOf.set(
      node,
      packs.map((p) => ({ at: pool.add(p.bytes, p.align), bytes: p.bytes.length })),
    );
  }
  // Constants that outputs are, and reshaped ones that kernels read.
  const constantAt = new Map<Node, number>();
  const readAsIs = computed.flatMap(([, node]) => operandsOf(node)).filter((n) => !constantOf(n));
  for (const node of [...graph.outputs.map((o) => o.node), ...readAsIs]) {
    const root = constantRoot(node);
    if (root) constantAt.set(node, pool.add(bytesOf(constantOf(root)!), alignment));
  }

  // Memory that is written once, before the first run; equal contents stand there once.
  const keptOf = new Map<Node, Range>();
  const known = new Map<string, Range>();
  let base = alignUp(pool.bytes);
  for (const [, node] of computed) {
    const kernel = kernelOf(node);
    const bytes = kernel.kept?.(node, target) ?? 0;
    if (!bytes) continue;
    const content = `${kernel.name} ${bytes} ${packsOf.get(node)!.map((p) => p.at)}`;
    let range = known.get(content);
    if (!range) {
      range = { at: base, bytes };
      known.set(content, range);
      base = alignUp(base + bytes);
    }
    keptOf.set(node, range);
  }

  const placement = placeBuffers(all);
  const at = (index: number): number => base + placement.offsets[index];
  const end = base + placement.bytes + slackBytes;
  const threads = options.threads ? threadMemory(end, Math.max(0, ...scratchBytes.values())) : undefined;
  const rangeOf = (node: Node): Range => {
    const constant = constantAt.get(node);
    if (constant !== undefined) return { at: constant, bytes: byteLength(node.type) };
    const place = places.get(node)!;
    return { at: at(place.buffer) + place.offset, bytes: byteLength(node.type) };
  };

  const steps = computed.map(([, node]): Step => {
    const kernel = kernelOf(node);
    const result = rangeOf(node);
    const reads = operandsOf(node)
      .filter((n) => !constantOf(n))
      .map(rangeOf);
    const packs = packsOf.get(node)!;
    const bytes = scratchBytes.get(node)!;
    const scratch = bytes ? { at: threads?.scratch.at ?? at(scratchOf.get(node)!), bytes } : undefined;
    const kept = keptOf.get(node);
    return {
      name: graph.nameOf(node),
      node,
      kernel,
      key: `${kernel.name} ${kernel.key(node, target)}`,
      args: [
        ...[result, ...reads, ...packs].map((r) => r.at),
        ...(kernel.numbers?.(node) ?? []),
        ...(kept ? [kept.at] : []),
        ...(scratch ? [scratch.at] : []),
      ],
      result,
      reads,
      packs,
      kept,
      scratch,
    };
  });
  const port = (name: string, node: Node): Port => ({
    name,
    type: node.type,
    at: rangeOf(node).at,
  });
  return {
    name: graph.name,
    profile: graph.meta.profile,
    target,
    steps,
    constants: pool.segments,
    constantBytes: pool.bytes,
    arena: { at: base, bytes: placement.bytes },
    buffers: all.map((b, i) => ({ ...b, at: at(i) })),
    memoryBytes: threads ? threads.scratch.at + threads.scratch.bytes : end,
    params: graph.params.map((p) => port(graph.nameOf(p), p)),
    outputs: graph.outputs.map((o) => port(o.name, o.node)),
    states: statesOf(graph),
    threads,
  };
}

/** Memory after `end` for threads; the scratch memory's slack is for vector tails, as the arena's. */
function threadMemory(end: number, scratch: number): ThreadMemory {
  const sync = { at: alignUp(end), bytes: syncBytes };
  return { sync, scratch: { at: sync.at + syncBytes, bytes: alignUp(scratch + slackBytes) } };
}

const bytesOf = (data: TypedArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A plan as text: a line of sizes, then one a step: kernel, node, and the ranges of its result, operands and constants. */
export function printPlan(plan: Plan): string {
  const range = ({ at, bytes }: Range): string => `${at}+${bytes}`;
  const lines = [
    `plan @${plan.name} for wasm.${plan.target.level}  arena ${plan.arena.bytes} bytes at ${plan.arena.at}, ` +
      `constants ${plan.constantBytes}, memory ${plan.memoryBytes}`,
  ];
  for (const p of plan.params) lines.push(`  in  %${p.name} ${range({ at: p.at, bytes: byteLength(p.type) })}`);
  const width = Math.max(0, ...plan.steps.map((s) => s.kernel.name.length));
  for (const s of plan.steps) {
    const packs = s.packs.length ? ` const ${s.packs.map(range).join(" ")}` : "";
    const kept = s.kept ? ` kept ${range(s.kept)}` : "";
    const scratch = s.scratch ? ` scratch ${range(s.scratch)}` : "";
    const reads = s.reads.map(range).join(" ");
    lines.push(
      `  ${s.kernel.name.padEnd(width)}  %${s.name} ${range(s.result)} <- ${reads}${packs}${kept}${scratch}`.trimEnd(),
    );
  }
  for (const o of plan.outputs) lines.push(`  out %${o.name} ${range({ at: o.at, bytes: byteLength(o.type) })}`);
  return `${lines.join("\n")}\n`;
}
