/**
 * Runs a compiled module. This file imports nothing but types, and each export uses only other exports of this file: the
 * loader that `qjit compile` writes is made of their source text (src/codegen/artefact.ts).
 */

import type {
  Data,
  Description,
  DType,
  Engine,
  Host,
  Inputs,
  PlacedTensor,
  Quantizer,
  RunOptions,
  TensorInfo,
} from "./types.ts";

/** A module that is not one of qjit's, an engine that cannot run it, or wrong use of a program. */
export class ProgramError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ProgramError";
  }
}

/** A fresh array, or a view on memory, for elements of a dtype. */
export function dataOf(dtype: DType, buffer: ArrayBufferLike | number, offset = 0, length?: number): Data {
  const classes = {
    i8: Int8Array,
    u8: Uint8Array,
    i16: Int16Array,
    u16: Uint16Array,
    i32: Int32Array,
    i64: BigInt64Array,
    f32: Float32Array,
    bool: Uint8Array,
  };
  const Class = classes[dtype] as unknown as new (b: ArrayBufferLike | number, o?: number, n?: number) => Data;
  return typeof buffer === "number" ? new Class(buffer) : new Class(buffer, offset, length);
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** Compiles bytes. Throws ProgramError if they are no module that this engine takes. */
export async function compileModule(source: BufferSource | WebAssembly.Module): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  try {
    return await WebAssembly.compile(source);
  } catch (error) {
    throw new ProgramError(`not a WebAssembly module that this engine takes: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Reads the description of a module. Throws ProgramError if it has none that this runtime understands. */
export function describeModule(module: WebAssembly.Module): Description {
  const [section] = WebAssembly.Module.customSections(module, "qjit");
  if (!section) throw new ProgramError("not a module that qjit compiled: it has no qjit section");
  const damaged = (what: string): Error => new ProgramError(`the qjit section is damaged: ${what}`);
  let json: any;
  try {
    json = JSON.parse(new TextDecoder().decode(section));
  } catch {
    throw damaged("it is no JSON");
  }
  if (json?.format !== 1) throw new ProgramError(`the qjit section has format ${json?.format}; this runtime reads 1`);
  const tensor = (t: any): PlacedTensor => {
    const whole = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
    if (typeof t?.name !== "string" || !Array.isArray(t.shape) || !t.shape.every(whole) || !whole(t.offset)) {
      throw damaged("wants tensors with name, shape and offset");
    }
    const bytes: Record<string, number> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, i64: 8, f32: 4, bool: 1 };
    if (!Object.hasOwn(bytes, t.storage)) throw damaged(`${t.name} is ${t.storage}`);
    if (t.offset + sizeOf(t.shape) * bytes[t.storage] > json.memory)
      throw damaged(`${t.name} ends outside of the memory`);
    const quantizer = t.quant ? { quantizer: t.quant as Quantizer } : {};
    return { name: t.name, dtype: t.storage, shape: t.shape, ...quantizer, offset: t.offset };
  };
  const list = (v: unknown): unknown[] => {
    if (Array.isArray(v)) return v;
    throw damaged("wants lists of inputs, outputs and steps");
  };
  const inputs = list(json.inputs).map(tensor);
  const outputs = list(json.outputs).map(tensor);
  const states = list(json.states ?? []) as Description["states"];
  for (const state of states) {
    const [input, output, start] = Array.isArray(state) ? state : [-1, -1];
    const [x, y] = [inputs[input], outputs[output]];
    if (!x || !y || x.dtype !== y.dtype || sizeOf(x.shape) !== sizeOf(y.shape) || typeof start !== "number") {
      throw damaged("wants states as inputs with outputs of their type");
    }
  }
  return {
    ...json,
    name: String(json.name),
    inputs,
    outputs,
    states,
    steps: list(json.steps),
  };
}

/** Why an engine cannot run a module with its exact results, or undefined if it can. */
export function engineLacks({ level, dot }: Pick<Description, "level" | "dot">, engine: Engine): string | undefined {
  const no = (what: string): string => `this engine has no WebAssembly ${what}`;
  if (!engine.simd) return no("SIMD");
  if (level !== "relaxed") return undefined;
  if (!engine.relaxed) return no("relaxed SIMD");
  if (dot === "inexact" || dot === engine.dot) return undefined;
  return `this engine's relaxed dot product is ${engine.dot}, the module is made for ${dot}`;
}

/** The calling thread as the host of an instance, or of a module, which small ones may be instantiated of at once. */
export function hostHere(of: WebAssembly.Module | WebAssembly.Instance): Host {
  let exports: WebAssembly.Exports;
  try {
    ({ exports } = of instanceof WebAssembly.Module ? new WebAssembly.Instance(of) : of);
  } catch (error) {
    throw new ProgramError(`the module cannot be started: ${(error as Error).message}`, { cause: error });
  }
  const { memory, run } = exports;
  if (memory instanceof WebAssembly.Memory && run) return { threads: 1, memory, runSync: run as () => void };
  throw new ProgramError("not a module that qjit compiled: it exports no memory and run");
}

/** A compiled model, ready to run. What it carries from run to run, its state, is neither input nor output. */
export class Program {
  readonly description: Description;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Threads that share the work of a run. */
  readonly threads: number;
  /** The values of the states, in the order of the description. */
  #states: Data[] = [];
  #host: Host | undefined;

  /**
   * Makes a program of a compiled module that runs on this thread, or on the host if one is given. Throws ProgramError if
   * the module is not one of qjit's.
   */
  constructor(module: WebAssembly.Module, host?: Host) {
    this.description = describeModule(module);
    const info = ({ offset: _, ...t }: PlacedTensor): TensorInfo => t;
    const { inputs, outputs, states } = this.description;
    const plain = (list: readonly PlacedTensor[], at: 0 | 1): TensorInfo[] =>
      list.filter((_, i) => !states.some((s) => s[at] === i)).map(info);
    this.inputs = plain(inputs, 0);
    this.outputs = plain(outputs, 1);
    this.reset();
    if (this.description.threads && !host)
      throw new ProgramError(`${this.description.name} is for threads: wants load`);
    this.#host = host ?? hostHere(module);
    this.threads = this.#host.threads;
  }

  /** Runs once. Outputs come by position if the inputs do, else by name. Throws ProgramError for wrong inputs. */
  runSync(inputs: readonly Data[], options?: RunOptions): Data[];
  runSync(inputs: Readonly<Record<string, Data>>, options?: RunOptions): Record<string, Data>;
  runSync(inputs: Inputs, options?: RunOptions): Data[] | Record<string, Data>;
  runSync(inputs: Inputs, options: RunOptions = {}): Data[] | Record<string, Data> {
    const { runSync, memory, busy } = this.#live();
    const { name, inputs: placed, outputs } = this.description;
    const [given, into] = this.#arrays(inputs, options);
    if (!memory || !runSync) throw new ProgramError(`${name} runs in a worker: wants run, not runSync`);
    if (busy?.()) throw new ProgramError(`${name} is running: wants runSync after the end of run`);
    const view = (t: PlacedTensor) => dataOf(t.dtype, memory.buffer, t.offset, sizeOf(t.shape));
    this.#withStates(given).forEach((data, i) => {
      (view(placed[i]) as Uint8Array).set(data as Uint8Array);
    });
    runSync();
    return this.#named(inputs, this.#results(outputs.map(view), into, options));
  }

  /**
   * As `runSync`, with errors as rejections. On several threads or in a worker, this thread is free meanwhile; one run begins
   * when the one before has ended. Inputs may be changed as soon as the call has returned.
   */
  run(inputs: readonly Data[], options?: RunOptions): Promise<Data[]>;
  run(inputs: Readonly<Record<string, Data>>, options?: RunOptions): Promise<Record<string, Data>>;
  run(inputs: Inputs, options?: RunOptions): Promise<Data[] | Record<string, Data>>;
  async run(inputs: Inputs, options: RunOptions = {}): Promise<Data[] | Record<string, Data>> {
    const host = this.#live();
    if (!host.run) return this.runSync(inputs, options);
    const [given, into] = this.#arrays(inputs, options);
    const complete = (kept: readonly Data[]): Data[] => this.#withStates(kept);
    const results = await host.run(given, complete, (found) => this.#results(found, into, options));
    return this.#named(inputs, results);
  }

  /**
   * Runs on zeros until runs have stopped to get faster, for `ms` milliseconds at most: engines compile hot functions once
   * more in the background, and use what comes of it from the next call on. Returns the milliseconds of the fastest run.
   */
  async warmUp(ms = 500): Promise<number> {
    const zeros = this.inputs.map((t) => dataOf(t.dtype, sizeOf(t.shape)));
    const states = this.#states;
    const end = performance.now() + ms;
    let best = 1e9;
    for (let idle = 0, start = 0; idle < 10 && start < end; idle++) {
      start = performance.now();
      await this.run(zeros, { views: true });
      this.#states = states;
      const took = performance.now() - start;
      if (took < best * 0.97) idle = 0;
      best = Math.min(best, took);
      // Pages stay alive, and background compilers hand over their work.
      await new Promise((next) => setTimeout(next, 0));
    }
    return best;
  }

  /** Puts every state back to its start, as before the first run. */
  reset(): void {
    const { inputs, states } = this.description;
    this.#states = states.map(([input, , start]) => {
      const data = dataOf(inputs[input].dtype, sizeOf(inputs[input].shape));
      return data instanceof BigInt64Array ? data.fill(BigInt(start)) : data.fill(start);
    });
  }

  /** Lets go of the memory, and ends the workers that the program has. Every later run is an error. */
  dispose(): void {
    const host = this.#host;
    this.#host = undefined;
    host?.dispose?.();
  }

  #live(): Host {
    if (!this.#host) throw new ProgramError(`${this.description.name}: the program is disposed of`);
    return this.#host;
  }

  /** Inputs, and arrays to fill if there are some, by position. */
  #arrays(inputs: Inputs, { outputs }: RunOptions): [Data[], Data[] | undefined] {
    return [this.#checked("input", this.inputs, inputs), outputs && this.#checked("output", this.outputs, outputs)];
  }

  /** Inputs and states in the order of the description. */
  #withStates(given: readonly Data[]): Data[] {
    const { inputs, states } = this.description;
    const rest = [...given];
    return inputs.map((_, i) => {
      const state = states.findIndex(([input]) => input === i);
      return state < 0 ? rest.shift()! : this.#states[state];
    });
  }

  /** Keeps the states among all outputs, and gives the others. */
  #results(found: readonly Data[], into: readonly Data[] | undefined, { views }: RunOptions): Data[] {
    const { states } = this.description;
    this.#states = states.map(([, output]) => found[output].slice());
    const results = found.filter((_, i) => !states.some((s) => s[1] === i));
    into?.forEach((data, i) => {
      (data as Uint8Array).set(results[i] as Uint8Array);
    });
    if (into) return [...into];
    return views ? results : results.map((data) => data.slice());
  }

  #named(inputs: Inputs, outputs: Data[]): Data[] | Record<string, Data> {
    if (Array.isArray(inputs)) return outputs;
    return Object.fromEntries(outputs.map((data, i) => [this.outputs[i].name, data]));
  }

  /** Arrays by position, each of the type and size that is wanted. */
  #checked(what: string, infos: readonly TensorInfo[], arrays: Inputs): Data[] {
    const names = infos.map((t) => t.name);
    if (typeof arrays !== "object" || arrays === null) throw new ProgramError(`wants ${what}s as a list or by name`);
    if (ArrayBuffer.isView(arrays)) throw new ProgramError(`wants a list of ${what}s, found one array`);
    const list = Array.isArray(arrays);
    if (list && arrays.length !== names.length) {
      throw new ProgramError(`wants ${names.length} ${what}s (${names.join(", ")}), found ${arrays.length}`);
    }
    const extra = list ? undefined : Object.keys(arrays).find((key) => !names.includes(key));
    if (extra !== undefined) throw new ProgramError(`no ${what} ${extra}; the ${what}s are ${names.join(", ")}`);
    return infos.map((t, i) => {
      const data: Data | undefined = (arrays as any)[list ? i : t.name];
      const wanted = dataOf(t.dtype, 0).constructor.name;
      const size = sizeOf(t.shape);
      // By class name: arrays of another realm (a worker, a test runner's sandbox) are as good.
      const view = ArrayBuffer.isView(data);
      const found = view ? data.constructor.name : data === undefined ? "nothing" : typeof data;
      // Clamped bytes, which canvases give, are bytes.
      const bytes = wanted === "Uint8Array" && (found === "Uint8ClampedArray" || found === "Buffer");
      if ((found === wanted || bytes) && data!.length === size) return data!;
      const length = view ? ` of ${data.length}` : "";
      throw new ProgramError(
        `${what} ${t.name} wants ${wanted} of ${size} (${t.dtype}[${t.shape.join(",")}]), found ${found}${length}`,
      );
    });
  }
}
