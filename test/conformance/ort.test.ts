/**
 * Quantized operators and groups as ONNX Runtime computes them on x86 (test/vectors/ort, with the script that made them):
 * interpreted and compiled, integers and the floats between them exactly, plain float operators closely.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { allocate, type TypedArray } from "../../src/ir/type.ts";
import { onNative, reportMissing } from "../native/native.ts";
import { describeGolden } from "../vectors.ts";
import { onWasm } from "../wasm.ts";

interface Case {
  name: string;
  model: string;
  inputs: Record<string, number[]>;
  outputs: number[][];
  /** Whether results are float functions, of which only the integers of quantized models are exact. */
  near?: boolean;
}

reportMissing();

describeGolden("ort", (dir) => {
  const { cases }: { cases: Case[] } = JSON.parse(readFileSync(join(dir, "ort.json"), "utf8"));
  cases.forEach((c, i) => {
    test(`${i} ${c.name}`, async () => {
      const graph = importOnnx(new Uint8Array(Buffer.from(c.model, "base64")), { numerics: "ort" });
      const inputs = graph.params.map((p) => {
        const data = allocate(p.type.storage, c.inputs[p.name].length) as Float32Array;
        data.set(c.inputs[p.name]);
        return data;
      });
      const compiled = [...(await onWasm(graph, inputs)), ...onNative(graph, inputs)];
      interpret(graph, inputs).forEach((y: TypedArray, k) => {
        const found = Array.from(y, Number);
        if (!c.near) expect(found).toEqual(c.outputs[k]);
        else for (const [j, v] of found.entries()) expect(v).toBeCloseTo(c.outputs[k][j], 4);
        for (const { name, outputs } of compiled) expect(outputs[k], name).toEqual(y);
      });
    });
  });
});
