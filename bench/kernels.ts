/**
 * Times every convolution and product of a model, kernel by kernel: `node bench/kernels.ts MODEL [--level simd128|relaxed]
 * [--dot unsigned|signed|saturating|inexact] [--kernel NAME] [--check] [--least]`. MODEL is .tflite, or .qir as the pipeline leaves it. Medians (or the
 * least) of many short runs; layers with equal code and size are timed once.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { WasmKernel, WasmTarget } from "../src/codegen/wasm/kernel.ts";
import { convKernels } from "../src/codegen/wasm/kernels/conv.ts";
import { convOf } from "../src/codegen/wasm/kernels/conv-geometry.ts";
import { dwconvKernels } from "../src/codegen/wasm/kernels/dwconv.ts";
import { winogradKernels } from "../src/codegen/wasm/kernels/winograd.ts";
import { finishPlan, pathCounts } from "../src/codegen/wasm/requantize-plan.ts";
import type { Graph, Node } from "../src/ir/graph.ts";
import { evaluate } from "../src/ir/interpret.ts";
import { kConv, kGemm } from "../src/ir/ops/kernel.ts";
import { constantOf } from "../src/ir/ops/source.ts";
import { parse } from "../src/ir/parse.ts";
import { sizeOf } from "../src/ir/type.ts";
import { bytesOf, load, random } from "../test/codegen/kernel-harness.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    level: { type: "string", default: "simd128" },
    dot: { type: "string", default: "inexact" },
    kernel: { type: "string" },
    least: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    ms: { type: "string", default: "60" },
  },
});
const target = { level: options.level, dot: options.dot } as WasmTarget;
const rows = [...dwconvKernels, ...convKernels, ...winogradKernels].filter(
  (k) => !options.kernel || k.name.includes(options.kernel),
);

const start = performance.now();
const bytes = readFileSync(positionals[0]);
const graph = positionals[0].endsWith(".qir") ? parse(bytes.toString()) : await lowered(bytes);
const imported = performance.now();
const nodes = graph.nodes.filter((n) => n.op === kConv || n.op === kGemm);
const counts = { f32: 0, f64: 0, exact: 0 };
for (const node of nodes) {
  const g = convOf(node);
  const plan = g && finishPlan(g)?.requantize;
  if (!plan) continue;
  for (const [path, count] of Object.entries(pathCounts(plan))) counts[path as keyof typeof counts] += count;
}
const proved = performance.now();
console.log(
  `import ${(imported - start).toFixed(0)} ms, proofs ${(proved - imported).toFixed(0)} ms, channels`,
  counts,
);

const seen = new Map<string, { us: number }>();
let total = 0;
let totalMacs = 0;
for (const node of nodes) {
  const choices = rows.filter((k) => k.applies(node, target));
  if (!choices.length) {
    console.log(`${node.name}: no kernel`);
    continue;
  }
  const kernel = choices.reduce((a, b) => (a.cost!(node, target) <= b.cost!(node, target) ? a : b));
  const key = `${kernel.name} ${kernel.key(node, target)}`;
  const g = convOf(node)!;
  const macs = g.n * g.oh * g.ow * g.o * g.kh * g.kw * g.i;
  let timed = seen.get(key);
  if (!timed) {
    timed = { us: time(kernel, node) };
    seen.set(key, timed);
    const { requantize } = finishPlan(g)!;
    const window = `${g.kh}x${g.kw}${g.stride[0] > 1 ? `/${g.stride[0]}` : ""}`;
    console.log(
      `${kernel.name.padEnd(30)} ${`${g.h}x${g.w}x${g.c}`.padEnd(12)} ${window.padEnd(5)} -> ${String(g.o).padEnd(5)} ` +
        `${timed.us.toFixed(0).padStart(6)} us ${(macs / timed.us / 1000).toFixed(1).padStart(6)} GMAC/s ` +
        `${requantize ? `${requantize.form} ${JSON.stringify(pathCounts(requantize))}` : ""}`,
    );
  }
  total += timed.us;
  totalMacs += macs;
}
console.log(
  `${nodes.length} kernels, ${(total / 1000).toFixed(2)} ms, ${(totalMacs / total / 1000).toFixed(1)} GMAC/s`,
);

/** Median microseconds of a call on random operands, after a warm-up that lets the engine optimize. */
function time(kernel: WasmKernel, node: Node): number {
  const next = random(7);
  const inputs = ["x", "residual"].map((k) => node.in[k] as Node | undefined).filter((n) => n !== undefined);
  const loaded = load(kernel, node, target);
  const operands = inputs.map((n) => bytesOf(n.type.storage as "i8", sizeOf(n.type.shape), next));
  loaded.set(operands);
  const until = performance.now() + Number(options.ms);
  while (performance.now() < until) loaded.call();
  const times: number[] = [];
  const end = performance.now() + Number(options.ms);
  do {
    const from = performance.now();
    loaded.call();
    times.push(performance.now() - from);
  } while (performance.now() < end);
  if (options.check) {
    const found = loaded.result() as Int8Array;
    const want = evaluate(node, (n) => constantOf(n) ?? operands[inputs.indexOf(n)]) as Int8Array;
    for (let i = 0; i < want.length; i++) {
      if (found[i] !== want[i])
        throw new Error(`${kernel.name}: ${node.name} differs at ${i}: ${found[i]} for ${want[i]}`);
    }
  }
  times.sort((a, b) => a - b);
  return times[options.least ? 0 : Math.floor(times.length / 2)] * 1000;
}

async function lowered(model: Uint8Array): Promise<Graph> {
  const [{ importTflite }, { runPipeline }] = await Promise.all([
    import("../src/import/tflite/index.ts"),
    import("../src/passes/pipeline.ts"),
  ]);
  return runPipeline(importTflite(model));
}
