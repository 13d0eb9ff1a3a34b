/** Modules without weights: activations, pools, shapes, conversions, and the additions between branches. */
import { ArgumentError } from "../../errors.ts";
import { checkDType, type QDType } from "../../tensor/dtype.ts";
import { PerTensorAffineQuantizer } from "../../tensor/quantizer.ts";
import { type FloatLike, FloatTensor, floatTensor } from "../../tensor/tensor.ts";
import { hardsigmoid, hardswish, leakyRelu, relu, relu6, sigmoid } from "../ops/activation.ts";
import { add, addRelu, mul, mulRelu } from "../ops/arithmetic.ts";
import { dequantize, quantize } from "../ops/convert.ts";
import { type AvgPoolOptions, adaptiveAvgPool2d, avgPool2d, type MaxPoolOptions, maxPool2d } from "../ops/pool.ts";
import { cat, flatten } from "../ops/shape.ts";
import {
  type Floating,
  type Quantized,
  SymFloatTensor,
  type Tensor,
  type ToFloat,
  type ToQuantized,
} from "../symbolic.ts";
import { Module, type StateReader } from "./module.ts";

type Pair = number | readonly [number, number];

/** A module with the scale and zero point of its result as parameters. */
abstract class Scaled extends Module {
  scale: number;
  zeroPoint: number;

  constructor(scale: number, zeroPoint: number) {
    super();
    this.scale = scale;
    this.zeroPoint = zeroPoint;
  }

  override loadFrom(state: StateReader, prefix: string): void {
    this.setName(prefix);
    this.scale = state.number(prefix, "scale");
    this.zeroPoint = state.number(prefix, "zero_point");
  }

  protected options(dtype: QDType) {
    return { quantizer: new PerTensorAffineQuantizer(this.scale, this.zeroPoint, dtype), name: this.name };
  }
}

/** float32 -> quantized. */
export class Quantize extends Scaled {
  readonly dtype: QDType;

  constructor(scale = 1, zeroPoint = 0, dtype: QDType = "quint8") {
    super(scale, zeroPoint);
    this.dtype = checkDType(dtype);
  }

  forward<T extends Floating>(x: T | FloatLike): ToQuantized<T> {
    const from = x instanceof SymFloatTensor || x instanceof FloatTensor ? x : floatTensor(x as FloatLike);
    return quantize(from, this.options(this.dtype)) as ToQuantized<T>;
  }
}

/** Quantized -> float32. */
export class DeQuantize extends Module {
  forward<T extends Quantized>(x: T): ToFloat<T> {
    return dequantize(x, { name: this.name });
  }
}

export class ReLU extends Module {
  forward<T extends Quantized>(x: T): T {
    return relu(x, { name: this.name });
  }
}

export class ReLU6 extends Module {
  forward<T extends Quantized>(x: T): T {
    return relu6(x, { name: this.name });
  }
}

export class Sigmoid extends Scaled {
  constructor(scale = 1 / 256, zeroPoint = 0) {
    super(scale, zeroPoint);
  }

  forward<T extends Quantized>(x: T): T {
    return sigmoid(x, this.options(x.dtype));
  }
}

export class Hardswish extends Scaled {
  constructor(scale = 1, zeroPoint = 0) {
    super(scale, zeroPoint);
  }

  forward<T extends Quantized>(x: T): T {
    return hardswish(x, this.options(x.dtype));
  }
}

export class Hardsigmoid extends Module {
  forward<T extends Quantized>(x: T): T {
    return hardsigmoid(x, { name: this.name });
  }
}

export class LeakyReLU extends Scaled {
  readonly negativeSlope: number;

  constructor(scale = 1, zeroPoint = 0, negativeSlope = 0.01) {
    super(scale, zeroPoint);
    this.negativeSlope = negativeSlope;
  }

  forward<T extends Quantized>(x: T): T {
    return leakyRelu(x, this.negativeSlope, this.options(x.dtype));
  }
}

/** The largest value of each window; the stride is the kernel unless stated. */
export class MaxPool2d extends Module {
  readonly kernel: Pair;
  readonly #options: MaxPoolOptions;

  constructor(kernel: Pair, options: Omit<MaxPoolOptions, "name"> = {}) {
    super();
    this.kernel = kernel;
    this.#options = options;
  }

  forward<T extends Quantized>(x: T): T {
    return maxPool2d(x, this.kernel, { ...this.#options, name: this.name });
  }
}

/** The average of each window; the stride is the kernel unless stated. */
export class AvgPool2d extends Module {
  readonly kernel: Pair;
  readonly #options: AvgPoolOptions;

  constructor(kernel: Pair, options: Omit<AvgPoolOptions, "name"> = {}) {
    super();
    this.kernel = kernel;
    this.#options = options;
  }

  forward<T extends Quantized>(x: T): T {
    return avgPool2d(x, this.kernel, { ...this.#options, name: this.name });
  }
}

/** The average over windows that tile the image into `output` parts. */
export class AdaptiveAvgPool2d extends Module {
  readonly output: Pair | readonly [number | null, number | null];

  constructor(output: Pair | readonly [number | null, number | null]) {
    super();
    this.output = output;
  }

  forward<T extends Quantized>(x: T): T {
    return adaptiveAvgPool2d(x, this.output, { name: this.name });
  }
}

/** Dimensions `start` (1) to `end` (the last) as one. */
export class Flatten extends Module {
  readonly start: number;
  readonly end: number;

  constructor(start = 1, end = -1) {
    super();
    this.start = start;
    this.end = end;
  }

  forward<T extends Tensor>(x: T): T {
    return flatten(x, this.start, this.end, { name: this.name });
  }
}

/** Gives back what it gets, as dropout does once training is over. */
export class Identity extends Module {
  forward<T extends Tensor>(x: T): T {
    return x;
  }
}

export class Dropout extends Identity {}

/** One module after the other. In a state dictionary they are called 0, 1, 2, ... */
export class Sequential extends Module {
  readonly modules: readonly Module[];

  constructor(...modules: Module[]) {
    super();
    const wrong = modules.find((m) => !(m instanceof Module));
    if (wrong !== undefined) throw new ArgumentError("modules", "modules", wrong);
    this.modules = modules;
  }

  override *children(): Iterable<readonly [string, Module]> {
    for (const [i, module] of this.modules.entries()) yield [String(i), module];
  }

  forward(x: any): any {
    return this.modules.reduce((value, module) => module.forward(value), x);
  }
}

/** torch.ao.nn.quantized.QFunctional, what FloatFunctional converts to: ops of two branches with a result's scale of their own. */
export class QFunctional extends Scaled {
  constructor(scale = 1, zeroPoint = 0) {
    super(scale, zeroPoint);
  }

  add<T extends Quantized>(x: T, y: T): T {
    return add(x, y, this.options(x.dtype)) as T;
  }
  addRelu<T extends Quantized>(x: T, y: T): T {
    return addRelu(x, y, this.options(x.dtype)) as T;
  }
  mul<T extends Quantized>(x: T, y: T): T {
    return mul(x, y, this.options(x.dtype)) as T;
  }
  mulRelu<T extends Quantized>(x: T, y: T): T {
    return mulRelu(x, y, this.options(x.dtype)) as T;
  }
  cat<T extends Quantized>(xs: readonly T[], dim = 0): T {
    return cat(xs, { ...this.options(xs[0].dtype), dim });
  }
  forward(): never {
    throw new ArgumentError("forward", "a call of add, addRelu, mul, mulRelu or cat", "forward");
  }
}

/** The sum of two branches, with a relu if asked. */
export class Add extends Scaled {
  readonly relu: boolean;

  constructor(scale = 1, zeroPoint = 0, options: { readonly relu?: boolean } = {}) {
    super(scale, zeroPoint);
    this.relu = options.relu ?? false;
  }

  forward<T extends Quantized>(x: T, y: T): T {
    return (this.relu ? addRelu(x, y, this.options(x.dtype)) : add(x, y, this.options(x.dtype))) as T;
  }
}
