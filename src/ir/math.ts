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

/** Nearest whole number of an f32, halves to even. */
export function roundf(x: number): number {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

/** A binary float format of fewer bits than f32. */
export interface NarrowFormat {
  /** Significant bits of its normal numbers, the first one included. */
  readonly bits: number;
  /** The exponent of the least normal number; below it the spacing stays. */
  readonly least: number;
  /** From here on everything is infinite. */
  readonly end: number;
}

/** Narrow formats by name. Those of 8 bits and fewer are without end here: what they do beyond their largest number is the caller's. */
export const narrowFormats = {
  half: { bits: 11, least: -14, end: 65520 },
  bf16: { bits: 8, least: -126, end: Number.POSITIVE_INFINITY },
  e4m3fn: { bits: 4, least: -6, end: Number.POSITIVE_INFINITY },
  e4m3fnuz: { bits: 4, least: -7, end: Number.POSITIVE_INFINITY },
  e5m2: { bits: 3, least: -14, end: Number.POSITIVE_INFINITY },
  e5m2fnuz: { bits: 3, least: -15, end: Number.POSITIVE_INFINITY },
  e2m1: { bits: 2, least: 0, end: Number.POSITIVE_INFINITY },
} as const satisfies Readonly<Record<string, NarrowFormat>>;

/** The nearest number of a narrow format to an f32, halves to even, with the sign of x. */
export function narrow(x: number, { bits, least, end }: NarrowFormat): number {
  const sign = x < 0 || Object.is(x, -0) ? -1 : 1;
  const a = Math.abs(x);
  if (!(a < end)) return sign * a * Number.POSITIVE_INFINITY;
  if (a < 2 ** least) {
    const unit = 2 ** (least + 1 - bits);
    return sign * ((a / unit + rounder - rounder) * unit);
  }
  // Adding and taking away a * (2^(53 - bits) + 1) leaves the upper bits of a: Veltkamp's splitting.
  const c = a * (2 ** (53 - bits) + 1);
  return sign * Math.fround(c - (c - a));
}

/** Nearest whole number of an f32, halves away from zero. */
export const roundawayf = (x: number): number => Math.trunc(x < 0 || Object.is(x, -0) ? x - 0.5 : x + 0.5);

/** A signed 8-bit quantizer for values from `low` to `high`, widened to hold 0: its scale, and its zero point in whole numbers. */
function rangeQuantizer(low: number, high: number): { scale: number; zero: number } {
  const [from, to] = [low < 0 ? low : 0, high > 0 ? high : 0];
  if (from === to) return { scale: 1, zero: 0 };
  const scale = (to - from) / 255;
  // Of the two ends that the zero point can be worked out from, the one with the smaller terms.
  const [atLow, atHigh] = [from / scale, to / scale];
  const zero = 128 + Math.abs(atLow) < 127 + Math.abs(atHigh) ? -128 - atLow : 127 - atHigh;
  return { scale, zero: zero <= -128 ? -128 : zero >= 127 ? 127 : roundawayf(zero) };
}

/** The scale of TFLite's run-time quantizer for f32 values from `low` to `high`, worked out in doubles and rounded to f32. */
export const rangeScalef = (low: number, high: number): number => Math.fround(rangeQuantizer(low, high).scale);

/** The zero point of the same quantizer. */
export const rangeZerof = (low: number, high: number): number => rangeQuantizer(low, high).zero;

/** 1/21, 1/19, ... 1/3: the coefficients of (atanh s - s) / s^3 in s^2, highest power first. */
export const atanhSeries = [1 / 21, 1 / 19, 1 / 17, 1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3];

/**
 * The natural logarithm of a positive f32 as a double: x = 2^n m with m in [sqrt(1/2), sqrt 2), ln x = n ln 2 + 2 atanh s with
 * s = (m - 1) / (m + 1), |s| < 0.172; the series' remainder is below 2^-55.
 */
export function log(x: number): number {
  let n = 0;
  let m = x;
  // An f32 is a normal double, so its exponent is n after scaling by exact powers of two.
  for (const k of [64, 32, 16, 8, 4, 2, 1]) {
    if (m >= 2 ** k) {
      m *= 2 ** -k;
      n += k;
    }
  }
  for (const k of [128, 64, 32, 16, 8, 4, 2, 1]) {
    if (m < 2 ** (1 - k)) {
      m *= 2 ** k;
      n -= k;
    }
  }
  if (m > Math.SQRT2) {
    m *= 0.5;
    n += 1;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let p = 1 / 23;
  for (const c of atanhSeries) p = p * z + c;
  return n * ln2High + (2 * s + (2 * s * (p * z) + n * ln2Low));
}

/** The natural logarithm of an f32, rounded to f32. */
export function logf(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  return x === Number.POSITIVE_INFINITY ? x : Math.fround(log(x));
}

/**
 * x^y of two f32, rounded to f32: e^(y ln |x|) with the sign of an odd whole y, and products for the whole y of which there
 * are short ones. Special values are those of C's pow.
 */
export function powf(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (y === 1) return x;
  if (y === 2) return Math.fround(x * x);
  if (y === -1) return Math.fround(1 / x);
  if (y === 0.5 && x >= 0) return Math.fround(Math.sqrt(x));
  const whole = Math.trunc(y) === y;
  const odd = whole && Math.trunc(y / 2) * 2 !== y;
  const a = Math.abs(x);
  if (x < 0 && !whole && a !== Number.POSITIVE_INFINITY) return Number.NaN;
  const negative = odd && (x < 0 || Object.is(x, -0));
  let r: number;
  if (a === 1) r = 1;
  else if (a === 0 || a === Number.POSITIVE_INFINITY) r = (a === 0) === y > 0 ? 0 : Number.POSITIVE_INFINITY;
  else {
    const e = y * log(a);
    r = e > 100 ? Number.POSITIVE_INFINITY : exp(e);
  }
  return Math.fround(negative ? -r : r);
}

/** erf x as a double of an f32: its Taylor series below 2, else 1 - erfc by a continued fraction; |x| beyond 4 is 1 in f32. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a >= 4) return x < 0 ? -1 : 1;
  const z = a * a;
  if (a < 2) {
    // 2 / sqrt(pi) * x * sum (-z)^k / (k! (2k + 1)), as e^-z times the series of positive terms (2z)^k / (1 3 5 ... (2k + 1)).
    let term = 1;
    let sum = 1;
    for (let k = 1; k <= 40; k++) {
      term = (term * (2 * z)) / (2 * k + 1);
      sum += term;
    }
    return x * twoBySqrtPi * exp(-z) * sum;
  }
  // erfc a = e^-z / sqrt(pi) / (a + (1/2) / (a + 1 / (a + (3/2) / (a + ...)))).
  let t = a;
  for (let k = 60; k >= 1; k--) t = a + k / 2 / t;
  const c = (exp(-z) * (twoBySqrtPi / 2)) / t;
  return x < 0 ? c - 1 : 1 - c;
}

/** 2 / sqrt(pi). */
export const twoBySqrtPi = 1.1283791670955126;

/** erf of an f32, rounded to f32. */
export const erff = (x: number): number => (Number.isNaN(x) ? x : Math.fround(erf(x)));

/** pi / 2 in three parts; the first two have 20 and more trailing zero bits. */
export const halfPi = [1.570796251296997, 7.549789415861596e-8, 5.390302529957765e-15] as const;
/** 1/17!, ... 1/3! and 1/18!, ... 1/2! with their signs: sine and cosine without their first terms, highest power first. */
export const sineSeries = [
  1 / 355687428096000,
  -1 / 1307674368000,
  1 / 6227020800,
  -1 / 39916800,
  1 / 362880,
  -1 / 5040,
  1 / 120,
  -1 / 6,
];
export const cosineSeries = [
  -1 / 6402373705728000,
  1 / 20922789888000,
  -1 / 87178291200,
  1 / 479001600,
  -1 / 3628800,
  1 / 40320,
  -1 / 720,
  1 / 24,
  -1 / 2,
];

/** sin (quarter 0) or cos (quarter 1) of an f32 as a double; beyond 2^25 quarter turns the argument is not reduced well. */
function wave(x: number, quarter: number): number {
  const n = x / halfPi[0] + rounder - rounder;
  const r = x - n * halfPi[0] - n * halfPi[1] - n * halfPi[2];
  const turn = n + quarter;
  const q = turn - 4 * Math.floor(turn / 4);
  const z = r * r;
  let p = 0;
  const odd = q === 1 || q === 3;
  for (const c of odd ? cosineSeries : sineSeries) p = p * z + c;
  const v = odd ? 1 + p * z : r + r * (p * z);
  return q >= 2 ? -v : v;
}

/** Sine and cosine of an f32, rounded to f32; not-a-number of what is not finite. */
export const sinf = (x: number): number => Math.fround(wave(x, 0));
export const cosf = (x: number): number => Math.fround(wave(x, 1));

const bits = new DataView(new ArrayBuffer(8));

/**
 * x * y + z of f32 values, rounded to f32 once. The product is exact in a double. Their sum as a double is off by `error`, which
 * two-sum gives exactly; it matters where the double lies in the middle between two f32, and is then moved to the side of the error.
 */
export function fusedMultiplyAdd(x: number, y: number, z: number): number {
  const p = x * y;
  const s = p + z;
  const back = s - p;
  const error = p - (s - back) + (z - back);
  bits.setFloat64(0, s);
  const middle = (bits.getUint32(4) & 0x1fffffff) === 0x10000000;
  return Math.fround(middle && error !== 0 ? s + Math.sign(error) * Math.abs(s) * 2 ** -52 : s);
}
