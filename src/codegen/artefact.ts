/**
 * What `qjit compile` writes: NAME.wasm, NAME.mjs (a loader without dependencies that works in Node, Deno, pages and workers)
 * and NAME.d.mts (its types, with the model's own inputs and outputs).
 */
import { probeEngine } from "../../runtime/probe.ts";
import {
  compileModule,
  dataOf,
  describeModule,
  engineLacks,
  Program,
  ProgramError,
  sizeOf,
} from "../../runtime/program.ts";
import { printType } from "../ir/print.ts";
import { storages } from "../ir/type.ts";
import type { Build } from "./build.ts";
import type { Port } from "./plan.ts";

/** A file to write: its name without a folder, and its content. */
export interface ArtefactFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/**
 * The files of a compiled model called `name`. Of several builds of the model the first one that the engine can run is
 * loaded; the last is NAME.wasm, those before it are NAME.LEVEL.wasm.
 */
export function artefactFiles(name: string, builds: readonly Build[]): ArtefactFile[] {
  const modules = builds.map((b, i) => ({
    file: i === builds.length - 1 ? `${name}.wasm` : `${name}.${b.plan.target.level}.wasm`,
    build: b,
  }));
  return [
    ...modules.map((m) => ({ name: m.file, content: m.build.wasm })),
    { name: `${name}.mjs`, content: loaderSource(name, modules) },
    { name: `${name}.d.mts`, content: declarations(name, builds[builds.length - 1]) },
  ];
}

/** The runtime as source text. Each part uses only parts of this list, which is what makes it a loader of its own. */
const parts: readonly ((...args: any[]) => unknown)[] = [
  ProgramError,
  dataOf,
  sizeOf,
  compileModule,
  describeModule,
  engineLacks,
  Program,
  probeEngine,
] as never;

/** Source without comment lines and indentation, which nobody reads in an artefact. */
const compact = (source: string): string =>
  source
    .replace(/^\s*\/\*\*[\s\S]*?\*\/$/gm, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("//"))
    .join("\n");

function loaderSource(name: string, modules: readonly { file: string; build: Build }[]): string {
  const list = modules.map(({ file, build }) => {
    const { level, dot } = build.plan.target;
    return `{ url: () => new URL(${JSON.stringify(`./${encodeURIComponent(file)}`)}, import.meta.url), level: "${level}", dot: "${dot}" }`;
  });
  return `// Loads ${modules.map((m) => m.file).join(" or ")}, compiled by qjit (Apache-2.0). ${name}.d.mts has the types.
${parts.map((p) => compact(String(p))).join("\n")}
const modules = [${list.join(", ")}];
async function read(source) {
  if (typeof source === "string") source = new URL(source, globalThis.location?.href ?? import.meta.url);
  if (source instanceof URL) {
    if (source.protocol === "file:" && globalThis.process?.versions?.node) {
      const fs = "node:fs/promises";
      return (await import(fs)).readFile(source);
    }
    source = await fetch(source);
  }
  if (typeof Response === "function" && source instanceof Response) {
    if (!source.ok) throw new ProgramError(source.url + ": " + source.status + " " + source.statusText);
    return source.arrayBuffer();
  }
  return source;
}
/** Loads the model: from the .wasm file beside this one, or from bytes, a module, a Response or a URL. */
export async function load(source) {
  const engine = probeEngine();
  if (source === undefined) {
    const fit = modules.find((m) => engineLacks(m, engine) === undefined);
    if (!fit) throw new ProgramError(engineLacks(modules[modules.length - 1], engine));
    source = fit.url();
  }
  if (!engine.simd) throw new ProgramError(engineLacks(modules[0], engine));
  const module = await compileModule(await read(source));
  const lacks = engineLacks(describeModule(module), engine);
  if (lacks) throw new ProgramError(lacks);
  return new Program(module);
}
export { Program, ProgramError };
export default load;
`;
}

function declarations(name: string, { plan }: Build): string {
  const array = (p: Port): string => storages[p.type.storage].array.name;
  const fields = (ports: readonly Port[]): string =>
    ports
      .map((p) => `  /** \`${commentSafe(printType(p.type))}\` */\n  readonly ${JSON.stringify(p.name)}: ${array(p)};`)
      .join("\n");
  const tuple = (ports: readonly Port[]): string => `[${ports.map(array).join(", ")}]`;
  const record = (ports: readonly Port[]): string => (ports.length ? `{\n${fields(ports)}\n}` : "{}");
  const inputs = plan.params.filter((p) => !plan.states.some((s) => s.param === p.name));
  const outputs = plan.outputs.filter((p) => !plan.states.some((s) => s.output === p.name));
  return `// Types of ${name}.mjs, compiled by qjit.

/** What the model wants, row-major; the comments give stored type, shape and <scale:zero point>. */
export interface Inputs ${record(inputs)}

/** What the model gives. */
export interface Outputs ${record(outputs)}

/** An input or output: real = scale * (stored - zero) where it has a quantizer. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: "i8" | "u8" | "i16" | "u16" | "i32" | "i64" | "f32" | "bool";
  readonly shape: readonly number[];
  readonly quantizer?: any;
}

export interface RunOptions {
  /** Give views on the module's memory, which the next run overwrites, instead of copies. */
  readonly views?: boolean;
}

/** A module that is not one of qjit's, an engine that cannot run it, or wrong inputs. */
export declare class ProgramError extends Error {}

/** The model, ready to run; by position if the inputs are a list, by name if they are a record. */
export declare class Program {
  private constructor();
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  run(inputs: Readonly<Inputs>, options?: RunOptions): Promise<Outputs>;
  run(inputs: readonly ${tuple(inputs)}, options?: RunOptions): Promise<${tuple(outputs)}>;
  runSync(inputs: Readonly<Inputs>, options?: RunOptions): Outputs;
  runSync(inputs: readonly ${tuple(inputs)}, options?: RunOptions): ${tuple(outputs)};
  /** Puts what the model carries from run to run back to its start; a model without such state stays as it is. */
  reset(): void;
  /** Lets go of the memory. Every later run is an error. */
  dispose(): void;
}

/** Loads the model: from the .wasm file beside the loader, or from bytes, a module, a Response or a URL. */
export declare function load(source?: BufferSource | WebAssembly.Module | Response | URL | string): Promise<Program>;
export default load;
`;
}

const commentSafe = (text: string): string => text.replaceAll("*/", "* /").replaceAll("`", "'");
