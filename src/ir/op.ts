/**
 * How an op is declared. One declaration holds everything that is known about an op; printer, parser, verifier,
 * interpreter, the traced functions, docs and the fuzzer follow from it and never list ops by name. A pass that has a
 * general question asks `kind`, `quant` or `level`; only a rewrite rule names the ops of its own pattern.
 */
import type { Attr, Rand, ValueOf } from "./attr.ts";
import type { Channels, PerTensor, Quant, Storage, TensorType, TypedArray } from "./type.ts";

/** An operand slot: which storages it takes, and whether it may be absent or is a list of tensors. */
export interface Slot {
  readonly storages: readonly Storage[];
  readonly optional?: true;
  readonly list?: true;
}

export const tensor = <const S extends readonly Storage[]>(...storages: S) => ({ storages }) as const;
export const maybe = <const S extends readonly Storage[]>(...storages: S) => ({ storages, optional: true }) as const;
export const list = <const S extends readonly Storage[]>(...storages: S) => ({ storages, list: true }) as const;

export type Slots = Readonly<Record<string, Slot>>;
export type Attrs = Readonly<Record<string, Attr<any>>>;

/** One `X` per operand slot: `X[]` for a list, `X | undefined` where optional. */
export type PerOperand<O extends Slots, X> = string extends keyof O
  ? Readonly<Record<string, any>>
  : {
      readonly [K in keyof O]: O[K] extends { list: true }
        ? readonly X[]
        : O[K] extends { optional: true }
          ? X | undefined
          : X;
    };
/** The values of an op's attributes. */
export type AttrValues<A extends Attrs> = string extends keyof A
  ? Readonly<Record<string, any>>
  : { readonly [K in keyof A]: ValueOf<A[K]> };

/** A dense row-major value: what `eval` reads and returns the data of. */
export interface Value {
  readonly type: TensorType;
  readonly data: TypedArray;
}

/**
 * Where a result's quantizer comes from. `free`: the caller states it. `none`: plain numbers. `sameAs`: the named operand's.
 * `scaleOf`: its scale, with zero point 0. `product`: the exact scale product of two operands, a channel axis of the second landing on the result's last axis.
 */
export type QuantRule<O extends Slots> =
  | "free"
  | "none"
  | { readonly sameAs: keyof O & string }
  | { readonly scaleOf: keyof O & string }
  | { readonly product: readonly [keyof O & string, keyof O & string] };

/** What fusion may do with an op without knowing it. */
export type Kind = "source" | "elementwise" | "movement" | "reduction";

/** A numbered rule that a node must meet; `says` is what it wants. */
export interface Constraint<O extends Slots, A extends Attrs> {
  readonly id: string;
  readonly says: string;
  holds(operands: PerOperand<O, TensorType>, attrs: AttrValues<A>, result: TensorType): boolean;
}

/** What the fuzzer may ask an op: operand types and attributes that fit together, given one operand type to start from. */
export interface Sample<O extends Slots, A extends Attrs> {
  readonly operands: PerOperand<O, TensorType>;
  readonly attrs: Partial<AttrValues<A>>;
  /** For ops whose result storage or quantizer is free. */
  readonly result?: { storage?: Storage; quant?: Quant };
}

/** The declaration of an op; see `defineOp`. */
export interface OpSpec<O extends Slots, A extends Attrs> {
  /** One sentence of meaning, with layouts and units. */
  readonly doc: string;
  readonly operands: O;
  readonly attrs: A;
  readonly kind: Kind;
  /**
   * `tensor`: lowered before code generation. `kernel`: made by lowering, implemented by back ends.
   * `both`: means the same before and after lowering.
   */
  readonly level: "tensor" | "kernel" | "both";
  readonly quant: QuantRule<O>;
  /** The result's storage: fixed, that of an operand, computed, or stated by the caller (`free`). */
  readonly storage:
    | Storage
    | "free"
    | { readonly sameAs: keyof O & string }
    | ((operands: PerOperand<O, TensorType>, attrs: AttrValues<A>) => Storage);
  /** The result's shape, from the operands' types and the attributes. Throws Error(what was wanted) if they do not fit. */
  shape(operands: PerOperand<O, TensorType>, attrs: AttrValues<A>): readonly number[];
  readonly verify?: readonly Constraint<O, A>[];
  /** The reference meaning on stored numbers, written to be read. Everything else is compared with it. */
  eval(values: PerOperand<O, Value>, attrs: AttrValues<A>, type: TensorType): TypedArray;
  /** Multiply-accumulates of one evaluation, for reports; 0 where the op multiplies nothing. */
  macs?(operands: PerOperand<O, TensorType>, attrs: AttrValues<A>, result: TensorType): number;
  /** Invents operand types and attributes that fit; without it the fuzzer tries at random. */
  sample?(rand: Rand, pool: SamplePool): Sample<O, A>;
}

/**
 * Where a sample draws from: values that the graph under construction already has, so that ops chain, and a small pool of
 * quantizers, so that equal ones meet often.
 */
export interface SamplePool {
  /** The type of an existing value that is accepted, recent ones first; or what `otherwise` makes. */
  pick(accept: (type: TensorType) => boolean, otherwise: () => TensorType): TensorType;
  quant(storage: Storage): PerTensor;
  channels(count: number): Channels;
}

/** A declared op. */
export interface OpDef<O extends Slots = any, A extends Attrs = any> extends OpSpec<O, A> {
  readonly name: string;
}

/** Declares an op. `ops/index.ts` names each declaration once; that is the whole registration. */
export function defineOp<const O extends Slots, const A extends Attrs>(name: string, spec: OpSpec<O, A>): OpDef<O, A> {
  return { name, ...spec };
}

/** The attributes of a call with the defaults filled in. Throws Error if one that has no default is missing. */
export function completeAttrs(op: OpDef, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const key in given) {
    if (!Object.hasOwn(op.attrs, key)) throw new Error(`${op.name} has no attribute ${key}`);
  }
  const attrs: Record<string, unknown> = {};
  const kinds = op.attrs as Attrs;
  for (const key in kinds) {
    const value = given[key] ?? kinds[key].default;
    if (value === undefined) throw new Error(`${op.name} wants the attribute ${key}`);
    attrs[key] = value;
  }
  return attrs;
}
