/**
 * Exact rounding at float speed, by proof. Per channel, the way from an accumulator to its stored value is a monotone
 * step function with at most 255 steps. A short float formula that steps at exactly the same accumulators is therefore
 * equal to it everywhere, and that is checked by two evaluations a step. Kernels then compute
 *
 *   rne(f32(acc + shift) * scale + offset) + zero                       ("plus")
 *   rne(v + copysign(offset, v)) + zero,  v = f32(acc) * scale          ("away")
 *
 * in single precision, each operation rounded to f32, for whatever rounding rule the node names.
 */
import { clamp, type Rescale, type RescaleRule, rescaleRules } from "../../ir/rescale.ts";

const f = Math.fround;

/** Which of the two float formulas; see the top of the file. */
export type Form = "plus" | "away";

/** The constants of a formula for one channel. */
export interface Fit {
  /** Added to the accumulator (through the bias) before it is converted. */
  readonly shift: number;
  readonly scale: number;
  readonly offset: number;
}

/** A requantization of one channel: the rule, the result's zero point and bounds, and the accumulators that can occur. */
export interface Channel {
  readonly by: Rescale;
  readonly index: number;
  readonly zero: number;
  readonly clamp: readonly [number, number];
  readonly reach: readonly [number, number];
}

/** The steps of a channel: `at[i]` is the least accumulator whose value is at least `first + 1 + i`. */
export interface Steps {
  readonly at: Float64Array;
  /** The values at both ends of the reachable accumulators. */
  readonly first: number;
  readonly last: number;
}

/** The real factor that a rule multiplies by, to about 2^-31. */
export function factorOf(by: Rescale, index: number): number {
  const i = by.a.length === 1 ? 0 : index;
  const a = by.a[i];
  const b = by.b.length ? by.b[i] : 0;
  switch (by.rule) {
    case "f32_rne":
    case "f32_rne_zp":
    case "f64_away":
      return a;
    case "f32_dequant_quant":
      return a * b;
    case "q31_double":
    case "q31_single":
    case "q15_single":
      return a * 2 ** (b - 31);
  }
  throw new Error(by.rule satisfies never);
}

/** What the rule makes of a channel's accumulators, clamped. */
export function exactOf(c: Channel): (acc: number) => number {
  const rule = rescaleRules[c.by.rule];
  const a = c.by.a[c.by.a.length === 1 ? 0 : c.index];
  const b = secondOf(c);
  const { zero } = c;
  const [low, high] = c.clamp;
  if (c.by.rule !== "q31_double" || b > 0 || a < 0) return (acc) => clamp(rule(acc, a, b, zero), low, high);
  // The same in a fifth of the time where the product fits a double, which is where steps are: proofs ask often.
  const divisor = 2 ** -b;
  const half = divisor / 2;
  return (acc) => {
    if (Math.abs(acc) > 2 ** 21) return clamp(rule(acc, a, b, zero), low, high);
    const nudged = Math.abs(acc) * a + (acc < 0 ? 2 ** 30 - 1 : 2 ** 30);
    const doubled = Math.floor(nudged / 2 ** 31);
    const magnitude = b === 0 ? doubled : Math.floor((doubled + half) / divisor);
    return clamp((acc < 0 ? -magnitude : magnitude) + zero, low, high);
  };
}

const secondOf = ({ by, index }: Channel): number => (by.b.length ? by.b[by.b.length === 1 ? 0 : index] : 0);

/**
 * The steps of a channel, or undefined where the rule is not monotone over what is reachable. `room` is memory that `at` may
 * be a view of: channels come in ten thousands, and most are forgotten at once.
 */
export function stepsOf(c: Channel, room?: Float64Array): Steps | undefined {
  const factor = factorOf(c.by, c.index);
  const [low, high] = c.reach;
  if (!(factor >= 0) || low < -(2 ** 31) || high > 2 ** 31 - 1) return undefined;
  // A left shift may leave 32 bits, and then the rule wraps.
  const shift = secondOf(c);
  if (c.by.rule === "q31_double" && shift > 0 && Math.max(-low, high) * 2 ** shift >= 2 ** 31) return undefined;
  const exact = exactOf(c);
  const first = exact(low);
  const last = exact(high);
  const count = last - first;
  const at = room && room.length >= count ? room.subarray(0, count) : new Float64Array(count);
  if (c.by.rule === "q31_double" && doubleSteps(c, first, at)) return { at, first, last };
  const inverse = 1 / factor;
  for (let i = 0; i < count; i++) {
    const v = first + 1 + i;
    let t = clamp(Math.ceil((v - c.zero - 0.5) * inverse), low + 1, high);
    while (t > low + 1 && exact(t - 1) >= v) t--;
    while (exact(t) < v) t++;
    at[i] = t;
  }
  return { at, first, last };
}

/**
 * The steps of q31_double from `first` on, in closed form. Its magnitudes are floor((d + half) / 2^-b) with
 * d = floor((|acc| * a + 2^30) / 2^31), one less than 2^30 below zero; so the least accumulator of a positive magnitude k is
 * ceil(n / a) with n = (k * 2^-b - floor(half)) * 2^31 - 2^30, and the most negative one of magnitudes below k is -floor(n / a).
 * False where a product is not exact in doubles.
 */
function doubleSteps(c: Channel, first: number, at: Float64Array): boolean {
  const a = c.by.a[c.by.a.length === 1 ? 0 : c.index];
  const b = secondOf(c);
  const divisor = 2 ** -b;
  const most = Math.max(Math.abs(first - c.zero), Math.abs(first + at.length - c.zero)) + 1;
  if (b > 0 || a <= 0 || most * divisor * 2 ** 31 + 2 ** 32 > 2 ** 53) return false;
  const half = Math.floor(divisor / 2);
  const inverse = 1 / a;
  for (let i = 0; i < at.length; i++) {
    const k = first + 1 + i - c.zero;
    const n = ((k > 0 ? k : 1 - k) * divisor - half) * 2 ** 31 - 2 ** 30;
    // The quotient is off by one at most; the products that decide are exact.
    let q = Math.floor(n * inverse);
    if (q * a > n) q--;
    else if ((q + 1) * a <= n) q++;
    at[i] = k > 0 ? q + (q * a < n ? 1 : 0) : -q;
  }
  return true;
}

/** The formula on one accumulator, not clamped; `zero` is the integer that it adds at the end. */
export function applyFit(form: Form, k: Fit, zero: number, acc: number): number {
  const v = f(f(acc + k.shift) * k.scale);
  const moved = f(v + (form === "plus" ? k.offset : v < 0 || Object.is(v, -0) ? -k.offset : k.offset));
  return nearestEven(moved) + zero;
}

// Round half even of a float below 2^22 in magnitude: what adding and taking away 1.5 * 2^23 does.
const nearestEven = (x: number): number => f(f(x + 12582912) - 12582912);

/** Whether a formula equals the steps at every reachable accumulator. */
export function proves(form: Form, k: Fit, zero: number, c: Channel, steps: Steps): boolean {
  const [low, high] = c.reach;
  if (!inRange(k, c.reach)) return false;
  const [least, most] = c.clamp;
  if (clamp(applyFit(form, k, zero, low), least, most) !== steps.first) return false;
  if (clamp(applyFit(form, k, zero, high), least, most) !== steps.last) return false;
  const { at, first } = steps;
  const { shift, scale, offset } = k;
  const plus = form === "plus";
  // Steps are within the clamp. What is rounded passes v if it is above the middle before v, or there and v is even.
  for (let i = 0; i < at.length; i++) {
    const v = first + 1 + i - zero;
    const edge = v - 0.5;
    const x = f(f(at[i] + shift) * scale);
    const reached = f(x + (plus || x > 0 || Object.is(x, 0) ? offset : -offset));
    if (reached < edge || (reached === edge && v % 2 !== 0)) return false;
    const y = f(f(at[i] - 1 + shift) * scale);
    const missed = f(y + (plus || y > 0 || Object.is(y, 0) ? offset : -offset));
    if (missed > edge || (missed === edge && v % 2 === 0)) return false;
  }
  return true;
}

/** Neighbours of a positive float: `ulps` units in the last place further. */
function nudge(x: number, ulps: number): number {
  scratchFloat[0] = x;
  scratchInt[0] += ulps;
  return scratchFloat[0];
}
const scratchFloat = new Float32Array(1);
const scratchInt = new Int32Array(scratchFloat.buffer);

/** Which formula suits a rule and what it adds at the end, for all channels of a node. */
export interface Shape {
  readonly form: Form;
  /** The integer that the kernel adds after rounding. */
  readonly zero: number;
}

/** The formula for a rule whose results are clamped to `bounds`. */
export function shapeOf(rule: RescaleRule, zero: number, bounds: readonly [number, number]): Shape {
  // These two are instances of the formula already.
  if (rule === "f32_rne") return { form: "plus", zero };
  if (rule === "f32_rne_zp") return { form: "plus", zero: 0 };
  // Where only one side of zero survives the clamp (relu), one offset does; rules that round halves away need two else.
  const oneSided = bounds[0] >= zero || bounds[1] <= zero;
  if (!oneSided && (rule === "q31_double" || rule === "f64_away")) return { form: "away", zero };
  // Floats are finest around zero, which therefore goes to the middle of the results.
  return { form: "plus", zero: Math.round((bounds[0] + bounds[1]) / 2) };
}

/**
 * The constants of a rule that is an instance of the formula, operation by operation, where its sums are in range: nothing is
 * left to check then.
 */
export function naturalFit({ by, index, zero, reach }: Channel): Fit | undefined {
  if (by.rule !== "f32_rne" && by.rule !== "f32_rne_zp") return undefined;
  const scale = by.a[by.a.length === 1 ? 0 : index];
  const fit = { shift: 0, scale, offset: by.rule === "f32_rne" ? 0 : zero };
  return f(scale) === scale && f(fit.offset) === fit.offset && inRange(fit, reach) ? fit : undefined;
}

/** Whether accumulators are 32-bit integers and the rounding trick of the kernels, which wants magnitudes below 2^22, holds. */
function inRange({ shift, scale, offset }: Fit, reach: Channel["reach"]): boolean {
  const [low, high] = [reach[0] + shift, reach[1] + shift];
  const most = Math.max(Math.abs(f(low) * scale), Math.abs(f(high) * scale)) + Math.abs(offset);
  return low >= -(2 ** 31) && high <= 2 ** 31 - 1 && most <= 2 ** 21;
}

/** How many neighbours of the factor, and of the shift, a search tries. */
const scaleTries = 24;
const shiftTries = 12;

/**
 * Constants of a formula that equals a channel's rule at every reachable accumulator, or undefined if the search finds
 * none.
 */
export function fitChannel({ form, zero }: Shape, c: Channel, steps: Steps): Fit | undefined {
  const factor = f(factorOf(c.by, c.index));
  if (steps.at.length === 0) {
    const fixed = constantFit(form, steps, zero);
    return proves(form, fixed, zero, c, steps) ? fixed : undefined;
  }
  if (!(factor > 2 ** -40)) return undefined;
  const center = form === "plus" ? Math.round((c.zero - zero) / factor) : 0;
  for (let s = 0; s < (form === "plus" ? shiftTries : 1); s++) {
    const shift = center + alternate(s);
    for (let n = 0; n < scaleTries; n++) {
      const scale = nudge(factor, alternate(n));
      const offset = offsetFor(form, shift, scale, steps, zero);
      if (offset === undefined) continue;
      const fit = { shift, scale, offset };
      if (proves(form, fit, zero, c, steps)) return fit;
    }
  }
  return undefined;
}

/** The constants of a channel that gives one value whatever comes in. The sign of an "away" offset is the accumulator's. */
export function constantFit(form: Form, steps: Steps, zero: number): Fit {
  const distance = steps.first - zero;
  return { shift: 0, scale: 0, offset: form === "plus" ? distance : Math.abs(distance) };
}

/** 0, 1, -1, 2, -2, ... */
const alternate = (i: number): number => (i % 2 ? (i + 1) / 2 : -i / 2);

/** The middle of the offsets that put every step where it belongs (before the last rounding), if there are any. */
function offsetFor(form: Form, shift: number, scale: number, steps: Steps, zero: number): number | undefined {
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  const { at, first } = steps;
  for (let i = 0; i < at.length; i++) {
    const edge = first + 1 + i - zero - 0.5;
    const reached = edge - f(f(at[i] + shift) * scale);
    const missed = edge - f(f(at[i] - 1 + shift) * scale);
    if (form === "plus" || edge > 0) {
      if (reached > least) least = reached;
      if (missed < most) most = missed;
    } else {
      if (-reached < most) most = -reached;
      if (-missed > least) least = -missed;
    }
    // Half a unit of rounding may still save an empty interval, more will not.
    if (least - most > 2 ** -14) return undefined;
  }
  const middle = f((least + most) / 2);
  return form === "away" && middle < 0 ? undefined : middle;
}
