/** What a conversion of one ONNX node may use: its operands as IR nodes, its attributes, its results, and its errors. */
import { ModelError } from "../../errors.ts";
import { type MakeOptions, make, type Node } from "../../ir/graph.ts";
import type { Attrs, AttrValues, OpDef, PerOperand, Slots } from "../../ir/op.ts";
import { makeConst } from "../../ir/ops/source.ts";
import { type Storage, sizeOf, type TypedArray } from "../../ir/type.ts";
import { carriers, maxElements, readTensor, type Tensor } from "./elements.ts";
import { fold, inputsBehind, type Model, maxPositions, NeedsValues, Unsupported, type Value } from "./model.ts";
import type { Element, Message } from "./schema.ts";

const decoder = new TextDecoder();

/** Where errors say that a node is: `Conv 12 (/conv1/Conv)`. */
export const whereOf = ({ opType, name, output }: Message<"Node">, index: number): string =>
  `${opType} ${index} (${name || output[0] || "no name"})`;

/** One node of the file while it is converted. */
export class Operator {
  readonly type: string;
  readonly domain: string;
  /** The version of the operator set that the model states for the node's domain. */
  readonly version: number;
  /** Where errors say it is. */
  readonly where: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly model: Model;
  /** The name of the first result that has one. */
  readonly name: string;
  readonly #attributes: readonly Message<"Attribute">[];

  constructor(node: Message<"Node">, index: number, model: Model) {
    this.type = node.opType;
    this.domain = node.domain === "ai.onnx" ? "" : node.domain;
    this.inputs = node.input;
    this.outputs = node.output;
    this.model = model;
    this.where = whereOf(node, index);
    this.version = model.opsets.get(this.domain) ?? 0;
    this.name = node.output.find((o) => o !== "") ?? this.type;
    this.#attributes = node.attribute;
    for (const { refAttrName } of node.attribute) {
      if (refAttrName === "") continue;
      throw new ModelError(this.where, `has the attribute reference ${refAttrName} outside of a function`);
    }
  }

  /** The model is damaged or contradicts itself here. */
  fail(message: string): never {
    throw new ModelError(this.where, message);
  }

  /** The model asks for something that qjit does not have. */
  unsupported(reason: string): never {
    throw new Unsupported(reason);
  }

  warn(message: string): void {
    this.model.warn(`${this.where}: ${message}`);
  }

  has(i: number): boolean {
    return i < this.inputs.length && this.inputs[i] !== "";
  }

  value(i: number): Value {
    if (!this.has(i)) this.fail(`wants an input ${i}, found ${this.inputs.length} inputs`);
    const v = this.model.values.get(this.inputs[i]);
    if (!v) this.fail(`reads ${this.inputs[i]}, which nothing before it makes`);
    return v;
  }

  input(i: number): Node {
    return this.value(i).node;
  }

  element(i: number): Element {
    return this.value(i).element;
  }

  /** The inputs from `first` on, none of them left out. */
  rest(first = 0): Node[] {
    return this.inputs.slice(first).map((_, i) => this.input(first + i));
  }

  /** The value of input `i` where it is known at import. */
  constant(i: number): TypedArray | undefined {
    return fold(this.model, this.input(i));
  }

  /** The value of input `i`, which the node has no meaning here without; `role` names it in errors. */
  known(i: number, role: string): TypedArray {
    const value = this.constant(i);
    if (!value) throw new NeedsValues(role, inputsBehind(this.input(i)));
    return value;
  }

  /** Integers that must be known at import, such as axes or a shape. */
  integers(i: number, role: string): number[] {
    if (!["INT32", "INT64", "UINT8", "INT8"].includes(this.element(i))) {
      this.fail(`wants ${role} as INT64 or INT32, found ${this.element(i)}`);
    }
    return Array.from(this.known(i, role) as Int32Array, Number);
  }

  #named(name: string): Message<"Attribute"> | undefined {
    for (let i = this.#attributes.length - 1; i >= 0; i--) {
      if (this.#attributes[i].name === name) return this.#attributes[i];
    }
    return undefined;
  }

  #attribute(name: string, type: number): Message<"Attribute"> | undefined {
    const a = this.#named(name);
    if (a && a.type !== type && a.type !== 0)
      this.fail(`wants the attribute ${name} of type ${type}, found type ${a.type}`);
    return a;
  }

  hasAttribute(name: string): boolean {
    return this.#named(name) !== undefined;
  }

  get attributes(): readonly string[] {
    return [...new Set(this.#attributes.map((a) => a.name))];
  }

  int(name: string, otherwise: number): number {
    const a = this.#attribute(name, 2);
    return a ? this.#whole(a.i, name) : otherwise;
  }

  ints(name: string): number[] | undefined {
    return this.#attribute(name, 7)?.ints.map((v) => this.#whole(v, name));
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name, 1)?.f ?? otherwise;
  }

  floats(name: string): number[] | undefined {
    const a = this.#attribute(name, 6);
    return a ? [...a.floats] : undefined;
  }

  text(name: string, otherwise: string): string {
    const a = this.#attribute(name, 3);
    return a ? decoder.decode(a.s) : otherwise;
  }

  tensor(name: string): Tensor | undefined {
    const a = this.#attribute(name, 4);
    if (a && !a.t) this.fail(`wants a tensor in the attribute ${name}`);
    return a ? readTensor(a.t!, `${this.where} ${name}`, this.model.external) : undefined;
  }

  #whole(v: bigint, name: string): number {
    const n = Number(v);
    if (!Number.isSafeInteger(n)) this.fail(`wants ${name} within 53 bits, found ${v}`);
    return n;
  }

  /** An axis of a tensor of `rank` dimensions, a negative one counted from the end. */
  axis(given: number, rank: number): number {
    const a = given < 0 ? given + rank : given;
    if (!Number.isInteger(a) || a < 0 || a >= rank) this.fail(`wants an axis in [${-rank}, ${rank}), found ${given}`);
    return a;
  }

  /** Distinct axes in ascending order. */
  axes(given: readonly number[], rank: number): number[] {
    const axes = [...new Set(given.map((a) => this.axis(a, rank)))].sort((a, b) => a - b);
    if (axes.length !== given.length) this.fail(`wants every axis once, found [${given}]`);
    return axes;
  }

  /** Refuses lists of positions that no sensible model needs, before they are made. */
  positions(count: number): number {
    if (count > maxPositions) this.unsupported(`${count} positions worked out at import (at most ${maxPositions})`);
    return count;
  }

  /** An IR node named after the result, or after a step on the way to it. */
  make<O extends Slots, A extends Attrs>(
    op: OpDef<O, A>,
    operands: { [K in keyof PerOperand<O, Node>]?: PerOperand<O, Node>[K] },
    attrs: Partial<AttrValues<A>> = {},
    options: MakeOptions = {},
  ): Node {
    let node: Node;
    try {
      node = make(op, operands, attrs, { name: this.name, source: this.where, ...options });
    } catch (error) {
      if (error instanceof ModelError) throw error;
      this.fail((error as Error).message);
    }
    if (sizeOf(node.type.shape) > maxElements) {
      this.fail(`wants at most ${maxElements} elements, found a result of [${node.type.shape}]`);
    }
    return node;
  }

  /** A constant on the way to the result. */
  constantNode(what: string, storage: Storage, shape: readonly number[], data: TypedArray): Node {
    return makeConst(`${this.name}/${what}`, { storage, shape }, data, this.where);
  }

  /** A plain number that broadcasts to anything. */
  scalar(storage: Storage, v: number | bigint, what = "k"): Node {
    const data =
      storage === "i64" ? BigInt64Array.of(BigInt(v)) : storage === "f32" ? Float32Array.of(Number(v)) : undefined;
    const small = {
      i8: Int8Array,
      u8: Uint8Array,
      i16: Int16Array,
      u16: Uint16Array,
      i32: Int32Array,
      bool: Uint8Array,
    };
    return this.constantNode(what, storage, [], data ?? small[storage as keyof typeof small].of(Number(v)));
  }

  /** States the value of result `i`; what it is called in the IR if it has no step names yet. */
  result(node: Node, element: Element, i = 0): void {
    const name = this.outputs[i];
    if (name === undefined || name === "") return;
    const storage = carriers[element]?.storage;
    if (storage !== node.type.storage) {
      this.fail(`wants inputs whose types fit together, found ones that give ${node.type.storage} for ${element}`);
    }
    this.model.values.set(name, { node, element, from: this });
  }

  /** Whether result `i` is asked for. */
  wants(i: number): boolean {
    const name = this.outputs[i];
    return name !== undefined && name !== "" && (this.model.uses.get(name) ?? 0) > 0;
  }
}
