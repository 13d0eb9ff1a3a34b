/** Every row of the kernel table that takes a node computes it to the bit, and writes nowhere else. */
import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { probeEngine } from "../../runtime/probe.ts";
import { wasmKernels } from "../../src/codegen/wasm/kernels/index.ts";
import { type Node, operandsOf } from "../../src/ir/graph.ts";
import { evaluate } from "../../src/ir/interpret.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { constantOf } from "../../src/ir/ops/source.ts";
import { generate, random } from "../fuzz/generate.ts";
import { differences, targets } from "../run/ways.ts";
import { load } from "./kernel-harness.ts";
import { families, operandValues } from "./row-cases.ts";

if (!probeEngine().relaxed) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** Names of rows that a test in this file has run. */
const ran = new Set<string>();
/** Names of rows that threads have shared. */
const split = new Set<string>();

function check(node: Node, title: string, seed: number): void {
  const rows = wasmKernels[node.op.name];
  const target = targets[seed % targets.length];
  const fitting = rows.filter((r) => r.applies(node, target));
  expect(fitting.length, `${title}: rows that take it`).toBeGreaterThan(0);
  const variable = operandsOf(node).filter((n) => !constantOf(n));
  const inputs = [0, 1, 2, 3].map((mode) => {
    const rand = random(seed * 4 + mode);
    return new Map(variable.map((n) => [n, operandValues(n.type, mode, rand)]));
  });
  const wanted = inputs.map((values) => evaluate(node, (n) => constantOf(n) ?? values.get(n)!));
  for (const row of fitting) {
    ran.add(row.name);
    for (const threads of [1, [2, 3, 5][seed % 3]]) {
      const kernel = load(row, node, target, threads);
      for (const [mode, values] of inputs.entries()) {
        if (threads > 1 && mode !== seed % 4) continue;
        kernel.set(variable.map((n) => values.get(n)!));
        kernel.call();
        const what = `${title} seed ${seed} mode ${mode} by ${row.name}, ${threads} threads`;
        expect(differences(kernel.result(), wanted[mode]), what).toEqual([]);
      }
      if (kernel.units > 1) split.add(row.name);
    }
  }
}

describe("rows", () => {
  for (const [name, cases] of Object.entries(families)) {
    test(name, () => {
      let seed = 1;
      for (const c of cases()) check(c.node, c.title, seed++);
      expect(seed).toBeGreaterThan(20);
    });
  }

  // What the declarations themselves invent, so that an op without cases above is not left out.
  test("samples", () => {
    for (let seed = 0; seed < 150; seed++) {
      for (const node of generate(seed, 8).nodes) {
        const rows = wasmKernels[node.op.name] ?? [];
        if (rows.some((r) => !ran.has(r.name)) || seed < 15) if (rows.length) check(node, node.op.name, seed);
      }
    }
  });

  test("every op that passes leave has rows, and every plain row was run", () => {
    const kernelOps = [...ops.values()].filter((op) => op.level !== "tensor" && op.kind !== "source");
    expect(kernelOps.map((op) => op.name).filter((name) => !wasmKernels[name]?.length)).toEqual([]);
    const rows = Object.values(wasmKernels).flat();
    // Tiles of convolutions and products have tests of their own.
    const tiles = /^qs8_(conv|gemm|gemv|dwconv|winograd)/;
    expect(rows.map((r) => r.name).filter((n) => !tiles.test(n) && !ran.has(n))).toEqual([]);
    // What one thread does while the others wait: steps that are rare, or short.
    const whole = ["x_copy", "x_pad", "x_sum__scalar", "f32_detect__scalar"];
    expect([...ran].filter((n) => !tiles.test(n) && !split.has(n)).sort()).toEqual(whole.sort());
  });
});
