/** Writes serialized programs for the C++ tests: the cases of test/run, goldens of the passes, and random graphs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serializeNative } from "../src/codegen/native/serialize.ts";
import type { Graph } from "../src/ir/graph.ts";
import { parse } from "../src/ir/parse.ts";
import { verified } from "../src/ir/verify.ts";
import { runPipeline } from "../src/passes/pipeline.ts";
import { generate } from "../test/fuzz/generate.ts";

const [root, folder, seeds = "40"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

function write(name: string, graph: Graph): void {
  writeFileSync(join(folder, `${name}.bin`), serializeNative(runPipeline(graph)).bytes);
}

const cases = join(root, "test", "run", "cases");
for (const file of readdirSync(cases))
  write(file.replace(/\.qir$/, ""), verified(parse(readFileSync(join(cases, file), "utf8"))));
for (let seed = 0; seed < Number(seeds); seed++) write(`random-${seed}`, generate(seed, 8));
