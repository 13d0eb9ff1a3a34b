/**
 * The same int8 model in qjit's wasm and in onnxruntime-web, one thread, in one process, interleaved: the two take turns, each
 * turn a few runs; a ratio per pair of turns; medians and spread. MODEL is one of models/pytorch-export: mobilenet_v2 (default)
 * or resnet18. Needs the models of QJIT_MODELS_DIR (default: ../shared/models
 * beside the checkout) and a built qjit (`npm run build`).
 *
 *     cd bench/peers && npm install --ignore-scripts && npm run bench
 */
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web";
import { compile, importOnnx } from "../../dist/src/index.js";

const here = path.dirname(fileURLToPath(import.meta.url));
const models = process.env.QJIT_MODELS_DIR ?? path.join(here, "../../../shared/models");
const rounds = Number(process.env.ROUNDS ?? 15);
const runsPerTurn = Number(process.env.RUNS ?? 4);

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
const quartiles = (xs) => {
  const s = [...xs].sort((a, b) => a - b);
  return [s[Math.floor(s.length / 4)], s[Math.floor((3 * s.length) / 4)]];
};

ort.env.wasm.numThreads = 1;
const name = process.env.MODEL ?? "mobilenet_v2";
const bytes = readFileSync(path.join(models, `pytorch-export/${name}_qdq.onnx`));
const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
const floats = new Float32Array(3 * 224 * 224).map((_, i) => Math.sin(i));
const feed = { [session.inputNames[0]]: new ort.Tensor("float32", floats, [1, 3, 224, 224]) };

const program = await compile(importOnnx(bytes, { numerics: "ort" }), { target: "wasm" });

async function turn(run) {
  const times = [];
  for (let i = 0; i < runsPerTurn; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}

const runOrt = () => session.run(feed);
const runQjit = () => program.runSync([floats]);
for (let i = 0; i < 3; i++) await runOrt();
for (let i = 0; i < 60; i++) runQjit();

const pairs = [];
for (let i = 0; i < rounds; i++) pairs.push({ ort: await turn(runOrt), qjit: await turn(runQjit) });
const ratios = pairs.map((p) => p.ort / p.qjit);
const [low, high] = quartiles(ratios);
console.log(
  JSON.stringify(
    {
      work: `${name}_qdq.onnx, batch 1, one thread`,
      cpu: os.cpus()[0].model,
      node: process.version,
      v8: process.versions.v8,
      "onnxruntime-web": JSON.parse(readFileSync(path.join(here, "node_modules/onnxruntime-web/package.json"))).version,
      level: program.level,
      ms: { "onnxruntime-web": median(pairs.map((p) => p.ort)), qjit: median(pairs.map((p) => p.qjit)) },
      ratio: { median: median(ratios), quartiles: [low, high], pairs: rounds },
    },
    null,
    2,
  ),
);
