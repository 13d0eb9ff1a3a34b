/** Plan -> one WebAssembly module: a function per distinct kernel, `run`, the packed constants, and a description of it all. */

import type { State } from "../../ir/state.ts";
import type { Segment } from "../constants.ts";
import type { Plan, Port, Step } from "../plan.ts";
import { type Binaryen, Func, type Module } from "./asm.ts";

/** How a module is made. */
export interface ModuleOptions {
  /** Also export each step as `step0`, `step1`, ..., so that a profiler can time them. */
  readonly steps?: boolean;
  /** Keep the names of functions, which stack traces and profilers show. On unless set to false. */
  readonly names?: boolean;
}

/** The version of the `qjit` section that this compiler writes and the runtime reads. */
export const formatVersion = 1;

/** Calls in one function at most: larger ones take engines long to compile. */
const callsPerFunction = 200;

const pageBytes = 65536;

/**
 * The module's bytes. Exports `memory` and `run`; a custom section `qjit` says in JSON what the parameters and outputs are
 * and where they are in memory, so that the module alone can be run.
 */
export async function emitModule(plan: Plan, options: ModuleOptions = {}): Promise<Uint8Array> {
  const { default: b } = await import("binaryen");
  const m = new b.Module();
  try {
    const { SIMD128, BulkMemory, BulkMemoryOpt, SignExt, NontrappingFPToInt, RelaxedSIMD } = b.Features;
    const base = SIMD128 | BulkMemory | BulkMemoryOpt | SignExt | NontrappingFPToInt;
    m.setFeatures(plan.target.level === "relaxed" ? base | RelaxedSIMD : base);
    const pages = Math.ceil(plan.memoryBytes / pageBytes);
    m.setMemory(pages, pages, "memory");
    const names = emitKernels(b, m, plan);
    const call = (s: Step): number =>
      m.call(
        names.get(s.key)!,
        s.args.map((a) => m.i32.const(a)),
        b.none,
      );
    emitRun(b, m, plan.steps, call);
    if (options.steps) {
      for (const [i, s] of plan.steps.entries()) {
        m.addFunction(`step${i}`, b.none, b.none, [], call(s));
        m.addFunctionExport(`step${i}`, `step${i}`);
      }
    }
    m.addCustomSection("qjit", new TextEncoder().encode(JSON.stringify(describe(plan))));
    // Binaryen's own passes are left out: they take longer than all else here, make code (a few percent of a module, beside
    // the weights) a third smaller, and engines' compilers run the result no faster.
    if (!m.validate()) throw new Error(`the module of ${plan.name} does not validate`);
    b.setDebugInfo(options.names !== false);
    // The constants are megabytes: Binaryen never sees them.
    return withData(m.emitBinary(), segmentsOf(plan.constants));
  } finally {
    m.dispose();
  }
}

/** Characters of a layer's name in the module: some converters join the names of everything that they fused. */
const nameLength = 48;

/** A layer's name as function names and the `qjit` section have it. */
const shortName = (name: string): string => {
  const first = name.split(";")[0];
  return first.length > nameLength ? `...${first.slice(3 - nameLength)}` : first;
};

/** Adds a function for each distinct kernel. Returns the functions' names by key. */
function emitKernels(b: Binaryen, m: Module, plan: Plan): Map<string, string> {
  const names = new Map<string, string>();
  for (const s of plan.steps) {
    if (names.has(s.key)) continue;
    let name = `${s.kernel.name} ${shortName(s.name)}`;
    while (m.getFunction(name)) name += "'";
    names.set(s.key, name);
    const f = new Func(b, m, name, s.args.length);
    s.kernel.emit(f, s.node, plan.target);
    f.end();
  }
  return names;
}

/** `run`: all calls in order, through parts where there are many. */
function emitRun(b: Binaryen, m: Module, steps: readonly Step[], call: (s: Step) => number): void {
  const parts: number[] = [];
  for (let i = 0; i < steps.length; i += callsPerFunction) {
    const body = m.block(null, steps.slice(i, i + callsPerFunction).map(call), b.none);
    if (steps.length <= callsPerFunction) parts.push(body);
    else {
      m.addFunction(`run.${i / callsPerFunction}`, b.none, b.none, [], body);
      parts.push(m.call(`run.${i / callsPerFunction}`, [], b.none));
    }
  }
  m.addFunction("run", b.none, b.none, [], m.block(null, parts, b.none));
  m.addFunctionExport("run", "run");
}

/** Runs of zero bytes of at least this length are left out of data segments, as memory begins with zeros. */
const zeroRun = 64;

function* nonZero({ at, bytes }: Segment): Generator<Segment> {
  const size = bytes.length;
  let start = 0;
  for (;;) {
    while (start < size && bytes[start] === 0) start++;
    if (start === size) return;
    // A run of zeros from `end` on is looked at from its last byte back: most are refuted at once.
    let end = start + 1;
    let last = end - 1;
    for (; end + zeroRun <= size; end = last + 1) {
      last = end + zeroRun - 1;
      while (last >= end && bytes[last] === 0) last--;
      if (last < end) break;
    }
    const found = end + zeroRun <= size;
    if (!found) {
      end = size;
      while (bytes[end - 1] === 0) end--;
    }
    yield { at: at + start, bytes: bytes.subarray(start, end) };
    if (!found) return;
    start = end + zeroRun;
  }
}

/** Constants as data segments: neighbours joined, long runs of zeros left out. */
export function segmentsOf(constants: readonly Segment[]): Segment[] {
  const size = constants.reduce((end, s) => Math.max(end, s.at + s.bytes.length), 0);
  const image = new Uint8Array(size);
  for (const s of constants) image.set(s.bytes, s.at);
  return [...nonZero({ at: 0, bytes: image })];
}

/** A module with a data section at its end: only custom sections can come after that one, and they may stand anywhere. */
function withData(module: Uint8Array, segments: readonly Segment[]): Uint8Array {
  const heads = segments.map((s) => [0, 0x41, ...signedLeb(s.at), 0x0b, ...leb(s.bytes.length)]);
  const count = leb(segments.length);
  const size = segments.reduce((n, s, i) => n + heads[i].length + s.bytes.length, count.length);
  const head = [11, ...leb(size), ...count];
  const result = new Uint8Array(module.length + head.length - count.length + size);
  let at = 0;
  for (const part of [module, head, ...segments.flatMap((s, i) => [heads[i], s.bytes])]) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** LEB128 of an integer from 0 to 2^32 - 1. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let v = value; ; v = Math.floor(v / 128)) {
    if (v < 128) return [...bytes, v];
    bytes.push((v % 128) | 128);
  }
}

/** Signed LEB128 of an address, which `i32.const` takes modulo 2^32. */
function signedLeb(address: number): number[] {
  const bytes: number[] = [];
  for (let v = address | 0; ; v >>= 7) {
    if (v >= -64 && v < 64) return [...bytes, v & 127];
    bytes.push((v & 127) | 128);
  }
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
  };
}
