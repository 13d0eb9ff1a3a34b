/**
 * Which values share memory. A reshape is its operand under another type; an elementwise op may write over an operand that
 * nobody needs any more; the parts of a concat along the outermost dimension are made in their places.
 */
import { type Graph, type Node, operandsOf } from "../ir/graph.ts";
import { reshape } from "../ir/ops/shape.ts";
import { constant, param } from "../ir/ops/source.ts";
import { byteLength, sizeOf } from "../ir/type.ts";
import type { Lifetime } from "./arena.ts";
import type { WasmKernel } from "./wasm/kernel.ts";

/** A value's place: a buffer of the arena and an offset in it. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
}

/** The buffers of a graph, and the place of every value that is not a constant (or a constant's alias). */
export interface Buffers {
  readonly lifetimes: readonly Lifetime[];
  readonly places: ReadonlyMap<Node, Place>;
  /** Values that need no step: aliases, and concats whose parts are in place. */
  readonly free: ReadonlySet<Node>;
}

/** What is known of a buffer under construction. */
interface Buffer {
  bytes: number;
  first: number;
  last: number;
  /** The larger buffer that this one is a part of. */
  inside?: { buffer: Buffer; offset: number };
}

/** The constant that a value is, perhaps through reshapes. */
export function constantRoot(node: Node): Node | undefined {
  let n = node;
  while (n.op === reshape) n = n.in.x;
  return n.op === constant ? n : undefined;
}

/** Decides which values share memory. `steps` are the nodes in order of execution, `kernelOf` what computes them. */
export function shareBuffers(graph: Graph, kernelOf: (node: Node) => WasmKernel): Buffers {
  const nodes = graph.nodes;
  const time = new Map(nodes.map((n, i) => [n, i]));
  const buffers: Buffer[] = [];
  const bufferOf = new Map<Node, Buffer>();
  const free = new Set<Node>();
  const outputs = new Set(graph.outputs.map((o) => o.node));

  // The last step that reads a value; outputs are read after the last step.
  const lastUse = new Map<Node, number>();
  for (const [i, node] of nodes.entries()) for (const operand of operandsOf(node)) lastUse.set(operand, i);
  for (const node of outputs) lastUse.set(node, nodes.length);

  const rootOf = (b: Buffer): Buffer => (b.inside ? rootOf(b.inside.buffer) : b);
  const fresh = (bytes: number, first: number): Buffer => {
    const b: Buffer = { bytes, first, last: first };
    buffers.push(b);
    return b;
  };
  // Aliases die with the last of their readers, so buffers must know all readers before anything is written over.
  const aliasLast = (node: Node): number => {
    let last = lastUse.get(node) ?? time.get(node)!;
    for (const user of nodes) {
      if (user.op === reshape && user.in.x === node) last = Math.max(last, aliasLast(user));
    }
    return last;
  };
  const reshapes = nodes.filter((n) => n.op === reshape);
  const hasReshape = new Set(reshapes.map((n) => n.in.x as Node));
  const lifeEnd = (node: Node): number =>
    hasReshape.has(node) ? aliasLast(node) : (lastUse.get(node) ?? time.get(node)!);

  for (const [i, node] of nodes.entries()) {
    if (node.op === constant || constantRoot(node)) continue;
    if (node.op === param) {
      // Parameters are all written before the first step.
      const b = fresh(byteLength(node.type), -1);
      b.last = lifeEnd(node);
      bufferOf.set(node, b);
      continue;
    }
    if (node.op === reshape) {
      bufferOf.set(node, bufferOf.get(node.in.x)!);
      free.add(node);
      continue;
    }
    if (isOutermostConcat(node) && embed(node, i)) continue;
    const over = overwritable(node, i);
    const b = over ?? fresh(byteLength(node.type), i);
    b.last = Math.max(b.last, lifeEnd(node));
    bufferOf.set(node, b);
  }

  /** The buffer of an operand that the node may write over. */
  function overwritable(node: Node, step: number): Buffer | undefined {
    const operands = operandsOf(node);
    for (const k of kernelOf(node).inPlace ?? []) {
      const operand = operands[k];
      const b = operand && bufferOf.get(operand);
      if (!b || b.inside || b.last !== step) continue;
      if (b.bytes === byteLength(node.type) && sizeOf(operand.type.shape) === sizeOf(node.type.shape)) return b;
    }
    return undefined;
  }

  /** Makes the parts of a concat views of its buffer, if each has a buffer of its own that nothing precedes. */
  function embed(node: Node, step: number): boolean {
    const parts = operandsOf(node).map((n) => bufferOf.get(n));
    const own = parts.every(
      (b, k) =>
        b && !b.inside && b.first >= 0 && parts.indexOf(b) === k && b.bytes === byteLength(operandsOf(node)[k].type),
    );
    if (!own) return false;
    const whole = fresh(byteLength(node.type), step);
    let offset = 0;
    for (const part of parts as Buffer[]) {
      part.inside = { buffer: whole, offset };
      offset += part.bytes;
      whole.first = Math.min(whole.first, part.first);
      whole.last = Math.max(whole.last, part.last);
    }
    whole.last = Math.max(whole.last, lifeEnd(node));
    bufferOf.set(node, whole);
    free.add(node);
    return true;
  }

  const roots = buffers.filter((b) => !b.inside);
  const index = new Map(roots.map((b, i) => [b, i]));
  const places = new Map<Node, Place>();
  for (const [node, b] of bufferOf) {
    let offset = 0;
    for (let part = b; part.inside; part = part.inside.buffer) offset += part.inside.offset;
    places.set(node, { buffer: index.get(rootOf(b))!, offset });
  }
  return { lifetimes: roots.map(({ bytes, first, last }) => ({ bytes, first, last })), places, free };
}

function isOutermostConcat(node: Node): boolean {
  if (node.op.name !== "concat") return false;
  const [axis] = (node.attrs as { axis: readonly number[] }).axis;
  return sizeOf(node.type.shape.slice(0, axis)) === 1 && byteLength(node.type) > 0;
}
