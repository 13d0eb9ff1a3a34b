/** The rounding rules in wasm equal `ir/rescale.ts` on sums of every size, ties and extremes included. */
import binaryen from "binaryen";
import { expect, test } from "vitest";
import { Func } from "../../src/codegen/wasm/asm.ts";
import { laneRescale, rescaleConstant, rescaleFunction } from "../../src/codegen/wasm/rescale.ts";
import { clamp, type Rescale, rescale } from "../../src/ir/rescale.ts";
import { random } from "../fuzz/generate.ts";
import { rescales } from "./row-cases.ts";

const count = 4096;

/** Runs a rule over `count` sums at address 0, four results beside each other from address 4 count on. */
function compile(by: Rescale, zero: number, bounds: readonly [number, number], lanes: boolean) {
  const m = new binaryen.Module();
  try {
    m.setFeatures(binaryen.Features.All);
    m.setMemory(1, 1, "memory");
    const f = new Func(binaryen, m, "run", 0);
    const { i32, v128 } = m;
    const at = f.local();
    if (lanes) {
      const rule = laneRescale(f, by, zero, bounds);
      if (!rule) return undefined;
      f.repeat(count / 4, () => {
        f.do(v128.store(4 * count, 1, f.get(at), rule(v128.load(0, 1, f.get(at)))));
        f.add(at, 16);
      });
    } else {
      const name = rescaleFunction(f, by.rule);
      const k = [by.a[0], by.b[0] ?? 0].map((v) => () => rescaleConstant(f, by.rule, v));
      f.repeat(count, () => {
        const limits = [zero, ...bounds].map((v) => i32.const(v));
        const args = [i32.load(0, 1, f.get(at)), k[0](), k[1](), ...limits];
        f.do(i32.store(4 * count, 1, f.get(at), m.call(name, args, binaryen.i32)));
        f.add(at, 4);
      });
    }
    f.end();
    m.addFunctionExport("run", "run");
    expect(m.validate()).toBe(1);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(m.emitBinary() as BufferSource));
    return { memory: exports.memory as WebAssembly.Memory, run: exports.run as () => void };
  } finally {
    m.dispose();
  }
}

/** Sums of all magnitudes, small ones in a row, extremes. */
function sumsFor(seed: number): Int32Array {
  const rand = random(seed);
  return Int32Array.from({ length: count }, (_, i) => {
    if (i < 1024) return i - 512;
    if (i < 1030) return [2147483647, -2147483648, 2147483646, -2147483647, 1073741824, -1073741824][i - 1024];
    return rand(-(2 ** 31), 2 ** 31 - 1) >> rand(0, 30);
  });
}

const surroundings: [number, readonly [number, number]][] = [
  [0, [-128, 127]],
  [131, [0, 255]],
  [-128, [-128, 60]],
  [5, [-32768, 32767]],
];

test("scalar and lane forms equal the reference", () => {
  let vectors = 0;
  for (const [i, by] of rescales.entries()) {
    for (const [zero, bounds] of surroundings) {
      const sums = sumsFor(i);
      const want = Array.from(sums, (s) => clamp(rescale(by, s, 0, zero), bounds[0], bounds[1]));
      for (const lanes of [false, true]) {
        const code = compile(by, zero, bounds, lanes);
        if (!code) continue;
        if (lanes) vectors++;
        new Int32Array(code.memory.buffer, 0, count).set(sums);
        code.run();
        const got = Array.from(new Int32Array(code.memory.buffer, 4 * count, count));
        const wrong = got.flatMap((v, k) => (v === want[k] ? [] : [`${sums[k]}: ${v} instead of ${want[k]}`]));
        expect(wrong.slice(0, 3), `${JSON.stringify(by)} zero ${zero} ${lanes ? "lanes" : "scalar"}`).toEqual([]);
      }
    }
  }
  expect(vectors).toBeGreaterThan(40);
});

test("i32 results keep their range", () => {
  const by: Rescale = { rule: "f64_away", a: [1.5], b: [] };
  const code = compile(by, 7, [-2147483648, 2147483647], false)!;
  new Int32Array(code.memory.buffer, 0, 3).set([2147483647, -2147483648, 3]);
  code.run();
  expect([...new Int32Array(code.memory.buffer, 4 * count, 3)]).toEqual([2147483647, -2147483648, 12]);
  expect(compile(by, 7, [-2147483648, 2147483647], true)).toBeUndefined();
});
