import { expect, test } from "vitest";
import type { Rand } from "../../src/ir/attr.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { constant, makeConst } from "../../src/ir/ops/source.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { verified } from "../../src/ir/verify.ts";
import type { Pass } from "../../src/passes/pass.ts";
import { passNamed, pipeline } from "../../src/passes/pipeline.ts";
import { PassContext } from "../../src/passes/rewrite.ts";
import { generate, inputsFor, random, randomValues } from "../fuzz/generate.ts";
import { timeBox } from "../fuzz/time-box.ts";
import { goldenFiles } from "../golden/sections.ts";

/** Runs passes one by one; each must leave a legal graph that prints, reads back, and means the same. Returns the rules applied. */
function checkPasses(graph: Graph, passes: readonly Pass[], seed: number): string[] {
  const inputs = inputsFor(graph, seed);
  const want = interpret(graph, inputs);
  const context = new PassContext();
  let current = graph;
  for (const pass of passes) {
    const next = pass.run(current, context);
    if (next === current) continue;
    const where = `seed ${seed} after ${pass.name}`;
    const text = print(verified(next, where));
    expect(print(parse(text)), where).toBe(text);
    expect(interpret(next, inputs), `${where}, before:\n${print(current)}\nafter:\n${text}`).toEqual(want);
    current = next;
  }
  return context.applied.map((a) => a.rule);
}

test("the pipeline keeps every bit of random graphs, in its own order and in any other", () => {
  const fired = new Set<string>();
  const runs = timeBox((seed) => {
    const rand = random(seed ^ 0x2545f491);
    const passes = rand(0, 2) ? pipeline : shuffled(pipeline, rand);
    for (const rule of checkPasses(generate(seed, 16), passes, seed)) fired.add(rule);
  });
  expect(runs).toBeGreaterThan(10);
  expect(fired.size).toBeGreaterThan(10);
});

test("golden graphs with other constants: every rule fires and every bit is kept", () => {
  const fired = new Set<string>();
  const start = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 30));
  const files = goldenFiles().filter((f) => !["verify", "parse"].includes(f.run[0]));
  for (const [i, file] of files.entries()) {
    const own = file.run[0] === "pipeline" ? [] : file.run.map((name) => passNamed(name, "run"));
    for (const [j, section] of file.sections.entries()) {
      const seed = start + i * 1000 + j;
      const rand = random(seed);
      for (const graph of [parse(section.text), withOtherConstants(parse(section.text), rand)]) {
        for (const rule of checkPasses(graph, [...own, ...shuffled(pipeline, rand)], seed)) fired.add(rule);
      }
    }
  }
  const rules = new Set(pipeline.flatMap((p) => p.rules.map((r) => r.name)));
  expect([...rules].filter((r) => !fired.has(r))).toEqual([]);
});

function shuffled<T>(list: readonly T[], rand: Rand): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = rand(0, i);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const withOtherConstants = (graph: Graph, rand: Rand): Graph =>
  graph.map((n) => (n.op === constant ? makeConst(n.name, n.type, randomValues(n.type, rand)) : n));
