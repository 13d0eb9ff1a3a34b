/**
 * How two quantized values are added: the name of a rule and its constants, computed once by whoever imports or traces
 * the model. The rules are those of the frameworks (docs/numerics.md); each takes the stored integers.
 */
import { roundHalfEven } from "../tensor/arith.ts";
import { fusedMultiplyAdd } from "./math.ts";
import { mulByQuantizedMultiplier, roundHalfAway } from "./rescale.ts";

/** One addition's surroundings: zero points of both operands and of the result. */
export interface AdditionZeros {
  readonly x: number;
  readonly y: number;
  readonly result: number;
}

interface Rule {
  /** Names of the constants, in order. */
  readonly constants: readonly string[];
  /** Whether the operands may change places along with their constants. */
  readonly commutes: boolean;
  /** The sum of stored `x` and `y` as a stored integer, not clamped yet. */
  add(x: number, y: number, zeros: AdditionZeros, k: readonly number[]): number;
}

const f = Math.fround;

/** The rules by name. */
export const additionRules = {
  /** PyTorch's scalar kernel: dequantize both by their f32 scales, add in f32, quantize by the reciprocal scale. */
  f32: {
    constants: ["xScale", "yScale", "reciprocal"],
    commutes: true,
    add: (x, y, z, [sx, sy, inv]) => roundHalfEven(f(f(f(sx * f(x - z.x)) + f(sy * f(y - z.y))) * inv)) + z.result,
  },
  /** ONNX Runtime's QLinearAdd on x86 with AVX2: two fused multiply-adds; `offset` holds all three zero points. */
  f32_fma: {
    constants: ["xRatio", "yRatio", "offset"],
    commutes: false,
    add: (x, y, _, [rx, ry, c]) => roundHalfEven(fusedMultiplyAdd(x, rx, fusedMultiplyAdd(y, ry, c))),
  },
  /** QNNPACK: fixed-point multipliers with a common shift, halves away from zero. */
  fixed_away: {
    constants: ["xMultiplier", "yMultiplier", "shift"],
    commutes: true,
    add: (x, y, z, [mx, my, s]) => roundHalfAway(((x - z.x) * mx + (y - z.y) * my) / 2 ** s) + z.result,
  },
  /** XNNPACK's signed kernel: the same with halves up. */
  fixed_up: {
    constants: ["xMultiplier", "yMultiplier", "shift"],
    commutes: true,
    add: (x, y, z, [mx, my, s]) => Math.floor(((x - z.x) * mx + (y - z.y) * my) / 2 ** s + 0.5) + z.result,
  },
  /** TFLite: both operands shifted left and rescaled to a common scale, summed, and the sum rescaled; three double roundings. */
  q31_three: {
    constants: ["left", "xMultiplier", "xShift", "yMultiplier", "yShift", "multiplier", "shift"],
    commutes: true,
    add: (x, y, z, [left, mx, ex, my, ey, m, e]) =>
      mulByQuantizedMultiplier(
        mulByQuantizedMultiplier((x - z.x) * 2 ** left, mx, ex) +
          mulByQuantizedMultiplier((y - z.y) * 2 ** left, my, ey),
        m,
        e,
      ) + z.result,
  },
  /** The same with the difference: not the addition of a negated operand, since ties are not rounded symmetrically. */
  q31_three_sub: {
    constants: ["left", "xMultiplier", "xShift", "yMultiplier", "yShift", "multiplier", "shift"],
    commutes: false,
    add: (x, y, z, [left, mx, ex, my, ey, m, e]) =>
      mulByQuantizedMultiplier(
        mulByQuantizedMultiplier((x - z.x) * 2 ** left, mx, ex) -
          mulByQuantizedMultiplier((y - z.y) * 2 ** left, my, ey),
        m,
        e,
      ) + z.result,
  },
} as const satisfies Record<string, Rule>;

export type AdditionRule = keyof typeof additionRules;

/** A rule of addition with its constants. */
export interface Addition {
  readonly rule: AdditionRule;
  readonly k: readonly number[];
}

/** The sum of two stored values, not clamped. */
export function addBy(by: Addition, x: number, y: number, zeros: AdditionZeros): number {
  return (additionRules[by.rule] as Rule).add(x, y, zeros, by.k);
}

/** The same rule with its operands exchanged: the constants called x... and y... change places. Undefined if it does not commute. */
export function exchanged(by: Addition): Addition | undefined {
  const { constants, commutes }: Rule = additionRules[by.rule];
  if (!commutes) return undefined;
  const partner = (name: string) => name.replace(/^[xy](?=[A-Z])/, (side) => (side === "x" ? "y" : "x"));
  return { ...by, k: constants.map((name) => by.k[constants.indexOf(partner(name))]) };
}
