import { expect, test } from "vitest";
import { expf, sigmoidf, tanhf } from "../../src/ir/math.ts";

/** Distance from a double to its f32 approximation, in units of the last place of the f32. */
function ulps(found: number, exact: number): number {
  const nearest = Math.fround(exact);
  const next = new Float32Array([nearest]);
  new Int32Array(next.buffer)[0] += 1;
  return Math.abs(found - exact) / Math.abs(next[0] - nearest);
}

test.each<[string, (x: number) => number, (x: number) => number, number]>([
  ["e^x", expf, Math.exp, 87],
  ["sigmoid", sigmoidf, (x) => 1 / (1 + Math.exp(-x)), 80],
  ["tanh", tanhf, Math.tanh, 12],
])("%s is within half a unit of the last place", (_, found, exact, limit) => {
  for (let i = -20000; i <= 20000; i++) {
    const x = Math.fround((i / 20000) ** 3 * limit);
    expect(ulps(found(x), exact(x))).toBeLessThan(0.5001);
  }
});

test("at the ends", () => {
  expect([0, 89, 1e30, -104, -1e30].map(expf)).toEqual([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0]);
  expect([0, 1e30, -1e30].map(sigmoidf)).toEqual([0.5, 1, 0]);
  expect([0, 1e30, -1e30].map(tanhf)).toEqual([0, 1, -1]);
  expect([expf, sigmoidf, tanhf].map((fn) => fn(Number.NaN))).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
