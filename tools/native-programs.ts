/** Writes serialized programs for the C++ tests: the cases of test/run, of the rows of the kernel table, and random graphs. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serializeNative } from "../src/codegen/native/serialize.ts";
import type { Graph } from "../src/ir/graph.ts";
import { parse } from "../src/ir/parse.ts";
import { verified } from "../src/ir/verify.ts";
import { runPipeline } from "../src/passes/pipeline.ts";
import { families } from "../test/codegen/row-cases.ts";
import { generate } from "../test/fuzz/generate.ts";
import { rowGraphs } from "../test/native/row-graphs.ts";
import { small } from "../test/native/small.ts";

const [root, folder, seeds = "40"] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

function write(name: string, graph: Graph): void {
  writeFileSync(join(folder, `${name}.bin`), serializeNative(graph).bytes);
}

write("small", runPipeline(small()));
const cases = join(root, "test", "run", "cases");
for (const file of readdirSync(cases))
  write(file.replace(/\.qir$/, ""), runPipeline(verified(parse(readFileSync(join(cases, file), "utf8")))));
for (let seed = 0; seed < Number(seeds); seed++) write(`random-${seed}`, runPipeline(generate(seed, 8)));
for (const family of Object.keys(families)) for (const graph of rowGraphs(family)) write(`rows-${graph.name}`, graph);
