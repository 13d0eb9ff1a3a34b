/**
 * The native back end in Node: loads the addon and runs serialized programs. Imports nothing from the rest of the package;
 * pages never load this file.
 */

/** Typed arrays as programs take and fill them. */
export type NativeData = ArrayBufferView & { readonly length: number };

/** A program in the addon. */
export interface NativeProgram {
  /** The instruction set that its kernels use. */
  readonly isa: string;
  /** The kernel of each step. */
  readonly kernels: readonly string[];
  /** Threads that share the work of a run. */
  readonly threads: number;
  /** Runs on this thread, and its team if there is one, and fills the outputs. */
  runSync(inputs: readonly NativeData[], outputs: readonly NativeData[]): readonly NativeData[];
  /** Copies the inputs, runs on a worker thread, fills the outputs when that is done. */
  run(inputs: readonly NativeData[], outputs: readonly NativeData[]): Promise<readonly NativeData[]>;
  /** Milliseconds that each step took in one run. */
  profile(inputs: readonly NativeData[]): Float64Array;
  /** Lets go of the program; runs in flight still finish. */
  dispose(): void;
}

/** The addon. */
export interface NativeAddon {
  /** The version of the program format that it reads. */
  readonly format: number;
  /** Instruction sets that this CPU and the build have, slowest first. */
  readonly levels: readonly string[];
  /** Loads a program for an instruction set (the named one, that of QJIT_ISA, or the best) and a number of threads. Throws Error saying why it cannot. */
  readonly NativeProgram: new (
    bytes: Uint8Array,
    isa?: string,
    threads?: number,
  ) => NativeProgram;
  /** Frees the memory of a buffer that nobody reads any more, without waiting for the garbage collector: its arrays become empty. */
  release(buffer: ArrayBuffer): void;
  /** Gives memory that the C library keeps for later back to the system, on another thread. */
  trim(): Promise<void>;
  /** 10^9 multiply-adds a second that one thread can do at most with an instruction set, measured when called; 0 if unknown. */
  peak(isa: string): number;
}

/** The addon, or why there is none. */
export type NativeState = { readonly addon: NativeAddon } | { readonly addon?: undefined; readonly reason: string };

/** The packages that carry the addon for this platform; npm installs the one for the C library that is there. */
export function nativePackages(): readonly string[] {
  const name = `@qjit/native-${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [`${name}-gnu`, `${name}-musl`] : [name];
}

let state: NativeState | undefined;

/** Loads the addon once: from a source build in this package, else from the platform's own package. */
export async function loadNative(): Promise<NativeState> {
  state ??= await find();
  return state;
}

/** Gives memory that the C library keeps for later back to the system, if the addon is there. */
export async function trimNative(): Promise<void> {
  await state?.addon?.trim();
}

async function find(): Promise<NativeState> {
  if (typeof process === "undefined" || !process.versions?.node) return { reason: "not in Node" };
  if (process.env.QJIT_NATIVE === "off") return { reason: "switched off by QJIT_NATIVE=off" };
  // Asked for, not imported, so that bundlers for pages find nothing that a page lacks.
  const { createRequire } = process.getBuiltinModule("node:module");
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  const require = createRequire(import.meta.url);
  // This file is runtime/native.ts or dist/runtime/native.js.
  const nearby = (path: string): string[] =>
    ["..", "../.."].map((up) => fileURLToPath(new URL(`${up}/${path}`, import.meta.url))).filter((p) => existsSync(p));
  const built = nearby("build/native/Release/qjit.node");
  const reasons: string[] = [];
  for (const path of [...built, ...nativePackages()]) {
    try {
      return { addon: require(path) as NativeAddon };
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      reasons.push(code === "MODULE_NOT_FOUND" ? `${path} is not installed` : `${path}: ${message.split("\n")[0]}`);
    }
  }
  // What builds it is in a clone, not in the published package.
  if (!built.length && nearby("tools/build-native.mjs").length)
    reasons.unshift("the addon is not built (npm run build:native)");
  return { reason: reasons.join("; ") };
}
