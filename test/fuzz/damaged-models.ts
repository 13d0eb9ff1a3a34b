/**
 * Imports damaged copies of model files until its time is up, in a process of its own whose memory is limited:
 *
 *     node damaged-models.mjs SECONDS SEED FILE...
 *
 * Writes `SEED FILE` before each copy and `done COUNT` at the end; what it wrote last replays a crash.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeSync } from "node:fs";
import { ModelError } from "../../src/errors.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { damagedBytes, damagedFields } from "./damage.ts";
import { random } from "./generate.ts";

/** What the process may allocate beyond what it has when it has imported every file once. */
const allowance = 2 ** 30;
/** Microseconds of CPU time that an import may take: the machine may be busy with other work. */
const slowest = 5e6;

const [seconds, first, ...paths] = process.argv.slice(2);
const files = paths.map((path) => ({ path, bytes: new Uint8Array(readFileSync(path)) }));
const load = (path: string, bytes: Uint8Array) => (path.endsWith(".onnx") ? importOnnx(bytes) : importTflite(bytes));

for (const { path, bytes } of files) load(path, bytes);
if (process.platform === "linux") {
  const [, kilobytes] = /VmSize:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))!;
  execFileSync("prlimit", ["--pid", String(process.pid), `--as=${Number(kilobytes) * 1024 + allowance}`]);
}

const end = performance.now() + Number(seconds) * 1000;
let count = 0;
for (let seed = Number(first); performance.now() < end; seed++, count++) {
  const rand = random(seed);
  const { path, bytes } = files[rand(0, files.length - 1)];
  const damaged = (path.endsWith(".onnx") && rand(0, 3) > 0 ? damagedFields : damagedBytes)(bytes, rand);
  writeSync(1, `${seed} ${path}\n`);
  const start = process.cpuUsage();
  try {
    load(path, damaged);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
  const { user, system } = process.cpuUsage(start);
  if (user + system > slowest) throw new Error(`took ${Math.round((user + system) / 1000)} ms`);
}
writeSync(1, `done ${count}\n`);
