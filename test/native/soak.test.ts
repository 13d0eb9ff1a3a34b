/**
 * Memory over many runs and many programs: the resident set stays flat. SOAK=1 does 100,000 runs and 2,000 create/dispose
 * cycles, as many as a server in a day; without it a hundredth.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import { byteLength } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { generate } from "../fuzz/generate.ts";
import { addon, addonPath, reportMissing } from "./native.ts";
import { small } from "./small.ts";

reportMissing();

const full = process.env.SOAK === "1";
const [runs, cycles] = full ? [100_000, 2_000] : [1_000, 20];

const script = `
const { NativeProgram } = require(process.argv[2]);
const programs = JSON.parse(process.argv[3]).map((p) => ({ ...p, bytes: require("node:fs").readFileSync(p.path) }));
const [runs, cycles] = process.argv.slice(4).map(Number);
const rss = () => {
  for (let i = 0; i < 4; i++) global.gc();
  return process.memoryUsage.rss() / 2 ** 20;
};
const arrays = (sizes) => sizes.map((n) => new Uint8Array(n));
async function work(program, p, count) {
  for (let i = 0; i < count; i += 10) {
    const all = [];
    for (let k = 0; k < 5; k++) all.push(program.run(arrays(p.inputs), arrays(p.outputs)));
    for (let k = 0; k < 5; k++) program.runSync(arrays(p.inputs), arrays(p.outputs));
    await Promise.all(all);
  }
}
async function cycle(count) {
  for (let i = 0; i < count; i++) {
    const p = programs[i % programs.length];
    const program = new NativeProgram(p.bytes, undefined, 1 + (i % 3));
    program.runSync(arrays(p.inputs), arrays(p.outputs));
    const last = program.run(arrays(p.inputs), arrays(p.outputs));
    program.dispose();
    await last;
  }
}
(async () => {
  const live = programs.map((p, i) => new NativeProgram(p.bytes, undefined, 1 + (i % 2)));
  for (const [i, p] of programs.entries()) await work(live[i], p, 500);
  await cycle(100);
  const start = rss();
  for (const [i, p] of programs.entries()) await work(live[i], p, Math.ceil(runs / programs.length));
  const afterRuns = rss();
  await cycle(cycles);
  console.log(JSON.stringify({ start, afterRuns, afterCycles: rss() }));
})();
`;

describe.runIf(addon)("native programs", () => {
  test(`leave the resident set flat over ${runs} runs and ${cycles} create/dispose cycles`, {
    timeout: 600_000,
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), "qjit-soak-"));
    const graphs = [small(), ...[3, 5, 8].map((seed) => generate(seed, 8))];
    const programs = graphs.map((graph, i) => {
      const path = join(folder, `${i}.bin`);
      writeFileSync(path, serializeNative(runPipeline(graph)).bytes);
      return {
        path,
        inputs: graph.params.map((p) => byteLength(p.type)),
        outputs: graph.outputs.map((o) => byteLength(o.node.type)),
      };
    });
    writeFileSync(join(folder, "soak.cjs"), script);
    const argv = [
      "--expose-gc",
      join(folder, "soak.cjs"),
      addonPath,
      JSON.stringify(programs),
      String(runs),
      String(cycles),
    ];
    const done = spawnSync(process.execPath, argv, { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(done.stderr).toBe("");
    const { start, afterRuns, afterCycles } = JSON.parse(done.stdout);
    if (full)
      console.log(
        `resident MB: ${start.toFixed(1)} at first, ${afterRuns.toFixed(1)} after the runs, ${afterCycles.toFixed(1)} after the cycles`,
      );
    // The garbage collector and the allocator keep a little; a leak of one workspace or thread a cycle would be far more.
    expect(afterRuns - start).toBeLessThan(8);
    expect(afterCycles - start).toBeLessThan(12);
  });
});
