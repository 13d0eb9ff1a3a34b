/**
 * Whole TFLite models through the passes, wasm and the native library: the interpreter's bytes, or TFLite's own where there are goldens. The
 * small models by default; FULL=1 takes all.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { importTflite } from "../../src/import/tflite/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { describeModels } from "../vectors.ts";
import { differences, ways } from "./ways.ts";

/** Bytes from which on interpreting a model takes seconds. */
const big = 500_000;

describeModels("models in wasm and native", (dir) => {
  const compiled = ways.filter((w) => /^(wasm|native)/.test(w.name));
  const files = readdirSync(dir).filter((f) => f.endsWith(".tflite"));
  for (const file of files) {
    const name = basename(file, ".tflite");
    if (!process.env.FULL && statSync(join(dir, file)).size > big) {
      test.skip(`skipped: ${name} is big; FULL=1 runs it`, () => {});
      continue;
    }
    test(name, async () => {
      const graph = importTflite(readFileSync(join(dir, file)));
      const inputs = inputsFor(graph, 5);
      const want = interpret(graph, inputs);
      for (const way of compiled) {
        const run = await way.prepare(graph);
        const found = run(inputs);
        expect(
          found.map((f, i) => differences(f, want[i])),
          way.name,
        ).toEqual(want.map(() => []));
        run.end?.();
      }
    });
  }
});
