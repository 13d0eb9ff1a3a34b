import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { hostTarget } from "../../src/codegen/build.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";
import { wasmProgram } from "../../src/wasm-program.ts";
import { type WasmRun, wasmRuns } from "../wasm.ts";
import { generate, inputsFor } from "./generate.ts";
import { timeBoxAsync } from "./time-box.ts";

/** Seeds that every run tries, whatever the time box. */
const fixedSeeds = 40;

/** Holds runs of random graphs against the interpreter. */
async function fuzz(runsOf: (graph: Graph, seed: number) => Promise<WasmRun[]>, fixed: number): Promise<void> {
  const check = async (seed: number) => {
    const graph = generate(seed, 8);
    const runs = await runsOf(graph, seed);
    try {
      for (const s of [seed, seed + 1]) {
        const inputs = inputsFor(graph, s);
        const want = interpret(graph, inputs);
        for (const { name, run } of runs) {
          const found = run(inputs);
          if (!isDeepStrictEqual(found, want)) expect(found, `${name}, seed ${seed}\n${print(graph)}`).toEqual(want);
        }
      }
    } finally {
      for (const { dispose } of runs) dispose();
    }
  };
  for (let seed = 0; seed < fixed; seed++) await check(seed);
  expect(await timeBoxAsync(check)).toBeGreaterThan(0);
}

test("wasm returns the interpreter's bits on random graphs, as this engine runs it", () =>
  fuzz(async (graph) => {
    const program = await wasmProgram(graph, hostTarget("auto"));
    return [
      { name: program.level!, run: (inputs) => program.runSync(inputs), dispose: () => program.dispose() } as WasmRun,
    ];
  }, fixedSeeds));

test("wasm returns the interpreter's bits on random graphs, at every level and flavour", () =>
  fuzz((graph) => wasmRuns(graph, []), fixedSeeds));

test("wasm returns the interpreter's bits on random graphs, on threads", () =>
  fuzz((graph, seed) => wasmRuns(graph, process.env.FULL ? [2, 3, 5] : [2 + (seed % 3)]), fixedSeeds / 2));
