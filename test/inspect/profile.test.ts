import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { profileOn } from "../../src/inspect/profile.ts";
import { parse } from "../../src/ir/parse.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { addon } from "../native/native.ts";

const graph = parse(readFileSync(join(import.meta.dirname, "../run/cases/mobile.qir"), "utf8"));
const inputs = inputsFor(graph, 1);

describe.each(["wasm", "interpreter", ...(addon ? (["native"] as const) : [])] as const)("%s", (backend) => {
  test("each computed value is a step with a time, a kernel and the work that it does", async () => {
    const { steps, kernels, runs } = await profileOn(backend, graph, inputs, { runs: 3, warmup: 1 });
    const lowered = backend === "interpreter" ? graph : runPipeline(graph);
    const computed = lowered.nodes.filter((n) => n.op.kind !== "source" && n.op.name !== "reshape");
    expect(steps.map((s) => s.name).filter((name) => name !== "flat")).toEqual(computed.map((n) => lowered.nameOf(n)));
    for (const s of steps) {
      expect(s.ms, s.name).toBeGreaterThan(0);
      expect(s.kernel).not.toBe("");
    }
    // The depthwise convolution: 5x6 places, 24 channels, 3x3 taps.
    expect(steps.find((s) => s.name.startsWith("depthwise"))!.macs).toBe(5 * 6 * 24 * 9);
    expect(runs.length).toBe(3);
    for (const run of runs) expect(run.map((span) => span.step)).toEqual(steps.map((_, i) => i));
    for (const k of kernels) {
      const own = steps.filter((s) => s.kernel === k.kernel);
      expect(k.steps).toBe(own.length);
      expect(k.ms).toBeCloseTo(
        own.reduce((sum, s) => sum + s.ms, 0),
        9,
      );
    }
  });
});
if (!addon) test.skip("skipped: no native back end", () => {});
