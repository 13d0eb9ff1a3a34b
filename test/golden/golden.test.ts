import { expect, test } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { ParseError } from "../../src/ir/lex.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { verified, verify } from "../../src/ir/verify.ts";
import { passNamed, pipeline } from "../../src/passes/pipeline.ts";
import { type Applied, PassContext } from "../../src/passes/rewrite.ts";
import { inputsFor } from "../fuzz/generate.ts";
import { type GoldenFile, goldenFiles, rebuild, type Section } from "./sections.ts";

const files = goldenFiles();
const inputSeeds = [1, 2, 3];

test.each(files.map((f) => [f.name, f] as const))("%s", async (_, file) => {
  const results = file.sections.map((section) => resultOf(file, section));
  await expect(rebuild(file, results)).toMatchFileSnapshot(file.path);
});

function resultOf(file: GoldenFile, section: Section): string {
  const where = `${file.name}:${section.line}`;
  if (file.run[0] === "parse") return parseResult(section.text);
  const graph = roundTripped(parse(section.text), where);
  if (file.run[0] === "verify") {
    return verify(graph)
      .map((e) => `error %${e.node} [${e.id}] ${e.message}`)
      .concat(verify(graph).length ? [] : ["legal"])
      .join("\n");
  }
  const { result, applied } = runPasses(file, section, graph, where);
  const log = applied.map((a) => `applied ${a.rule} at %${a.at}`);
  return [...(log.length ? log : ["nothing applied"]), ...(log.length ? [print(result, { data: false })] : [])].join(
    "\n",
  );
}

function parseResult(text: string): string {
  try {
    return print(parse(text), { data: false });
  } catch (error) {
    if (error instanceof ParseError) return `error ${error.message}`;
    throw error;
  }
}

/** Runs a file's passes on a section; checks that each keeps the graph legal and every bit of it, and that its text reads back. */
function runPasses(file: GoldenFile, section: Section, input: Graph, where: string) {
  const names = file.run[0] === "pipeline" ? pipeline.map((p) => p.name) : file.run;
  let graph = verified(input);
  const applied: Applied[] = [];
  for (const name of names) {
    const context = new PassContext();
    const next = roundTripped(verified(passNamed(name, "run").run(graph, context), name), where);
    for (const seed of inputSeeds) {
      const inputs = inputsFor(graph, seed);
      expect(interpret(next, inputs), `${where} after ${name}, seed ${seed}`).toEqual(interpret(graph, inputs));
    }
    applied.push(...context.applied);
    graph = next;
  }
  const fired = applied.filter((a) => section.mustNotFire.includes(a.rule));
  expect(fired, `${where} must not fire ${section.mustNotFire.join(", ")}`).toEqual([]);
  return { result: graph, applied };
}

/** The graph itself, after checking that its text reads back as the same text. */
function roundTripped(graph: Graph, where: string): Graph {
  const text = print(graph);
  expect(print(parse(text)), where).toBe(text);
  return graph;
}

test("every rule has a golden section where it fires and one where it must not", () => {
  const fires = new Set<string>();
  const refrains = new Set<string>();
  for (const file of files.filter((f) => !["parse", "verify"].includes(f.run[0]))) {
    for (const section of file.sections) {
      const { applied } = runPasses(file, section, parse(section.text), `${file.name}:${section.line}`);
      for (const a of applied) fires.add(a.rule);
      for (const name of section.mustNotFire) refrains.add(name);
    }
  }
  const rules = [...new Set(pipeline.flatMap((p) => p.rules.map((r) => r.name)))].sort();
  expect(rules.filter((r) => !fires.has(r))).toEqual([]);
  expect(rules.filter((r) => !refrains.has(r))).toEqual([]);
  expect([...refrains].filter((r) => !rules.includes(r))).toEqual([]);
});

test("every numbered constraint of every op fails in some golden section", () => {
  const shown = new Set(
    files
      .filter((f) => f.run[0] === "verify")
      .flatMap((f) => f.sections.flatMap((s) => verify(parse(s.text)).map((e) => e.id))),
  );
  const ids = [...ops.values()].flatMap((op) => (op.verify ?? []).map((c) => `${op.name}.${c.id}`));
  expect(ids.filter((id) => !shown.has(id)).sort()).toEqual([]);
});
