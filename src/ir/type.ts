/**
 * Tensor types. Quantization lives in the type, per-axis included: `i8[1,56,56,24]<0.0235:-12>`, weights
 * `i8[24,3,3,3]<#conv1.w @0>`, accumulators `i32[1,56,56,24]<0.0235 * #conv1.w @3>` whose scale is a product that is
 * never multiplied out, so that "this bias fits this accumulator" is structural equality.
 */

/** Element storage of a tensor. `bool` is stored as one byte, 0 or 1. */
export type Storage = "i8" | "u8" | "i16" | "u16" | "i32" | "i64" | "f32" | "bool";

export type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | BigInt64Array | Float32Array;

/** What each storage is made of: bytes per element, array class, and the integer range (f32: not finite). */
export const storages = {
  i8: { bytes: 1, array: Int8Array, min: -128, max: 127 },
  u8: { bytes: 1, array: Uint8Array, min: 0, max: 255 },
  i16: { bytes: 2, array: Int16Array, min: -32768, max: 32767 },
  u16: { bytes: 2, array: Uint16Array, min: 0, max: 65535 },
  i32: { bytes: 4, array: Int32Array, min: -2147483648, max: 2147483647 },
  i64: { bytes: 8, array: BigInt64Array, min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
  f32: { bytes: 4, array: Float32Array, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
  bool: { bytes: 1, array: Uint8Array, min: 0, max: 1 },
} as const;

/** A fresh zeroed array for `size` elements of a storage. */
export function allocate(storage: Storage, size: number): TypedArray {
  return new storages[storage].array(size);
}

/** One scale and zero point for the whole tensor: real = scale * (q - zero). */
export interface PerTensor {
  readonly kind: "tensor";
  readonly scale: number;
  readonly zero: number;
}

/** Scales and zero points of the channels of one axis, named by whoever made them; the axis belongs to each use. */
export interface Channels {
  readonly name: string;
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
}

/** A per-channel quantizer along `axis` of the tensor it types. */
export interface PerAxis {
  readonly kind: "axis";
  readonly channels: Channels;
  readonly axis: number;
}

/** The quantizer of exact sums of products: scale(a) * scale(b), zero point 0. */
export interface Product {
  readonly kind: "product";
  readonly a: number;
  readonly b: { readonly kind: "scale"; readonly scale: number } | PerAxis;
}

export type Quant = PerTensor | PerAxis | Product;

/** Storage, shape (row-major, outermost first) and, if quantized, the quantizer. */
export interface TensorType {
  readonly storage: Storage;
  readonly shape: readonly number[];
  readonly quant?: Quant;
}

/** `perTensor(0.5, 3)`: real = 0.5 * (q - 3). */
export const perTensor = (scale: number, zero = 0): PerTensor => ({ kind: "tensor", scale, zero });
export const perAxis = (channels: Channels, axis: number): PerAxis => ({ kind: "axis", channels, axis });
export const tensorType = (storage: Storage, shape: readonly number[], quant?: Quant): TensorType =>
  quant ? { storage, shape, quant } : { storage, shape };

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let n = 1;
  for (let d = 0; d < shape.length; d++) n *= shape[d];
  return n;
}

/** Bytes that a dense value of this type takes. */
export function byteLength(type: TensorType): number {
  return sizeOf(type.shape) * storages[type.storage].bytes;
}

/** The zero point of a type without a channel axis: 0 for accumulators and plain numbers. */
export function zeroOf(type: TensorType): number {
  if (type.quant?.kind === "axis") throw new Error(`no single zero point in ${type.quant.channels.name}`);
  return type.quant?.kind === "tensor" ? type.quant.zero : 0;
}

/** Zero point of channel `c`, whichever way the type is quantized. */
export function zeroOfChannel(type: TensorType, c: number): number {
  return type.quant?.kind === "axis" ? type.quant.channels.zeros[c] : zeroOf(type);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = n;
    n *= shape[i];
  }
  return strides;
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

export const sameShape = sameList;

export function sameChannels(a: Channels, b: Channels): boolean {
  return a === b || (sameList(a.scales, b.scales) && sameList(a.zeros, b.zeros));
}

export function sameQuant(a: Quant | undefined, b: Quant | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  if (a.kind === "tensor" && b.kind === "tensor") return a.scale === b.scale && a.zero === b.zero;
  if (a.kind === "axis" && b.kind === "axis") return a.axis === b.axis && sameChannels(a.channels, b.channels);
  if (a.kind === "product" && b.kind === "product") {
    if (a.a !== b.a) return false;
    if (a.b.kind === "scale") return b.b.kind === "scale" && a.b.scale === b.b.scale;
    return b.b.kind === "axis" && a.b.axis === b.b.axis && sameChannels(a.b.channels, b.b.channels);
  }
  return false;
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.storage === b.storage && sameList(a.shape, b.shape) && sameQuant(a.quant, b.quant);
}

/** The product of two quantizers; a channel axis, which only the second may have, lands on `axis` of the result. */
export function productOf(a: Quant, b: Quant, axis: number): Product {
  if (a.kind !== "tensor") throw new Error("the first factor of a product has one scale");
  if (b.kind === "product") throw new Error("a product is not a factor");
  return b.kind === "tensor"
    ? { kind: "product", a: a.scale, b: { kind: "scale", scale: b.scale } }
    : { kind: "product", a: a.scale, b: perAxis(b.channels, axis) };
}
