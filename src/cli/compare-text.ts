/** Comparisons as tables for people. */
import type { Accuracy } from "../inspect/accuracy.ts";
import type { BackendComparison } from "../inspect/compare-backends.ts";
import type { OutputsComparison } from "../inspect/compare-outputs.ts";
import type { Bin, ErrorSummary } from "../inspect/error-stats.ts";
import { type Io, styled, table } from "./io.ts";
import { short as cut } from "./layers.ts";

/** Of names that a converter joined the first, which names the result. */
const short = (name: string): string => cut(name.split(";")[0]);

interface TextOptions {
  readonly histogram?: boolean;
}

const db = (e: ErrorSummary | null): string => (e === null ? "-" : e.sqnrDb === null ? "exact" : e.sqnrDb.toFixed(1));
const part = (n: number, of: number): string => (n === 0 ? "0" : `${((100 * n) / of).toFixed(2)}%`);

/** The columns that say how an error is: decibels, cosine, steps, saturation. */
const heads = ["SQNR dB", "COSINE", "LSB MEAN", "LSB MAX", "WITHIN 1", "AT ENDS", "CLIPPED"];
const cells = (e: ErrorSummary): string[] => [
  db(e),
  e.cosine.toFixed(5),
  e.lsb ? e.lsb.mean.toFixed(2) : "-",
  e.lsb ? e.lsb.max.toFixed(1) : "-",
  e.lsb ? `${(100 * e.lsb.withinOne).toFixed(1)}%` : "-",
  e.range ? part(e.range.atLowest + e.range.atHighest, e.values) : "-",
  e.range ? part(e.range.clipped, e.values) : "-",
];

/** A quantized model against its reference. */
export function accuracyText(
  a: string,
  b: string,
  result: Accuracy & { readonly reading: readonly string[] },
  options: TextOptions,
  io: Io,
): string {
  const { layers, samples } = result;
  const rows = [
    ["NODE", "OP", ...heads, "ALONE dB"],
    ...layers.map((l) => [
      `${short(l.name)}${l.matchedBy === "name" ? "" : " ~"}`,
      l.op,
      ...cells(l.accumulated),
      db(l.isolated),
    ]),
  ];
  return [
    `${a} against ${b}, ${samples} sample${samples === 1 ? "" : "s"}\n\n`,
    table(rows, { right: [2, 3, 4, 5, 6, 7, 8, 9], style: headStyle(io) }),
    layers.some((l) => l.matchedBy === "position") ? "~ matched by operator, shape and order, as names differ\n" : "",
    unmatchedText("no partner in the reference", result.unmatched),
    unmatchedText("only in the reference", result.unmatchedReference),
    options.histogram ? `\n${layers.map((l) => histogram(short(l.name), l.accumulated)).join("")}` : "",
    result.firstPoor === null ? "" : `\nfirst below 20 dB: ${short(result.firstPoor)}\n`,
    `\n${readingText(result.reading, io)}`,
  ].join("");
}

/** Two back ends. */
export function backendsText(
  a: string,
  {
    backends,
    steps,
    outputs,
    samples,
    firstDivergence,
  }: BackendComparison & { readonly backends: readonly [string, string] },
  io: Io,
): string {
  const differing = steps.filter((s) => s.differing + s.isolatedDiffering > 0);
  const head = `${a}: ${backends[0]} against ${backends[1]}, ${samples} sample${samples === 1 ? "" : "s"}\n`;
  const lines = outputs.map(({ name, differing: d }) =>
    d[0] + d[1] === 0
      ? `  output ${name}: ${styled(io, "green", "same bytes")} as the interpreter on the graph as it was imported\n`
      : `  output ${name}: ${styled(io, "red", "differs")} from the interpreter: ${d[0]} values on ${backends[0]}, ${d[1]} on ${backends[1]}\n`,
  );
  if (differing.length === 0)
    return `${head}${lines.join("")}  ${steps.length} steps: ${styled(io, "green", "same bytes")}, one after another and each by itself\n`;
  const rows = [
    ["STEP", "OP", "KERNELS", "DIFFER", "ALONE", ...heads.slice(0, 4)],
    ...differing.map((s) => [
      short(s.name),
      s.op,
      s.kernels.join(" / "),
      `${s.differing} of ${s.error.values}`,
      String(s.isolatedDiffering),
      ...cells(s.error).slice(0, 4),
    ]),
  ];
  const first = firstDivergence === null ? "" : `first divergence: ${short(firstDivergence)} (qjit bisect says why)\n`;
  return `${head}${lines.join("")}\n${table(rows, { right: [3, 4, 5, 6, 7, 8], style: headStyle(io) })}${first}`;
}

/** A model against arrays. */
export function outputsText(
  a: string,
  b: string,
  result: OutputsComparison & { readonly reading: readonly string[] },
  options: TextOptions,
  io: Io,
): string {
  const rows = [
    ["VALUE", "OP", "DIFFER", ...heads],
    ...result.values.map((v) => [
      short(v.name),
      v.op,
      v.differing === null ? "-" : `${v.differing} of ${v.error.values}`,
      ...cells(v.error),
    ]),
  ];
  return [
    `${a} against ${b}, ${result.samples} sample${result.samples === 1 ? "" : "s"}\n\n`,
    table(rows, { right: [2, 3, 4, 5, 6, 7, 8, 9], style: headStyle(io) }),
    options.histogram ? `\n${result.values.map((v) => histogram(short(v.name), v.error)).join("")}` : "",
    `\n${readingText(result.reading, io)}`,
  ].join("");
}

const headStyle = (io: Io) => (row: number, _: number, cell: string) => (row ? cell : styled(io, "bold", cell));

const unmatchedText = (what: string, names: readonly string[]): string =>
  names.length ? `${what}: ${names.map(short).join(", ")}\n` : "";

const readingText = (lines: readonly string[], io: Io): string =>
  lines.length ? `${styled(io, "bold", "Reading")}\n${lines.map((l) => `  ${l}\n`).join("")}` : "";

const barWidth = 40;

/** Differences in steps of the quantizer, a line a class. */
function histogram(name: string, { lsb, values }: ErrorSummary): string {
  if (!lsb) return "";
  const label = ({ from, to }: Bin): string =>
    from === null ? `<= ${to}` : to === null ? `>= ${from}` : from === to ? String(from) : `${from}..${to}`;
  const rows = lsb.histogram
    .filter((b) => b.count > 0)
    .map((b) => ["", label(b), part(b.count, values), "#".repeat(Math.ceil((barWidth * b.count) / values))]);
  return `${name}, differences in LSB\n${table(rows, { right: [1, 2] })}`;
}
