import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { pipeline, runPipeline } from "../../src/passes/pipeline.ts";
import { goldenFiles } from "../golden/sections.ts";
import { generate, inputsFor } from "./generate.ts";
import { timeBox } from "./time-box.ts";

/** Seeds that every run tries, whatever the time box. */
const fixedSeeds = 1200;

test("every pass keeps every bit on random graphs, and every rule fires", () => {
  const fired = new Map<string, number>();
  const check = (graph: Graph, seed: number) => {
    const inputs = inputsFor(graph, seed);
    const want = interpret(graph, inputs);
    runPipeline(graph, {
      onPass(pass, before, after, applied) {
        for (const { rule } of applied) fired.set(rule, (fired.get(rule) ?? 0) + 1);
        if (after === before) return;
        const found = interpret(after, inputs);
        // Text only for a failure: printing would take most of the time.
        if (!isDeepStrictEqual(found, want)) {
          expect(found, `seed ${seed} after ${pass.name}\n${print(before)}\n${print(after)}`).toEqual(want);
        }
      },
    });
  };
  // The golden files are seeds too: what a rule was written for is the first thing to try around it.
  for (const file of goldenFiles().filter((f) => !["parse", "verify"].includes(f.run[0]))) {
    for (const section of file.sections) check(parse(section.text), section.line);
  }
  for (let seed = 0; seed < fixedSeeds; seed++) check(generate(seed), seed);
  timeBox((seed) => check(generate(seed), seed));
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
