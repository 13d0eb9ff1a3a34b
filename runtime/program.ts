/**
 * Runs a compiled module. This file imports nothing, and each export uses only other exports of this file: the loader that
 * `qjit compile` writes is made of their source text (src/codegen/artefact.ts).
 */

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

/** What a compiled module says of itself. */
export interface Description {
  readonly name: string;
  /** The arithmetic's name, if the model names one. */
  readonly profile?: string;
  readonly level: "simd128" | "relaxed";
  /** What the module's relaxed dot products assume of the engine. */
  readonly dot: "unsigned" | "signed" | "inexact";
  readonly inputs: readonly PlacedTensor[];
  readonly outputs: readonly PlacedTensor[];
  /** Inputs that the outputs of one run give to the next, by their positions, and the value of every element at first. */
  readonly states: readonly (readonly [input: number, output: number, start: number])[];
  /** Bytes of memory between inputs and outputs. */
  readonly arena: number;
  /** The layers in order of execution: name, and the kernel that computes it. */
  readonly steps: readonly (readonly [name: string, kernel: string])[];
}

/** What an engine can do; see `probeEngine`. */
export interface Engine {
  readonly simd: boolean;
  readonly relaxed: boolean;
  readonly dot: "unsigned" | "signed" | "inexact";
}

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
  let json: any;
  try {
    json = JSON.parse(new TextDecoder().decode(section));
  } catch (error) {
    throw new ProgramError("the qjit section is damaged: it is no JSON", { cause: error });
  }
  if (json?.format !== 1) throw new ProgramError(`the qjit section has format ${json?.format}; this runtime reads 1`);
  const tensor = (t: any): PlacedTensor => {
    const whole = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
    if (typeof t?.name !== "string" || !Array.isArray(t.shape) || !t.shape.every(whole) || !whole(t.offset)) {
      throw new ProgramError("the qjit section is damaged: wants tensors with name, shape and offset");
    }
    const bytes: Record<string, number> = { i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, i64: 8, f32: 4, bool: 1 };
    if (!Object.hasOwn(bytes, t.storage))
      throw new ProgramError(`the qjit section is damaged: ${t.name} is ${t.storage}`);
    if (t.offset + sizeOf(t.shape) * bytes[t.storage] > json.memory) {
      throw new ProgramError(`the qjit section is damaged: ${t.name} ends outside of the memory`);
    }
    const quantizer = t.quant ? { quantizer: t.quant as Quantizer } : {};
    return { name: t.name, dtype: t.storage, shape: t.shape, ...quantizer, offset: t.offset };
  };
  const list = (v: unknown): unknown[] => {
    if (Array.isArray(v)) return v;
    throw new ProgramError("the qjit section is damaged: wants lists of inputs, outputs and steps");
  };
  const inputs = list(json.inputs).map(tensor);
  const outputs = list(json.outputs).map(tensor);
  const states = list(json.states ?? []) as Description["states"];
  for (const state of states) {
    const [input, output, start] = Array.isArray(state) ? state : [-1, -1];
    const [x, y] = [inputs[input], outputs[output]];
    if (!x || !y || x.dtype !== y.dtype || sizeOf(x.shape) !== sizeOf(y.shape) || typeof start !== "number") {
      throw new ProgramError("the qjit section is damaged: wants states as inputs with outputs of their type");
    }
  }
  return {
    name: String(json.name),
    ...(json.profile === undefined ? {} : { profile: String(json.profile) }),
    level: json.level,
    dot: json.dot,
    inputs,
    outputs,
    states,
    arena: json.arena,
    steps: list(json.steps) as Description["steps"],
  };
}

/** Why an engine cannot run a module with its exact results, or undefined if it can. */
export function engineLacks({ level, dot }: Pick<Description, "level" | "dot">, engine: Engine): string | undefined {
  if (!engine.simd) return "this engine has no WebAssembly SIMD";
  if (level !== "relaxed") return undefined;
  if (!engine.relaxed) return "this engine has no WebAssembly relaxed SIMD";
  if (dot === "inexact" || dot === engine.dot) return undefined;
  return `this engine's relaxed dot product is ${engine.dot}, the module is made for ${dot}`;
}

/** Inputs by position or by name. */
export type Inputs = readonly Data[] | Readonly<Record<string, Data>>;

/** How outputs are returned. */
export interface RunOptions {
  /** Give views on the module's memory, which the next run overwrites, instead of copies. */
  readonly views?: boolean;
}

/** A compiled model, ready to run. What it carries from run to run, its state, is neither input nor output. */
export class Program {
  readonly description: Description;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** The values of the states, in the order of the description. */
  #states: Data[] = [];
  readonly #inputs: readonly PlacedTensor[];
  readonly #outputs: readonly PlacedTensor[];
  #memory: WebAssembly.Memory | undefined;
  #run: (() => void) | undefined;

  /** Makes a program of a compiled module. Throws ProgramError if the module is not one of qjit's. */
  constructor(module: WebAssembly.Module) {
    this.description = describeModule(module);
    const info = ({ offset: _, ...t }: PlacedTensor): TensorInfo => t;
    const { inputs, outputs, states } = this.description;
    this.#inputs = inputs.filter((_, i) => !states.some(([input]) => input === i));
    this.#outputs = outputs.filter((_, i) => !states.some(([, output]) => output === i));
    this.inputs = this.#inputs.map(info);
    this.outputs = this.#outputs.map(info);
    this.reset();
    let exports: WebAssembly.Exports;
    try {
      exports = new WebAssembly.Instance(module).exports;
    } catch (error) {
      throw new ProgramError(`the module cannot be started: ${(error as Error).message}`, { cause: error });
    }
    if (!(exports.memory instanceof WebAssembly.Memory) || typeof exports.run !== "function") {
      throw new ProgramError("not a module that qjit compiled: it exports no memory and run");
    }
    this.#memory = exports.memory;
    this.#run = exports.run as () => void;
  }

  /** Runs once. Outputs come by position if the inputs do, else by name. Throws ProgramError for wrong inputs. */
  runSync(inputs: readonly Data[], options?: RunOptions): Data[];
  runSync(inputs: Readonly<Record<string, Data>>, options?: RunOptions): Record<string, Data>;
  runSync(inputs: Inputs, options?: RunOptions): Data[] | Record<string, Data>;
  runSync(inputs: Inputs, options: RunOptions = {}): Data[] | Record<string, Data> {
    const [memory, run] = [this.#memory, this.#run];
    if (!memory || !run) throw new ProgramError(`${this.description.name}: the program is disposed of`);
    const given = this.#positional(inputs);
    this.#inputs.forEach((t, i) => {
      this.#check(t, given[i]);
    });
    const write = (t: PlacedTensor, data: Data): void => (this.#view(memory, t) as Uint8Array).set(data as Uint8Array);
    this.#inputs.forEach((t, i) => {
      write(t, given[i]!);
    });
    const all = this.description;
    all.states.forEach(([input], i) => {
      write(all.inputs[input], this.#states[i]);
    });
    run();
    this.#states = all.states.map(([, output]) => this.#view(memory, all.outputs[output]).slice());
    const outputs = this.#outputs.map((t) => {
      const view = this.#view(memory, t);
      return options.views ? view : view.slice();
    });
    if (Array.isArray(inputs)) return outputs;
    return Object.fromEntries(outputs.map((data, i) => [this.outputs[i].name, data]));
  }

  /** As `runSync`, with errors as rejections. */
  run(inputs: readonly Data[], options?: RunOptions): Promise<Data[]>;
  run(inputs: Readonly<Record<string, Data>>, options?: RunOptions): Promise<Record<string, Data>>;
  run(inputs: Inputs, options?: RunOptions): Promise<Data[] | Record<string, Data>>;
  async run(inputs: Inputs, options?: RunOptions): Promise<Data[] | Record<string, Data>> {
    return this.runSync(inputs, options);
  }

  /** Puts every state back to its start, as before the first run. */
  reset(): void {
    const { inputs, states } = this.description;
    this.#states = states.map(([input, , start]) => {
      const data = dataOf(inputs[input].dtype, sizeOf(inputs[input].shape));
      return data instanceof BigInt64Array ? data.fill(BigInt(start)) : data.fill(start);
    });
  }

  /** Lets go of the memory. Every later run is an error. */
  dispose(): void {
    this.#memory = undefined;
    this.#run = undefined;
  }

  #view(memory: WebAssembly.Memory, t: PlacedTensor): Data {
    return dataOf(t.dtype, memory.buffer, t.offset, sizeOf(t.shape));
  }

  #positional(inputs: Inputs): readonly (Data | undefined)[] {
    const names = this.inputs.map((t) => t.name);
    if (typeof inputs !== "object" || inputs === null) throw new ProgramError("wants inputs as a list or by name");
    if (ArrayBuffer.isView(inputs)) throw new ProgramError("wants a list of inputs, found one array");
    if (Array.isArray(inputs)) {
      if (inputs.length !== names.length) {
        throw new ProgramError(`wants ${names.length} inputs (${names.join(", ")}), found ${inputs.length}`);
      }
      return inputs;
    }
    for (const key of Object.keys(inputs)) {
      if (!names.includes(key)) throw new ProgramError(`no input ${key}; the inputs are ${names.join(", ")}`);
    }
    return names.map((name) => (inputs as Record<string, Data>)[name]);
  }

  #check(t: TensorInfo, data: Data | undefined): void {
    const wanted = dataOf(t.dtype, 0).constructor.name;
    const size = sizeOf(t.shape);
    // By class name: arrays of another realm (a worker, a test runner's sandbox) are as good.
    const found = ArrayBuffer.isView(data) ? data.constructor.name : data === undefined ? "nothing" : typeof data;
    // Clamped bytes, which canvases give, are bytes.
    const same = found === wanted || (wanted === "Uint8Array" && (found === "Uint8ClampedArray" || found === "Buffer"));
    if (same && data!.length === size) return;
    const length = ArrayBuffer.isView(data) ? ` of ${data.length}` : "";
    throw new ProgramError(
      `input ${t.name} wants ${wanted} of ${size} (${t.dtype}[${t.shape.join(",")}]), found ${found}${length}`,
    );
  }
}
