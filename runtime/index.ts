/**
 * Loads and runs modules that qjit compiled. Has no dependencies and works in Node, Deno, pages and workers.
 *
 *     const program = await load(await readFile("model.wasm"));
 *     const [scores] = await program.run([pixels]);
 */
import { probeEngine } from "./probe.ts";
import { compileModule, describeModule, engineLacks, Program, ProgramError } from "./program.ts";

export { probeEngine } from "./probe.ts";
export type {
  Data,
  Description,
  DType,
  Engine,
  Inputs,
  Quantizer,
  RunOptions,
  TensorInfo,
} from "./program.ts";
export { describeModule, engineLacks, Program, ProgramError } from "./program.ts";

/** Makes a compiled module ready to run. Throws ProgramError if it is not one of qjit's or this engine cannot run it. */
export async function load(source: BufferSource | WebAssembly.Module): Promise<Program> {
  // An engine without SIMD says of a module only that some opcode is not valid.
  const engine = probeEngine();
  if (!engine.simd) throw new ProgramError("this engine has no WebAssembly SIMD");
  const module = await compileModule(source);
  const lacks = engineLacks(describeModule(module), engine);
  if (lacks) throw new ProgramError(lacks);
  return new Program(module);
}
