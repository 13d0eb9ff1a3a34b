/**
 * Every pass keeps every bit, shown on real models: the interpreter's outputs before the pipeline, after each pass of it
 * (small models) or after all of it (large ones).
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importTflite } from "../../src/import/tflite/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { describeModels } from "../vectors.ts";

/** Multiply-accumulates up to which a model is run after every pass that changed it. */
const smallMacs = 20e6;

const macsOf = (graph: Graph): number =>
  graph.nodes.reduce((sum, n) => sum + (n.op.macs?.(typesOf(n.in), n.attrs, n.type) ?? 0), 0);

const typesOf = (operands: Record<string, any>) =>
  Object.fromEntries(Object.entries(operands).map(([key, n]) => [key, n?.type]));

describeModels("the pipeline keeps every bit of", (dir) => {
  for (const file of readdirSync(dir).filter((f) => f.endsWith(".tflite"))) {
    test(file, () => {
      const graph = importTflite(readFileSync(join(dir, file)));
      const inputs = inputsFor(graph, 7);
      const want = interpret(graph, inputs);
      const small = macsOf(graph) <= smallMacs;
      const result = runPipeline(graph, {
        onPass(pass, before, after) {
          if (!small || after === before) return;
          expect(interpret(after, inputs), `after ${pass.name}`).toEqual(want);
        },
      });
      expect(result.nodes.filter((n) => n.op.level === "tensor")).toEqual([]);
      const reread = parse(print(result));
      expect(print(reread)).toBe(print(result));
      expect(interpret(reread, inputs)).toEqual(want);
    });
  }
});
