/** The pictures of the documents: each that is shown exists, each that exists is shown, and all are small. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const pages = [
  "README.md",
  "examples/playground/README.md",
  ...readdirSync(path.join(root, "docs"))
    .filter((f) => f.endsWith(".md"))
    .map((f) => `docs/${f}`),
];

test("pictures are there, shown and small", () => {
  const shown = pages.flatMap((page) =>
    [...readFileSync(path.join(root, page), "utf8").matchAll(/!\[([^\]]+)\]\(([^)]+\.png)\)/g)].map((m) =>
      path.resolve(root, path.dirname(page), m[2]),
    ),
  );
  for (const file of shown) expect(existsSync(file), file).toBe(true);
  const images = path.join(root, "docs/images");
  for (const name of readdirSync(images)) {
    const file = path.join(images, name);
    expect(shown).toContain(file);
    expect(statSync(file).size, name).toBeLessThan(300_000);
  }
});
