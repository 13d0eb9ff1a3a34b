import { describe, expect, test } from "vitest";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";
import { addon, levels, nativeRuns, reportMissing } from "../native/native.ts";
import { differences } from "../run/ways.ts";
import { generate, inputsFor } from "./generate.ts";
import { timeBox } from "./time-box.ts";

reportMissing();

/** Seeds that every run tries, whatever the time box. */
const fixedSeeds = 200;

describe.runIf(addon)("native", () => {
  test.each(levels)("%s returns the interpreter's bits on random graphs", (level) => {
    const check = (seed: number): void => {
      const graph = generate(seed, 8);
      for (const way of nativeRuns(graph, [level])) {
        for (const given of [inputsFor(graph, seed), inputsFor(graph, seed + 1)]) {
          const want = interpret(graph, given);
          const wrong = way.run(given).map((o, i) => differences(o, want[i]));
          if (wrong.some((w) => w.length))
            expect(wrong, `${way.name}: seed ${seed}\n${print(graph)}`).toEqual(wrong.map(() => []));
        }
        way.dispose();
      }
    };
    for (let seed = 0; seed < fixedSeeds; seed++) check(seed);
    expect(timeBox(check)).toBeGreaterThan(0);
  });
});
