/** Every command that a document shows runs, and prints what is shown. UPDATE_DOCS=1 writes what it prints into the documents. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { cliDoc } from "../../tools/cli-doc.ts";
import {
  documents,
  matches,
  missingFixture,
  partsOf,
  pathOf,
  readDocument,
  Shell,
  serves,
  updated,
} from "./console.ts";

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
      for (const shown of part.shown) {
        const { line, command, output, varies } = shown;
        test(`${line}: ${command}`, async () => {
          let found: string[];
          if (serves(shown)) {
            const { lines, page } = await shell.serve(command);
            expect(page).toMatch(/^200 <!doctype html>[\s\S]*<\/html>\s*$/i);
            found = lines;
          } else found = shell.run(command);
          const same = matches(output, found, varies);
          if (!same && update && !output.includes("..."))
            outputs.set(line, found[0] === "" && found.length === 1 ? [] : found);
          else if (!same) expect(found).toEqual(output);
        });
      }
    }
  });
}

describe("commands in the text", async () => {
  const help = await cliDoc();
  const sections = new Map(help.split(/^## qjit /m).map((s) => [s.slice(0, s.indexOf("\n")), s]));
  const generated = ["docs/cli.md", "docs/api.md"];
  for (const name of documents.filter((d) => !generated.includes(d))) {
    test(name, () => {
      const text = readDocument(name);
      for (const [, line] of text.matchAll(/`((?:npx )?qjit [a-z]+[^`\n]*)`/g)) {
        const [command, ...rest] = line.replace(/^npx /, "").split(" ").slice(1);
        expect([...sections.keys()], line).toContain(command);
        for (const option of rest.filter((word) => /^--?[a-z]/.test(word)))
          expect(sections.get(command), line).toMatch(new RegExp(`${option.split("=")[0]}\\b`));
      }
      const { scripts } = JSON.parse(readFileSync(pathOf("package.json"), "utf8"));
      for (const [, script] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
      for (const [line, file] of text.matchAll(/`(?:npx vitest run |node |(?=tools\/))([\w./-]+)[^`\n]*`/g))
        expect(existsSync(pathOf(file)), line).toBe(true);
      // A command that is shown with what it prints stands in a console block, which runs.
      const shown = /^```(?!console)\w*[^\n]*\n(?:(?!```)[^\n]*\n)*?\$ /m.exec(text);
      expect(shown?.[0]).toBe(undefined);
    });
  }
});
