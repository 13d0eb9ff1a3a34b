/**
 * Graphs on WebAssembly in every way: each level, each flavour of relaxed dot products (emulated, test/emulated-dot.ts), on one
 * thread and on several. FULL=1 takes all ways of every graph, else one graph in eight goes to threads. QJIT_REVEC=1 adds
 * modules for 256 bits, and has V8 optimize at once, as nothing else joins vectors.
 */
import { setFlagsFromString } from "node:v8";
import { spawnWorker } from "../runtime/index.ts";
import { dataOf, describeModule, Program, ProgramError } from "../runtime/program.ts";
import { startHost } from "../runtime/workers.ts";
import { build, hostTarget } from "../src/codegen/build.ts";
import type { WasmTarget } from "../src/codegen/wasm/kernel.ts";
import type { Graph } from "../src/ir/graph.ts";
import type { TypedArray } from "../src/ir/type.ts";
import { buildEmulated, flavours } from "./emulated-dot.ts";

/** A graph on WebAssembly. */
export interface WasmRun {
  /** The level, the flavour and the number of threads. */
  readonly name: string;
  run(inputs: readonly TypedArray[]): TypedArray[];
  dispose(): void;
}

const simd: WasmTarget = { level: "simd128", dot: "inexact" };
const wide = process.env.QJIT_REVEC === "1" ? hostTarget("simd128") : undefined;
if (wide) setFlagsFromString("--no-liftoff");

/** Of every so many graphs one goes to threads. */
const threadsEvery = 8;
let graphs = 0;

/** A module of this machine's compiler made ready, whatever engine it is for. */
export async function started(name: string, wasm: Uint8Array, threads: number): Promise<WasmRun> {
  const module = new WebAssembly.Module(wasm as BufferSource);
  const description = describeModule(module);
  const fail = (message: string): Error => new ProgramError(message);
  const note = (message: string): void => {
    throw new Error(`${name}: ${message}`);
  };
  const host =
    threads > 1
      ? await startHost({ module, description, spawn: spawnWorker, fail, dataOf }, { threads, note })
      : undefined;
  const program = new Program(module, host);
  return {
    name: threads > 1 ? `${name} on ${threads} threads` : name,
    run: (inputs) => program.runSync(inputs) as TypedArray[],
    dispose: () => program.dispose(),
  };
}

/** Numbers of threads that a graph runs on, besides one. */
function threadCounts(): readonly number[] {
  const turn = graphs++;
  if (process.env.FULL) return [2, 3];
  return turn % threadsEvery === 0 ? [2 + ((turn / threadsEvery) % 2)] : [];
}

/** A graph in every way. Flavours whose dot products make no difference to it are left out. */
export async function wasmRuns(graph: Graph, threads = threadCounts()): Promise<WasmRun[]> {
  const runs: WasmRun[] = [];
  const add = async (name: string, make: (threads: boolean) => Promise<{ wasm: Uint8Array } | undefined>) => {
    for (const several of threads.length ? [false, true] : [false]) {
      const made = await make(several);
      for (const count of made ? (several ? threads : [1]) : []) runs.push(await started(name, made!.wasm, count));
    }
  };
  await add("wasm simd128", (threads) => build(graph, simd, { threads }));
  if (wide?.wide) await add("wasm simd128 for 256 bits", (threads) => build(graph, wide, { threads }));
  for (const { name, target } of flavours) await add(name, (threads) => buildEmulated(graph, target, { threads }));
  return runs;
}

/** The outputs of a graph for inputs in every way. */
export async function onWasm(
  graph: Graph,
  inputs: readonly TypedArray[],
): Promise<{ name: string; outputs: TypedArray[] }[]> {
  const runs = await wasmRuns(graph);
  try {
    return runs.map(({ name, run }) => ({ name, outputs: run(inputs) }));
  } finally {
    for (const { dispose } of runs) dispose();
  }
}
