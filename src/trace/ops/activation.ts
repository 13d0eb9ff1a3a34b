/** Activations. Those that are clamps keep the quantizer; the others are functions of one 8-bit value and become tables. */
import { ArgumentError } from "../../errors.ts";
import type { Node } from "../../ir/graph.ts";
import { clamp as irClamp, table } from "../../ir/ops/elementwise.ts";
import { tensorType } from "../../ir/type.ts";
import { allocateInts, qdtypes, qrange } from "../../tensor/dtype.ts";
import { PerTensorAffineQuantizer } from "../../tensor/quantizer.ts";
import { type Build, type CallOptions, call, type EngineOptions } from "../call.ts";
import { bytes, finite, type OutputParams, outputOf, perTensorOf } from "../check.ts";
import { storedValue } from "../recipes.ts";
import type { Quantized } from "../symbolic.ts";
import * as functions from "../tables.ts";
import { quantOf } from "../types.ts";

/** The node limited to stored values [lo, hi]. */
export const clampNode = (b: Build, x: Node, range: readonly [number, number]): Node =>
  b.emit(irClamp, { x }, { range });

/** max(x, 0) on x's quantizer. */
export function relu<T extends Quantized>(x: T, options?: CallOptions): T {
  return call("relu", options, [x], (b) => {
    const { zeroPoint, dtype } = perTensorOf(x, "x");
    return clampNode(b, b.value(x), [zeroPoint, qrange(dtype)[1]]);
  }) as T;
}

/** x limited to [0, 6] on x's quantizer. */
export const relu6 = <T extends Quantized>(x: T, options?: CallOptions): T => clampReal("relu6", x, 0, 6, options);

/** x limited to [min, max], real numbers, on x's quantizer; a bound may be infinite. */
export const clamp = <T extends Quantized>(x: T, min: number, max: number, options?: CallOptions): T =>
  clampReal("clamp", x, min, max, options);

/** x limited to [-1, 1] unless stated, as PyTorch's hardtanh. */
export const hardtanh = <T extends Quantized>(x: T, min = -1, max = 1, options?: CallOptions): T =>
  clampReal("hardtanh", x, min, max, options);

function clampReal<T extends Quantized>(op: string, x: T, min: number, max: number, options?: CallOptions): T {
  return call(op, options, [x], (b) => {
    const quantizer = perTensorOf(x, "x");
    const [lo, hi] = qrange(quantizer.dtype);
    if (typeof min !== "number" || Number.isNaN(min)) throw new ArgumentError("min", "a number", min);
    if (typeof max !== "number" || !(max >= min))
      throw new ArgumentError("max", `a number of at least min ${min}`, max);
    const range = [
      min === Number.NEGATIVE_INFINITY ? lo : storedValue(min, quantizer),
      max === Number.POSITIVE_INFINITY ? hi : storedValue(max, quantizer),
    ] as const;
    return clampNode(b, b.value(x), range);
  }) as T;
}

/** A table over all stored values of an 8-bit operand. */
export function tableNode(
  b: Build,
  x: Quantized,
  to: PerTensorAffineQuantizer,
  of: string,
  entry: (stored: number) => number,
  name = b.name,
): Node {
  const [lowest] = qrange(x.dtype);
  const { storage } = qdtypes[to.dtype];
  const entries = allocateInts(to.dtype, 256).map((_, i) => entry(i + lowest));
  const t = b.constant(`${name}.table`, tensorType(storage, [256]), entries);
  return b.emit(table, { x: b.value(x), t }, { of }, { storage, quant: quantOf(to), name });
}

type Make = (x: PerTensorAffineQuantizer, to: PerTensorAffineQuantizer) => functions.Entry;

/** A function of one 8-bit value. `qnnpack` replaces the generic table for quint8 where that engine has one of its own. */
function unary<T extends Quantized>(
  op: string,
  x: T,
  options: EngineOptions | undefined,
  output: (x: PerTensorAffineQuantizer) => PerTensorAffineQuantizer,
  generic: Make,
  qnnpack?: Make,
): T {
  return call(op, options, [x], (b) => {
    const from = perTensorOf(x, "x", bytes);
    const to = output(from);
    const make = qnnpack && b.engine === "qnnpack" && from.dtype === "quint8" ? qnnpack : generic;
    return tableNode(b, x, to, op, make(from, to));
  }) as T;
}

/** The quantizer that PyTorch gives results in (0, 1) or (-1, 1): the whole 8-bit range. */
const fixedOutput = (scale: number, unsigned: number, signed: number) => (x: PerTensorAffineQuantizer) =>
  new PerTensorAffineQuantizer(scale, x.dtype === "quint8" ? unsigned : signed, x.dtype);

const unit = fixedOutput(1 / 256, 0, -128);
const symmetricUnit = fixedOutput(1 / 128, 128, 0);

type FixedOptions = EngineOptions & (OutputParams | { readonly scale?: undefined });

/** The stated quantizer, or the default one if none is. */
const statedOr =
  (options: FixedOptions | undefined, standard: (x: PerTensorAffineQuantizer) => PerTensorAffineQuantizer) =>
  (x: PerTensorAffineQuantizer) => {
    const { scale, quantizer } = (options ?? {}) as Partial<OutputParams>;
    return scale === undefined && !quantizer ? standard(x) : outputOf(options, x.dtype);
  };

/** 1 / (1 + e^-x), on scale 1/256 with the lowest zero point unless stated otherwise. */
export function sigmoid<T extends Quantized>(x: T, options?: FixedOptions): T {
  return unary("sigmoid", x, options, statedOr(options, unit), functions.generic(functions.sigmoid), (from, to) =>
    functions.isSigmoidLut(to) ? functions.sigmoidLut(from) : functions.generic(functions.sigmoid)(from, to),
  );
}

/** The hyperbolic tangent, on scale 1/128 with the middle zero point. */
export const tanh = <T extends Quantized>(x: T, options?: EngineOptions): T =>
  unary("tanh", x, options, symmetricUnit, functions.generic(functions.tanh), functions.tanhLut);

/** min(max(x + 3, 0), 6) / 6, on scale 1/256 with the lowest zero point. */
export const hardsigmoid = <T extends Quantized>(x: T, options?: EngineOptions): T =>
  unary(
    "hardsigmoid",
    x,
    options,
    unit,
    functions.generic(functions.hardsigmoid),
    functions.zeroFirst(functions.hardsigmoid),
  );

/** x min(max(x + 3, 0), 6) / 6. */
export const hardswish = <T extends Quantized>(x: T, options: EngineOptions & OutputParams): T =>
  unary(
    "hardswish",
    x,
    options,
    (from) => outputOf(options, from.dtype),
    functions.generic(functions.hardswish),
    functions.zeroFirst(functions.hardswish),
  );

/** x where x > 0, else x * negativeSlope. */
export const leakyRelu = <T extends Quantized>(x: T, negativeSlope: number, options: CallOptions & OutputParams): T =>
  unary(
    "leakyRelu",
    x,
    options,
    (from) => outputOf(options, from.dtype),
    (from, to) => {
      const slope = Math.fround(finite(negativeSlope, "negativeSlope"));
      return functions.generic(functions.leakyRelu(slope))(from, to);
    },
  );

export type EluOptions = CallOptions &
  OutputParams & {
    /** Each 1 unless stated. */
    readonly alpha?: number;
    readonly outerScale?: number;
    readonly inputScale?: number;
  };

/** outerScale * (x where x > 0, else alpha (e^(inputScale x) - 1)). */
export const elu = <T extends Quantized>(x: T, options: EluOptions): T =>
  unary(
    "elu",
    x,
    options,
    (from) => outputOf(options, from.dtype),
    (from, to) => {
      const number = (key: "alpha" | "outerScale" | "inputScale") => finite(options[key] ?? 1, key);
      return functions.generic(functions.elu(number("alpha"), number("outerScale"), number("inputScale")))(from, to);
    },
  );

/** x where x > 0, else alpha (e^(x / alpha) - 1). */
export const celu = <T extends Quantized>(x: T, alpha: number, options: CallOptions & OutputParams): T =>
  unary(
    "celu",
    x,
    options,
    (from) => outputOf(options, from.dtype),
    (from, to) => {
      if (finite(alpha, "alpha") === 0) throw new ArgumentError("alpha", "a finite number other than 0", alpha);
      return functions.generic(functions.elu(alpha, 1, 1 / alpha))(from, to);
    },
  );

/** x where x > threshold, else value; on x's quantizer. */
export const threshold = <T extends Quantized>(x: T, limit: number, value: number, options?: CallOptions): T =>
  unary(
    "threshold",
    x,
    options,
    (from) => from,
    functions.generic((v) => (v > Math.fround(finite(limit, "limit")) ? v : Math.fround(finite(value, "value")))),
  );
