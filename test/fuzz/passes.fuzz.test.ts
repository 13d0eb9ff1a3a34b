import { expect, test } from "vitest";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";
import { pipeline, runPipeline } from "../../src/passes/pipeline.ts";
import { generate, inputsFor } from "./generate.ts";
import { timeBox } from "./time-box.ts";

/** Seeds that every run tries, time box or not: enough for each rule to fire. */
const fixedSeeds = 1500;

test("every pass keeps every bit on random graphs, and every rule fires", () => {
  const fired = new Map<string, number>();
  const property = (seed: number) => {
    const graph = generate(seed);
    const inputs = inputsFor(graph, seed);
    const want = interpret(graph, inputs);
    runPipeline(graph, {
      onPass(pass, before, after, applied) {
        for (const { rule } of applied) fired.set(rule, (fired.get(rule) ?? 0) + 1);
        if (after === before) return;
        const message = `seed ${seed} after ${pass.name}\n${print(before)}\n${print(after)}`;
        expect(interpret(after, inputs), message).toEqual(want);
      },
    });
  };
  for (let seed = 0; seed < fixedSeeds; seed++) property(seed);
  timeBox(property);
  const silent = pipeline.flatMap((p) => p.rules.map((r) => r.name)).filter((name) => !fired.has(name));
  expect(silent).toEqual([]);
});

test("fuel stops the pipeline after any number of rewrites with every bit kept", () => {
  timeBox((seed) => {
    const graph = generate(seed, 6);
    const inputs = inputsFor(graph, seed);
    const want = interpret(graph, inputs);
    for (const fuel of [0, 1, 2, 5]) {
      expect(interpret(runPipeline(graph, { fuel }), inputs), `seed ${seed} fuel ${fuel}`).toEqual(want);
    }
  });
});
