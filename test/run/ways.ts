/** Every way of running a graph: they all return the same integers. */
import { setFlagsFromString } from "node:v8";
import { expect } from "vitest";
import { load } from "../../runtime/index.ts";
import { probeEngine } from "../../runtime/probe.ts";
import { Program } from "../../runtime/program.ts";
import { build } from "../../src/codegen/build.ts";
import type { WasmTarget } from "../../src/codegen/wasm/kernel.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { flavours, withDots } from "../emulated-dot.ts";
import { levels, nativeRuns } from "../native/native.ts";

// Node 20 has relaxed SIMD behind a flag, which other versions do not know or need.
try {
  if (!probeEngine().relaxed) setFlagsFromString("--experimental-wasm-relaxed-simd");
} catch {
  // Then only the baseline is tested, which `targets` shows.
}

/** The targets that this engine can run. */
export const targets: readonly WasmTarget[] = [
  { level: "simd128", dot: "inexact" },
  ...(probeEngine().relaxed ? [{ level: "relaxed", dot: probeEngine().dot } as const] : []),
];

/** Runs inputs through a graph; `end` lets go of what it holds. */
export type Runner = ((inputs: readonly TypedArray[]) => TypedArray[]) & { end?(): void };

/** A way of running. */
export interface Way {
  readonly name: string;
  prepare(graph: Graph): Promise<Runner> | Runner;
}

/** The reference, and what must equal it. */
export const reference: Way = { name: "interpret", prepare: (g) => (x) => interpret(g, x) };

export const ways: readonly Way[] = [
  {
    name: "reparse",
    prepare(g) {
      const again = parse(print(g));
      return (x) => interpret(again, x);
    },
  },
  {
    name: "optimized",
    prepare(g) {
      const better = runPipeline(g);
      return (x) => interpret(better, x);
    },
  },
  ...targets.map(
    (target): Way => ({
      name: `wasm ${target.level}`,
      async prepare(g) {
        const { wasm } = await build(g, target);
        const program = new Program(new WebAssembly.Module(wasm as BufferSource));
        return (x) => program.runSync(x) as TypedArray[];
      },
    }),
  ),
  ...flavours.map(
    ({ name, target }): Way => ({
      name,
      async prepare(g) {
        const { wasm } = await withDots(target.dot, () => build(g, target));
        const program = new Program(new WebAssembly.Module(wasm as BufferSource));
        return (x) => program.runSync(x) as TypedArray[];
      },
    }),
  ),
  {
    // Results must not depend on the number of threads: each graph has another one.
    name: "wasm threads",
    async prepare(g) {
      const { wasm } = await build(g, targets[g.nodes.length % targets.length], { threads: true });
      const program = await load(wasm as BufferSource, { threads: [2, 3, 5][g.nodes.length % 3] });
      const run: Runner = (x) => program.runSync(x) as TypedArray[];
      run.end = () => program.dispose();
      return run;
    },
  },
  ...levels.map(
    (level): Way => ({
      name: `native ${level}`,
      prepare(g) {
        const runs = nativeRuns(g, [level]);
        // On one thread and on several: what differs shows as a difference to the last one's results.
        return (x) => {
          const all = runs.map((r) => r.run(x));
          for (const other of all) expect(other).toEqual(all[0]);
          return all[0];
        };
      },
    }),
  ),
];

/** The first differing elements, at most five; empty where both are equal to the bit (all not-a-numbers are one). */
export function differences(found: TypedArray, want: TypedArray): string[] {
  if (found.constructor !== want.constructor || found.length !== want.length) {
    return [`${found.constructor.name} of ${found.length} instead of ${want.constructor.name} of ${want.length}`];
  }
  const list: string[] = [];
  for (let i = 0; i < want.length && list.length < 5; i++) {
    if (!Object.is(found[i], want[i])) list.push(`[${i}] ${found[i]} instead of ${want[i]}`);
  }
  return list;
}
