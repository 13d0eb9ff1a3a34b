import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { probeEngine } from "../../runtime/probe.ts";
import type { WasmKernel, WasmTarget } from "../../src/codegen/wasm/kernel.ts";
import { convKernels } from "../../src/codegen/wasm/kernels/conv.ts";
import { convOf } from "../../src/codegen/wasm/kernels/conv-geometry.ts";
import { dwconvKernels } from "../../src/codegen/wasm/kernels/dwconv.ts";
import { winogradKernels } from "../../src/codegen/wasm/kernels/winograd.ts";
import { finishPlan } from "../../src/codegen/wasm/requantize-plan.ts";
import { flavours, withDots } from "../emulated-dot.ts";
import { cases, check, convNode } from "./conv-cases.ts";
import { probeDot, probePairs } from "./kernel-harness.ts";

const simd: WasmTarget = { level: "simd128", dot: "inexact" };
// Node 20 has relaxed SIMD behind a flag.
if (!probePairs() && Number.parseInt(process.versions.v8, 10) < 12)
  setFlagsFromString("--experimental-wasm-relaxed-simd");
const dot = probeDot();
const pairs = probePairs();
const saturating = probeEngine().dot === "saturating";
// Modules of targets that say so are for this option of V8's, where it has it; it is to keep every bit.
const wide: WasmTarget = { ...simd, wide: true };
if (Number.parseInt(process.versions.v8, 10) >= 13) setFlagsFromString("--experimental-wasm-revectorize");
setFlagsFromString("--no-liftoff");
const kernels = [...convKernels, ...dwconvKernels, ...winogradKernels];

const ofPairs = (kernel: WasmKernel): boolean => /c\ds\d?__wasmrelaxed/.test(kernel.name);

for (const kernel of kernels) {
  const relaxed = kernel.name.includes("relaxed") && !ofPairs(kernel);
  const target: WasmTarget = relaxed ? { level: "relaxed", dot: dot ?? "unsigned" } : simd;
  for (const [name, c] of Object.entries(cases)) {
    const node = convNode({ ...c, small: relaxed });
    // Pairs of -128 saturate on this engine perhaps; the emulated ones below have them.
    if (!kernel.applies(node, target) || (relaxed && c.low)) continue;
    const why = relaxed && !dot ? " (skipped: this engine has no exact relaxed dot)" : "";
    test.skipIf(why !== "")(`${kernel.name}: ${name}${why}`, () => check(kernel, node, target));
  }
}

for (const { target } of flavours) {
  for (const kernel of kernels.filter((k) => k.name.includes("relaxed") && !ofPairs(k))) {
    for (const [name, c] of Object.entries(cases)) {
      const node = convNode(c);
      if (!kernel.applies(node, target)) continue;
      test(`${kernel.name}, ${target.dot} (emulated): ${name}`, () =>
        withDots(target.dot, () => check(kernel, node, target)));
    }
  }
}

for (const kernel of kernels.filter(ofPairs)) {
  for (const [name, c] of Object.entries(cases)) {
    const node = convNode(c);
    for (const more of [{}, { wide: true }, ...(saturating ? [{ dot: "saturating" } as const] : [])]) {
      const target: WasmTarget = { level: "relaxed", dot: "inexact", ...more };
      if (target.dot === "saturating" && c.range) continue;
      if (!kernel.applies(node, target)) continue;
      const why = pairs ? "" : " (skipped: this engine has no relaxed products of pairs)";
      const bits = target.wide ? " for 256 bits" : target.dot === "saturating" ? " of any bytes" : "";
      test.skipIf(!pairs)(`${kernel.name}${bits}: ${name}${why}`, () => check(kernel, node, target));
    }
  }
}

for (const kernel of kernels.filter((k) => /conv_5x|winograd/.test(k.name))) {
  for (const [name, c] of Object.entries(cases)) {
    const node = convNode(c);
    if (!kernel.applies(node, wide)) continue;
    test(`${kernel.name} for 256 bits: ${name}`, () => check(kernel, node, wide));
  }
}

test("every kernel computes some case, and some case needs each path", () => {
  for (const kernel of kernels) {
    const target: WasmTarget = {
      level: kernel.name.includes("relaxed") ? "relaxed" : "simd128",
      dot: ofPairs(kernel) ? "inexact" : "signed",
      wide: true,
    };
    const applied = Object.values(cases).filter((c) => kernel.applies(convNode({ ...c, small: true }), target));
    expect(applied.length).toBeGreaterThan(2);
  }
  const paths = Object.values(cases).flatMap((c) => {
    const r = finishPlan(convOf(convNode(c))!)?.requantize;
    return r ? r.channels.map((k) => k.path) : [];
  });
  expect(new Set(paths)).toEqual(new Set(["f32", "f64", "exact"]));
});

test("an inexact dot instruction is not used", () => {
  const node = convNode(cases["1x1 13 x 24 -> 17"]);
  const target: WasmTarget = { level: "relaxed", dot: "inexact" };
  expect(kernels.filter((k) => k.applies(node, target)).map((k) => k.name)).toEqual(["qs8_conv_5x8c2__wasmsimd"]);
});

test("nodes of one key have packs of one layout", () => {
  for (const kernel of kernels) {
    const sizes = new Map<string, number>();
    for (const c of Object.values(cases)) {
      for (const seed of [1, 2]) {
        const node = convNode(c, seed);
        if (!kernel.applies(node, simd)) continue;
        const key = kernel.key(node, simd);
        const bytes = kernel.pack!(node, simd)[0].bytes.length;
        expect(sizes.get(key) ?? bytes).toBe(bytes);
        sizes.set(key, bytes);
      }
    }
  }
});
