/** The quantized tensor: shape, strides and offset over typed storage that views share, and a shared Quantizer. */
import { ArgumentError } from "../errors.ts";
import { allocateInts, dtypeOfArray, type IntArray, type QDType } from "./dtype.ts";
import { type Index, resolveSlice } from "./indexing.ts";
import { printQuantized } from "./print.ts";
import type { PerChannelAffineQuantizer, PerTensorAffineQuantizer, QScheme, Quantizer } from "./quantizer.ts";
import {
  checkDim,
  checkShape,
  gather,
  inferShape,
  isDense,
  isRowMajor,
  numelOf,
  rowMajorStrides,
  type Shape,
  sameShape,
  scatter,
  viewStrides,
} from "./strided.ts";
import { checkLength, type FloatLike, type FloatTensor, floatTensor, IntTensor, shapeText } from "./tensor.ts";

/**
 * PyTorch's quantized tensor. transpose, permute, view, index, select, slice and narrow return views of the same
 * storage. A per-channel quantizer follows its dimension through all of them. Dimensions may be given as negative numbers.
 * Made by quantize and the functions of create.ts.
 */
export class QTensor {
  readonly shape: Shape;
  /** Distance in storage between neighbours along each dimension, in elements. */
  readonly strides: Shape;
  /** Where element (0, 0, ...) sits in storage. */
  readonly offset: number;
  /** The integers, shared with every view of them. */
  readonly storage: IntArray;
  readonly isQuantized = true;
  #quantizer: Quantizer;

  constructor(storage: IntArray, shape: Shape, strides: Shape, offset: number, quantizer: Quantizer) {
    if (dtypeOfArray(storage, "storage") !== quantizer.dtype)
      throw new ArgumentError("storage", `the integers of ${quantizer.dtype}`, storage);
    this.storage = storage;
    this.shape = checkShape(shape);
    quantizer.checkShape(this.shape);
    this.strides = Object.freeze(strides.slice());
    this.offset = offset;
    const last = this.shape.reduce((at, d, i) => at + (d - 1) * strides[i], offset);
    const fits = Number.isSafeInteger(offset) && offset >= 0 && strides.every((s) => Number.isSafeInteger(s) && s >= 0);
    if (strides.length !== shape.length || !fits || (this.numel() > 0 && last >= storage.length))
      throw new ArgumentError("strides", `a layout of ${shapeText(shape)} within ${storage.length} elements`, strides);
    this.#quantizer = quantizer;
  }

  /** A tensor over row-major integers, which are not copied. */
  static dense(ints: IntArray, shape: Shape, quantizer: Quantizer): QTensor {
    checkLength("ints", ints.length, checkShape(shape));
    return new QTensor(ints, shape, rowMajorStrides(shape), 0, quantizer);
  }

  get dtype(): QDType {
    return this.#quantizer.dtype;
  }

  /** The sizes of all dimensions, or of one. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : this.shape[checkDim(dim, this.shape.length, "dim")];
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length;
  }

  numel(): number {
    return numelOf(this.shape);
  }

  /** The quantizer, the very object that other tensors may share. */
  quantizer(): Quantizer {
    return this.#quantizer;
  }

  qScheme(): QScheme {
    return this.#quantizer.scheme;
  }

  /** The scale; an ArgumentError on a per-channel tensor. */
  qScale(): number {
    return this.#perTensor("qScale").scale;
  }

  /** The zero point; an ArgumentError on a per-channel tensor. */
  qZeroPoint(): number {
    return this.#perTensor("qZeroPoint").zeroPoint;
  }

  /** The scale of each channel; an ArgumentError on a per-tensor tensor, as for the next two. */
  qPerChannelScales(): readonly number[] {
    return this.#perChannel("qPerChannelScales").scales;
  }

  qPerChannelZeroPoints(): readonly number[] {
    return this.#perChannel("qPerChannelZeroPoints").zeroPoints;
  }

  /** The dimension whose indices are the channels. */
  qPerChannelAxis(): number {
    return this.#perChannel("qPerChannelAxis").axis;
  }

  /**
   * A copy of the stored integers in row-major order of the shape, whatever the strides: Uint8Array for quint8, Int8Array
   * for qint8, Int32Array for qint32. Who wants them in memory order reads storage, strides and offset.
   */
  intRepr(): IntArray {
    if (this.isContiguous()) return this.ints().slice();
    return gather(this.storage, this.shape, this.strides, this.offset, allocateInts(this.dtype, this.numel()));
  }

  /** The stored integers in row-major order for reading only: part of storage if contiguous, else a copy. */
  ints(): IntArray {
    return this.isContiguous() ? this.storage.subarray(this.offset, this.offset + this.numel()) : this.intRepr();
  }

  /** intRepr with its shape: what formTensor takes. */
  intTensor(): IntTensor<IntArray> {
    return new IntTensor(this.intRepr(), this.shape);
  }

  /** The real values, row-major float32 (quantizer.ts, equations 4 and 5). */
  dequantize(): FloatTensor {
    return this.#quantizer.dequantize(this);
  }

  /** The real value of a tensor of one element. */
  item(): number {
    if (this.numel() !== 1) throw new ArgumentError("item", "a tensor of one element", shapeText(this.shape));
    return this.dequantize().data[0];
  }

  /** The same values on another quantizer: dequantized and quantized again, PyTorch's recipe. */
  requantize(quantizer: Quantizer): QTensor {
    return quantizer.quantize(this.dequantize());
  }

  /** Same quantizer (by value), shape and integers. */
  equal(other: QTensor): boolean {
    if (!sameShape(this.shape, other.shape) || !this.#quantizer.equals(other.#quantizer)) return false;
    const a = this.ints();
    const b = other.ints();
    return a.every((v, i) => v === b[i]);
  }

  /** A copy with storage of its own and the same quantizer; strides are kept if the elements fill their storage. */
  clone(): QTensor {
    if (!isDense(this.shape, this.strides)) return QTensor.dense(this.intRepr(), this.shape, this.#quantizer);
    const storage = this.storage.slice(this.offset, this.offset + this.numel());
    return new QTensor(storage, this.shape, this.strides, 0, this.#quantizer);
  }

  /**
   * Takes over `src`, and returns this. A quantized source (same scheme, dtype and shape) gives its integers *and its
   * quantizer*: nothing is requantized. A float source is quantized with the quantizer that this tensor has.
   * On a view, the integers land in the shared storage while the other tensors on it keep the quantizers they have;
   * `view.copy_(src.requantize(view.quantizer()))` writes the same real values for all of them.
   */
  copy_(src: QTensor | FloatLike): this {
    const from = src instanceof QTensor ? src : this.#quantizer.quantize(this.#checkSource(src));
    if (from.qScheme() !== this.qScheme()) throw new ArgumentError("src", `scheme ${this.qScheme()}`, from.qScheme());
    if (from.dtype !== this.dtype) throw new ArgumentError("src", `dtype ${this.dtype}`, from.dtype);
    if (!sameShape(from.shape, this.shape))
      throw new ArgumentError("src", `shape ${shapeText(this.shape)}`, shapeText(from.shape));
    const values = from.storage.buffer === this.storage.buffer ? from.intRepr() : from.ints();
    scatter(this.storage, this.shape, this.strides, this.offset, values);
    this.#quantizer = from.#quantizer;
    return this;
  }

  /** A view with dimensions `a` and `b` exchanged. */
  transpose(a: number, b: number): QTensor {
    const [i, j] = [checkDim(a, this.dim(), "a"), checkDim(b, this.dim(), "b")];
    return this.permute(this.shape.map((_, d) => (d === i ? j : d === j ? i : d)));
  }

  /** A view whose dimension i is dimension `dims[i]` of this tensor. */
  permute(dims: readonly number[]): QTensor {
    const wanted = `each of the ${this.dim()} dimensions once`;
    if (!Array.isArray(dims) || dims.length !== this.dim()) throw new ArgumentError("dims", wanted, dims);
    const order = dims.map((d) => checkDim(d, this.dim(), "dims"));
    if (new Set(order).size !== order.length) throw new ArgumentError("dims", wanted, dims);
    const pick = (list: Shape) => order.map((d) => list[d]);
    return this.#view(pick(this.shape), pick(this.strides), this.offset, this.#quantizer.permute(order));
  }

  /** Whether the elements follow each other in storage in row-major order. */
  isContiguous(): boolean {
    return isRowMajor(this.shape, this.strides);
  }

  /** This tensor if it is contiguous, else a contiguous copy. */
  contiguous(): QTensor {
    return this.isContiguous() ? this : QTensor.dense(this.intRepr(), this.shape, this.#quantizer);
  }

  /**
   * The same elements in the same row-major order with another shape, as a view; one size may be -1. An ArgumentError if
   * no strides can do it (reshape copies then), or if a per-channel axis would be split or merged with another dimension.
   */
  view(shape: Shape): QTensor {
    const to = inferShape(shape, this.numel(), "shape");
    const quantizer = this.#quantizer.reshape(this.shape, to);
    const strides = viewStrides(this.shape, this.strides, to);
    if (strides) return this.#view(to, strides, this.offset, quantizer);
    const wanted = `a shape that fits strides ${shapeText(this.strides)} of ${shapeText(this.shape)} (or use reshape)`;
    throw new ArgumentError("shape", wanted, shapeText(to));
  }

  /** As view, but copies where a view is impossible. */
  reshape(shape: Shape): QTensor {
    const to = inferShape(shape, this.numel(), "shape");
    return (viewStrides(this.shape, this.strides, to) ? this : this.contiguous()).view(to);
  }

  /** Dimensions `start` to `end`, both included, as one; a scalar becomes one dimension of size 1. */
  flatten(start = 0, end = -1): QTensor {
    if (this.dim() === 0) return this.reshape([1]);
    const from = checkDim(start, this.dim(), "start");
    const to = checkDim(end, this.dim(), "end");
    if (from > to) throw new ArgumentError("end", `a dimension not before start ${start}`, end);
    const merged = numelOf(this.shape.slice(from, to + 1));
    return this.reshape([...this.shape.slice(0, from), merged, ...this.shape.slice(to + 1)]);
  }

  /** A view of index `i` of dimension `dim`, which disappears. On a per-channel axis the result is per-tensor. */
  select(dim: number, i: number): QTensor {
    const d = checkDim(dim, this.dim(), "dim");
    const at = checkDim(i, this.shape[d], "index");
    const drop = (list: Shape) => list.filter((_, j) => j !== d);
    const offset = this.offset + at * this.strides[d];
    return this.#view(drop(this.shape), drop(this.strides), offset, this.#quantizer.select(d, at));
  }

  /** A view of indices start, start + step, ... before `end` of dimension `dim`; bounds clamp to the dimension. */
  slice(dim: number, start?: number, end?: number, step?: number): QTensor {
    const d = checkDim(dim, this.dim(), "dim");
    const range = resolveSlice({ start, end, step }, this.shape[d]);
    const put = (list: Shape, value: number) => list.map((v, j) => (j === d ? value : v));
    return this.#view(
      put(this.shape, range.count),
      put(this.strides, this.strides[d] * range.step),
      this.offset + (range.count > 0 ? range.start * this.strides[d] : 0),
      this.#quantizer.slice(d, range.start, range.step, range.count),
    );
  }

  /** A view of `length` indices of dimension `dim` from `start`, all of which must exist. */
  narrow(dim: number, start: number, length: number): QTensor {
    const d = checkDim(dim, this.dim(), "dim");
    const size = this.shape[d];
    const from = start < 0 ? start + size : start;
    if (!Number.isInteger(from) || from < 0 || from > size)
      throw new ArgumentError("start", `an integer from ${-size} to ${size}`, start);
    if (!Number.isInteger(length) || length < 0 || from + length > size)
      throw new ArgumentError("length", `an integer from 0 to ${size - from}`, length);
    return this.slice(d, from, from + length);
  }

  /**
   * A view by one entry per leading dimension, as PyTorch's q[...]: a number selects, ":" keeps, `{start, end, step}`
   * slices, "..." stands for as many ":" as fit. `q.index(0)`, `q.index("...", { end: 2 })`.
   */
  index(...entries: readonly Index[]): QTensor {
    const rest = entries.indexOf("...");
    if (rest !== entries.lastIndexOf("...")) throw new ArgumentError("index", 'at most one "..."', entries);
    const given = entries.length - (rest < 0 ? 0 : 1);
    if (given > this.dim()) throw new ArgumentError("index", `at most ${this.dim()} entries`, given);
    let view: QTensor = this;
    let d = 0;
    for (const entry of entries) {
      if (entry === "...") d += this.dim() - given;
      else if (entry === ":") d++;
      else if (typeof entry === "number") view = view.select(d, entry);
      else if (typeof entry === "object" && entry !== null && !Array.isArray(entry))
        view = view.slice(d++, entry.start, entry.end, entry.step);
      else throw new ArgumentError("index", 'a number, ":", "..." or {start, end, step}', entry);
    }
    return view;
  }

  /** PyTorch's printed form: values to 4 digits, then size, dtype, scheme and its parameters. */
  toString(): string {
    return printQuantized(this);
  }

  #view(shape: Shape, strides: Shape, offset: number, quantizer: Quantizer): QTensor {
    return new QTensor(this.storage, shape, strides, offset, quantizer);
  }

  /** A float source with this tensor's shape; checked before the quantizer sees it so that the error names `src`. */
  #checkSource(src: FloatLike): FloatTensor {
    const x = floatTensor(src, "src");
    if (!sameShape(x.shape, this.shape))
      throw new ArgumentError("src", `shape ${shapeText(this.shape)}`, shapeText(x.shape));
    return x;
  }

  #perTensor(method: string): PerTensorAffineQuantizer {
    if (this.qScheme() !== "perTensorAffine")
      throw new ArgumentError(method, "a perTensorAffine tensor", this.qScheme());
    return this.#quantizer as PerTensorAffineQuantizer;
  }

  #perChannel(method: string): PerChannelAffineQuantizer {
    if (this.qScheme() !== "perChannelAffine")
      throw new ArgumentError(method, "a perChannelAffine tensor", this.qScheme());
    return this.#quantizer as PerChannelAffineQuantizer;
  }
}
