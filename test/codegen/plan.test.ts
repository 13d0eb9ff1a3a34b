import { describe, expect, test } from "vitest";
import { type Lifetime, placeBuffers } from "../../src/codegen/arena.ts";
import { ConstantPool } from "../../src/codegen/constants.ts";
import { constantRoot } from "../../src/codegen/liveness.ts";
import { makePlan, type Plan, printPlan, type Range } from "../../src/codegen/plan.ts";
import { segmentsOf } from "../../src/codegen/wasm/segments.ts";
import { type Graph, type Node, operandsOf } from "../../src/ir/graph.ts";
import { constantOf } from "../../src/ir/ops/source.ts";
import { parse } from "../../src/ir/parse.ts";
import { byteLength } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { generate, random } from "../fuzz/generate.ts";
import { timeBox } from "../fuzz/time-box.ts";

const target = { level: "simd128", dot: "inexact" } as const;
const planOf = (text: string): Plan => makePlan(parse(text), target);

const overlap = (a: Range, b: Range): boolean =>
  a.at < b.at + b.bytes && b.at < a.at + a.bytes && a.bytes > 0 && b.bytes > 0;

describe("arena", () => {
  test("buffers that are alive together never overlap, and the size is no more than all of them in a row", () => {
    timeBox((seed) => {
      const rand = random(seed);
      const buffers: Lifetime[] = Array.from({ length: rand(0, 40) }, () => {
        const first = rand(-1, 20);
        return { bytes: rand(0, 3) ? rand(0, 500) : 64 * rand(0, 9), first, last: first + rand(0, 8) };
      });
      const { offsets, bytes } = placeBuffers(buffers);
      buffers.forEach((a, i) => {
        expect(offsets[i] % 64).toBe(0);
        expect(offsets[i] + a.bytes).toBeLessThanOrEqual(bytes);
        buffers.slice(0, i).forEach((b, j) => {
          if (a.last < b.first || b.last < a.first) return;
          expect(overlap({ at: offsets[i], bytes: a.bytes }, { at: offsets[j], bytes: b.bytes })).toBe(false);
        });
      });
      expect(bytes).toBeLessThanOrEqual(buffers.reduce((n, b) => n + Math.ceil(b.bytes / 64) * 64, 0));
    });
  });

  test("equal constants stand once", () => {
    const pool = new ConstantPool();
    const a = pool.add(Uint8Array.of(1, 2, 3), 1);
    const b = pool.add(Uint8Array.of(1, 2, 4), 64);
    expect(b % 64).toBe(0);
    expect(pool.add(Uint8Array.of(1, 2, 3), 1)).toBe(a);
    expect(pool.add(Uint8Array.of(1, 2, 4), 16)).toBe(b);
    expect(pool.segments.length).toBe(2);
  });

  test("data segments leave out long runs of zeros and nothing else", () => {
    const bytes = new Uint8Array(1000);
    bytes.set([1, 0, 2], 10);
    bytes[400] = 3;
    bytes[450] = 4;
    const parts = segmentsOf([{ at: 0, bytes }]);
    expect(parts.map((s) => [s.at, s.bytes.length])).toEqual([
      [10, 3],
      [400, 51],
    ]);
    const back = new Uint8Array(1000);
    for (const s of parts) back.set(s.bytes, s.at);
    expect(back).toEqual(bytes);
  });
});

/** What each step reads must be what the steps that made it wrote: no other step writes there in between. */
function checkPlan(graph: Graph, plan: Plan): void {
  const end = plan.arena.at + plan.arena.bytes;
  const stepOf = new Map(plan.steps.map((s) => [s.node, s]));
  /** For each byte of the arena, the name of the value that is in it. */
  const owner = new Map<number, string>();
  const write = (r: Range, name: string) => {
    expect(r.at).toBeGreaterThanOrEqual(plan.arena.at);
    expect(r.at + r.bytes).toBeLessThanOrEqual(end);
    for (let i = r.at; i < r.at + r.bytes; i++) owner.set(i, name);
  };
  /** Who must have written each byte of a value. */
  const makers = (node: Node): string[] => {
    const step = stepOf.get(node);
    if (node.op.name === "param" || step) return new Array(byteLength(node.type)).fill(graph.nameOf(node));
    // What has no step is an alias, or made in parts.
    return operandsOf(node).flatMap(makers);
  };
  const holds = (node: Node, r: Range, by: string) => {
    const made = makers(node);
    const found = made.map((_, i) => owner.get(r.at + i));
    expect(found, `${by} reads %${graph.nameOf(node)}`).toEqual(made);
  };
  graph.params.forEach((p, i) => {
    write({ at: plan.params[i].at, bytes: byteLength(p.type) }, graph.nameOf(p));
  });
  for (const s of plan.steps) {
    const read = operandsOf(s.node).filter((n) => !constantOf(n));
    for (const [i, n] of read.entries()) if (!constantRoot(n)) holds(n, s.reads[i], s.name);
    if (s.scratch) {
      for (const r of [...s.reads, s.result]) expect(overlap(s.scratch, r)).toBe(false);
      write(s.scratch, `scratch of ${s.name}`);
    }
    for (const [i, r] of s.reads.entries()) {
      if (!overlap(r, s.result)) continue;
      const slots = operandsOf(s.node).flatMap((n, k) => (n === read[i] ? [k] : []));
      expect(r).toEqual(s.result);
      expect(slots.some((k) => s.kernel.inPlace?.includes(k))).toBe(true);
    }
    write(s.result, s.name);
  }
  for (const [i, o] of graph.outputs.entries()) {
    if (constantRoot(o.node)) continue;
    holds(o.node, { at: plan.outputs[i].at, bytes: byteLength(o.node.type) }, "the caller");
  }
}

describe("plan", () => {
  test("of random graphs: reads what was written, writes inside the arena, overwrites only where a kernel allows it", () => {
    const runs = timeBox((seed) => {
      const graph = runPipeline(generate(seed, 12));
      checkPlan(graph, makePlan(graph, target));
    });
    expect(runs).toBeGreaterThan(5);
  });

  test("reshape costs nothing, elementwise ops write over what they read last, outermost concat makes parts in place", () => {
    const plan = planOf(
      `func @m(%x: i8[1,4,5]<0.5>) {
  %a: i8[1,4,5]<0.5> = clamp(%x, range=[0, 9])
  %r: i8[20]<0.5> = reshape(%a, shape=[20])
  %b: i8[20]<0.5> = clamp(%r, range=[1, 8])
  %s: i8[1,20]<0.5> = slice(%c, begin=[0, 0], size=[1, 20], step=[1, 1])
  %c: i8[1,20]<0.5> = reshape(%b, shape=[1, 20])
  %t: i8[1,20]<0.5> = transpose(%q, perm=[1, 0])
  %q: i8[20,1]<0.5> = reshape(%c, shape=[20, 1])
  %j: i8[2,20]<0.5> = concat([%s, %t], axis=[0])
  return %j
}`.replace(/( {2}%s: .*\n)( {2}%c: .*\n)( {2}%t: .*\n)( {2}%q: .*\n)/, "$2$1$4$3"),
    );
    expect(plan.steps.map((s) => s.kernel.name)).toEqual([
      "x_vclamp__wasmsimd",
      "x_vclamp__wasmsimd",
      "x_slice",
      "x_transpose",
    ]);
    const [a, b, s, t] = plan.steps;
    expect(a.result.at).toBe(plan.params[0].at);
    expect(b.result.at).toBe(a.result.at);
    expect(plan.outputs[0].at).toBe(s.result.at);
    expect(t.result.at).toBe(s.result.at + 20);
  });

  test("text", () => {
    expect(
      printPlan(
        planOf(`func @m(%x: i8[1,2,2,8]<0.5>, %y: i8[1,2,2,8]<0.25>) {
  %a: i8[1,2,2,8]<0.5> = clamp(%x, range=[0, 9])
  %t: i8[256] = const(value=data)
  %b: i8[1,2,2,8]<0.125> = table(%y, %t)
  %c: i8[1,1,1,8]<0.5> = max_pool(%a, window=[2, 2])
  return %b, %c
}
data %t = "${Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => i)).toString("base64")}"
`),
      ),
    ).toMatchInlineSnapshot(`
      "plan @m for wasm.simd128  arena 192 bytes at 256, constants 256, memory 704
        in  %x 256+32
        in  %y 320+32
        x8_lut_x16__scalar       %b 320+32 <- 320+32 const 0+256
        x_vclamp__wasmsimd       %a 256+32 <- 256+32
        x_maxpool_c16__wasmsimd  %c 384+8 <- 256+32
        out %b 320+32
        out %c 384+8
      "
    `);
  });

  test("a parameter or constant may be an output, twice", () => {
    const plan = planOf(`func @m(%x: i8[4]<0.5>) {
  %k: i8[4]<0.5> = const(value=[1, 2, 3, 4])
  %r: i8[2,2]<0.5> = reshape(%x, shape=[2, 2])
  return %x as "a", %r as "b", %k as "c", %k as "d"
}`);
    expect(plan.steps).toEqual([]);
    expect(plan.outputs.map((o) => o.at)).toEqual([plan.params[0].at, plan.params[0].at, 0, 0]);
    expect(plan.constantBytes).toBe(4);
  });
});
