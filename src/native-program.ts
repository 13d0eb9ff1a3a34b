/** A graph as a program of the native library. */
import { loadNative, type NativeAddon, type NativeProgram } from "../runtime/native.ts";
import { nativeFormat, serializeNative } from "./codegen/native/serialize.ts";
import type { Program } from "./compile.ts";
import { ArgumentError } from "./errors.ts";
import type { Graph } from "./ir/graph.ts";
import { StateValues } from "./ir/state.ts";
import { allocate, sizeOf, type TypedArray } from "./ir/type.ts";
import { runPipeline } from "./passes/pipeline.ts";
import { arraysOf, disposed } from "./program-arrays.ts";

/** The native back end is not there: the addon is missing, does not load, or reads another format. */
export class NativeMissing extends ArgumentError {
  override name = "NativeMissing";
}

/** The addon. Throws NativeMissing with the reason if there is none that reads this compiler's programs. */
export async function nativeAddon(): Promise<NativeAddon> {
  const state = await loadNative();
  if (!state.addon) throw new NativeMissing("target", "the native back end", state.reason);
  if (state.addon.format !== nativeFormat)
    throw new NativeMissing("target", `an addon of format ${nativeFormat}`, `one of format ${state.addon.format}`);
  return state.addon;
}

/** The program of a lowered graph. */
function load(addon: NativeAddon, lowered: Graph, level: string, threads: number): NativeProgram {
  const { bytes } = serializeNative(lowered);
  const program = new addon.NativeProgram(bytes, level || undefined, threads);
  // It has packed what it keeps of them.
  addon.release(bytes.buffer as ArrayBuffer);
  tidy(addon);
  collected.register(lowered, addon);
  return program;
}

let tidying: ReturnType<typeof setTimeout> | undefined;

/** Compiling leaves free memory that the C library would keep; it is given back when the first runs are under way. */
function tidy(addon: NativeAddon): void {
  if (tidying) return;
  tidying = setTimeout(() => {
    tidying = undefined;
    void addon.trim();
  }, 100);
  tidying.unref();
}

/** Graphs whose constants the garbage collector has just freed. */
const collected = new FinalizationRegistry(tidy);

/** How native programs run. */
export interface NativeOptions {
  /** Instruction set of the kernels; QJIT_ISA or the best one of this CPU unless given. */
  readonly isa?: string;
  /** Threads that share the work of a run; 1 unless given. */
  readonly threads?: number;
}

/**
 * Compiles a graph for the native library. Throws NativeMissing with the reason if that is not there, ArgumentError for an
 * instruction set that this CPU lacks, ModelError for a node without a kernel.
 */
export async function nativeProgram(graph: Graph, { isa, threads = 1 }: NativeOptions = {}): Promise<Program> {
  const addon = await nativeAddon();
  const level = isa ?? process.env.QJIT_ISA ?? "";
  if (level && !addon.levels.includes(level))
    throw new ArgumentError("isa", `one of ${addon.levels.join(", ")}, which this CPU has`, level);
  const native = load(addon, runPipeline(graph, { verify: "start" }), level, threads);
  const states = new StateValues(graph);
  const { inputs, outputs } = states;
  // What the program keeps are names and types: the graph with its constants may go.
  const results = graph.outputs.map((o) => ({ name: o.name, type: o.node.type }));
  const visible = new Map(outputs.map(({ name }, i) => [name, i]));
  /** Arrays for everything that the graph gives: the caller's, or fresh ones. */
  const room = (given: readonly TypedArray[] | undefined): TypedArray[] => {
    const wanted = given && arraysOf(given, outputs, "outputs");
    return results.map(({ name, type }) => {
      const i = visible.get(name);
      return wanted && i !== undefined ? wanted[i] : allocate(type.storage, sizeOf(type.shape));
    });
  };
  let live = true;
  const checkLive = (): void => {
    if (!live) throw disposed();
  };
  const start = async (values: readonly TypedArray[], filled: TypedArray[]): Promise<TypedArray[]> =>
    states.after((await native.run(states.before(values), filled)) as unknown as TypedArray[]);
  // A run with state begins when the one before it has left its state.
  const stateful = results.length > outputs.length;
  let last: Promise<unknown> = Promise.resolve();
  return {
    target: "native",
    level: native.isa,
    threads: native.threads,
    inputs,
    outputs,
    async run(given, into) {
      checkLive();
      const [values, filled] = [arraysOf(given, inputs, "inputs"), room(into)];
      if (!stateful) return start(values, filled);
      const copies = values.map((v) => v.slice());
      const next = last.then(() => start(copies, filled));
      last = next.catch(() => {});
      return next;
    },
    runSync(given, into) {
      checkLive();
      const filled = native.runSync(states.before(arraysOf(given, inputs, "inputs")), room(into));
      return states.after(filled as unknown as TypedArray[]);
    },
    reset: () => states.reset(),
    dispose() {
      live = false;
      native.dispose();
    },
  };
}
