import { expect, test } from "vitest";
import {
  cosf,
  erff,
  fusedMultiplyAdd,
  logf,
  narrow,
  narrowFormats,
  powf,
  roundawayf,
  roundf,
  sinf,
} from "../../src/ir/math.ts";

const f = Math.fround;

/** Distance from a double to its f32 approximation, in units of the last place of the f32. */
function ulps(found: number, exact: number): number {
  const nearest = f(exact);
  const next = new Float32Array([nearest]);
  new Int32Array(next.buffer)[0] += 1;
  return Math.abs(found - exact) / Math.abs(next[0] - nearest);
}

/** Numbers of all magnitudes, the same each time. */
function* numbers(count: number, reach: number): Generator<number> {
  let s = 7;
  const next = () => {
    s = (Math.imul(s, 1103515245) + 12345) >>> 0;
    return (s >>> 8) / 2 ** 24;
  };
  for (let i = 0; i < count; i++) yield f((next() - 0.5) * 2 ** (2 * reach * next() - reach));
}

test.each<[string, (x: number) => number, (x: number) => number, (x: number) => boolean]>([
  ["ln", logf, Math.log, (x) => x > 0],
  ["sin", sinf, Math.sin, (x) => Math.abs(x) < 1e5],
  ["cos", cosf, Math.cos, (x) => Math.abs(x) < 1e5],
])("%s is within half a unit of the last place", (_, found, exact, inside) => {
  for (const x of numbers(30000, 20)) if (inside(x)) expect(ulps(found(x), exact(x))).toBeLessThan(0.5001);
});

test("powers are within half a unit of the last place", () => {
  const ys = [...numbers(20000, 4)];
  [...numbers(20000, 8)].forEach((v, i) => {
    const x = Math.abs(v);
    const exact = x ** ys[i];
    if (exact > 1e-37 && exact < 3e38) expect(ulps(powf(x, ys[i]), exact)).toBeLessThan(0.5001);
  });
});

test("powers at the ends are C's", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  expect([powf(nan, 0), powf(1, nan), powf(-8, 3), powf(-8, 1.5), powf(2, -3)]).toEqual([1, 1, -512, nan, 0.125]);
  expect([powf(0, -1), powf(-0, -3), powf(-0, 3), powf(-inf, 3), powf(-inf, 0.5)]).toEqual([inf, -inf, -0, -inf, inf]);
  expect([powf(10, 60), powf(10, -60), powf(-1, inf), powf(4, 0.5), powf(inf, -2)]).toEqual([inf, 0, 1, 2, 0]);
});

test("erf", () => {
  const known = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2, 0.9953222650189527],
    [2.5, 0.999593047982555],
    [3, 0.9999779095030014],
    [2 ** -20, 2 ** -20 * 1.1283791670955126],
  ];
  for (const [x, want] of known) {
    expect(erff(x)).toBe(f(want));
    expect(erff(-x)).toBe(f(-want));
  }
  expect([erff(9), erff(Number.NEGATIVE_INFINITY), erff(Number.NaN)]).toEqual([1, -1, Number.NaN]);
});

test("logarithms at the ends", () => {
  expect([0, -1, Number.POSITIVE_INFINITY, 1].map(logf)).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0,
  ]);
  expect(logf(2 ** -149)).toBe(f(-149 * Math.LN2));
});

test("rounding to whole numbers and to 16 bits takes halves to even", () => {
  const halff = (x: number) => narrow(x, narrowFormats.half);
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 8388609].map(roundf)).toEqual([0, 2, 2, -0, -2, 2, 8388609]);
  expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519.99, 65520, 2 ** -25, 3 * 2 ** -25].map((x) => halff(f(x)))).toEqual([
    1,
    1 + 2 ** -9,
    65504,
    Number.POSITIVE_INFINITY,
    0,
    2 ** -23,
  ]);
});

test("rounding to whole numbers away from zero", () => {
  expect([0.5, 1.5, -2.5, -0.25, 0.49999997, 8388609].map(roundawayf)).toEqual([1, 2, -3, -0, 0, 8388609]);
});

/** x * y + z of f32 values in units of 2^-400, exactly. */
const exactly = (x: number, y: number, z: number): bigint => {
  const units = (v: number): bigint => BigInt(v * 2 ** 200);
  return units(x) * units(y) + (units(z) << 200n);
};

test("a fused multiply-add rounds its exact sum once, also where the double in between is a tie", () => {
  // 1 + 2^-24 is a tie of f32; what a double cannot hold beside it decides.
  expect(fusedMultiplyAdd(2 ** -30, 2 ** -30, f(1 + 2 ** -23))).toBe(f(1 + 2 ** -23));
  const tie = 2 ** -24;
  expect(fusedMultiplyAdd(1 + 2 ** -23, 2 ** 0, 0)).toBe(1 + 2 ** -23);
  expect(fusedMultiplyAdd(f(tie * (1 + 2 ** -23)), f(1 - 2 ** -23), 1)).toBe(1);
  expect(fusedMultiplyAdd(f(tie * (1 + 2 ** -22)), f(1 - 2 ** -23), 1)).toBe(f(1 + 2 ** -23));
  const [xs, ys, zs] = [numbers(4000, 6), numbers(4100, 6), numbers(4200, 6)].map((g) => [...g]);
  xs.forEach((x, i) => {
    const [y, z] = [ys[i + 50], zs[i + 100]];
    const found = fusedMultiplyAdd(x, y, z);
    const distance = (v: number): bigint => {
      const d = exactly(v, 1, 0) - exactly(x, y, z);
      return d < 0n ? -d : d;
    };
    const around = new Float32Array([found]);
    const ints = new Int32Array(around.buffer);
    for (const step of [1, -1]) {
      ints[0] += step;
      expect(distance(found) <= distance(around[0])).toBe(true);
      ints[0] -= step;
    }
  });
});
