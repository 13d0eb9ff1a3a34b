/** Damaged programs of the native library: refused with an error, or run in a time in proportion to their size; never a crash. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { byteLength } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { families } from "../codegen/row-cases.ts";
import { addon, addonPath, reportMissing } from "../native/native.ts";
import { rowGraphs } from "../native/row-graphs.ts";
import { small } from "../native/small.ts";
import { generate } from "./generate.ts";

reportMissing();

/** Damaged copies of each program that every run tries, whatever the time box. */
const rounds = 60;
const seconds = Number(process.env.FUZZ_SECONDS ?? 2);

test.runIf(addon)("damaged programs neither crash nor hang", { timeout: (seconds + 200) * 1000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "qjit-damaged-"));
  const write = (name: string, graph: Graph): void => {
    writeFileSync(join(folder, `${name}.bin`), serializeNative(graph).bytes);
    const bytes = { inputs: graph.params, outputs: graph.outputs.map((o) => o.node) };
    const sizes = Object.entries(bytes).map(([what, nodes]) => [what, nodes.map((n) => byteLength(n.type))]);
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(Object.fromEntries(sizes)));
  };
  write("small", runPipeline(small()));
  for (let seed = 0; seed < 12; seed++) write(`random-${seed}`, runPipeline(generate(seed, 8)));
  for (const family of Object.keys(families)) write(family, rowGraphs(family).next().value as Graph);

  const script = fileURLToPath(new URL("damaged-programs.cjs", import.meta.url));
  const seed = process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 30);
  const done = spawnSync(process.execPath, [script, addonPath, folder, `${seed}`, `${seconds}`, `${rounds}`], {
    encoding: "utf8",
    timeout: (seconds + 180) * 1000,
    maxBuffer: 1 << 30,
  });
  const last = done.stderr.trimEnd().split("\n").pop();
  expect([done.status, done.signal], `the last one was ${last}`).toEqual([0, null]);
  const { tried, refused, strange } = JSON.parse(done.stdout);
  expect(strange).toEqual([]);
  expect(refused).toBeGreaterThan(tried / 2);
});
