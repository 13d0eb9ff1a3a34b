/** Plan -> one WebAssembly module: a function per distinct kernel, `run`, the packed constants, and a description of it all. */

import type { State } from "../../ir/state.ts";
import type { Plan, Port } from "../plan.ts";
import { type Binaryen, Func, type Module } from "./asm.ts";
import { emitRun, emitSharedRun, freshName, type KernelFunction } from "./run.ts";
import { segmentsOf, withData, withDataAside } from "./segments.ts";

/** How a module is made. */
export interface ModuleOptions {
  /**
   * For profilers: also export each step as `step0`, `step1`, .... Those of a module for threads take the thread and the number
   * of threads; its `run` calls the import `qjit.mark` on the first thread, after each step with its index.
   */
  readonly steps?: boolean;
  /**
   * Take time (as long as all the rest) to share locals between values that do not live at once. The code is a little smaller,
   * and first runs, before the engine has optimized, take a quarter less time.
   */
  readonly compact?: boolean;
  /** Keep the names of functions, which stack traces and profilers show. On unless set to false. */
  readonly names?: boolean;
}

/** The version of the `qjit` section that this compiler writes and the runtime reads. */
export const formatVersion = 1;

const pageBytes = 65536;
/** What a shared memory may grow to: 4 GB. */
const mostPages = 65536;

/**
 * The module's bytes. Exports `memory` and `run`, or, for threads, what `run.ts` says; a custom section `qjit` says in JSON what the parameters and outputs are
 * and where they are in memory, so that the module alone can be run.
 */
export async function emitModule(plan: Plan, options: ModuleOptions = {}): Promise<Uint8Array> {
  const { default: b } = await import("binaryen");
  const m = new b.Module();
  try {
    const { Features } = b;
    let features = Features.SIMD128 | Features.BulkMemory | Features.BulkMemoryOpt;
    features |= Features.SignExt | Features.NontrappingFPToInt;
    if (plan.target.level === "relaxed") features |= Features.RelaxedSIMD;
    if (plan.threads) features |= Features.Atomics;
    m.setFeatures(features);
    emitMemory(m, plan);
    const kernels = emitKernels(b, m, plan);
    const steps = plan.steps.map((step) => ({
      step,
      kernel: kernels.get(step.key)!,
      layer: shortName(step.name),
    }));
    if (plan.threads) emitSharedRun(b, m, plan.threads, steps, options.steps === true);
    else emitRun(b, m, steps, options.steps === true);
    emitPrepare(b, m, plan);
    m.addCustomSection("qjit", new TextEncoder().encode(JSON.stringify(describe(plan))));
    // Of Binaryen's passes this one pays. Those that move expressions make code up to a fifth smaller still, but the engine's
    // optimizing compiler then keeps more values in memory and is slower by a third.
    if (options.compact) m.runPasses(["coalesce-locals"]);
    b.setDebugInfo(options.names !== false);
    // The constants are megabytes: Binaryen never sees them. What a module writes at instantiation, each thread would write
    // again; there one thread takes it from a section.
    const constants = segmentsOf(plan.constants);
    const code = m.emitBinary();
    const bytes = plan.threads ? withDataAside(code, "qjit.data", constants) : withData(code, constants);
    // The engine is quicker than Binaryen, which is asked about instructions that the engine lacks.
    const valid = WebAssembly.validate(bytes as BufferSource) || m.validate();
    if (!valid) throw new Error(`the module of ${plan.name} does not validate`);
    return bytes;
  } finally {
    m.dispose();
  }
}

/** The memory; threads import one that they share. */
function emitMemory(m: Module, plan: Plan): void {
  const pages = Math.ceil(plan.memoryBytes / pageBytes);
  if (!plan.threads) m.setMemory(pages, pages, "memory");
  else {
    m.setMemory(pages, mostPages, null, [], true, false, "0");
    m.addMemoryImport("0", "qjit", "memory", true);
  }
}

/** Characters of a layer's name in the module: some converters join the names of everything that they fused. */
const nameLength = 48;

/** A layer's name as function names and the `qjit` section have it. */
const shortName = (name: string): string => {
  const first = name.split(";")[0];
  return first.length > nameLength ? `...${first.slice(3 - nameLength)}` : first;
};

/** Adds a function for each distinct kernel, named after its row and result. Returns them by key. */
function emitKernels(b: Binaryen, m: Module, plan: Plan): Map<string, KernelFunction> {
  const kernels = new Map<string, KernelFunction>();
  for (const s of plan.steps) {
    if (kernels.has(s.key)) continue;
    const name = freshName(m, `${s.kernel.name} ${s.node.type.shape.join("x")}`);
    const f = new Func(b, m, name, s.args.length, plan.threads !== undefined);
    s.kernel.emit(f, s.node, plan.target);
    f.end();
    kernels.set(s.key, { name, units: f.units });
  }
  return kernels;
}

/**
 * The function that writes all memory that kernels keep, if any does: the module's start function, or for threads, of which
 * one is to call it when the constants are there, an export.
 */
function emitPrepare(b: Binaryen, m: Module, plan: Plan): void {
  const names = new Map<string, string>();
  const calls = new Map<number, number>();
  for (const s of plan.steps) {
    if (!s.kept || calls.has(s.kept.at)) continue;
    let name = names.get(s.key);
    if (!name) {
      name = freshName(m, `prepare ${s.kernel.name}`);
      names.set(s.key, name);
      const f = new Func(b, m, name, s.packs.length + 1);
      s.kernel.prepare!(f, s.node, plan.target);
      f.end();
    }
    const args = [...s.packs, s.kept].map((r) => m.i32.const(r.at));
    calls.set(s.kept.at, m.call(name, args, b.none));
  }
  if (!calls.size) return;
  const all = freshName(m, "prepare");
  m.addFunction(all, b.none, b.none, [], m.block(null, [...calls.values()], b.none));
  if (plan.threads) m.addFunctionExport(all, "prepare");
  else m.setStart(m.getFunction(all));
}

/** What the `qjit` section says; `runtime/description.ts` is its reader. */
function describe(plan: Plan): Record<string, unknown> {
  const port = ({ name, type, at }: Port) => ({
    name,
    storage: type.storage,
    shape: type.shape,
    ...(type.quant ? { quant: type.quant } : {}),
    offset: at,
  });
  const index = (list: readonly Port[], name: string) => list.findIndex((p) => p.name === name);
  const state = ({ param, output, start }: State) => [index(plan.params, param), index(plan.outputs, output), start];
  return {
    format: formatVersion,
    name: plan.name,
    ...(plan.profile === undefined ? {} : { profile: plan.profile }),
    level: plan.target.level,
    dot: plan.target.dot,
    inputs: plan.params.map(port),
    outputs: plan.outputs.map(port),
    ...(plan.states.length ? { states: plan.states.map(state) } : {}),
    arena: plan.arena.bytes,
    memory: plan.memoryBytes,
    steps: plan.steps.map((s) => [shortName(s.name), s.kernel.name]),
    ...(plan.threads
      ? { threads: { sync: plan.threads.sync.at, scratch: plan.threads.scratch.at, bytes: plan.threads.scratch.bytes } }
      : {}),
  };
}
