/** The code of the pages on writing an op, a pass and a kernel compiles, and does what the pages say. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WasmKernel } from "../../src/codegen/wasm/kernel.ts";
import { Graph, make, type Node } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import type { OpDef } from "../../src/ir/op.ts";
import { clamp } from "../../src/ir/ops/elementwise.ts";
import { makeParam } from "../../src/ir/ops/source.ts";
import { print } from "../../src/ir/print.ts";
import { perTensor, type Storage, type TypedArray, tensorType } from "../../src/ir/type.ts";
import { verify } from "../../src/ir/verify.ts";
import type { Pass } from "../../src/passes/pass.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { load } from "../codegen/kernel-harness.ts";
import { targets } from "../run/ways.ts";
import { partsOf, readDocument } from "./console.ts";

const root = path.resolve(import.meta.dirname, "../..");
let dir: string;
let qabs: OpDef;
let pass: Pass;
let kernels: readonly WasmKernel[];

beforeAll(async () => {
  // Beside src, as the pages' imports have it.
  mkdirSync(path.join(root, "node_modules/.cache"), { recursive: true });
  dir = mkdtempSync(path.join(root, "node_modules/.cache/qjit-writing-"));
  for (const page of ["writing-an-op", "writing-a-pass", "writing-a-kernel"])
    for (const part of partsOf(readDocument(`docs/${page}.md`)))
      if (part.kind === "file")
        writeFileSync(path.join(dir, part.name), part.content.replaceAll('"../src/', `"../../../src/`));
  const read = (name: string) => import(/* @vite-ignore */ path.join(dir, name));
  qabs = (await read("abs.ts")).qabs;
  pass = (await read("abs-pass.ts")).simplifyAbs;
  kernels = (await read("abs-kernel.ts")).absKernels;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bytes = (storage: Storage): TypedArray =>
  storage === "i8" ? Int8Array.from({ length: 256 }, (_, i) => i - 128) : Uint8Array.from({ length: 256 }, (_, i) => i);

const param = (storage: Storage, zero: number, shape = [256]) =>
  makeParam("x", tensorType(storage, shape, perTensor(0.5, zero)));
const graphOf = (x: Node, node: Node) => new Graph("g", [x], [{ name: "y", node }]);

test("the pages' code has the right types", () => {
  const files = ["abs.ts", "abs-pass.ts", "abs-kernel.ts"].map((f) => path.join(dir, f));
  const compilerOptions = { noEmit: true, types: ["node"], typeRoots: [path.join(root, "node_modules/@types")] };
  const config = { extends: path.join(root, "tsconfig.json"), compilerOptions, files, include: [] };
  writeFileSync(path.join(dir, "tsconfig.json"), JSON.stringify(config));
  const { stdout } = spawnSync(path.join(root, "node_modules/.bin/tsc"), ["-p", dir], { encoding: "utf8" });
  expect(stdout).toBe("");
});

describe.each([
  ["i8", -7],
  ["u8", 131],
] as const)("%s", (storage, zero) => {
  test("the op is legal, prints, and means what the page says", () => {
    const x = param(storage, zero);
    const graph = graphOf(x, make(qabs, { x }, {}, { name: "y" }));
    expect(verify(graph)).toEqual([]);
    expect(print(graph)).toContain("= qabs(%x)");
    const max = storage === "i8" ? 127 : 255;
    const wanted = Array.from(bytes(storage) as Int8Array, (q) => Math.min(Math.abs(q - zero) + zero, max));
    expect(Array.from(interpret(graph, [bytes(storage)])[0] as Int8Array)).toEqual(wanted);
  });

  test("the rules keep every bit, fire where they should, and refrain where they should", () => {
    const x = param(storage, zero);
    const relu = make(clamp, { x }, { range: [zero, zero + 60] }, { name: "relu" });
    const cases: [Node, number][] = [
      [make(qabs, { x: make(qabs, { x }) }), 1],
      [make(qabs, { x: relu }), 0],
      [make(qabs, { x: make(clamp, { x }, { range: [zero - 1, zero + 9] }) }), 1],
    ];
    for (const [node, left] of cases) {
      const before = graphOf(x, node);
      const after = runPipeline(before, { passes: [pass] });
      expect(after.nodes.filter((n) => n.op === qabs).length).toBe(left);
      expect(interpret(after, [bytes(storage)])).toEqual(interpret(before, [bytes(storage)]));
    }
  });

  test("both kernels compute it, at sizes around their tile, and write nowhere else", () => {
    for (const kernel of kernels) {
      for (const size of [1, 3, 15, 16, 17, 33, 256]) {
        const x = param(storage, zero, [size]);
        const node = make(qabs, { x });
        const input = bytes(storage).slice(256 - size);
        for (const target of targets) {
          expect(kernel.applies(node, target)).toBe(true);
          const loaded = load(kernel, node, target, size > 16 ? 2 : 1);
          loaded.set([input]);
          loaded.call();
          expect(loaded.result(), `${kernel.name} of ${size}`).toEqual(interpret(graphOf(x, node), [input])[0]);
        }
      }
    }
  });
});
