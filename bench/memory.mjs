/**
 * Where the memory of a process goes that imports a model, compiles it and runs it: the resident set after each stage, and what it is
 * made of. Linux only (/proc/self/smaps). Wants a build. Garbage is in it, as it is in any process, until the last stage.
 *
 *     npm run build && node bench/memory.mjs MODEL [native|wasm]
 */
import { readFileSync } from "node:fs";
import v8 from "node:v8";

const [model, target = "native"] = process.argv.slice(2);
if (!model || !["native", "wasm"].includes(target)) {
  console.error("usage: node bench/memory.mjs MODEL [native|wasm]");
  process.exit(2);
}

/** Resident MB: of files that are mapped (code, mostly Node's own), of V8's heap, of array buffers, and of everything else. */
function resident() {
  let file = 0;
  let all = 0;
  let named = false;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const map = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+)/.exec(line);
    if (map) named = map[1] !== "0";
    const size = /^Rss:\s+(\d+)/.exec(line);
    if (!size) continue;
    all += size[1] / 1024;
    if (named) file += size[1] / 1024;
  }
  const heap = v8.getHeapSpaceStatistics().reduce((n, s) => n + s.physical_space_size, 0) / 2 ** 20;
  const arrays = process.memoryUsage().arrayBuffers / 2 ** 20;
  return { all, file, heap, arrays, other: all - file - heap - arrays };
}

const rows = [];
const stage = (name) => {
  const found = resident();
  rows.push([name, ...Object.values(found).map((mb) => mb.toFixed(1))]);
};

stage("Node");
const { compile, importOnnx, importTflite, releaseMemory } = await import("../dist/lib/index.js");
stage("qjit loaded");
let bytes = readFileSync(model);
stage("file read");
let graph = model.endsWith(".tflite") ? importTflite(bytes) : importOnnx(bytes);
stage("imported");
const program = await compile(graph, { target });
stage("compiled");
bytes = graph = undefined;
const inputs = program.inputs.map(({ type }) => {
  const size = type.shape.reduce((n, d) => n * d, 1);
  return new { f32: Float32Array, i8: Int8Array, u8: Uint8Array, i32: Int32Array }[type.storage](size);
});
for (let i = 0; i < 100; i++) await program.run(inputs);
stage("100 runs");
await releaseMemory();
stage("released");

console.log(`${model} on ${program.target} ${program.level}, Node ${process.version}; resident MB`);
const head = ["", "all", "mapped files", "V8 heap", "arrays", "other"];
for (const row of [head, ...rows]) console.log(row.map((c, i) => (i ? c.padStart(13) : c.padEnd(12))).join(""));
