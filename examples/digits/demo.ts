/** Trace, look, compile, run: `npm run demo`. */
import { createHash } from "node:crypto";
import {
  ArgumentError,
  type CompileOptions,
  compile,
  type Graph,
  type Program,
  print,
  runPipeline,
  trace,
} from "../../src/index.ts";
import { expected, type Sample, testSet } from "./data.ts";
import { loadNet } from "./net.ts";

const say = (text = "") => process.stdout.write(`${text}\n`);

const net = await loadNet();
const graph = trace((image) => net.forward(image), [{ shape: [1, 1, 28, 28], name: "image" }], { name: "digits" });
const want = await expected();
const samples = await testSet(want);

say("A small net for handwritten digits: trained and quantized by PyTorch, traced in TypeScript.\n");
say("The graph as traced, its first block:\n");
say(excerpt(graph, /block1\.depthwise/, 6));
say("The same after the compiler's passes: each convolution is one kernel with a fused epilogue.\n");
say(excerpt(runPipeline(graph), /block1/, 3));

const backEnds: readonly (readonly [string, CompileOptions])[] = [
  ["interpreter", { target: "interpreter" }],
  ["wasm, simd128", { target: "wasm", features: "simd128" }],
  ["wasm, relaxed simd", { target: "wasm", features: "relaxed" }],
  ["native", { target: "native" }],
];

say(`Classifying ${samples.length} images that training never saw, on every back end:\n`);
for (const [name, options] of backEnds) {
  let program: Program;
  try {
    program = await compile(graph, options);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    say(`  ${name.padEnd(20)} not here: wants ${error.wanted} (${error.got})`);
    continue;
  }
  // The interpreter is the specification, not a back end for work: it takes every tenth image.
  const some = name === "interpreter" ? samples.filter((_, i) => i % 10 === 0) : samples;
  const result = classify(program, some);
  const equal =
    some === samples
      ? `${result.sha256 === want.test.outputs.sha256 ? "every output integer equals" : "OUTPUTS DIFFER from"} PyTorch's`
      : "every tenth image";
  say(
    `  ${name.padEnd(20)} ${result.correct}/${some.length} right (${((100 * result.correct) / some.length).toFixed(2)} %), ` +
      `${equal}, median ${result.median.toFixed(3)} ms an image`,
  );
  if (some === samples) {
    const classes = result.classes.join("");
    if (classes !== want.test.classes || result.sha256 !== want.test.outputs.sha256) process.exitCode = 1;
  }
  program.dispose();
}
say(`\nPyTorch's int8 model: ${want.accuracy.int8.correct}/${want.accuracy.int8.of} right.`);
say();

const shown = await compile(graph);
for (const sample of [samples[3], samples[900], samples[1700]]) {
  const [scores] = shown.runSync([sample.image]);
  say(picture(sample.image));
  say(`  is a ${argmax(scores as Uint8Array)} (label ${sample.label})\n`);
}
shown.dispose();

/** Runs all samples; the digest covers every output integer in order. */
function classify(program: Program, some: readonly Sample[]) {
  const hash = createHash("sha256");
  const classes: number[] = [];
  const times: number[] = [];
  for (const { image } of some) {
    const start = performance.now();
    const [scores] = program.runSync([image]);
    times.push(performance.now() - start);
    hash.update(scores as Uint8Array);
    classes.push(argmax(scores as Uint8Array));
  }
  times.sort((a, b) => a - b);
  return {
    classes,
    correct: classes.filter((c, i) => c === some[i].label).length,
    sha256: hash.digest("hex"),
    median: times[times.length >> 1],
  };
}

function argmax(scores: Uint8Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i;
  return best;
}

/** The lines of a graph from the first that matches on. */
function excerpt(g: Graph, start: RegExp, count: number): string {
  const lines = print(g, { data: false })
    .split("\n")
    .filter((l) => !/= const\(/.test(l));
  const from = lines.findIndex((l) => start.test(l));
  return `${lines
    .slice(from, from + count)
    .map((l) => (l.length > 150 ? `${l.slice(0, 147)}...` : l))
    .join("\n")}\n`;
}

function picture(image: Float32Array): string {
  const rows: string[] = [];
  for (let y = 0; y < 28; y += 2) {
    let row = "    ";
    for (let x = 0; x < 28; x++) row += " .:*#"[Math.round(2 * (image[y * 28 + x] + image[(y + 1) * 28 + x]))];
    if (row.trim()) rows.push(row);
  }
  return rows.join("\n");
}
