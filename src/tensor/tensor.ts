/** Plain tensors: what goes into quantize (float32) and what a quantized tensor is assembled from (integers). */
import { ArgumentError } from "../errors.ts";
import { printPlain } from "./print.ts";
import { checkDim, checkShape, numelOf, type Shape } from "./strided.ts";

/** Numbers nested to any depth, as in `[[1, 2], [3, 4]]`; a bare number is a scalar. */
export type Nested = number | readonly Nested[];

/** Whatever can be read as float32 data: a FloatTensor, shape and data, a flat Float32Array, nested arrays, a number. */
export type FloatLike = { readonly shape: Shape; readonly data: Float32Array } | Float32Array | Nested;

/** A dense row-major float32 tensor. */
export class FloatTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
  readonly dtype = "float32";
  readonly isQuantized = false;

  constructor(shape: Shape, data: Float32Array) {
    this.shape = checkShape(shape);
    if (!(data instanceof Float32Array)) throw new ArgumentError("data", "a Float32Array", data);
    checkLength("data", data.length, this.shape);
    this.data = data;
  }

  /** The tensor of nested arrays of numbers, each rounded to float32. Ragged nesting is an ArgumentError. */
  static fromNested(values: Nested): FloatTensor {
    const shape: number[] = [];
    for (let v = values; Array.isArray(v); v = v[0]) shape.push(v.length);
    const data = new Float32Array(numelOf(shape));
    let n = 0;
    const fill = (v: Nested, depth: number): void => {
      if (depth === shape.length) {
        if (typeof v !== "number") throw new ArgumentError("values", `numbers nested as ${shapeText(shape)}`, v);
        data[n++] = v;
        return;
      }
      if (!Array.isArray(v) || v.length !== shape[depth])
        throw new ArgumentError("values", `${shape[depth]} entries at depth ${depth}, as in the first one`, v);
      for (const inner of v) fill(inner, depth + 1);
    };
    fill(values, 0);
    return new FloatTensor(shape, data);
  }

  /** The sizes of all dimensions, or of one; negative `dim` counts from the end. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : this.shape[checkDim(dim, this.shape.length, "dim")];
  }

  numel(): number {
    return this.data.length;
  }

  /** The value of a tensor of one element. */
  item(): number {
    if (this.data.length !== 1) throw new ArgumentError("item", "a tensor of one element", shapeText(this.shape));
    return this.data[0];
  }

  toNested(): Nested {
    let at = 0;
    const build = (depth: number): Nested =>
      depth === this.shape.length ? this.data[at++] : Array.from({ length: this.shape[depth] }, () => build(depth + 1));
    return build(0);
  }

  /** PyTorch's printed form: `tensor([0.1000, 0.2000])`. */
  toString(): string {
    return printPlain(this.data, this.shape, "float32");
  }
}

/** Integer storage of plain tensors; the 64-bit one exists for files only. */
export type PlainIntArray = Uint8Array | Int8Array | Int32Array | BigInt64Array;

/** A dense row-major integer tensor: what `intTensor` makes and quantized tensors are assembled from. */
export class IntTensor<A extends PlainIntArray = PlainIntArray> {
  readonly shape: Shape;
  readonly data: A;
  readonly isQuantized = false;

  constructor(data: A, shape: Shape = [data.length]) {
    this.shape = checkShape(shape);
    const known = [Uint8Array, Int8Array, Int32Array, BigInt64Array].some((c) => data instanceof c);
    if (!known) throw new ArgumentError("data", "a Uint8Array, Int8Array, Int32Array or BigInt64Array", data);
    checkLength("data", data.length, this.shape);
    this.data = data;
  }

  get dtype(): "uint8" | "int8" | "int32" | "int64" {
    if (this.data instanceof Uint8Array) return "uint8";
    if (this.data instanceof Int8Array) return "int8";
    return this.data instanceof Int32Array ? "int32" : "int64";
  }

  numel(): number {
    return this.data.length;
  }

  /** PyTorch's printed form: `tensor([1, 2, 3], dtype=torch.int8)`. */
  toString(): string {
    return printPlain(this.data, this.shape, this.dtype);
  }
}

/** A float32 tensor from nested arrays: `tensor([[1, 2], [3, 4]])`. */
export const tensor = (values: Nested): FloatTensor => FloatTensor.fromNested(values);

/** An integer tensor over `data` (not copied); without `shape`, one dimension. */
export const intTensor = <A extends PlainIntArray>(data: A, shape?: Shape): IntTensor<A> => new IntTensor(data, shape);

/** `x` as a FloatTensor, without copying where it is one already. */
export function floatTensor(x: FloatLike, argument = "x"): FloatTensor {
  if (x instanceof FloatTensor) return x;
  if (x instanceof Float32Array) return new FloatTensor([x.length], x);
  if (typeof x === "number" || Array.isArray(x)) return FloatTensor.fromNested(x as Nested);
  if (typeof x === "object" && x !== null && "data" in x && x.data instanceof Float32Array)
    return new FloatTensor(x.shape, x.data);
  throw new ArgumentError(argument, "float32 data (a FloatTensor, a Float32Array or nested arrays of numbers)", x);
}

/** `[2, 3]`: a shape as messages show it. */
export const shapeText = (shape: Shape): string => `[${shape.join(", ")}]`;

/** An ArgumentError unless `length` values fill `shape`. */
export function checkLength(argument: string, length: number, shape: Shape): void {
  const numel = numelOf(shape);
  if (length !== numel) throw new ArgumentError(argument, `${numel} values for shape ${shapeText(shape)}`, length);
}
