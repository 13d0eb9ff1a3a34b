import { expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { Graph, make, type Node } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { cast, clamp, qadd } from "../../src/ir/ops/elementwise.ts";
import { reshape } from "../../src/ir/ops/shape.ts";
import { makeParam } from "../../src/ir/ops/source.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { perTensor, tensorType } from "../../src/ir/type.ts";
import { VerifyFailure } from "../../src/ir/verify.ts";
import { pipeline, runPipeline } from "../../src/passes/pipeline.ts";
import { type Applied, PassContext, rewrite, rule } from "../../src/passes/rewrite.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { goldenFiles } from "../golden/sections.ts";

const block = parse(goldenFiles().find((f) => f.name === "pipeline/block.qir")!.sections[0].text);

/** The graph after the pipeline with this much fuel, and all that was applied. */
function run(fuel?: number): { graph: Graph; applied: Applied[] } {
  const applied: Applied[] = [];
  const graph = runPipeline(block, { fuel, onPass: (_, __, ___, done) => applied.push(...done) });
  return { graph, applied };
}

test("fuel stops after so many rewrites, in the order of the full run; required passes run in any case", () => {
  const all = run().applied;
  const required = new Set(pipeline.filter((p) => p.required).flatMap((p) => p.rules.map((r) => r.name)));
  const optional = all.filter((a) => !required.has(a.rule)).length;
  expect(optional).toBeGreaterThan(5);
  const inputs = inputsFor(block, 3);
  const want = interpret(block, inputs);
  for (let fuel = 0; fuel <= optional; fuel++) {
    const { graph, applied } = run(fuel);
    expect(applied.filter((a) => !required.has(a.rule))).toEqual(
      all.filter((a) => !required.has(a.rule)).slice(0, fuel),
    );
    expect(graph.nodes.filter((n) => n.op.level === "tensor")).toEqual([]);
    expect(interpret(graph, inputs), `fuel ${fuel}`).toEqual(want);
  }
  expect(print(run(optional).graph)).toBe(print(run().graph));
});

test("a run can stop after any pass, be printed, and go on from the next", () => {
  const whole = print(runPipeline(block));
  pipeline.slice(0, -1).forEach((pass, i) => {
    const text = print(runPipeline(block, { after: pass.name }));
    expect(print(runPipeline(parse(text), { from: pipeline[i + 1].name })), pass.name).toBe(whole);
  });
});

test("onPass sees every pass once, and the same graph where nothing changed", () => {
  const seen: string[] = [];
  runPipeline(block, {
    onPass(pass, before, after, applied) {
      seen.push(pass.name);
      expect(after === before).toBe(applied.length === 0);
    },
  });
  expect(seen).toEqual(pipeline.map((p) => p.name));
});

test("the name of a pass that does not exist is refused", () => {
  expect(() => runPipeline(block, { from: "fuse" })).toThrow(ArgumentError);
  expect(() => runPipeline(block, { after: "fuse" })).toThrow(/^after: wanted one of foldConstants, .*, got fuse$/);
});

test("an illegal graph is refused before the first pass", () => {
  const bad = parse("func @f(%x: i8[2]<0.5>) {\n  %y: i8[2]<0.5> = clamp(%x, range=[0, 200])\n  return %y\n}");
  expect(() => runPipeline(bad)).toThrow(VerifyFailure);
});

const type = tensorType("i8", [2], perTensor(0.5));
const graphOf = (x: Node, ...outputs: Node[]) =>
  new Graph(
    "g",
    [x],
    outputs.map((node, i) => ({ name: `o${i}`, node })),
  );

test("rules that undo each other are reported, not followed for ever", () => {
  const x = makeParam("x", type);
  const y = make(clamp, { x }, { range: [0, 1] }, { name: "y" });
  const up = rule("up", clamp, (n, b) =>
    n.attrs.range[1] === 1 ? b.change(n, { attrs: { range: [0, 2] } }) : undefined,
  );
  const down = rule("down", clamp, (n, b) =>
    n.attrs.range[1] === 2 ? b.change(n, { attrs: { range: [0, 1] } }) : undefined,
  );
  expect(() => rewrite(graphOf(x, y), [up, down], new PassContext())).toThrow(
    /the rules do not settle: .*(up at %y, down|down at %y, up) at %y/,
  );
});

test("a rule that changes a type is reported", () => {
  const x = makeParam("x", type);
  const y = make(clamp, { x }, { range: [0, 1] }, { name: "y" });
  const bad = rule("bad", clamp, (n, b) => b.make(cast, { x: n.in.x }, {}, { storage: "u8" }));
  expect(() => rewrite(graphOf(x, y), [bad], new PassContext())).toThrow("bad at %y makes u8[2] of i8[2]<0.5>");
});

test("absorb counts readers as they are after what has been rewritten already", () => {
  const x = makeParam("x", type);
  const a = make(clamp, { x }, { range: [0, 9] }, { name: "a" });
  // Two readers of %a, of which the first disappears before the second is looked at.
  const r = make(reshape, { x: a }, { shape: [2] }, { name: "r" });
  const c = make(clamp, { x: a }, { range: [1, 9] }, { name: "c" });
  const s = make(
    qadd,
    { x: r, y: c },
    { by: { rule: "f32", k: [0.5, 0.5, 2] }, clamp: [-128, 127] },
    { storage: "i8", quant: perTensor(0.5), name: "s" },
  );
  const counts: [string, number, boolean, number][] = [];
  const drop = rule("drop", reshape, () => x);
  const look = rule("look", clamp, (n, b) => {
    counts.push([n.name, b.usesOf(n.in.x), b.absorb(n.in.x, clamp) !== undefined, b.usesOf(x)]);
    return undefined;
  });
  rewrite(graphOf(x, s), [drop, look], new PassContext());
  // First sweep: %a reads %x once; after the drop %x has two readers and %a one. Second sweep: nothing left to drop.
  expect(counts).toEqual([
    ["a", 1, false, 1],
    ["c", 1, true, 2],
    ["a", 2, false, 2],
    ["c", 1, true, 2],
  ]);
});

test("a graph of thousands of nodes takes time in proportion", () => {
  const x = makeParam("x", type);
  let node: Node = x;
  for (let i = 0; i < 4000; i++) {
    node = make(clamp, { x: node }, { range: [-128 + (i % 3), 127 - (i % 5)] }, { name: `c${i}` });
    node = make(reshape, { x: node }, { shape: [2] }, { name: `r${i}` });
  }
  const start = performance.now();
  const result = runPipeline(graphOf(x, node));
  // About 0.1 s here; a driver that rebuilt the graph for each of the 8000 rewrites would take minutes.
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(print(result)).toContain("clamp(%x, range=[-126, 123])");
});
