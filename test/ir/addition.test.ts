import { expect, test } from "vitest";
import { type Addition, type AdditionRule, addBy, additionRules, exchanged } from "../../src/ir/addition.ts";
import { quantizeMultiplier } from "../../src/ir/rescale.ts";
import { random } from "../fuzz/generate.ts";

const rand = random(11);

function sample(rule: AdditionRule): Addition {
  const f = Math.fround;
  const [sx, sy, s] = [1, 2, 3].map(() => f(rand(1, 999) / 4096));
  switch (rule) {
    case "f32":
      return { rule, k: [sx, sy, f(1 / s)] };
    case "fixed_away":
    case "fixed_up":
      return { rule, k: [rand(1 << 20, 1 << 22), rand(1 << 20, 1 << 22), 21] };
    default:
      return {
        rule,
        k: [
          20,
          ...quantizeMultiplier(sx / (2 * Math.max(sx, sy))),
          ...quantizeMultiplier(sy / (2 * Math.max(sx, sy))),
          ...quantizeMultiplier((2 * Math.max(sx, sy)) / (2 ** 20 * s)),
        ],
      };
  }
}

test.each(Object.keys(additionRules) as AdditionRule[])("%s commutes exactly if it says so", (rule) => {
  const before: number[] = [];
  const after: number[] = [];
  for (let i = 0; i < 200; i++) {
    const by = sample(rule);
    const zeros = { x: rand(-128, 127), y: rand(-128, 127), result: rand(-128, 127) };
    // As if it commuted, also where it does not.
    const constants: readonly string[] = additionRules[rule].constants;
    const swapped = constants.map((c) => c.replace(/^[xy]/, (side) => (side === "x" ? "y" : "x")));
    const back = { rule, k: swapped.map((c) => by.k[constants.indexOf(c)]) };
    if (additionRules[rule].commutes) expect(exchanged(by)).toEqual(back);
    else expect(exchanged(by)).toBeUndefined();
    for (let j = 0; j < 100; j++) {
      const [x, y] = [rand(-128, 127), rand(-128, 127)];
      before.push(addBy(by, x, y, zeros));
      after.push(addBy(back, y, x, { x: zeros.y, y: zeros.x, result: zeros.result }));
    }
  }
  expect(new Set(before).size).toBeGreaterThan(100);
  if (additionRules[rule].commutes) expect(after).toEqual(before);
  else expect(after).not.toEqual(before);
});
