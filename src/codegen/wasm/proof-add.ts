/**
 * The sum of two rescaled bytes at float speed, by proof: there are at most 65536 pairs, so a float formula is tried on
 * every one of them at compile time.
 */
import { type AdditionZeros, addBy } from "../../ir/addition.ts";
import type { Stage } from "../../ir/epilogue.ts";
import { fusedMultiplyAdd } from "../../ir/math.ts";
import { clamp, mulByQuantizedMultiplier } from "../../ir/rescale.ts";
import { type TensorType, zeroOf } from "../../ir/type.ts";
import { roundHalfEven } from "../../tensor/arith.ts";
import { stepsOf } from "./proof.ts";

const f = Math.fround;

/**
 * rne(v) + zero point with v = x * a + (y * b + c), or rne(v + copysign(away, v)) where `away` is not 0; each operation is
 * rounded to f32, x and y are stored values.
 */
export interface SumFit {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly away: number;
}

type AddStage = Extract<Stage, { kind: "add" }>;
type RequantizeStage = Extract<Stage, { kind: "requantize" }>;

/** Constants of the float formula that equals a residual stage on all pairs of bytes, if the search finds any. */
export function proveAddition(add: AddStage, before: RequantizeStage, residual: TensorType): SumFit | undefined {
  const real = factors(add);
  if (!real) return undefined;
  const zeros: AdditionZeros = { x: before.zero, y: zeroOf(residual), result: add.zero };
  const [x0, x1] = before.clamp;
  const [y0, y1] = residual.storage === "i8" ? [-128, 127] : [0, 255];
  const key = JSON.stringify([add, before.zero, before.clamp, y0, zeros]);
  if (known.has(key)) return known.get(key);
  // All pairs, and what each must give; sums far outside the clamp say little and are still checked.
  const width = y1 - y0 + 1;
  const want = new Int16Array((x1 - x0 + 1) * width);
  const sum = sumOf(add, zeros, [x0, x1], [y0, y1]);
  // Pairs whose sum is next to a middle between two results: asked first, they refute what is wrong.
  const hard: number[] = [];
  for (let x = x0, at = 0; x <= x1; x++) {
    const part = (x - zeros.x) * real[0] - zeros.y * real[1];
    for (let y = y0; y <= y1; y++, at++) {
      want[at] = sum(x, y);
      const v = part + y * real[1];
      if (Math.abs(v - Math.floor(v) - 0.5) < hardness) hard.push(at);
    }
  }
  const ya = new Float64Array(width);
  const equal = (k: SumFit): boolean => {
    const { a, b, c, away } = k;
    const [low, high] = add.clamp;
    // Rounds half to even by adding and taking away 1.5 * 2^23.
    const gives = (x: number, y: number): number => {
      const s = f(x + y);
      const moved = away ? f(s + (s < 0 || Object.is(s, -0) ? -away : away)) : s;
      return clamp(f(f(moved + 12582912) - 12582912) + add.zero, low, high);
    };
    for (let y = 0; y < width; y++) ya[y] = f(f((y0 + y) * b) + c);
    for (const at of hard) if (gives(f((x0 + Math.floor(at / width)) * a), ya[at % width]) !== want[at]) return false;
    for (let x = x0, at = 0; x <= x1; x++) {
      const xa = f(x * a);
      for (let y = 0; y < width; y++, at++) if (gives(xa, ya[y]) !== want[at]) return false;
    }
    return true;
  };
  let found: SumFit | undefined;
  search: for (let t = 0; t < tries; t++) {
    // Neighbours of the real factors, nearest first; offsets around the exact one.
    const a = f(real[0] * (1 + spread(t, 0) * 2 ** -23));
    const b = f(real[1] * (1 + spread(t, 1) * 2 ** -23));
    const c = -(zeros.x * a + zeros.y * b);
    for (const [nudge, away] of nudges) {
      const k = { a, b, c: f(c + nudge), away };
      if (equal(k)) {
        found = k;
        break search;
      }
    }
  }
  known.set(key, found);
  return found;
}

/**
 * The clamped sum of a pair by the rule. TFLite's rescales each operand by itself and then their sum, which steps at few
 * places: for pairs that come in order, the step of one is near that of the one before.
 */
function sumOf(
  { by, clamp: bounds }: AddStage,
  zeros: AdditionZeros,
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
): (x: number, y: number) => number {
  const generic = (x: number, y: number) => clamp(addBy(by, x, y, zeros), bounds[0], bounds[1]);
  if (by.rule === "f32_fma") {
    const [rx, ry, c] = by.k;
    const inner = Float64Array.from({ length: y1 - y0 + 1 }, (_, i) => fusedMultiplyAdd(y0 + i, ry, c));
    return (x, y) => clamp(roundHalfEven(fusedMultiplyAdd(x, rx, inner[y - y0])), bounds[0], bounds[1]);
  }
  if (by.rule !== "q31_three" && by.rule !== "q31_three_sub") return generic;
  const [left, mx, ex, my, ey, m, e] = by.k;
  const sign = by.rule === "q31_three" ? 1 : -1;
  const part = (low: number, high: number, zero: number, multiplier: number, shift: number) =>
    Float64Array.from({ length: high - low + 1 }, (_, i) =>
      mulByQuantizedMultiplier((low + i - zero) * 2 ** left, multiplier, shift),
    );
  const xs = part(x0, x1, zeros.x, mx, ex);
  const ys = part(y0, y1, zeros.y, my, ey).map((v) => sign * v);
  const reach = [Math.min(...xs) + Math.min(...ys), Math.max(...xs) + Math.max(...ys)] as const;
  const last = { rule: "q31_double", a: [m], b: [e] } as const;
  const steps = stepsOf({ by: last, index: 0, zero: zeros.result, clamp: bounds, reach });
  if (!steps) return generic;
  const { at, first } = steps;
  let i = 0;
  return (x, y) => {
    const sum = xs[x - x0] + ys[y - y0];
    while (i < at.length && sum >= at[i]) i++;
    while (i > 0 && sum < at[i - 1]) i--;
    return first + i;
  };
}

/** What is tried beside the exact offset: a shift of all sums, or one away from zero (as double rounding does). */
const nudges = [
  [2 ** -20, 0],
  [0, 0],
  [-(2 ** -20), 0],
  [0, 2 ** -18],
  [0, 2 ** -17],
  [0, 2 ** -20],
] as const;

const known = new Map<string, SumFit | undefined>();
const tries = 80;

/** How far from a middle the hard sums are: a few hundred pairs of 65536. */
const hardness = 2 ** -9;

/** A low-discrepancy walk over small integers that widens with t. */
const spread = (t: number, axis: number): number => {
  const turn = axis ? 0.5698402909980532 : 0.7548776662466927;
  return Math.round(((t * turn) % 1) * 2 * Math.sqrt(t) - Math.sqrt(t));
};

/** What x and y are multiplied by, as real numbers. */
function factors({ by }: AddStage): [number, number] | undefined {
  const k = by.k;
  switch (by.rule) {
    case "f32":
      return [k[0] * k[2], k[1] * k[2]];
    case "f32_fma":
      return [k[0], k[1]];
    case "fixed_away":
    case "fixed_up":
      return [k[0] / 2 ** k[2], k[1] / 2 ** k[2]];
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, m, e] = k;
      const last = m * 2 ** (e - 31 + left - 31);
      const sign = by.rule === "q31_three" ? 1 : -1;
      return [mx * 2 ** ex * last, sign * my * 2 ** ey * last];
    }
  }
  throw new Error(by.rule satisfies never);
}
