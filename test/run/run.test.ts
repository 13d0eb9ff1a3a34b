/** One suite, every way of running: `.qir` files here and the golden files of the passes, on seeded inputs and extremes. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "../../src/ir/parse.ts";
import { verified } from "../../src/ir/verify.ts";
import { operandValues } from "../codegen/row-cases.ts";
import { random } from "../fuzz/generate.ts";
import { goldenFiles } from "../golden/sections.ts";
import { reportMissing } from "../native/native.ts";
import { differences, reference, targets, ways } from "./ways.ts";

const cases = new URL("./cases/", import.meta.url);

const files = [
  ...readdirSync(cases).map((name) => ({ name, texts: [readFileSync(new URL(name, cases), "utf8")] })),
  ...goldenFiles()
    .filter((f) => !["verify", "parse"].includes(f.run[0]))
    .map((f) => ({ name: `golden/${f.name}`, texts: f.sections.map((s) => s.text) })),
];

describe.each(ways)("$name", (way) => {
  test.each(files)("$name", async ({ name, texts }) => {
    for (const [i, text] of texts.entries()) {
      const graph = verified(parse(text));
      const [run, want] = [await way.prepare(graph), await reference.prepare(graph)];
      for (const mode of [0, 1, 2, 3, 4]) {
        const rand = random(mode);
        const inputs = graph.params.map((p) => operandValues(p.type, mode, rand));
        // Twice: a program must not depend on what its last run left behind.
        run(inputs);
        const found = run(inputs);
        const wanted = want(inputs);
        expect(
          found.map((f, o) => differences(f, wanted[o])),
          `${name} #${i} mode ${mode}`,
        ).toEqual(wanted.map(() => []));
      }
      run.end?.();
    }
  });
});

test("this engine's targets", (context) => {
  expect(targets[0].level).toBe("simd128");
  if (targets.length === 1) context.skip("skipped: this engine has no relaxed SIMD");
});

reportMissing();
