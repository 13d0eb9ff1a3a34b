/** Every command that a document shows runs, and prints what is shown. UPDATE_DOCS=1 writes what it prints into the documents. */
import { rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { documents, matches, missingFixture, partsOf, pathOf, readDocument, Shell, updated } from "./console.ts";

const update = process.env.UPDATE_DOCS === "1";

for (const name of documents) {
  const text = readDocument(name);
  const parts = partsOf(text);
  if (!parts.some((p) => p.kind === "commands")) continue;
  const missing = missingFixture(text);
  describe(name, () => {
    if (missing) {
      test.skip(`skipped: no ${missing} (QJIT_MODELS_DIR, ../shared/models)`, () => {});
      return;
    }
    const shell = new Shell(text);
    const outputs = new Map<number, readonly string[]>();
    afterAll(() => {
      rmSync(shell.dir, { recursive: true, force: true });
      if (outputs.size) writeFileSync(pathOf(name), updated(text, outputs));
    });
    for (const part of parts) {
      if (part.kind === "file") {
        test(`file ${part.name}`, () => shell.write(part.name, part.content));
        continue;
      }
      for (const { line, command, output, varies } of part.shown) {
        test(`${line}: ${command}`, () => {
          const found = shell.run(command);
          const same = matches(output, found, varies);
          if (!same && update && !output.includes("..."))
            outputs.set(line, found[0] === "" && found.length === 1 ? [] : found);
          else if (!same) expect(found).toEqual(output);
        });
      }
    }
  });
}
