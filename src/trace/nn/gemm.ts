/** Linear and Conv2d, with or without a relu: torch.ao.nn.quantized and torch.ao.nn.intrinsic.quantized. */
import { ArgumentError } from "../../errors.ts";
import type { QTensor } from "../../tensor/qtensor.ts";
import { PerTensorAffineQuantizer } from "../../tensor/quantizer.ts";
import { FloatTensor, shapeText } from "../../tensor/tensor.ts";
import { pair } from "../check.ts";
import { type Bias, biasValues, checkWeight, conv2d, conv2dRelu, linear, linearRelu } from "../ops/gemm.ts";
import type { Quantized } from "../symbolic.ts";
import { Module, type StateReader } from "./module.ts";

/** What Linear and Conv2d have in common: weight, bias, and the result's scale and zero point. */
abstract class Weighted extends Module {
  scale = 1;
  zeroPoint = 0;
  /** Whether the module has a bias. */
  readonly hasBias: boolean;
  readonly weightShape: readonly number[];
  #weight: QTensor | undefined;
  #bias: FloatTensor | null = null;

  constructor(weightShape: readonly number[], hasBias: boolean) {
    super();
    this.weightShape = weightShape;
    this.hasBias = hasBias;
  }

  /** The quantized weights. Throws ArgumentError as long as there are none. */
  get weight(): QTensor {
    if (!this.#weight) {
      const at = this.name === undefined ? "weight" : `${this.name}.weight`;
      throw new ArgumentError(at, "weights, given by load or setWeightBias", "nothing");
    }
    return this.#weight;
  }

  get bias(): FloatTensor | null {
    return this.#bias;
  }

  /** Takes over weights and bias; a bias of null adds nothing. */
  setWeightBias(weight: QTensor, bias: Bias = null): this {
    checkWeight(weight, this.weightShape.length, shapeText(this.weightShape));
    if (weight.shape.some((d, i) => d !== this.weightShape[i]))
      throw new ArgumentError("weight", `shape ${shapeText(this.weightShape)}`, shapeText(weight.shape));
    const values = biasValues(bias, this.weightShape[0]);
    this.#weight = weight;
    this.#bias = values ? new FloatTensor([values.length], values) : null;
    return this;
  }

  override loadFrom(state: StateReader, prefix: string): void {
    this.setName(prefix);
    const weight = state.weight(prefix, "weight", this.weightShape);
    const bias = this.hasBias ? state.floats(prefix, "bias", [this.weightShape[0]]) : null;
    this.setWeightBias(weight, bias);
    this.scale = state.number(prefix, "scale");
    this.zeroPoint = state.number(prefix, "zero_point");
  }

  /** What the op takes besides the operands. */
  protected options(x: Quantized) {
    return { quantizer: new PerTensorAffineQuantizer(this.scale, this.zeroPoint, x.dtype), name: this.name };
  }
}

/** x [..., inFeatures] -> [..., outFeatures]. */
export class Linear extends Weighted {
  constructor(inFeatures: number, outFeatures: number, options: { readonly bias?: boolean } = {}) {
    super([size(outFeatures, "outFeatures"), size(inFeatures, "inFeatures")], options.bias ?? true);
  }

  forward<T extends Quantized>(x: T): T {
    return linear(x, this.weight, this.bias, this.options(x));
  }
}

/** Linear, then relu. */
export class LinearReLU extends Linear {
  override forward<T extends Quantized>(x: T): T {
    return linearRelu(x, this.weight, this.bias, this.options(x));
  }
}

export interface Conv2dOptions {
  readonly stride?: number | readonly [number, number];
  readonly padding?: number | readonly [number, number];
  readonly dilation?: number | readonly [number, number];
  readonly groups?: number;
  readonly bias?: boolean;
}

/** x [N, inChannels, H, W] -> [N, outChannels, OH, OW]. */
export class Conv2d extends Weighted {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number | readonly [number, number],
    options: Conv2dOptions = {},
  ) {
    const groups = size(options.groups ?? 1, "groups");
    if (size(inChannels, "inChannels") % groups !== 0)
      throw new ArgumentError("groups", `a divisor of the ${inChannels} input channels`, groups);
    if (size(outChannels, "outChannels") % groups !== 0)
      throw new ArgumentError("groups", `a divisor of the ${outChannels} output channels`, groups);
    super([outChannels, inChannels / groups, ...pair(kernel, "kernel", 1)], options.bias ?? true);
    this.stride = pair(options.stride ?? 1, "stride", 1);
    this.padding = pair(options.padding ?? 0, "padding", 0);
    this.dilation = pair(options.dilation ?? 1, "dilation", 1);
    this.groups = groups;
  }

  forward<T extends Quantized>(x: T): T {
    return conv2d(x, this.weight, this.bias, this.options(x));
  }

  protected override options(x: Quantized) {
    const { stride, padding, dilation, groups } = this;
    return { ...super.options(x), stride, padding, dilation, groups };
  }
}

/** Conv2d, then relu. */
export class ConvReLU2d extends Conv2d {
  override forward<T extends Quantized>(x: T): T {
    return conv2dRelu(x, this.weight, this.bias, this.options(x));
  }
}

function size(value: number, argument: string): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new ArgumentError(argument, "an integer >= 1", value);
  return value;
}
