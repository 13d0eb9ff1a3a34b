/** What a conversion of one operator may use: its operands as IR nodes, its options, its results, and its errors. */
import { ModelError } from "../../errors.ts";
import { type MakeOptions, make, type Node } from "../../ir/graph.ts";
import type { Attrs, AttrValues, OpDef, PerOperand, Slots } from "../../ir/op.ts";
import { cast } from "../../ir/ops/elementwise.ts";
import { makeConst } from "../../ir/ops/source.ts";
import { type PerTensor, type Quant, sameQuant, sameShape, sameType, sizeOf, type TypedArray } from "../../ir/type.ts";
import type { Decoded, Reader } from "./reader.ts";
import { type Activation, unsoundConstant } from "./recipes.ts";
import { activations, optionTables } from "./schema.ts";
import { declaredType, maxElements, type Subgraph, shortName, type Tensor } from "./tensors.ts";
import type { Values } from "./values.ts";

type OptionTables = typeof optionTables;
export type Options<K extends keyof OptionTables> = Decoded<OptionTables[K]["fields"]>;

/** Thrown where an operator is legal TFLite that qjit does not convert; all of a model's are reported together. */
export class Unsupported extends Error {}

/** What the initializations of a subgraph assign; throws Unsupported where it does anything else. */
export type Initializations = (subgraph: number, op: Operator) => readonly { variable: string; value: TypedArray }[];

/** One operator of the file while it is converted. */
export class Operator {
  readonly name: string;
  /** Where errors say it is: `CONV_2D 3 (conv/Relu6)`. */
  readonly where: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly warn: (message: string) => void;
  readonly #table: Subgraph["operators"][number];
  readonly #values: Values;
  readonly #reader: Reader;
  readonly #initial: Initializations;

  constructor(
    name: string,
    index: number,
    table: Subgraph["operators"][number],
    values: Values,
    reader: Reader,
    warn: (message: string) => void,
    initial: Initializations,
  ) {
    this.#initial = initial;
    this.name = name;
    this.inputs = table.inputs ?? [];
    this.outputs = table.outputs ?? [];
    this.#table = table;
    this.#values = values;
    this.#reader = reader;
    const first = values.tensors[this.outputs[0]];
    this.where = `${name} ${index}${first ? ` (${first.name})` : ""}`;
    this.warn = (message) => warn(`${this.where}: ${message}`);
    for (const i of this.inputs) if (i !== -1) values.tensor(i, this.where);
    for (const i of this.outputs) values.tensor(i, this.where);
  }

  /** The model is damaged or contradicts itself here. */
  fail(message: string): never {
    throw new ModelError(this.where, message);
  }

  /** The model asks for something that qjit does not have. */
  unsupported(reason: string): never {
    throw new Unsupported(reason);
  }

  /** The operator's options; the format's defaults where the file leaves the table out. */
  options<K extends keyof OptionTables>(kind: K): Options<K> {
    const { type, fields } = optionTables[kind];
    const { optionsType, options } = this.#table;
    if (optionsType === 0 || options === undefined) {
      return Object.fromEntries(Object.entries(fields).map(([k, [, field]]) => [k, field.absent])) as Options<K>;
    }
    if (optionsType !== type) this.fail(`wants ${kind} options (number ${type}), found number ${optionsType}`);
    return this.#reader.table(fields, options, `${this.where} options`) as Options<K>;
  }

  /** The bytes of a custom operator's options; empty where the file has none. */
  customOptions(): Uint8Array {
    return this.#table.customOptions ?? new Uint8Array(0);
  }

  /** A fused activation by number, as one that is a clamp. */
  activation(number: number): Activation {
    const name = activations[number];
    if (name === undefined) this.fail(`wants an activation below ${activations.length}, found ${number}`);
    if (name === "TANH" || name === "SIGN_BIT") this.unsupported(`fused activation ${name}`);
    return name;
  }

  /** The tensor in input slot `i` as the file declares it. */
  inputTensor(i: number): Tensor {
    if (!this.hasInput(i)) this.fail(`wants an input ${i}, found ${this.inputs.length} inputs`);
    return this.#values.tensor(this.inputs[i], this.where);
  }

  hasInput(i: number): boolean {
    return i < this.inputs.length && this.inputs[i] !== -1;
  }

  input(i: number): Node {
    this.inputTensor(i);
    return this.#values.node(this.inputs[i], this.where);
  }

  output(i = 0): Tensor {
    if (i >= this.outputs.length) this.fail(`wants an output ${i}, found ${this.outputs.length} outputs`);
    return this.#values.tensor(this.outputs[i], this.where);
  }

  /** The input's value where it is known at import. */
  constant(i: number): TypedArray | undefined {
    return this.#values.fold(this.input(i));
  }

  /** Integers that must be known at import, such as axes or a shape; `role` names them in errors. */
  integers(i: number, role: string): number[] {
    const node = this.input(i);
    if (node.type.storage !== "i32" && node.type.storage !== "i64") {
      this.fail(`wants ${role} as int32 or int64, found ${node.type.storage}`);
    }
    const value = this.#values.fold(node);
    if (!value) this.unsupported(`${role} that is computed at run time`);
    return Array.from(value as Int32Array, Number);
  }

  /** Axes of a tensor of `rank` dimensions, negative ones counted from the end, each at most once. */
  axes(given: readonly number[], rank: number): number[] {
    const axes = given.map((a) => (a < 0 ? a + rank : a));
    axes.forEach((a, i) => {
      if (!Number.isInteger(a) || a < 0 || a >= rank)
        this.fail(`wants an axis in [${-rank}, ${rank}), found ${given[i]}`);
    });
    return [...new Set(axes)].sort((a, b) => a - b);
  }

  axis(given: number, rank: number): number {
    return this.axes([given], rank)[0];
  }

  /** The one scale and zero point of a quantized type; the operator has no meaning without. */
  perTensor(node: { type: { quant?: Quant } } | Tensor): PerTensor {
    const quant = "type" in node ? node.type.quant : node.quant;
    if (quant?.kind !== "tensor") {
      this.fail(
        `wants ${"where" in node ? node.where : "its operand"} with one scale and zero point, found ${quant ? "one per channel" : "none"}`,
      );
    }
    return quant;
  }

  /** Refuses operands whose quantizer differs from the result's, where the reference kernel moves stored values. */
  sameQuant(a: Quant | undefined, b: Quant | undefined): void {
    if (!sameQuant(a, b)) this.fail("wants operands and result on one scale and zero point, found different ones");
  }

  /** A node named after the operator's result, with a suffix for steps on the way to it. */
  make<O extends Slots, A extends Attrs>(
    op: OpDef<O, A>,
    operands: { [K in keyof PerOperand<O, Node>]?: PerOperand<O, Node>[K] },
    attrs: Partial<AttrValues<A>> = {},
    options: MakeOptions = {},
  ): Node {
    let node: Node;
    try {
      node = make(op, operands, attrs, { name: shortName(this.output().name), source: this.where, ...options });
    } catch (error) {
      this.fail((error as Error).message);
    }
    const unsound = unsoundConstant(node.attrs.by);
    if (unsound !== undefined) {
      this.fail(`wants scales near enough to each other for 32-bit multipliers, found a constant ${unsound}`);
    }
    if (sizeOf(node.type.shape) > maxElements) {
      this.fail(`wants at most ${maxElements} elements, found a result of [${node.type.shape}]`);
    }
    return node;
  }

  /** A constant that broadcasts. */
  number(storage: "f32" | "i32" | "i64", v: number): Node {
    const data =
      storage === "i64" ? BigInt64Array.of(BigInt(v)) : storage === "i32" ? Int32Array.of(v) : Float32Array.of(v);
    return makeConst(this.step("k"), { storage, shape: [] }, data, this.where);
  }

  /** The stored value that means zero. */
  zero(x: Node): number {
    return x.type.quant ? this.perTensor(x).zero : 0;
  }

  /** The variable tensor in input slot `i`: its value, and a function that states its value after the run. */
  state(i: number): [Node, (next: Node) => void] {
    const t = this.inputTensor(i);
    if (!t.variable) this.fail(`wants ${t.where} as a variable`);
    const name = t.name;
    return [
      this.#values.readVariable(name, declaredType(t)),
      (next) => {
        this.#values.variable(name).latest = next;
      },
    ];
  }

  /** States that result 0 is a handle of the variable of this name. */
  handle(name: string): void {
    this.output();
    this.#values.handles.set(this.outputs[0], name);
  }

  #variableName(): string {
    const name = this.#values.handles.get(this.inputs[0]);
    if (name === undefined) this.unsupported("a variable whose handle is not made in this subgraph");
    return name;
  }

  /** The value of the variable whose handle is input 0, of the type of result 0. */
  readVariable(): Node {
    const value = this.#values.readVariable(this.#variableName(), declaredType(this.output()));
    if (!sameShape(value.type.shape, this.output().shape) && this.output().fixed) {
      this.fail(`wants a variable of [${this.output().shape}], found [${value.type.shape}]`);
    }
    return value;
  }

  /** Gives the variable whose handle is input 0 a value. */
  assignVariable(value: Node): void {
    const v = this.#values.variable(this.#variableName());
    if (v.param && !sameType(v.param.type, value.type)) this.unsupported("a variable that changes its type");
    v.latest = value;
  }

  /** States what a variable starts with. */
  startVariable(name: string, initial: TypedArray): void {
    const v = this.#values.variable(name);
    const first = Number(initial[0] ?? 0);
    if (Array.from(initial as Int8Array, Number).every((e) => Object.is(e, first))) v.start = first;
    else v.initial = initial;
  }

  /** The assignments of constants that a subgraph of initializations makes. */
  initializations(subgraph: number): readonly { variable: string; value: TypedArray }[] {
    return this.#initial(subgraph, this);
  }

  /** A name for a step on the way to result `i`. */
  step(what: string, i = 0): string {
    return `${shortName(this.output(i).name)}/${what}`;
  }

  /** States the value of result `i`, whose declared shape says nothing (files leave it empty for some custom operators). */
  free(node: Node, i: number): void {
    this.#values.define(
      this.outputs[i] ?? this.fail(`wants an output ${i}, found ${this.outputs.length} outputs`),
      node,
      this.where,
    );
  }

  /**
   * States the value of result `i`. Its storage and shape must be the declared ones. A quantizer that differs from the
   * declared one is replaced by it, the stored values unchanged: that is what the reference's data movement does.
   */
  result(node: Node, i = 0): void {
    const t = this.output(i);
    const want = declaredType(t);
    if (node.type.storage !== want.storage) {
      this.fail(`gives ${node.type.storage}, but ${t.where} is declared as ${t.element}`);
    }
    if (t.fixed && !sameShape(node.type.shape, want.shape)) {
      this.fail(`gives [${node.type.shape}], but ${t.where} is declared as [${want.shape}]`);
    }
    let value = node;
    if (!sameQuant(node.type.quant, want.quant)) {
      value = this.make(cast, { x: node }, {}, { name: shortName(t.name), storage: want.storage, quant: want.quant });
    }
    this.#values.define(this.outputs[i], value, this.where);
  }
}
