/** What a pass changed, line by line. Names are unique in a graph, so lines pair up by them, and a line that only moved is the same. */
import type { Graph } from "./graph.ts";
import { constantOf } from "./ops/source.ts";
import { bytesOf, print } from "./print.ts";

/** A line of the text of two graphs: in both, only in the first (`-`), or only in the second (`+`). */
export interface DiffLine {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Values that a definition shows at most; the ends of a longer one tell it apart. */
const shownValues = 6;

/**
 * The text of `after`, with the lines that `before` has in their place. A changed line is its old form and then its new one.
 * Long constants are not shown; one whose values changed is a changed line.
 */
export function diffGraphs(before: Graph, after: Graph): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const result: DiffLine[] = [];
  const removed = [...old.keys()].filter((key) => !now.has(key));
  const position = new Map([...old.keys()].map((key, i) => [key, i]));
  let next = 0;
  const removeUntil = (end: number) => {
    for (; next < removed.length && position.get(removed[next])! < end; next++)
      result.push({ sign: "-", text: old.get(removed[next])!.text });
  };
  for (const [key, line] of now) {
    const was = old.get(key);
    if (was) removeUntil(position.get(key)!);
    const same = was?.whole === line.whole && sameData(was.data, line.data);
    if (was && !same) result.push({ sign: "-", text: was.text });
    result.push({ sign: same ? " " : "+", text: line.text });
  }
  removeUntil(Number.POSITIVE_INFINITY);
  return result;
}

/** The changed lines, with `...` where others stand between them. */
export function printDiff(lines: readonly DiffLine[], style: (line: string, sign: DiffLine["sign"]) => string): string {
  let text = "";
  let gap = false;
  for (const { sign, text: line } of lines) {
    if (sign === " ") {
      gap = true;
      continue;
    }
    if (gap && text) text += "    ...\n";
    gap = false;
    text += `${style(`${sign} ${line.trimStart()}`, sign)}\n`;
  }
  return text;
}

interface Line {
  readonly text: string;
  /** The text before it was shortened. */
  readonly whole: string;
  /** The values of a constant that is too long for its line. */
  readonly data?: Uint8Array;
}

/** The lines of a graph's text by what they define: a value, a vector of numbers, the head, the result. */
function linesOf(graph: Graph): Map<string, Line> {
  const lines = new Map<string, Line>();
  const constants = new Map(graph.nodes.map((n) => [graph.nameOf(n), constantOf(n)]));
  for (const text of print(graph, { data: false }).split("\n")) {
    const value = /^ {2}%(?:"((?:[^"\\]|\\.)*)"|([^\s:]+)):/.exec(text);
    const vector = /^(#(?:"(?:[^"\\]|\\.)*"|\S+)) = \[(.*)\]$/.exec(text);
    if (value) {
      const name = value[2] ?? JSON.parse(`"${value[1]}"`);
      const data = text.endsWith("= const(value=data)") ? constants.get(name) : undefined;
      lines.set(`%${name}`, { text, whole: text, ...(data ? { data: bytesOf(data) } : {}) });
    } else if (vector) lines.set(vector[1], { text: `${vector[1]} = [${shortened(vector[2])}]`, whole: text });
    else if (text !== "" && text !== "}") lines.set(text.trimStart().split(" ")[0], { text, whole: text });
  }
  return lines;
}

function shortened(values: string): string {
  const list = values.split(", ");
  if (list.length <= shownValues) return values;
  return `${list.slice(0, 3).join(", ")}, ... ${list[list.length - 1]}; ${list.length} in all`;
}

const sameData = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (!!a && !!b && a.length === b.length && (samePlace(a, b) || a.every((v, i) => v === b[i])));

const samePlace = (a: Uint8Array, b: Uint8Array): boolean => a.buffer === b.buffer && a.byteOffset === b.byteOffset;
