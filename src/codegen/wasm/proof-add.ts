/**
 * The sum of two rescaled bytes at float speed, by proof. Rule and formula both compute nearly the real sum and round it: where
 * bounds of their errors say that no middle between two integers lies between them, they agree, and the few pairs of bytes that
 * are next to a middle are tried one by one at compile time. Where there is no bound, all 65536 pairs are.
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
  const zeros: AdditionZeros = { x: before.zero, y: zeroOf(residual), result: add.zero };
  const bounds: Bounds = { x: before.clamp, y: residual.storage === "i8" ? [-128, 127] : [0, 255] };
  const key = JSON.stringify([add, before.zero, bounds, zeros]);
  if (!known.has(key)) known.set(key, search(add, zeros, bounds));
  return known.get(key);
}

const known = new Map<string, SumFit | undefined>();

/** The stored values that can occur. */
interface Bounds {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The real sum, result zero point left out: x * a + y * b + c. */
type Real = Pick<SumFit, "a" | "b" | "c">;

function search(add: AddStage, zeros: AdditionZeros, bounds: Bounds): SumFit | undefined {
  const real = realSum(add, zeros);
  if (!real) return undefined;
  const error = ruleError(add.by, real);
  const wants = sumOf(add, zeros, bounds.x, bounds.y);
  const hard = hardPairs(real, bounds);
  const wanted = hard.map(([x, y]) => wants(x, y));
  for (let t = 0; t < tries; t++) {
    // Neighbours of the real factors, nearest first; offsets around the exact one.
    const a = f(real.a * (1 + spread(t, 0) * 2 ** -23));
    const b = f(real.b * (1 + spread(t, 1) * 2 ** -23));
    const c = real.c + zeros.x * (real.a - a) + zeros.y * (real.b - b);
    for (const [nudge, away] of nudges) {
      const k = { a, b, c: f(c + nudge), away };
      if (!hard.every(([x, y], i) => applySum(k, add, x, y) === wanted[i])) continue;
      // Short of the whole: which pairs are hard was itself computed in doubles.
      const bounded = error !== undefined && error + formulaError(k, real) < 0.99 * hardness;
      if (bounded || equalOnAll(k, add, bounds, wants)) return k;
    }
  }
  return undefined;
}

/** The formula on a pair, clamped. */
export function applySum({ a, b, c, away }: SumFit, add: AddStage, x: number, y: number): number {
  const s = f(f(x * a) + f(f(y * b) + c));
  const moved = away ? f(s + (s < 0 || Object.is(s, -0) ? -away : away)) : s;
  // Rounds half to even by adding and taking away 1.5 * 2^23.
  return clamp(f(f(moved + 12582912) - 12582912) + add.zero, add.clamp[0], add.clamp[1]);
}

function equalOnAll(k: SumFit, add: AddStage, { x, y }: Bounds, wants: (x: number, y: number) => number): boolean {
  for (let i = x[0]; i <= x[1]; i++)
    for (let j = y[0]; j <= y[1]; j++) if (applySum(k, add, i, j) !== wants(i, j)) return false;
  return true;
}

/** Pairs whose real sum is within `hardness` of a middle between two integers. */
function hardPairs({ a, b, c }: Real, { x, y }: Bounds): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = x[0]; i <= x[1]; i++) {
    const part = i * a + c;
    for (let j = y[0]; j <= y[1]; j++) {
      const v = part + j * b;
      if (Math.abs(v - Math.floor(v) - 0.5) <= hardness) pairs.push([i, j]);
    }
  }
  return pairs;
}

/** How far from a middle the hard sums are: some 500 pairs of 65536. Errors are smaller by far. */
const hardness = 2 ** -8;

/** The largest magnitude of anything that a sum of bytes goes through. */
const most = ({ a, b, c }: Real): number => 255 * (Math.abs(a) + Math.abs(b)) + Math.abs(c);

/** How far what a rule rounds last is from the real sum at most, if that is known. */
function ruleError({ rule, k }: AddStage["by"], real: Real): number | undefined {
  switch (rule) {
    // Every f32 operation errs by 2^-24 of its result at most.
    case "f32":
      return 2 ** -24 * 8 * most(real);
    case "f32_fma":
      return 2 ** -24 * 2 * (most(real) + 255);
    case "fixed_away":
    case "fixed_up":
      return 0;
    case "q31_three":
    case "q31_three_sub": {
      // Each operand errs by one unit of its shifted scale, their sum's product by half a unit before the last shift.
      const [left, mx, ex, my, ey, m, e] = k;
      const fits = left <= 21 && ex <= 0 && ey <= 0 && e <= 0 && [mx, my, m].every((v) => v >= 0 && v < 2 ** 31);
      return fits ? (2 * m * 2 ** -31 + 0.5 + 2 ** -20) * 2 ** e : undefined;
    }
  }
  throw new Error(rule satisfies never);
}

/** How far what the formula rounds last is from the real sum at most: four or five operations, and other constants. */
function formulaError(k: SumFit, real: Real): number {
  const constants = 255 * (Math.abs(k.a - real.a) + Math.abs(k.b - real.b)) + Math.abs(k.c - real.c);
  return 2 ** -24 * 5 * (most(k) + 1) + constants + k.away;
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

const tries = 80;

/** A low-discrepancy walk over small integers that widens with t. */
const spread = (t: number, axis: number): number => {
  const turn = axis ? 0.5698402909980532 : 0.7548776662466927;
  return Math.round(((t * turn) % 1) * 2 * Math.sqrt(t) - Math.sqrt(t));
};

/** The sum as real numbers; what a rule's own constants say of its offset is more exact than the zero points. */
function realSum({ by, zero }: AddStage, zeros: AdditionZeros): Real | undefined {
  const of = (a: number, b: number): Real => ({ a, b, c: -(zeros.x * a + zeros.y * b) });
  const k = by.k;
  switch (by.rule) {
    case "f32":
      return of(k[0] * k[2], k[1] * k[2]);
    case "f32_fma":
      return { a: k[0], b: k[1], c: k[2] - zero };
    case "fixed_away":
    case "fixed_up":
      return of(k[0] / 2 ** k[2], k[1] / 2 ** k[2]);
    case "q31_three":
    case "q31_three_sub": {
      const [left, mx, ex, my, ey, m, e] = k;
      const last = m * 2 ** (e - 31 + left - 31);
      const sign = by.rule === "q31_three" ? 1 : -1;
      return of(mx * 2 ** ex * last, sign * my * 2 ** ey * last);
    }
  }
  throw new Error(by.rule satisfies never);
}
