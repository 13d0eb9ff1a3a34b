import fc from "fast-check";
import { expect, test } from "vitest";
import { mulByQuantizedMultiplier, quantizeMultiplier, rescaleRules, roundHalfAway } from "../../src/ir/rescale.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const q31 = fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 });

/** The two roundings of TFLite's double rule, spelled with unlimited integers. */
function doubleRounding(x: bigint, m: bigint, shift: bigint): bigint {
  const left = shift > 0n ? shift : 0n;
  const right = shift > 0n ? 0n : -shift;
  const product = BigInt.asIntN(32, x << left) * m;
  const nudged = product + (product >= 0n ? 1n << 30n : 1n - (1n << 30n));
  const high = nudged / (1n << 31n);
  if (right === 0n) return high;
  const magnitude = high < 0n ? -high : high;
  const rounded = (magnitude + (1n << (right - 1n))) >> right;
  return high < 0n ? -rounded : rounded;
}

test("q31_double equals the two roundings in unlimited integers", () => {
  fc.assert(
    fc.property(int32, q31, fc.integer({ min: -31, max: 0 }), (x, m, shift) => {
      expect(BigInt(mulByQuantizedMultiplier(x, m, shift))).toBe(doubleRounding(BigInt(x), BigInt(m), BigInt(shift)));
    }),
    { numRuns: 20000 },
  );
});

test("a left shift happens before the multiplication", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), q31, fc.integer({ min: 1, max: 9 }), (x, m, shift) => {
      expect(BigInt(mulByQuantizedMultiplier(x, m, shift))).toBe(doubleRounding(BigInt(x), BigInt(m), BigInt(shift)));
    }),
  );
});

test("ties: double and single rounding part at negative halves", () => {
  // -3/2 and 3/2: halves away from zero against halves up.
  expect(rescaleRules.q31_double(-3, 2 ** 30, 0, 0)).toBe(-2 + 1);
  expect(rescaleRules.q31_single(-3, 2 ** 30, 0, 0)).toBe(-1);
  expect(rescaleRules.q31_double(-6, 2 ** 30, -1, 0)).toBe(-2);
  expect(rescaleRules.q31_single(-6, 2 ** 30, -1, 0)).toBe(-1);
  expect(rescaleRules.f32_rne(3, 0.5, 0, 10)).toBe(12);
  expect(rescaleRules.f32_rne(5, 0.5, 0, 10)).toBe(12);
});

test("quantizeMultiplier keeps 31 bits", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 100, noNaN: true }), (value) => {
      const [m, shift] = quantizeMultiplier(value);
      expect(m).toBeGreaterThanOrEqual(2 ** 30);
      expect(m).toBeLessThan(2 ** 31);
      expect(Math.abs(m * 2 ** (shift - 31) - value)).toBeLessThanOrEqual(value * 2 ** -31);
    }),
  );
  expect(quantizeMultiplier(1)).toEqual([2 ** 30, 1]);
  expect(quantizeMultiplier(0.5)).toEqual([2 ** 30, 0]);
  expect(quantizeMultiplier(1 - 2 ** -40)).toEqual([2 ** 30, 1]);
  expect(quantizeMultiplier(1e-12)).toEqual([0, 0]);
});

test("roundHalfAway is C's round, also just below a half", () => {
  expect([0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, -0.3].map(roundHalfAway)).toEqual([1, -1, 2, 3, -3, 0, -0]);
});
