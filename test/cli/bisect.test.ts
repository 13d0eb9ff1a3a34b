import { expect, test } from "vitest";
import { report } from "../../src/cli/bisect.ts";
import type { Io } from "../../src/cli/io.ts";
import { hostTarget } from "../../src/codegen/build.ts";
import { wasmBackend } from "../../src/inspect/backends.ts";
import { type BisectResult, bisect } from "../../src/inspect/bisect.ts";
import { parse } from "../../src/ir/parse.ts";
import { pipeline } from "../../src/passes/pipeline.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { withFaultyKernel, withFaultyRule } from "../inspect/planted.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const model = put(folder(), "small.qir", small);
const graph = parse(small);

test("nothing differs: code 0", async () => {
  const { code, out, err } = await qjit(["bisect", model, "--backend", "wasm"]);
  expect({ code, err }).toEqual({ code: 0, err: "random inputs, seed 0: image, t\n" });
  expect(out).toMatch(/small\.qir: 2 rewrites, seed 0\n {2}interpreter +same bytes before and after the passes\n/);
  expect(out).toMatch(/^ {2}wasm (simd128|relaxed) +same bytes$/m);
});

test("--json is one object", async () => {
  const { code, out } = await qjit(["bisect", model, "--backend", "interpreter", "--tries", "3", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    model,
    seed: 2,
    rewrites: 2,
    rules: { backend: "interpreter" },
    backends: [],
    warnings: [],
  });
});

function textOf(result: BisectResult): string {
  let out = "";
  const io: Io = { out: (t) => void (out += t), err: () => {}, outIsTerminal: false, errIsTerminal: false, env: {} };
  report("m.qir", result, 0, io);
  return out;
}

test("a wrong rewrite, as text", async () => {
  const passes = withFaultyRule(pipeline, "clamp-into-epilogue", 1, 5);
  expect(textOf(await bisect(graph, inputsFor(graph, 1), [], { passes }))).toMatch(
    new RegExp(
      "^m\\.qir: 2 rewrites, seed 0\n" +
        " {2}interpreter +differs after the passes in output the result: \\d+ of 48 values, the first at \\d+: wants -?\\d+, found 5\n" +
        " +first wrong rewrite: #2 clamp-into-epilogue at %y in fuseClamp\n" +
        " +see it: qjit dump m\\.qir --fuel 2 --after fuseClamp --print-after-all --diff\n$",
    ),
  );
});

test("a wrong kernel, as text", async () => {
  const wasm = wasmBackend(hostTarget("simd128"), withFaultyKernel("y", 47));
  const text = textOf(await bisect(graph, inputsFor(graph, 1), [wasm]));
  expect(text).toMatch(/wasm simd128 +differs in output the result: 1 of 48 values, the first at 47: wants/);
  expect(text).toMatch(/first wrong step: %y k\.conv by \S+: 1 of 48 values, the first at \[0,3,3,2\]: wants/);
});
