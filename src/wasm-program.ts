/** A graph as a WebAssembly module of its own, loaded. */
import { load } from "../runtime/index.ts";
import { threadsLack, warnOnce } from "../runtime/workers.ts";
import { build } from "./codegen/build.ts";
import type { WasmTarget } from "./codegen/wasm/kernel.ts";
import type { CompileOptions, Program } from "./compile.ts";
import { ArgumentError } from "./errors.ts";
import type { Graph } from "./ir/graph.ts";
import { interfaceOf } from "./ir/state.ts";
import type { TypedArray } from "./ir/type.ts";
import { arraysOf, disposed, filled, type Inputs } from "./program-arrays.ts";

export { hostTarget } from "./codegen/build.ts";

/** Threads of a WebAssembly program at most, as in the runtime. */
const mostThreads = 256;

/** The graph as a WebAssembly module of its own, for several threads where memory can be shared. */
export async function wasmProgram(
  graph: Graph,
  target: WasmTarget,
  { threads = 1, onFallback: note = warnOnce }: CompileOptions = {},
): Promise<Program> {
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads)
    throw new ArgumentError("threads", `an integer from 1 to ${mostThreads}`, threads);
  const lack = threads > 1 ? threadsLack() : undefined;
  if (lack) note(`running on one thread: ${lack}`);
  const count = lack ? 1 : threads;
  const { wasm } = await build(graph, target, { threads: count > 1 });
  const module = await load(wasm as Uint8Array<ArrayBuffer>, { threads: count, note });
  const { inputs, outputs } = interfaceOf(graph);
  let live = true;
  const checked = (given: Inputs): TypedArray[] => {
    if (!live) throw disposed();
    return arraysOf(given, inputs, "inputs");
  };
  return {
    target: "wasm",
    level: target.level,
    threads: module.threads,
    inputs,
    outputs,
    run: async (given, into) => module.run(checked(given), into && { outputs: arraysOf(into, outputs, "outputs") }),
    runSync: (given, into) => filled(into, outputs, () => module.runSync(checked(given))),
    reset: () => module.reset(),
    dispose() {
      live = false;
      module.dispose();
    },
  };
}
