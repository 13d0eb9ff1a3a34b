/**
 * Golden files. The first line says what to run: `// run: verify`, `// run: parse`, `// run: pipeline` or names of passes.
 * Sections are parted by `// -----`; the result of each follows it as `//>` lines. The file is its own snapshot: it is
 * rebuilt from the inputs and compared with itself. A section of a pass may say `// must not fire: rule-name`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** One input of a golden file. */
export interface Section {
  /** The input as written, without surrounding blank lines. */
  readonly text: string;
  /** Line of the file where the input begins. */
  readonly line: number;
  /** Rules that the section shows not firing. */
  readonly mustNotFire: readonly string[];
}

export interface GoldenFile {
  readonly path: string;
  /** Path below this folder. */
  readonly name: string;
  readonly run: readonly string[];
  readonly sections: readonly Section[];
}

const here = dirname(fileURLToPath(import.meta.url));
const separator = "// -----";

/** All golden files, in order of their names. */
export function goldenFiles(): GoldenFile[] {
  return readdirSync(here, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith(".qir"))
    .sort()
    .map((f) => readGolden(join(here, f)));
}

function readGolden(path: string): GoldenFile {
  const [head, ...lines] = readFileSync(path, "utf8").split("\n");
  const run = /^\/\/ run: (.+)$/.exec(head)?.[1].split(/,\s*/);
  if (!run) throw new Error(`${path}:1: wants "// run: verify|parse|pipeline|PASS, ...", found ${head}`);
  const sections: Section[] = [];
  let input: string[] = [];
  let line = 2;
  const flush = (next: number) => {
    const blank = input.findIndex((l) => l.trim() !== "");
    const text = input.join("\n").trim();
    if (text) {
      const rules = [...text.matchAll(/^\/\/ must not fire: (.+)$/gm)].flatMap((m) => m[1].split(/,\s*/));
      sections.push({ text, line: line + blank, mustNotFire: rules });
    }
    input = [];
    line = next;
  };
  lines.forEach((l, i) => {
    if (l === separator) flush(i + 3);
    // A result keeps its line, so that line numbers hold.
    else input.push(l.startsWith("//>") ? "" : l);
  });
  flush(lines.length);
  return { path, name: relative(here, path), run, sections };
}

/** The whole file, given the result of each section. */
export function rebuild(file: GoldenFile, results: readonly string[]): string {
  const blocks = file.sections.map(({ text }, i) => {
    const result = results[i].trimEnd().split("\n");
    return `${text}\n${result.map((l) => (l ? `//> ${l}` : "//>")).join("\n")}\n`;
  });
  return `// run: ${file.run.join(", ")}\n${blocks.join(`\n${separator}\n`)}`;
}
