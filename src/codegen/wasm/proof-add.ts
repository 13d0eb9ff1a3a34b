/**
 * The sum of two rescaled bytes at float speed, by proof: there are at most 65536 pairs, so a float formula is tried on
 * every one of them at compile time.
 */
import { type AdditionZeros, addBy } from "../../ir/addition.ts";
import type { Stage } from "../../ir/epilogue.ts";
import { clamp } from "../../ir/rescale.ts";
import { type TensorType, zeroOf } from "../../ir/type.ts";

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
  for (let x = x0, at = 0; x <= x1; x++) {
    for (let y = y0; y <= y1; y++) want[at++] = clamp(addBy(add.by, x, y, zeros), add.clamp[0], add.clamp[1]);
  }
  const equal = (k: SumFit): boolean => {
    for (let x = x0, at = 0; x <= x1; x++) {
      const xa = f(x * k.a);
      for (let y = y0; y <= y1; y++, at++) {
        const sum = f(xa + f(f(y * k.b) + k.c));
        const moved = k.away ? f(sum + (sum < 0 || Object.is(sum, -0) ? -k.away : k.away)) : sum;
        const v = f(f(moved + 12582912) - 12582912) + add.zero;
        if (clamp(v, add.clamp[0], add.clamp[1]) !== want[at]) return false;
      }
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
