/**
 * Several threads against one, interleaved in one process: `node bench/threads.ts MODEL [--threads 2] [--rounds 60]`. MODEL is
 * .tflite, .onnx or .qir. Prints the medians and the ratio of each pair of rounds: median and quartiles.
 */
import { compile } from "../src/compile.ts";
import { inputsFor } from "../test/fuzz/generate.ts";
import { modelOptions, quantile } from "./model.ts";

const usage = "usage: node bench/threads.ts MODEL [--threads 2] [--rounds 60] [--runs 4]";
const { graph, options } = modelOptions(usage, { threads: 2, rounds: 60, runs: 4 });
const { threads, rounds, runs } = options;
const [one, many] = [await compile(graph, { target: "wasm" }), await compile(graph, { target: "wasm", threads })];
const inputs = inputsFor(graph, 1);
const time = (run: () => void): number => {
  const start = performance.now();
  for (let i = 0; i < runs; i++) run();
  return (performance.now() - start) / runs;
};
const pairs: [number, number][] = [];
for (let r = -10; r < rounds; r++) {
  const pair: [number, number] = [time(() => one.runSync(inputs)), time(() => many.runSync(inputs))];
  if (r >= 0) pairs.push(pair);
  // Background compilation hands over between runs.
  if (r < 0) await new Promise((next) => setTimeout(next, 20));
}
const ratios = pairs.map(([a, b]) => a / b);
const ms = (k: 0 | 1): string =>
  quantile(
    pairs.map((p) => p[k]),
    0.5,
  ).toFixed(3);
console.log(`${one.level}, Node ${process.version}: 1 thread ${ms(0)} ms, ${many.threads} threads ${ms(1)} ms`);
console.log(`ratio ${[0.5, 0.25, 0.75].map((q) => quantile(ratios, q).toFixed(3)).join(", quartiles ")}`);
one.dispose();
many.dispose();
