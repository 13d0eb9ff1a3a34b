/**
 * Loads and runs modules that qjit compiled. Has no dependencies and works in Node, Deno, pages and workers.
 *
 *     const program = await load(await readFile("model.wasm"));
 *     const [scores] = await program.run([pixels]);
 */
import { probeEngine } from "./probe.ts";
import { compileModule, dataOf, describeModule, engineLacks, hostHere, Program, ProgramError } from "./program.ts";
import { serve } from "./serve.ts";
import type { LoadOptions } from "./types.ts";
import { type Hand, startHost } from "./workers.ts";

export { probeEngine } from "./probe.ts";
export { describeModule, engineLacks, Program, ProgramError } from "./program.ts";
export type {
  Data,
  Description,
  DType,
  Engine,
  Host,
  Inputs,
  LoadOptions,
  Quantizer,
  RunOptions,
  TensorInfo,
} from "./types.ts";
export { threadsLack } from "./workers.ts";

/** Makes a compiled module ready to run. Throws ProgramError if it is not one of qjit's or this engine cannot run it. */
export async function load(source: BufferSource | WebAssembly.Module, options: LoadOptions = {}): Promise<Program> {
  // An engine without SIMD says of a module only that some opcode is not valid.
  const engine = probeEngine();
  if (!engine.simd) throw new ProgramError("this engine has no WebAssembly SIMD");
  const module = await compileModule(source);
  const description = describeModule(module);
  const lacks = engineLacks(description, engine);
  if (lacks) throw new ProgramError(lacks);
  const fail = (message: string): Error => new ProgramError(message);
  const host = await startHost({ module, description, spawn: spawnWorker, fail, dataOf }, options);
  // Pages may not instantiate large modules at once.
  return new Program(module, host ?? hostHere(await WebAssembly.instantiate(module)));
}

/**
 * Starts a worker that serves. Bundlers know the form of the call for pages; Node takes the script as text. So does Deno, whose
 * own workers keep the process alive, whatever they do.
 */
export function spawnWorker(): Hand {
  if (typeof Worker === "function" && !("Deno" in globalThis))
    return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
  return new NodeWorker(`(${serve})(require("node:worker_threads").parentPort)`, { eval: true }) as unknown as Hand;
}
