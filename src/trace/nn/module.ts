/** Modules: ops with their parameters, by PyTorch's names, that load themselves from a state dictionary. */
import { ArgumentError } from "../../errors.ts";
import { QTensor } from "../../tensor/qtensor.ts";
import type { AnyTensor } from "../../tensor/safetensors.ts";
import { FloatTensor, IntTensor, shapeText } from "../../tensor/tensor.ts";
import type { Tensor } from "../symbolic.ts";

/** Named tensors with PyTorch's keys (`conv1.weight`, `conv1.scale`): what the safetensors `load` returns, or a record. */
export type StateDict = ReadonlyMap<string, AnyTensor> | Readonly<Record<string, AnyTensor>>;

export interface LoadOptions {
  /** Whether a key that no module reads is an error; true unless stated. */
  readonly strict?: boolean;
}

/** A module. One with other modules in its fields loads them under the fields' names. */
export abstract class Module {
  #name: string | undefined;

  /** What the module is called: the keys of its parameters start with it, and so do the nodes that it makes. */
  get name(): string | undefined {
    return this.#name;
  }

  abstract forward(...inputs: any[]): Tensor;

  /**
   * Takes over the parameters under `prefix` ("" for all), and returns this. Throws ArgumentError naming the key that is
   * missing, has the wrong type or shape, or (unless not strict) belongs to no module.
   */
  load(state: StateDict, prefix = "", { strict = true }: LoadOptions = {}): this {
    if (typeof state !== "object" || state === null)
      throw new ArgumentError("state", "a Map or record of tensors", state);
    const entries = new StateReader(state);
    this.loadFrom(entries, prefix);
    const left = strict ? entries.unread(prefix) : [];
    if (left.length > 0) throw new ArgumentError("state", "only keys that the modules have", left.join(", "));
    return this;
  }

  /** Reads what the module has under `prefix`; its modules by default. */
  loadFrom(state: StateReader, prefix: string): void {
    this.setName(prefix);
    for (const [key, child] of this.children()) child.loadFrom(state, join(prefix, key));
  }

  /** The modules in this one by key: its fields, and the entries of fields that are arrays. */
  *children(): Iterable<readonly [string, Module]> {
    for (const [key, value] of Object.entries(this)) {
      if (value instanceof Module) yield [key, value];
      else if (Array.isArray(value)) {
        for (const [i, v] of value.entries()) if (v instanceof Module) yield [`${key}.${i}`, v];
      }
    }
  }

  protected setName(prefix: string): void {
    this.#name = prefix === "" ? undefined : prefix;
  }
}

const join = (prefix: string, key: string): string => (prefix === "" ? key : `${prefix}.${key}`);

/** A state dictionary that knows which of its keys have been read. */
export class StateReader {
  readonly #entries: ReadonlyMap<string, AnyTensor>;
  readonly #read = new Set<string>();

  constructor(state: StateDict) {
    this.#entries = state instanceof Map ? state : new Map(Object.entries(state));
  }

  /** Quantized weights of a shape. */
  weight(prefix: string, key: string, shape: readonly number[]): QTensor {
    const value = this.#get(prefix, key, "a quantized tensor");
    if (!(value instanceof QTensor)) throw new ArgumentError(join(prefix, key), "a quantized tensor", value);
    return checkShape(value, shape, join(prefix, key));
  }

  /** Float32 values of a shape. */
  floats(prefix: string, key: string, shape: readonly number[]): FloatTensor {
    const value = this.#get(prefix, key, "a float32 tensor");
    if (!(value instanceof FloatTensor)) throw new ArgumentError(join(prefix, key), "a float32 tensor", value);
    return checkShape(value, shape, join(prefix, key));
  }

  /** The number in a tensor of one element. */
  number(prefix: string, key: string): number {
    const value = this.#get(prefix, key, "a tensor of one number");
    if (!(value instanceof FloatTensor || value instanceof IntTensor) || value.data.length !== 1)
      throw new ArgumentError(join(prefix, key), "a tensor of one number", value);
    return Number(value.data[0]);
  }

  /** The keys under `prefix` that nothing has asked for. */
  unread(prefix: string): string[] {
    const under = (key: string) => prefix === "" || key.startsWith(`${prefix}.`);
    return [...this.#entries.keys()].filter((key) => under(key) && !this.#read.has(key));
  }

  #get(prefix: string, key: string, wanted: string): AnyTensor {
    const name = join(prefix, key);
    const value = this.#entries.get(name);
    if (value === undefined)
      throw new ArgumentError(name, `${wanted} under this key of the state dictionary`, "nothing");
    this.#read.add(name);
    return value;
  }
}

function checkShape<T extends { shape: readonly number[] }>(value: T, shape: readonly number[], key: string): T {
  if (value.shape.length !== shape.length || value.shape.some((d, i) => d !== shape[i]))
    throw new ArgumentError(key, `shape ${shapeText(shape)}`, shapeText(value.shape));
  return value;
}
