import fc from "fast-check";
import { expect, test } from "vitest";
import {
  applyFit,
  type Channel,
  exactOf,
  fitChannel,
  proves,
  type Shape,
  shapeOf,
  stepsOf,
} from "../../src/codegen/wasm/proof.ts";
import { applySum, proveAddition } from "../../src/codegen/wasm/proof-add.ts";
import { applyWide, fitWide } from "../../src/codegen/wasm/proof-wide.ts";
import { type Addition, addBy } from "../../src/ir/addition.ts";
import { clamp, quantizeMultiplier, type RescaleRule, rescaleRules } from "../../src/ir/rescale.ts";
import { perTensor, tensorType } from "../../src/ir/type.ts";

const rules: readonly RescaleRule[] = [
  "f32_rne",
  "f32_rne_zp",
  "f32_dequant_quant",
  "f64_away",
  "q31_double",
  "q31_single",
  "q15_single",
];

/** Channels with factors from 2^-10 to 2, full or one-sided clamps. */
const channels = fc
  .record({
    rule: fc.constantFrom(...rules),
    log: fc.integer({ min: -1000, max: 100 }).map((v) => v / 100),
    zero: fc.integer({ min: -128, max: 127 }),
    oneSided: fc.boolean(),
    reach: fc.integer({ min: 1, max: 2 ** 24 }),
  })
  .map(({ rule, log, zero, oneSided, reach }): { channel: Channel; shape: Shape } => {
    const factor = Math.fround(2 ** log);
    const [q, e] = quantizeMultiplier(factor);
    const fixed = rule.startsWith("q");
    const by = { rule, a: [fixed ? q : factor], b: fixed ? [e] : rule === "f32_dequant_quant" ? [1] : [] };
    const range: [number, number] = [oneSided ? zero : -128, 127];
    return { channel: { by, index: 0, zero, clamp: range, reach: [-reach, reach] }, shape: shapeOf(rule, zero, range) };
  });

test("a fitted formula equals the rule on accumulators drawn from all that are reachable", () => {
  const found = { f32: 0, f64: 0, none: 0 };
  fc.assert(
    fc.property(
      channels,
      fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
      ({ channel, shape }, draws) => {
        const steps = stepsOf(channel);
        if (!steps) return;
        const exact = exactOf(channel);
        const fit = fitChannel(shape, channel, steps);
        const wide = fitWide(shape, channel, steps);
        found[fit ? "f32" : wide ? "f64" : "none"]++;
        const accumulators = [...channel.reach, 0, ...Array.from(steps.at).flatMap((t) => [t - 1, t, t + 1])];
        for (let i = 0; i < 200; i++) accumulators.push(Math.round((draws.next().value as number) * channel.reach[1]));
        const wrong: unknown[] = [];
        for (const acc of accumulators) {
          if (acc < channel.reach[0] || acc > channel.reach[1]) continue;
          const [low, high] = channel.clamp;
          const want = exact(acc);
          if (fit && clamp(applyFit(shape.form, fit, shape.zero, acc), low, high) !== want) wrong.push([acc, fit]);
          if (wide && clamp(applyWide(shape.form, wide, shape.zero, acc), low, high) !== want) wrong.push([acc, wide]);
        }
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
  expect(found.f32).toBeGreaterThan(200);
  expect(found.f64).toBeGreaterThan(0);
});

test("steps are where the rule steps, and nowhere else", () => {
  fc.assert(
    fc.property(channels, ({ channel }) => {
      const steps = stepsOf(channel);
      if (!steps) return;
      const exact = exactOf(channel);
      const { at, first, last } = steps;
      expect([first, last, at.length]).toEqual([exact(channel.reach[0]), exact(channel.reach[1]), last - first]);
      const wrong = Array.from(at).filter((t, i) => exact(t) < first + 1 + i || exact(t - 1) >= first + 1 + i);
      expect(wrong).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test("the short form of q31_double is the rule", () => {
  const anything = fc.record({
    acc: fc.oneof(fc.integer({ min: -(2 ** 22), max: 2 ** 22 }), fc.integer({ min: -2000, max: 2000 })),
    a: fc.oneof(fc.constantFrom(2 ** 30, 2 ** 31 - 1, 3 * 2 ** 29), fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 })),
    b: fc.integer({ min: -20, max: 0 }),
  });
  fc.assert(
    fc.property(anything, ({ acc, a, b }) => {
      const by = { rule: "q31_double", a: [a], b: [b] } as const;
      const channel: Channel = { by, index: 0, zero: 3, clamp: [-1e9, 1e9], reach: [-1e6, 1e6] };
      expect(exactOf(channel)(acc)).toBe(clamp(rescaleRules.q31_double(acc, a, b, 3), -1e9, 1e9));
    }),
    { numRuns: 20000 },
  );
});

test("a proof refuses constants that are one step off", () => {
  const [q, e] = quantizeMultiplier(0.01);
  const by = { rule: "q31_double", a: [q], b: [e] } as const;
  const channel: Channel = { by, index: 0, zero: 0, clamp: [-128, 127], reach: [-40000, 40000] };
  const steps = stepsOf(channel)!;
  const fit = fitChannel({ form: "away", zero: 0 }, channel, steps)!;
  expect(proves("away", fit, 0, channel, steps)).toBe(true);
  expect(proves("away", { ...fit, offset: fit.offset + 0.011 }, 0, channel, steps)).toBe(false);
  expect(proves("away", { ...fit, scale: fit.scale * 1.0001 }, 0, channel, steps)).toBe(false);
  expect(proves("plus", fit, 0, channel, steps)).toBe(false);
});

test("a rule that wraps within reach has no steps", () => {
  const by = { rule: "q31_double", a: [2 ** 30], b: [8] } as const;
  const channel: Channel = { by, index: 0, zero: 0, clamp: [-128, 127], reach: [-(2 ** 24), 2 ** 24] };
  expect(stepsOf(channel)).toBeUndefined();
});

test("a residual sum within a millionth of a tie takes the offset away from zero", () => {
  const k = [20, 1 << 30, 0, 1921681490, -1, 1087021813, -18];
  const add = { kind: "add", by: { rule: "q31_three", k }, zero: -14, clamp: [-128, 127] } as const;
  const before = { kind: "requantize", by: { rule: "f32_rne", a: [1], b: [] }, zero: -6, clamp: [-128, 127] } as const;
  const fit = proveAddition(add, before, tensorType("i8", [1], perTensor(1, -31)));
  expect(fit?.away).toBeGreaterThan(0);
});

test("a proven sum equals the rule on every pair of bytes", () => {
  const scale = fc.integer({ min: -300, max: 100 }).map((v) => Math.fround(2 ** (v / 100)));
  const byte = fc.integer({ min: -128, max: 127 });
  const rules = ["f32", "f32_fma", "fixed_away", "fixed_up", "q31_three", "q31_three_sub"] as const;
  const found = new Map<string, number>();
  const cases = fc.record({ rule: fc.constantFrom(...rules), a: scale, b: scale, x: byte, y: byte, zero: byte });
  fc.assert(
    fc.property(cases, ({ rule, a, b, x, y, zero }) => {
      const by = { rule, k: additionConstants(rule, a, b, [x, y, zero]) } as Addition;
      const add = { kind: "add", by, zero, clamp: [-128, 127] } as const;
      const before = {
        kind: "requantize",
        by: { rule: "f32_rne", a: [1], b: [] },
        zero: x,
        clamp: [-128, 127],
      } as const;
      const fit = proveAddition(add, before, tensorType("i8", [1], perTensor(1, y)));
      if (!fit) return;
      found.set(rule, (found.get(rule) ?? 0) + 1);
      const wrong: unknown[] = [];
      for (let i = -128; i < 128; i++) {
        for (let j = -128; j < 128; j++) {
          const want = clamp(addBy(by, i, j, { x, y, result: zero }), -128, 127);
          if (applySum(fit, add, i, j) !== want) wrong.push([i, j]);
        }
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 120 },
  );
  for (const rule of rules) expect(found.get(rule), rule).toBeGreaterThan(3);
});

/** Constants of a sum of bytes times `a` and `b`, as importers make them. */
function additionConstants(rule: Addition["rule"], a: number, b: number, [x, y, zero]: number[]): number[] {
  switch (rule) {
    case "f32":
      return [Math.fround(a / 8), Math.fround(b / 8), 8];
    case "f32_fma":
      return [a, b, Math.fround(zero - x * a - y * b)];
    case "fixed_away":
    case "fixed_up":
      return [Math.round(a * 2 ** 20), Math.round(b * 2 ** 20), 20];
    default: {
      const twice = 2 * Math.max(a, b);
      const parts = [quantizeMultiplier(a / twice), quantizeMultiplier(b / twice), quantizeMultiplier(twice / 2 ** 20)];
      return [20, ...parts.flat()];
    }
  }
}
