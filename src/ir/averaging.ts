/**
 * How a window's average is rounded: the name of a rule and its constants (docs/numerics.md has the sources). A rule gets
 * the plain sum of the stored values inside the image, how many they are, and by how many to divide.
 */
import { roundHalfEven } from "../tensor/arith.ts";

const f = Math.fround;

interface Rule {
  readonly constants: readonly string[];
  /** A stored value, not clamped yet. */
  average(
    sum: number,
    inside: number,
    divisor: number,
    zero: { x: number; result: number },
    k: readonly number[],
  ): number;
}

/** The rules by name. */
export const averagingRules = {
  /** Plain f32 division. */
  float: { constants: [], average: (sum, _, n) => f(sum / n) },
  /** TFLite int8 and int16: integer division of the stored sum, halves away from zero; same scale in and out. */
  int_away: { constants: [], average: (sum, _, n) => Math.trunc((sum + (sum > 0 ? n >> 1 : -(n >> 1))) / n) },
  /** TFLite uint8: (sum + n / 2) / n on non-negative sums. */
  int_up: { constants: [], average: (sum, _, n) => Math.floor((sum + (n >> 1)) / n) },
  /** PyTorch, NCHW: multiplier f(scale ratio / n), zero point before the rounding. `ratio` = x scale / result scale, a double. */
  torch_nchw: {
    constants: ["ratio"],
    average: (sum, inside, n, zero, [ratio]) =>
      roundHalfEven(f(f((sum - inside * zero.x) * f(ratio / n)) + zero.result)),
  },
  /** PyTorch, NHWC: f(f(ratio) / n) taken as a scale and inverted twice; zero point after the rounding. */
  torch_nhwc: {
    constants: ["ratio"],
    average: (sum, inside, n, zero, [ratio]) => {
      const inverse = f(1 / f(1 / f(f(ratio) / n)));
      return roundHalfEven(f((sum - inside * zero.x) * inverse)) + zero.result;
    },
  },
  /** PyTorch, NCHW, with the divisor stated by the caller: one f32 multiplier for every window, zero point before the rounding. */
  torch_nchw_fixed: {
    constants: ["multiplier"],
    average: (sum, inside, _, zero, [m]) => roundHalfEven(f(f((sum - inside * zero.x) * m) + zero.result)),
  },
  /** PyTorch's adaptive pool, NCHW: the plain stored sum times one f32 multiplier; same scale in and out. */
  raw_even: { constants: ["multiplier"], average: (sum, _, __, ___, [m]) => roundHalfEven(f(sum * m)) },
  /** PyTorch's mean over inner dimensions: the plain stored sum divided in f32; same scale in and out. */
  raw_div_even: { constants: [], average: (sum, _, n) => roundHalfEven(f(f(sum) / n)) },
  /** QNNPACK: one f32 multiplier for every window (padding counts), zero point after the rounding. */
  qnnpack: {
    constants: ["multiplier"],
    average: (sum, inside, _, zero, [m]) => roundHalfEven(f((sum - inside * zero.x) * m)) + zero.result,
  },
} as const satisfies Record<string, Rule>;

export type AveragingRule = keyof typeof averagingRules;

/** A rule of averaging with its constants. */
export interface Averaging {
  readonly rule: AveragingRule;
  readonly k: readonly number[];
}

/** One window's average, not clamped. */
export function averageBy(
  by: Averaging,
  sum: number,
  inside: number,
  divisor: number,
  zero: { x: number; result: number },
): number {
  return (averagingRules[by.rule] as Rule).average(sum, inside, divisor, zero, by.k);
}
