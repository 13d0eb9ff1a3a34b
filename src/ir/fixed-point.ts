/**
 * gemmlowp's fixed-point functions on raw int32 values, which TFLite's reference kernels are made of. QI.F has I integer
 * and F = 31 - I fractional bits; the product of QI and QJ is Q(I + J). Used by softmax and to fill lookup tables.
 */
import { doublingHighMul, roundingDivideByPowerOfTwo } from "./rescale.ts";

const int32Max = 2147483647;
const int32Min = -2147483648;

/** x * 2^exponent of an int32: to the left saturating, to the right rounding halves away from zero. */
export function multiplyByPowerOfTwo(x: number, exponent: number): number {
  if (exponent <= 0) return roundingDivideByPowerOfTwo(x, -exponent);
  return Math.max(int32Min, Math.min(int32Max, x * 2 ** exponent));
}

/** e^a of a Q0.31 in [-1/4, 0), around -1/8: a polynomial of degree 4, in Q0.31. */
function expOnSmallInterval(a: number): number {
  const atEighth = 1895147668; // e^(-1/8)
  const third = 715827883; // 1/3
  const x = a + (1 << 28);
  const x2 = doublingHighMul(x, x);
  const x3 = doublingHighMul(x2, x);
  const x4 = doublingHighMul(x2, x2);
  const rest = multiplyByPowerOfTwo(doublingHighMul(multiplyByPowerOfTwo(x4, -2) + x3, third) + x2, -1);
  return Math.min(int32Max, atEighth + doublingHighMul(atEighth, x + rest));
}

/** e^(-2^k) in Q0.31 for k = -2 .. 4. */
const expOfPowers = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/** e^a of a value a <= 0 with `integerBits` integer bits, in Q0.31 (1 is 2^31 - 1). */
export function expOnNegativeValues(a: number, integerBits: number): number {
  if (a === 0) return int32Max;
  const fractionalBits = 31 - integerBits;
  const quarter = 1 << (fractionalBits - 2);
  if (integerBits > 5 && a < -(2 ** (36 - integerBits))) return 0;
  const inQuarter = (a & (quarter - 1)) - quarter;
  const remainder = (inQuarter - a) | 0;
  let result = expOnSmallInterval(multiplyByPowerOfTwo(inQuarter, integerBits));
  for (let k = -2; k <= 4 && k < integerBits; k++) {
    if (remainder & (1 << (fractionalBits + k))) result = doublingHighMul(result, expOfPowers[k + 2]);
  }
  return result;
}

/** x = 1 / d in Q2.29 for d = (1 + a) / 2 in Q0.31, by three Newton steps x += x (1 - d x) from 48/17 - 32/17 d. */
function reciprocalOfHalf(a: number): number {
  const d = Math.trunc((a + int32Max + 1) / 2);
  let x = 1515870810 + doublingHighMul(d, -1010580540);
  for (let step = 0; step < 3; step++) {
    x += multiplyByPowerOfTwo(doublingHighMul(x, (1 << 29) - doublingHighMul(d, x)), 2);
  }
  return x;
}

/** 1 / (1 + a) of a Q0.31 in [0, 1], in Q0.31. */
export const oneOverOnePlus = (a: number): number => multiplyByPowerOfTwo(reciprocalOfHalf(a), 1);

/** (1 - a) / (1 + a) of a Q0.31 in [0, 1], in Q0.31. */
const oneMinusOverOnePlus = (a: number): number => multiplyByPowerOfTwo(reciprocalOfHalf(a) - (1 << 29), 2);

/** 1 / (1 + e^-a) in Q0.31. */
export function fixedLogistic(a: number, integerBits: number): number {
  if (a === 0) return 1 << 30;
  const positive = oneOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits));
  return a > 0 ? positive : int32Max - positive;
}

/** tanh a in Q0.31; `a` is doubled in place, so that its integer bits grow by one. */
export function fixedTanh(a: number, integerBits: number): number {
  if (a === 0) return 0;
  const positive = oneMinusOverOnePlus(expOnNegativeValues(-Math.abs(a), integerBits + 1));
  return a > 0 ? positive : -positive;
}

/**
 * 1 / x of a positive x with `integerBits` integer bits, as a Q0.31 mantissa and the number of bits that x is over its
 * unit: 1 / x = mantissa / 2^bits.
 */
export function fixedReciprocal(x: number, integerBits: number): { mantissa: number; bits: number } {
  const headroom = Math.clz32(x);
  return { mantissa: oneOverOnePlus(x * 2 ** headroom - 2 ** 31), bits: integerBits - headroom };
}

/**
 * 1 / sqrt(x) of an integer x >= 0 as a Q31 multiplier and a shift (negative: right), by five Newton steps from 1 on
 * y = y (3/2 - x/2 y^2) in Q3.28; 0 counts as 1.
 */
export function fixedInverseSqrt(x: number): { multiplier: number; shift: number } {
  if (x <= 1) return { multiplier: int32Max, shift: 0 };
  let right = 11;
  let v = x;
  while (v >= 2 ** 29) {
    v = Math.trunc(v / 4);
    right++;
  }
  const pairs = ((Math.clz32(v) - 1) >> 1) - 1;
  right -= pairs;
  v *= 4 ** pairs;
  const half = roundingDivideByPowerOfTwo(v >> 1, 1);
  let y = 1 << 28;
  for (let step = 0; step < 5; step++) {
    const cube = multiplyByPowerOfTwo(doublingHighMul(doublingHighMul(y, y), y), 6);
    y = multiplyByPowerOfTwo((doublingHighMul((1 << 28) + (1 << 27), y) - doublingHighMul(half, cube)) | 0, 3);
  }
  const multiplier = doublingHighMul(y, 1518500250);
  return right < 0 ? { multiplier: multiplier * 2 ** -right, shift: 0 } : { multiplier, shift: -right };
}
