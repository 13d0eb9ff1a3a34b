/**
 * Constants of rounding rules by the recipes of TFLite's reference kernels (docs/numerics.md): which products and quotients
 * are float32 and which are double is part of the recipe.
 */
import type { Addition } from "../../ir/addition.ts";
import { quantizeMultiplier, type Rescale, roundHalfAway } from "../../ir/rescale.ts";
import { type Storage, storages } from "../../ir/type.ts";
import type { activations } from "./schema.ts";

/** A fused activation, or one that is an operator of its own only. */
export type Activation = (typeof activations)[number] | "RELU_0_TO_1";
export type Bounds = readonly [number, number];

const f = Math.fround;

/** A q31_double rescaling by positive doubles, one for the tensor or one per channel. */
export function rescaleBy(factors: readonly number[]): Rescale {
  const pairs = factors.map(quantizeMultiplier);
  return { rule: "q31_double", a: pairs.map(([m]) => m), b: pairs.map(([, shift]) => shift) };
}

/** Factor from sums to the result where the product of the scales is a double: int8 convolutions, MUL. */
export const doubleFactor = (x: number, w: number, result: number): number => (x * w) / result;

/** Factor where the product of the scales is float32: uint8 convolutions, fully connected layers per tensor. */
export const singleFactor = (x: number, w: number, result: number): number => f(x * w) / result;

/**
 * Constants of ADD: both operands `left` bits up and on twice the larger scale, then the sum on the result's. ADD forms the
 * factors in double.
 */
export function additionOf(x: number, y: number, result: number, left: number): Addition {
  const common = 2 * Math.max(x, y);
  return { rule: "q31_three", k: threeFactors(left, x / common, y / common, common / (2 ** left * result)) };
}

/** Constants of SUB, which forms the same factors in float32. */
export function subtractionOf(x: number, y: number, result: number, left: number): Addition {
  const common = f(2 * Math.max(x, y));
  return {
    rule: "q31_three_sub",
    k: threeFactors(left, f(x / common), f(y / common), f(common / f(2 ** left * result))),
  };
}

const threeFactors = (left: number, x: number, y: number, result: number): number[] => [
  left,
  ...quantizeMultiplier(x),
  ...quantizeMultiplier(y),
  ...quantizeMultiplier(result),
];

/** Multiplier of MEAN over `count` elements: the rescaling with 1 / count folded in, truncated. */
export function meanRescale(x: number, result: number, count: number): Rescale {
  const [multiplier, exponent] = quantizeMultiplier(x / result);
  if (!Number.isFinite(exponent)) return { rule: "q31_double", a: [multiplier], b: [exponent] };
  const shift = Math.min(31 - Math.clz32(count), 31 + exponent);
  const folded = Number((BigInt(multiplier) << BigInt(shift)) / BigInt(count));
  return { rule: "q31_double", a: [folded], b: [exponent - shift] };
}

/** Real bounds of a fused activation. */
export function realBounds(activation: Activation): Bounds {
  switch (activation) {
    case "RELU":
      return [0, Number.POSITIVE_INFINITY];
    case "RELU6":
      return [0, 6];
    case "RELU_N1_TO_1":
      return [-1, 1];
    case "RELU_0_TO_1":
      return [0, 1];
    default:
      return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
}

/** Bounds of a fused activation in stored integers: zero point + bound / scale in float32, halves away, within the storage. */
export function storedBounds(activation: Activation, storage: Storage, scale: number, zero: number): Bounds {
  const { min, max } = storages[storage];
  const [lo, hi] = realBounds(activation).map((bound) =>
    Number.isFinite(bound) ? zero + roundHalfAway(f(bound / scale)) : bound,
  );
  return [Math.max(min, lo), Math.min(max, hi)];
}

/** A constant of a rounding rule that no kernel can use: not finite, or a left shift beyond 30 bits (14 of q15_single). */
export function unsoundConstant(by: unknown): number | undefined {
  if (typeof by !== "object" || by === null) return undefined;
  const {
    rule,
    a = [],
    b = [],
    k = [],
  } = by as {
    rule?: string;
    a?: readonly number[];
    b?: readonly number[];
    k?: readonly number[];
  };
  const most = rule === "q15_single" ? 14 : 30;
  return [...a, ...b, ...k].find((v) => !Number.isFinite(v)) ?? b.find((shift) => shift > most);
}
