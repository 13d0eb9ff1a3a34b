/**
 * Transcendental functions out of + - * /, so that every back end returns the same bits: JavaScript's Math.exp and its
 * relatives may differ between engines. All steps are doubles in the order written; f32 functions round the result once.
 */
export const log2e = Math.LOG2E;
/** ln 2 in two parts; the first has 20 trailing zero bits, so that its product with the integer n is exact. */
export const ln2High = 0.6931471803691238;
export const ln2Low = 1.9082149292705877e-10;
/** Adding and taking away 1.5 * 2^52 rounds a double below 2^51 to the nearest integer, halves to even. */
export const rounder = 6755399441055744;

/** 1/10!, 1/9!, ... 1/1!: with 1/11! in front, the coefficients of (e^r - 1) / r, highest power first. */
export const taylor = [1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1];

/**
 * The parts of e^x = 2^n (1 + q): n = round(x / ln 2), r = x - n ln 2 in [-0.347, 0.347], q = e^r - 1 by its Taylor
 * polynomial up to r^11, whose remainder is below 2^-45.
 */
function parts(x: number): { scale: number; q: number } {
  const n = x * log2e + rounder - rounder;
  const r = x - n * ln2High - n * ln2Low;
  let p = 1 / 39916800;
  for (const c of taylor) p = p * r + c;
  return { scale: 2 ** n, q: p * r };
}

/** e^x as a double, 2^n q + 2^n; x is first limited to [-150, 150], beyond which every f32 result is 0 or infinite. */
export function exp(x: number): number {
  const { scale, q } = parts(x < -150 ? -150 : x > 150 ? 150 : x);
  return scale * q + scale;
}

/** e^x - 1 as a double, 2^n q + (2^n - 1), which keeps its relative precision near 0; x limited as for `exp`. */
export function expm1(x: number): number {
  const { scale, q } = parts(x < -150 ? -150 : x > 150 ? 150 : x);
  return scale * q + (scale - 1);
}

/** e^x of an f32, rounded to f32. */
export const expf = (x: number): number => Math.fround(exp(x));

/** 1 / (1 + e^-x) of an f32, rounded to f32. */
export const sigmoidf = (x: number): number => Math.fround(1 / (1 + exp(-x)));

/** tanh x = m / (m + 2) with m = e^(2x) - 1 of an f32, rounded to f32; beyond 10 it is 1 to the last bit. */
export function tanhf(x: number): number {
  const m = expm1(2 * (x < -10 ? -10 : x > 10 ? 10 : x));
  return Math.fround(m / (m + 2));
}
