/**
 * What `qjit compile` writes: NAME.wasm, NAME.mjs (a loader without dependencies that works in Node, Deno, pages and workers)
 * and NAME.d.mts (its types, with the model's own inputs and outputs). For threads also NAME.threads.wasm, NAME.threads.mjs
 * (what the loader imports when it is asked for several threads or a worker) and NAME.worker.mjs (the workers' script).
 */
import { printType } from "../ir/print.ts";
import { storages } from "../ir/type.ts";
import type { Build } from "./build.ts";
import { type LoadedModule, loaderSource, threadsSource, workerSource } from "./loader.ts";
import type { Port } from "./plan.ts";

/** A file to write: its name without a folder, and its content. */
export interface ArtefactFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/**
 * The files of a compiled model called `name`. Of several builds of the model the first one that the engine can run is
 * loaded, of those for threads only where there are several. The last is NAME.wasm and for one thread, those before it are
 * NAME.LEVEL.wasm, NAME.threads.wasm or NAME.LEVEL.threads.wasm; of several kinds of engines of a level, the kind is named instead.
 */
export function artefactFiles(name: string, builds: readonly Build[]): ArtefactFile[] {
  const last = builds[builds.length - 1].plan.target.level;
  const modules = builds.map(({ plan, wasm }): LoadedModule & { wasm: Uint8Array } => {
    const { level, dot } = plan.target;
    const kinds = new Set(builds.filter((b) => b.plan.target.level === level).map((b) => b.plan.target.dot));
    const kind = kinds.size > 1 ? dot : level;
    const parts = [name, ...(level === last ? [] : [kind]), ...(plan.threads ? ["threads"] : []), "wasm"];
    return { file: parts.join("."), level, dot, threads: plan.threads !== undefined, wasm };
  });
  const threads = modules.some((m) => m.threads);
  return [
    ...modules.map((m) => ({ name: m.file, content: m.wasm })),
    { name: `${name}.mjs`, content: loaderSource(name, modules) },
    { name: `${name}.d.mts`, content: declarations(name, builds[builds.length - 1], threads) },
    ...(threads
      ? [
          { name: `${name}.threads.mjs`, content: threadsSource(name) },
          { name: `${name}.worker.mjs`, content: workerSource(name) },
        ]
      : []),
  ];
}

function declarations(name: string, { plan }: Build, threads: boolean): string {
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
  /** Arrays to fill and to return, by position or by name as the inputs are. */
  readonly outputs?: readonly TypedArray[] | Readonly<Outputs>;
}

type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | BigInt64Array | Float32Array;

/** A module that is not one of qjit's, an engine that cannot run it, or wrong inputs. */
export declare class ProgramError extends Error {}

/** The model, ready to run; by position if the inputs are a list, by name if they are a record. */
export declare class Program {
  private constructor();
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Threads that share the work of a run. */
  readonly threads: number;
  run(inputs: Readonly<Inputs>, options?: RunOptions): Promise<Outputs>;
  run(inputs: readonly ${tuple(inputs)}, options?: RunOptions): Promise<${tuple(outputs)}>;
  runSync(inputs: Readonly<Inputs>, options?: RunOptions): Outputs;
  runSync(inputs: readonly ${tuple(inputs)}, options?: RunOptions): ${tuple(outputs)};
  /** Puts what the model carries from run to run back to its start; a model without such state stays as it is. */
  reset(): void;
  /** Runs on zeros until engines have compiled all hot functions, for so many milliseconds (500) at most; gives those of the fastest run. */
  warmUp(ms?: number): Promise<number>;
  /** Lets go of the memory. Every later run is an error. */
  dispose(): void;
}

${threads ? loadOptions : ""}/** Loads the model: from the .wasm file beside the loader, or from bytes, a module, a Response or a URL. */
export declare function load(
  source?: BufferSource | WebAssembly.Module | Response | URL | string,${threads ? "\n  options?: LoadOptions," : ""}
): Promise<Program>;
export default load;
`;
}

const loadOptions = `export interface LoadOptions {
  /** Threads that share the work of each run, up to 256; 1 unless given. Pages that are not cross-origin isolated have one. */
  readonly threads?: number;
  /** Run in a worker, so that this thread stays free in run; runSync is an error then. Several threads do so anyway. */
  readonly worker?: boolean;
  /** Is told why the model runs on one thread although more were asked for; without it, console.warn is, once. */
  readonly note?: (message: string) => void;
}

`;

const commentSafe = (text: string): string => text.replaceAll("*/", "* /").replaceAll("`", "'");
