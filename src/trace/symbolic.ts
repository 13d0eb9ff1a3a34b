/** Tensors that stand for values not known yet: what a traced function gets and gives instead of QTensor and FloatTensor. */
import { ArgumentError } from "../errors.ts";
import type { Node } from "../ir/graph.ts";
import type { QDType } from "../tensor/dtype.ts";
import type { Index } from "../tensor/indexing.ts";
import type { QTensor } from "../tensor/qtensor.ts";
import type { PerChannelAffineQuantizer, PerTensorAffineQuantizer, QScheme, Quantizer } from "../tensor/quantizer.ts";
import { checkDim, numelOf, type Shape } from "../tensor/strided.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { dequantize, requantize } from "./ops/convert.ts";
import { flatten, index, narrow, permute, reshape, select, slice, transpose } from "./ops/shape.ts";
import { userSource } from "./source.ts";
import type { Tracing } from "./tracing.ts";
import { quantizerOf } from "./types.ts";

/** A value of a trace in progress: a node of the graph under construction. Dimensions may be given as negative numbers. */
export abstract class SymTensor {
  readonly node: Node;
  readonly tracing: Tracing;

  constructor(node: Node, tracing: Tracing) {
    this.node = node;
    this.tracing = tracing;
  }

  get shape(): Shape {
    return this.node.type.shape;
  }

  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    return dim === undefined ? this.shape : this.shape[checkDim(dim, this.shape.length, "dim")];
  }

  dim(): number {
    return this.shape.length;
  }

  numel(): number {
    return numelOf(this.shape);
  }

  /** The user's line that made it: `file:line:column`. */
  get source(): string | undefined {
    return this.node.source;
  }

  /** What asks for values gets this: a trace has none. */
  protected noValues(method: string): never {
    throw new ArgumentError(method, "a tensor with values", "a traced tensor, which has none yet", userSource());
  }
}

/** A quantized tensor in a trace; its methods are QTensor's, as far as they do not ask for values. */
export class SymQTensor extends SymTensor {
  readonly isQuantized = true;

  get dtype(): QDType {
    return this.quantizer().dtype;
  }
  quantizer(): Quantizer {
    return quantizerOf(this.node.type)!;
  }
  qScheme(): QScheme {
    return this.quantizer().scheme;
  }
  qScale(): number {
    return this.#perTensor("qScale").scale;
  }
  qZeroPoint(): number {
    return this.#perTensor("qZeroPoint").zeroPoint;
  }
  qPerChannelScales(): readonly number[] {
    return this.#perChannel("qPerChannelScales").scales;
  }
  qPerChannelZeroPoints(): readonly number[] {
    return this.#perChannel("qPerChannelZeroPoints").zeroPoints;
  }
  qPerChannelAxis(): number {
    return this.#perChannel("qPerChannelAxis").axis;
  }

  transpose(a: number, b: number): SymQTensor {
    return transpose(this, a, b);
  }
  permute(dims: readonly number[]): SymQTensor {
    return permute(this, dims);
  }
  reshape(shape: Shape): SymQTensor {
    return reshape(this, shape);
  }
  view(shape: Shape): SymQTensor {
    return reshape(this, shape);
  }
  flatten(start = 0, end = -1): SymQTensor {
    return flatten(this, start, end);
  }
  select(dim: number, i: number): SymQTensor {
    return select(this, dim, i);
  }
  slice(dim: number, start?: number, end?: number, step?: number): SymQTensor {
    return slice(this, dim, start, end, step);
  }
  narrow(dim: number, start: number, length: number): SymQTensor {
    return narrow(this, dim, start, length);
  }
  index(...entries: readonly Index[]): SymQTensor {
    return index(this, ...entries);
  }
  /** Itself: a traced tensor has no strides. */
  contiguous(): this {
    return this;
  }
  requantize(quantizer: PerTensorAffineQuantizer): SymQTensor {
    return requantize(this, { quantizer });
  }
  dequantize(): SymFloatTensor {
    return dequantize(this);
  }

  intRepr(): never {
    return this.noValues("intRepr");
  }
  item(): never {
    return this.noValues("item");
  }
  equal(): never {
    return this.noValues("equal");
  }
  copy_(): never {
    return this.noValues("copy_");
  }

  #perTensor(method: string): PerTensorAffineQuantizer {
    if (this.qScheme() !== "perTensorAffine")
      throw new ArgumentError(method, "a perTensorAffine tensor", this.qScheme());
    return this.quantizer() as PerTensorAffineQuantizer;
  }
  #perChannel(method: string): PerChannelAffineQuantizer {
    if (this.qScheme() !== "perChannelAffine")
      throw new ArgumentError(method, "a perChannelAffine tensor", this.qScheme());
    return this.quantizer() as PerChannelAffineQuantizer;
  }
}

/** A float32 tensor in a trace. */
export class SymFloatTensor extends SymTensor {
  readonly isQuantized = false;
  readonly dtype = "float32";

  reshape(shape: Shape): SymFloatTensor {
    return reshape(this, shape);
  }
  flatten(start = 0, end = -1): SymFloatTensor {
    return flatten(this, start, end);
  }
  transpose(a: number, b: number): SymFloatTensor {
    return transpose(this, a, b);
  }
  permute(dims: readonly number[]): SymFloatTensor {
    return permute(this, dims);
  }

  item(): never {
    return this.noValues("item");
  }
  toNested(): never {
    return this.noValues("toNested");
  }
  /** FloatTensor's values; a traced tensor has none. */
  get data(): never {
    return this.noValues("data");
  }
}

/** What quantized ops take and give: a tensor with values, or a traced one. */
export type Quantized = QTensor | SymQTensor;
/** The same for float32. */
export type Floating = FloatTensor | SymFloatTensor;
export type Tensor = Quantized | Floating;

/** The kind of tensor that a float op makes of a quantized one, and the other way round: traced stays traced. */
export type ToFloat<T extends Quantized> = T extends SymQTensor ? SymFloatTensor : FloatTensor;
export type ToQuantized<T extends Floating> = T extends SymFloatTensor ? SymQTensor : QTensor;
