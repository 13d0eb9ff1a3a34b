/** The document of a dump: it keeps to its schema, its stages are the passes' graphs, and its plan is sound. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { makePlan } from "../../src/codegen/plan.ts";
import { collect, withProfile } from "../../src/explorer/collect.ts";
import type { DumpDocument } from "../../src/explorer/document.ts";
import { changesOf, nodesOf, operandNames } from "../../src/explorer/groups.ts";
import { documentJson } from "../../src/explorer/json.ts";
import { importTflite } from "../../src/index.ts";
import { Graph, make } from "../../src/ir/graph.ts";
import { clamp } from "../../src/ir/ops/elementwise.ts";
import { makeConst, makeParam } from "../../src/ir/ops/source.ts";
import { parse } from "../../src/ir/parse.ts";
import { tensorType } from "../../src/ir/type.ts";
import { pipeline, runPipeline } from "../../src/passes/pipeline.ts";
import { small } from "../cli/qjit.ts";
import { generate } from "../fuzz/generate.ts";
import { describeModels } from "../vectors.ts";

const schema = JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../../docs/dump.schema.json"), "utf8"));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
const target = { level: "simd128", dot: "inexact" } as const;

function check(document: DumpDocument): void {
  validate(JSON.parse(documentJson(document)));
  expect(validate.errors ?? []).toEqual([]);
}

/** Each stage of a document lists the nodes of the graph that the passes up to it leave, operand for operand. */
function checkStages(document: DumpDocument, graph: Graph): void {
  expect(document.stages.map((s) => s.name)).toEqual(["import", ...pipeline.map((p) => p.name)]);
  for (const [i, stage] of document.stages.entries()) {
    const want = i === 0 ? graph : runPipeline(graph, { after: stage.name });
    const nodes = nodesOf(document, i);
    expect(nodes.map((n) => [n.name, n.op])).toEqual(want.nodes.map((n) => [want.nameOf(n), n.op.name]));
    const before = new Set<string>();
    for (const node of nodes) {
      for (const operand of operandNames(node)) expect(before).toContain(operand);
      before.add(node.name);
    }
    for (const output of stage.outputs) expect(before).toContain(output.value);
  }
}

/** Buffers that are needed in one step share no byte, and every step's result lies in the buffer that names it. */
function checkPlan({ plan }: DumpDocument): void {
  const { buffers, steps } = plan!;
  for (const [i, a] of buffers.entries())
    for (const b of buffers.slice(i + 1)) {
      const together = a.first <= b.last && b.first <= a.last;
      const apart = a.at + a.bytes <= b.at || b.at + b.bytes <= a.at;
      expect(!together || apart, `${a.values} and ${b.values}`).toBe(true);
    }
  for (const [i, s] of steps.entries()) {
    const home = buffers.filter((b) => !b.scratch && b.values.includes(s.name));
    expect(home.length, s.name).toBe(1);
    expect(home[0].first <= i && i <= home[0].last, s.name).toBe(true);
    expect(home[0].at <= s.result.at && s.result.at + s.result.bytes <= home[0].at + home[0].bytes).toBe(true);
    for (const o of s.why.others)
      if (o.applies) expect(o.cost! >= (s.why.cost ?? 0), `${s.name}: ${o.kernel}`).toBe(true);
  }
}

test("a small graph, whole", () => {
  const graph = parse(small);
  const { document } = collect(graph, { target, file: "small.qir" });
  check(document);
  checkStages(document, graph);
  checkPlan(document);
  const lower = document.stages.findIndex((s) => s.name === "lower");
  expect(document.stages[lower].rules).toMatchObject([{ rule: "lower-conv2d", at: "acc" }]);
  expect([...changesOf(document, lower).changed]).toEqual(["acc"]);
  const w = document.nodes.find((n) => n.name === "w")!;
  expect(w.quantizer).toEqual({ scheme: "per_channel_affine", axis: 0, channels: 0 });
  expect(document.channels[0]).toEqual({
    name: "conv1.w",
    scales: [0.0041, 0.0038, 0.0052].map(Math.fround),
    zeroPoints: [0, 0, 0],
  });
  expect(document.constants[w.constant!]).toMatchObject({
    elements: 54,
    min: 1,
    max: 54,
    mean: 27.5,
    zeros: 0,
    distinct: 54,
    histogram: { from: 1, to: 54, counts: new Array(54).fill(1) },
    values: null,
  });
  expect(document.plan!.steps.map((s) => s.why.rounding)).toEqual([{ f32: 3, f64: 0, exact: 0 }, null]);
});

test("values of constants, where they are asked for", () => {
  const { document } = collect(parse(small), { data: true });
  const w = document.nodes.find((n) => n.name === "w")!;
  expect(Buffer.from(document.constants[w.constant!].values as string, "base64")).toEqual(
    Buffer.from(Array.from({ length: 54 }, (_, i) => i + 1)),
  );
  check(document);
  expect(document.plan).toBe(null);
});

test("a part of the passes has no plan", () => {
  const passes = { passes: pipeline.slice(0, 3) };
  const { document } = collect(parse(small), { target, passes });
  expect(document.stages.length).toBe(4);
  expect(document.plan).toBe(null);
  check(document);
});

test("times belong to steps", () => {
  const { document } = collect(parse(small), { target });
  const steps = [
    { ms: 3, share: 0.75 },
    { ms: 1, share: 0.25 },
  ];
  check(withProfile(document, { engine: "x", runs: 1, steps }));
  expect(() => withProfile(document, { engine: "x", runs: 1, steps: [] })).toThrow("0 times for 2 steps");
});

test("values that JSON has no form for", () => {
  const big = makeConst("big", tensorType("i64", [2]), BigInt64Array.of(9007199254740993n, 5n));
  const nan = makeConst("nan", tensorType("f32", [3]), Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1));
  const x = makeParam("x", tensorType("f32", [2]));
  const y = make(clamp, { x }, { range: [Number.NEGATIVE_INFINITY, 6] }, { name: "y" });
  const outputs = [y, nan, big].map((node) => ({ name: node.name, node }));
  const { document } = collect(new Graph("f", [x], outputs), { target });
  check(document);
  const of = (name: string) => document.constants[document.nodes.find((n) => n.name === name)!.constant!];
  expect(of("big").values).toEqual(["9007199254740993", 5]);
  expect(of("nan")).toMatchObject({ values: ["NaN", "Infinity", 1], notFinite: 2, min: 1, max: 1, distinct: 1 });
  expect(document.nodes.find((n) => n.name === "y")!.attributes).toEqual({ range: ["-Infinity", 6] });
});

describe("random graphs", () => {
  test.each(Array.from({ length: 40 }, (_, i) => i))("seed %i", (seed) => {
    const graph = generate(seed, 14);
    const { document, plan } = collect(graph, { target });
    check(document);
    checkStages(document, graph);
    checkPlan(document);
    expect(plan!.steps.map((s) => s.name)).toEqual(makePlan(runPipeline(graph), target).steps.map((s) => s.name));
  });
});

test("a document of 2,000 nodes grows with what passes do, not with their number", () => {
  const lines = Array.from({ length: 2000 }, (_, i) => `  %v${i + 1}: f32[4] = binary(%v${i}, %v${i}, fn=add)`);
  const graph = parse(`func @deep(%v0: f32[4]) {\n${lines.join("\n")}\n  return %v2000\n}\n`);
  const { document } = collect(graph, { target });
  expect(document.nodes.length).toBe(2001);
  expect(documentJson(document).length).toBeLessThan(2_000_000);
});

describeModels("real models", (models) => {
  test.each(["person_detect.tflite", "pretrainedResnet_quant.tflite", "kws_ref_model.tflite"])("%s", (file) => {
    const graph = importTflite(new Uint8Array(readFileSync(path.join(models, file))));
    const { document } = collect(graph, { target, file });
    check(document);
    checkStages(document, graph);
    checkPlan(document);
  });
});
