/** A graph made ready to run on a target. */
import { probeEngine } from "../runtime/probe.ts";
import type { Features } from "./codegen/build.ts";
import { ArgumentError, ModelError } from "./errors.ts";
import type { Graph } from "./ir/graph.ts";
import { interpret } from "./ir/interpret.ts";
import { type Port, StateValues } from "./ir/state.ts";
import type { TypedArray } from "./ir/type.ts";
import { verified } from "./ir/verify.ts";
import { NativeMissing, nativeProgram } from "./native-program.ts";
import { arraysOf, disposed, filled, type Inputs } from "./program-arrays.ts";

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
  /**
   * Have V8 join vectors of 128 bits into 256, with the same results: an experiment of V8's, in Node 24 and later on x86-64, for
   * all modules that the process compiles from then on. Off unless set; elsewhere an ArgumentError.
   */
  readonly revectorize?: boolean;
  /** Instruction set of native kernels; the environment variable QJIT_ISA or the best one of this CPU unless given. */
  readonly isa?: string;
  /** Threads that share the work of a run; 1 unless given. Results do not depend on it. */
  readonly threads?: number;
  /**
   * Called with the reason where `auto` passes over the native back end, or where there cannot be several threads; without it
   * the reason is printed, once.
   */
  readonly onFallback?: (reason: string) => void;
}

export type { Port } from "./ir/state.ts";

export type { Inputs } from "./program-arrays.ts";

/**
 * A graph on a target. Results are row-major, in the order of `outputs`, and belong to the caller. States are neither among
 * the inputs nor the outputs.
 */
export interface Program {
  readonly target: Target;
  /** The instructions in use: of WebAssembly, or of native kernels; undefined on the interpreter. */
  readonly level?: string;
  /** Threads that share the work of a run; 1 where it is absent. */
  readonly threads?: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * One inference. Native programs run on another thread, several at once, and take copies of the inputs first. Results are
   * fresh arrays, or those of `outputs`, which are then filled and returned.
   */
  run(inputs: Inputs, outputs?: readonly TypedArray[]): Promise<TypedArray[]>;
  /** One inference on this thread. */
  runSync(inputs: Inputs, outputs?: readonly TypedArray[]): TypedArray[];
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
      return onWasm(graph, options);
    case "native":
      return nativeProgram(graph, options);
    case "auto":
      // Who names WebAssembly instructions wants WebAssembly.
      if (features || options.revectorize) return onWasm(graph, options);
      try {
        return await nativeProgram(graph, options);
      } catch (error) {
        if (!(error instanceof NativeMissing) && !(error instanceof ModelError)) throw error;
        // What was wanted, whoever chose auto knows.
        fallBack(options, error instanceof NativeMissing ? error.got : error.message);
      }
      return probeEngine().simd ? onWasm(graph, options) : interpreterProgram(verified(graph));
  }
  throw new ArgumentError("target", '"auto", "native", "wasm" or "interpreter"', target);
}

/** The emitters of WebAssembly are a third of the package: they are loaded where a program wants them. */
async function onWasm(graph: Graph, options: CompileOptions): Promise<Program> {
  const { hostTarget, wasmProgram } = await import("./wasm-program.ts");
  return wasmProgram(graph, hostTarget(options.features, options.revectorize), options);
}

let told = false;

function fallBack({ onFallback }: CompileOptions, reason: string): void {
  const message = `not on the native back end: ${reason}`;
  if (onFallback) onFallback(message);
  else if (!told) {
    told = true;
    if (typeof process !== "undefined") process.stderr?.write(`qjit: ${message}\n`);
  }
}

/** The graph by its ops' reference meaning, as it is. */
export function interpreterProgram(graph: Graph): Program {
  const states = new StateValues(graph);
  const { inputs, outputs } = states;
  let live = true;
  const runSync: Program["runSync"] = (given, into) => {
    if (!live) throw disposed();
    const values = states.before(arraysOf(given, inputs, "inputs"));
    // The interpreter may hand on its inputs and constants as they are.
    return filled(into, outputs, () => states.after(interpret(graph, values).map((data) => data.slice())));
  };
  return {
    target: "interpreter",
    inputs,
    outputs,
    run: async (given, into) => runSync(given, into),
    runSync,
    reset: () => states.reset(),
    dispose() {
      live = false;
    },
  };
}
