/** A graph made ready to run on a target. */
import { loadNative } from "../runtime/native.ts";
import { probeEngine } from "../runtime/probe.ts";
import { Program as RuntimeProgram } from "../runtime/program.ts";
import { build, type Features, hostTarget } from "./codegen/build.ts";
import { nativeFormat, serializeNative } from "./codegen/native/serialize.ts";
import type { WasmTarget } from "./codegen/wasm/kernel.ts";
import { ArgumentError, ModelError } from "./errors.ts";
import type { Graph } from "./ir/graph.ts";
import { interpret } from "./ir/interpret.ts";
import { interfaceOf, type Port, StateValues } from "./ir/state.ts";
import { allocate, sizeOf, type TypedArray } from "./ir/type.ts";
import { verified } from "./ir/verify.ts";
import { runPipeline } from "./passes/pipeline.ts";

/** Where a graph can run. */
export type Target = "native" | "wasm" | "interpreter";

/**
 * `auto` takes the fastest target that there is: native where the addon is installed and has every kernel, else wasm. Which
 * one it took, `Program.target` says.
 */
export interface CompileOptions {
  readonly target?: "auto" | Target;
  /** WebAssembly instructions to use: `auto` takes what the engine has. */
  readonly features?: Features;
  /** Instruction set of native kernels; the environment variable QJIT_ISA or the best one of this CPU unless given. */
  readonly isa?: string;
  /** Called where `auto` passes over the native back end, with the reason; without it stderr gets one line, once. */
  readonly onFallback?: (reason: string) => void;
}

export type { Port } from "./ir/state.ts";

/** Row-major values for the inputs: in their order, or by name. */
export type Inputs = readonly TypedArray[] | Readonly<Record<string, TypedArray>>;

/**
 * A graph on a target. Results are row-major, in the order of `outputs`, and belong to the caller. States are neither among
 * the inputs nor the outputs.
 */
export interface Program {
  readonly target: Target;
  /** The instructions in use: of WebAssembly, or of native kernels; undefined on the interpreter. */
  readonly level?: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  run(inputs: Inputs): Promise<TypedArray[]>;
  runSync(inputs: Inputs): TypedArray[];
  /** Puts what the graph carries from run to run (`meta.state`) back to its start. */
  reset(): void;
  /** Gives back what the target holds; the program cannot run any more. */
  dispose(): void;
}

/**
 * Makes a graph ready. Throws VerifyFailure if it is not legal, ArgumentError for a target that does not exist or that this
 * engine does not have, ModelError for a node that the target cannot compute.
 */
export async function compile(graph: Graph, options: CompileOptions = {}): Promise<Program> {
  const { target = "auto", features } = options;
  switch (target) {
    case "interpreter":
      return interpreterProgram(verified(graph));
    case "wasm":
      return wasmProgram(graph, hostTarget(features));
    case "native":
      return nativeProgram(graph, options.isa);
    case "auto":
      // Who names WebAssembly instructions wants WebAssembly.
      if (features) return wasmProgram(graph, hostTarget(features));
      try {
        return await nativeProgram(graph, options.isa);
      } catch (error) {
        if (!(error instanceof NativeMissing) && !(error instanceof ModelError)) throw error;
        fallBack(options, error.message);
      }
      return probeEngine().simd ? wasmProgram(graph, hostTarget(features)) : interpreterProgram(verified(graph));
  }
  throw new ArgumentError("target", '"auto", "native", "wasm" or "interpreter"', target);
}

/** The native back end is not there: the addon is missing, does not load, or reads another format. */
export class NativeMissing extends ArgumentError {
  override name = "NativeMissing";
}

let told = false;

function fallBack({ onFallback }: CompileOptions, reason: string): void {
  if (onFallback) onFallback(reason);
  else if (!told) {
    told = true;
    if (typeof process !== "undefined")
      process.stderr?.write(`qjit: not on the native back end: ${reason}
`);
  }
}

/** The graph as a program of the native library. Throws NativeMissing with the reason if there is none. */
export async function nativeProgram(graph: Graph, isa?: string): Promise<Program> {
  const { addon, ...state } = await loadNative();
  if (!addon) throw new NativeMissing("target", "the native back end", (state as { reason: string }).reason);
  if (addon.format !== nativeFormat)
    throw new NativeMissing("target", `an addon of format ${nativeFormat}`, `one of format ${addon.format}`);
  const level = isa ?? process.env.QJIT_ISA ?? "";
  if (level && !addon.levels.includes(level))
    throw new ArgumentError("isa", `one of ${addon.levels.join(", ")}, which this CPU has`, level);
  const native = new addon.NativeProgram(serializeNative(runPipeline(graph)).bytes, level || undefined);
  const states = new StateValues(graph);
  const { inputs, outputs } = states;
  const room = () => graph.outputs.map(({ node: { type } }) => allocate(type.storage, sizeOf(type.shape)));
  let live = true;
  const checked = (given: Inputs): TypedArray[] => {
    if (!live) throw disposed();
    return states.before(inputsOf(given, inputs));
  };
  return {
    target: "native",
    level: native.isa,
    inputs,
    outputs,
    run: async (given) => states.after((await native.run(checked(given), room())) as unknown as TypedArray[]),
    runSync: (given) => states.after(native.runSync(checked(given), room()) as unknown as TypedArray[]),
    reset: () => states.reset(),
    dispose() {
      live = false;
      native.dispose();
    },
  };
}

/** The graph as a WebAssembly module of its own. */
export async function wasmProgram(graph: Graph, target: WasmTarget): Promise<Program> {
  const { wasm } = await build(graph, target);
  const module = new RuntimeProgram(await WebAssembly.compile(wasm as BufferSource));
  const { inputs, outputs } = interfaceOf(graph);
  let live = true;
  const runSync = (given: Inputs): TypedArray[] => {
    if (!live) throw disposed();
    return module.runSync(inputsOf(given, inputs));
  };
  return {
    target: "wasm",
    level: target.level,
    inputs,
    outputs,
    run: async (given) => runSync(given),
    runSync,
    reset: () => module.reset(),
    dispose() {
      live = false;
      module.dispose();
    },
  };
}

const disposed = () => new ArgumentError("program", "one that is not disposed", "a disposed one");

/** The graph by its ops' reference meaning, as it is. */
export function interpreterProgram(graph: Graph): Program {
  const states = new StateValues(graph);
  const { inputs, outputs } = states;
  let live = true;
  const runSync = (given: Inputs): TypedArray[] => {
    if (!live) throw disposed();
    // The interpreter may hand on its inputs and constants as they are.
    return states.after(interpret(graph, states.before(inputsOf(given, inputs))).map((data) => data.slice()));
  };
  return {
    target: "interpreter",
    inputs,
    outputs,
    run: async (given) => runSync(given),
    runSync,
    reset: () => states.reset(),
    dispose() {
      live = false;
    },
  };
}

/** The given values in the order of the ports. Throws ArgumentError naming the input that does not fit. */
export function inputsOf(given: Inputs, ports: readonly Port[]): TypedArray[] {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError("inputs", "a list of typed arrays, or a record of them by name", given);
  const list = Array.isArray(given) ? (given as readonly TypedArray[]) : undefined;
  if (list && list.length !== ports.length) throw new ArgumentError("inputs", `${ports.length} arrays`, list.length);
  const names = ports.map((p) => p.name);
  const extra = list ? undefined : Object.keys(given).find((name) => !names.includes(name));
  if (extra !== undefined) throw new ArgumentError("inputs", `the names ${names.join(", ")}`, extra);
  return ports.map(({ name, type }, i) => {
    const array = list ? list[i] : (given as Readonly<Record<string, TypedArray>>)[name];
    const wanted = allocate(type.storage, 0).constructor;
    const size = sizeOf(type.shape);
    if (array?.constructor !== wanted || array.length !== size)
      throw new ArgumentError(`inputs.${name}`, `a ${wanted.name} of ${size} values`, array ?? "nothing");
    return array;
  });
}
