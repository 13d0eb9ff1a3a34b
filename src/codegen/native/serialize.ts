/** Graph of kernel ops -> the bytes of a program for the native library, which packs weights for the CPU when it loads them. */
import { ModelError } from "../../errors.ts";
import { type Graph, type Node, operandsOf } from "../../ir/graph.ts";
import { constantOf, param } from "../../ir/ops/source.ts";
import { printType } from "../../ir/print.ts";
import { placeBuffers } from "../arena.ts";
import { ConstantPool } from "../constants.ts";
import { constantRoot, shareBuffers } from "../liveness.ts";
import type { WasmKernel } from "../wasm/kernel.ts";
import { nativeOps } from "./ops.ts";
import type { StepContext } from "./step.ts";
import { checksum, type Place, Writer } from "./writer.ts";

/** The version of the format that this compiler writes and the native library reads. */
export const nativeFormat = 3;

const magic = 0x504e4a51;
const headerWords = 12;

/** A program and what its steps are. */
export interface NativePlan {
  readonly bytes: Uint8Array;
  /** Names of the nodes that the steps compute, in order. */
  readonly steps: readonly string[];
  readonly arenaBytes: number;
}

/** Serializes a lowered graph. Throws ModelError for a node that the native library cannot compute. */
export function serializeNative(graph: Graph): NativePlan {
  const opOf = (node: Node) => {
    const op = Object.hasOwn(nativeOps, node.op.name) ? nativeOps[node.op.name] : undefined;
    return op ?? refuse(graph, node, "no kernel");
  };
  // Which values share memory depends on nothing else of a kernel.
  const kernelOf = (node: Node) => ({ inPlace: opOf(node).inPlace }) as WasmKernel;
  const { lifetimes, places, free } = shareBuffers(graph, kernelOf);
  const { offsets, bytes: arenaBytes } = placeBuffers(lifetimes);
  const constants = { data: new ConstantPool(), load: new ConstantPool() };

  const place = (node: Node): Place => {
    const root = constantRoot(node);
    if (root) return w.keep(constantOf(root)!);
    const at = places.get(node)!;
    return { region: "arena", offset: offsets[at.buffer] + at.offset };
  };

  const w = new Writer(constants);
  const port = (node: Node) => w.tensor(node.type.storage, node.type.shape, place(node));
  w.section(0, () => {
    for (const node of graph.params) port(node);
    for (const { node } of graph.outputs) port(node);
  });

  const computed = graph.nodes.filter((n) => places.has(n) && n.op !== param && !free.has(n));
  for (const node of computed) {
    const op = opOf(node);
    const context: StepContext = { w, place, refuse: (why) => refuse(graph, node, why) };
    for (const n of [node, ...operandsOf(node)]) if (n.type.shape.length > 8) context.refuse("more than 8 dimensions");
    w.section(op.number, () => op.write(context, node));
  }
  const bytes = assemble(w.words, constants, {
    arenaBytes,
    inputs: graph.params.length,
    outputs: graph.outputs.length,
    steps: computed.length,
  });
  return {
    bytes,
    arenaBytes,
    // Names are for reports; compiling has none.
    get steps() {
      return computed.map((n) => graph.nameOf(n));
    },
  };
}

function refuse(graph: Graph, node: Node, why: string): never {
  const types = operandsOf(node).map((n) => n.type.storage);
  throw new ModelError(
    `%${graph.nameOf(node)}`,
    `${why} of ${node.op.name}(${types.join(", ")}) -> ${printType(node.type)} on native`,
  );
}

interface Counts {
  readonly arenaBytes: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly steps: number;
}

/** Header, steps and constants; native/program/program.cc has the order of the header. */
function assemble(
  body: readonly number[],
  { data, load }: { data: ConstantPool; load: ConstantPool },
  n: Counts,
): Uint8Array {
  const align = (v: number) => Math.ceil(v / 64) * 64;
  const dataAt = align(4 * (headerWords + body.length));
  const loadAt = align(dataAt + data.bytes);
  const size = align(loadAt + load.bytes);
  const bytes = new Uint8Array(size);
  const words = new Uint32Array(bytes.buffer);
  const header = [n.arenaBytes, dataAt, data.bytes, loadAt, load.bytes, n.inputs, n.outputs, n.steps];
  words.set([magic, nativeFormat, size / 4, 0, ...header]);
  words.set(body, headerWords);
  for (const s of data.segments) bytes.set(s.bytes, dataAt + s.at);
  for (const s of load.segments) bytes.set(s.bytes, loadAt + s.at);
  words[3] = checksum(words);
  return bytes;
}
