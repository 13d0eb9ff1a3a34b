/** The types of the runtime; see `program.ts`. */

/** Element storage of an input or output; `bool` is one byte, 0 or 1. */
export type DType = "i8" | "u8" | "i16" | "u16" | "i32" | "i64" | "f32" | "bool";

/** Elements as programs take and return them, row-major. */
export type Data = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | BigInt64Array | Float32Array;

/** How stored integers stand for real numbers: real = scale * (stored - zero), for the tensor or for each index of an axis. */
export type Quantizer =
  | { readonly kind: "tensor"; readonly scale: number; readonly zero: number }
  | {
      readonly kind: "axis";
      readonly axis: number;
      readonly channels: {
        readonly name: string;
        readonly scales: readonly number[];
        readonly zeros: readonly number[];
      };
    }
  | { readonly kind: "product"; readonly a: number; readonly b: object };

/** A named input or output. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Absent for plain numbers. */
  readonly quantizer?: Quantizer;
}

/** A TensorInfo with the address of its elements in the module's memory. */
export interface PlacedTensor extends TensorInfo {
  readonly offset: number;
}

/** How an engine multiplies bytes; see `probeEngine`. */
export type Dot = "unsigned" | "signed" | "saturating" | "inexact";

/** What a compiled module says of itself. */
export interface Description {
  readonly name: string;
  /** The arithmetic's name, if the model names one. */
  readonly profile?: string;
  readonly level: "simd128" | "relaxed";
  /** What the module's relaxed dot products assume of the engine. */
  readonly dot: Dot;
  readonly inputs: readonly PlacedTensor[];
  readonly outputs: readonly PlacedTensor[];
  /** Inputs that the outputs of one run give to the next, by their positions, and the value of every element at first. */
  readonly states: readonly (readonly [input: number, output: number, start: number])[];
  /** Bytes of memory between inputs and outputs. */
  readonly arena: number;
  /** The layers in order of execution: name, and the kernel that computes it. */
  readonly steps: readonly (readonly [name: string, kernel: string])[];
  /** Bytes of all memory; of a module for threads, with the scratch memory of one. */
  readonly memory: number;
  /** Of a module that threads run on shared memory: addresses of where they meet, and of scratch memory, so many bytes each. */
  readonly threads?: { readonly sync: number; readonly scratch: number; readonly bytes: number };
}

/** What an engine can do; see `probeEngine`. */
export interface Engine {
  readonly simd: boolean;
  readonly relaxed: boolean;
  readonly dot: Dot;
}

/** Inputs by position or by name. */
export type Inputs = readonly Data[] | Readonly<Record<string, Data>>;

/** How outputs are returned. */
export interface RunOptions {
  /** Give views on the module's memory, which the next run overwrites, instead of copies. */
  readonly views?: boolean;
  /** Arrays to fill and to return, by position or by name as the inputs are. */
  readonly outputs?: Inputs;
}

/** How a program is loaded. */
export interface LoadOptions {
  /**
   * Threads that share the work of each run, up to 256; 1 unless given. Wants a module that is compiled for threads, and memory
   * that can be shared; where one is missing, the program runs on one thread, and `note` is told.
   */
  readonly threads?: number;
  /** Run in a worker, so that this thread stays free in `run`; `runSync` is an error then. Several threads do so anyway. */
  readonly worker?: boolean;
  /** Is told why the program runs on one thread although more were asked for; without it, console.warn is, once. */
  readonly note?: (message: string) => void;
}

/** What runs a module: this thread, several threads, or another thread that has the module to itself. */
export interface Host {
  /** Threads that share the work of a run. */
  readonly threads: number;
  /** The module's memory, where it is within reach. */
  readonly memory?: WebAssembly.Memory;
  /** Runs on the values in memory. */
  runSync?(): void;
  /**
   * Runs without taking this thread's time, after the runs that were begun before: on what `complete` makes of the given
   * inputs then, all inputs with the states. Gives what `finish` makes of all outputs.
   */
  run?(
    given: readonly Data[],
    complete: (given: readonly Data[]) => Data[],
    finish: (outputs: Data[]) => Data[],
  ): Promise<Data[]>;
  /** Whether runs that were begun have not ended. */
  busy?(): boolean;
  dispose?(): void;
}
