import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostTarget } from "../../src/codegen/build.ts";
import { makePlan, type Plan, type Step } from "../../src/codegen/plan.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { nativeBackend, wasmBackend } from "../../src/inspect/backends.ts";
import { type BisectResult, bisect } from "../../src/inspect/bisect.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { parse } from "../../src/ir/parse.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import type { Pass } from "../../src/passes/pass.ts";
import { pipeline, runPipeline } from "../../src/passes/pipeline.ts";
import type { Applied } from "../../src/passes/rewrite.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { goldenFiles } from "../golden/sections.ts";
import { addon } from "../native/native.ts";
import { describeModels } from "../vectors.ts";
import { withFaultyKernel, withFaultyRule, withRule } from "./planted.ts";

/** Every rewrite of a run, with its pass. */
function logOf(graph: Graph, passes: readonly Pass[]): (Applied & { pass: string })[] {
  const log: (Applied & { pass: string })[] = [];
  runPipeline(graph, {
    passes,
    onPass: (pass, _, __, applied) => log.push(...applied.map((a) => ({ ...a, pass: pass.name }))),
  });
  return log;
}

/** Golden graphs on which a rule fires when its pass runs alone or, for those of the pipeline, with all others. */
const graphs = goldenFiles()
  .filter((f) => !["parse", "verify"].includes(f.run[0]))
  .flatMap((f) => {
    const passes = f.run[0] === "pipeline" ? pipeline : pipeline.filter((p) => f.run.includes(p.name));
    return f.sections.map((s) => ({ graph: parse(s.text), passes, where: `${f.name}:${s.line}` }));
  })
  .map((g) => ({ ...g, log: logOf(g.graph, g.passes) }));

const rules = pipeline.flatMap((p) => p.rules.map((r) => r.name));

describe("a fault planted in a rule is named by pass, rule, value and number", () => {
  test.each([...new Set(rules)])("%s", async (rule) => {
    // Where the rule fires last of several times comes first: the search has most to get wrong there.
    const firings = graphs
      .map((g) => ({ ...g, of: g.log.filter((a) => a.rule === rule) }))
      .filter((g) => g.of.length > 0)
      .sort((a, b) => b.of.length - a.of.length || b.log.length - a.log.length);
    expect(firings.length).toBeGreaterThan(0);
    for (const { graph, passes, of } of firings) {
      for (const value of [0, 1, 37]) {
        const faulty = withFaultyRule(passes, rule, of.length, value);
        const result = await bisect(graph, inputsFor(graph, 1), [], { passes: faulty });
        // The constant may be what the value is, or not matter for the outputs.
        if (!result.rules.difference) continue;
        expect(result.rules.rewrite).toEqual(of[of.length - 1]);
        return;
      }
    }
    expect.unreachable(`no golden graph shows a fault in ${rule}`);
  });
});

const block = graphs.find((g) => g.where.startsWith("pipeline/block.qir"))!.graph;

test("a rule that changes a type, and one that makes an illegal node, are named with the error", async () => {
  const narrow = withRule(pipeline, "clamp-into-producer", (rule) => (node, b) => {
    const to = rule.apply(node, b);
    return to && { ...to, type: { ...to.type, shape: [1, ...to.type.shape] } };
  });
  const typed = await bisect(block, inputsFor(block, 1), [], { passes: narrow });
  expect(typed.rules.rewrite).toMatchObject({
    pass: "fuseClamp",
    error: expect.stringContaining("clamp-into-producer at %c makes"),
  });

  const illegal = withRule(pipeline, "requantize-into-kernel", (rule, firing) => (node, b) => {
    const to = rule.apply(node, b);
    return to && firing() === 2 ? { ...to, attrs: { ...to.attrs, stride: [0, 0] } } : to;
  });
  const wanted = logOf(block, pipeline).filter((a) => a.rule === "requantize-into-kernel")[1];
  const verified = await bisect(block, inputsFor(block, 1), [], { passes: illegal });
  expect(verified.rules.rewrite).toEqual({
    ...wanted,
    error: expect.stringMatching(/^after fuseRequantize: %q2 .* wants/),
  });
});

const target = hostTarget();
const cases = ["float", "gate", "mobile", "residual"].map(
  (name) => [name, parse(readFileSync(join(import.meta.dirname, `../run/cases/${name}.qir`), "utf8"))] as const,
);

test.each(cases)("%s: nothing is found where nothing is wrong", async (_, graph) => {
  const backends = [wasmBackend(target), wasmBackend(hostTarget("simd128"))];
  const result = await bisect(graph, inputsFor(graph, 1), backends);
  expect(result.rules).toEqual({ backend: "interpreter" });
  expect(result.backends).toEqual(backends.map(({ name, level }) => ({ backend: name, level })));
  expect(result.rewrites).toBe(logOf(graph, pipeline).filter((a) => a.number !== undefined).length);
});

describe("a fault planted in a kernel is named by step and kernel", () => {
  const ofWasm = (graph: Graph, inputs: readonly TypedArray[], alter: ReturnType<typeof withFaultyKernel>) =>
    bisect(graph, inputs, [wasmBackend(target, alter)]);

  test.each(cases)("wasm, each step of %s", async (_, graph) => {
    const { steps } = makePlan(runPipeline(graph), target);
    let shown = 0;
    for (const step of steps) {
      const { rules, backends } = await ofWasm(graph, inputsFor(graph, 1), withFaultyKernel(step.name));
      expect(rules.difference).toBe(undefined);
      // What later steps clamp away shows in no output.
      if (!backends[0].difference) continue;
      expect(backends[0].step).toMatchObject({
        step: step.name,
        op: step.node.op.name,
        kernel: step.kernel.name,
        count: 1,
        first: 0,
      });
      shown++;
    }
    expect(shown).toBeGreaterThan(1);
  });

  test("one that only a fused kernel has, with the rewrite that brought it in", async () => {
    const [, graph] = cases[2];
    const adds = (s: Step) => s.node.attrs.epilogue?.some((e: { kind: string }) => e.kind === "add") === true;
    const fused = makePlan(runPipeline(graph), target).steps.find(adds)!;
    const alter = (plan: Plan) => plan.steps.filter(adds).reduce((p, s) => withFaultyKernel(s.name, 5)(p), plan);
    const { backends } = await ofWasm(graph, inputsFor(graph, 1), alter);
    expect(backends[0].step).toMatchObject({ step: fused.name, kernel: fused.kernel.name, first: 5 });
    expect(backends[0].rewrite).toMatchObject({ pass: "fuseResidual", rule: "add-into-kernel", at: fused.name });
  });

  test("a kernel that writes over another's operand", async () => {
    const [, graph] = cases[2];
    const { steps } = makePlan(runPipeline(graph), target);
    const [stem, between] = ["stem", "depthwise"].map((name) => steps.find((s) => s.name === name)!);
    const alter = withFaultyKernel(between.name, stem.result.at - between.result.at + 7);
    const { backends } = await ofWasm(graph, inputsFor(graph, 1), alter);
    expect(backends[0].step).toMatchObject({ step: "residual", op: "k.conv", damaged: "stem" });
  });
});

describe("native", () => {
  if (!addon) test.skip("skipped: no native back end", () => {});
  else {
    test.each(cases)("%s: nothing is found where nothing is wrong", async (_, graph) => {
      const { rules, backends } = await bisect(graph, inputsFor(graph, 1), [await nativeBackend()]);
      expect(rules.difference).toBe(undefined);
      expect(backends[0].difference ?? backends[0].step).toBe(undefined);
    });

    test("a fault planted in what the library is given is named", async () => {
      const [, graph] = cases[3];
      const lowered = runPipeline(graph);
      const victim = lowered.nodes.filter((n) => n.op.name === "k.conv").at(-1)!;
      const name = lowered.nameOf(victim);
      const alter = (g: Graph) =>
        g.map((node) => {
          const [stage, ...rest] = node.attrs.epilogue ?? [];
          if (node.name !== victim.name || stage?.kind !== "requantize") return node;
          return { ...node, attrs: { ...node.attrs, epilogue: [{ ...stage, zero: stage.zero + 1 }, ...rest] } };
        });
      const { backends } = await bisect(graph, inputsFor(graph, 1), [await nativeBackend(undefined, alter)]);
      expect(backends[0].step).toMatchObject({ step: name, op: "k.conv" });
    });
  }
});

describeModels("a real model", (models) => {
  const graph = importTflite(readFileSync(join(models, "pretrainedResnet_quant.tflite")));
  const inputs = inputsFor(graph, 1);
  const found = ({ rules, backends }: BisectResult) => [rules, ...backends].map((f) => f.difference !== undefined);

  test("runs everywhere with the same bytes; a fault in the fifth fusion is found", async () => {
    expect(found(await bisect(graph, inputs, [wasmBackend(target)]))).toEqual([false, false]);
    const passes = withFaultyRule(pipeline, "requantize-into-kernel", 5, 3);
    const { rules } = await bisect(graph, inputs, [], { passes });
    expect(rules.rewrite).toMatchObject({ pass: "fuseRequantize", rule: "requantize-into-kernel", number: 5 });
  });
});
