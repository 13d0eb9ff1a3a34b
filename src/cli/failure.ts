/** How a command fails: the exit codes, and errors as one clear line. */
import { ProgramError } from "../../runtime/program.ts";
import { ModelError, QjitError } from "../errors.ts";
import { ParseError } from "../ir/lex.ts";
import { VerifyFailure } from "../ir/verify.ts";
import type { Io } from "./io.ts";

export const exitDone = 0;
/** The model or an input is bad, or the machine lacks what was asked for. */
export const exitBad = 1;
/** The command line is bad. */
export const exitUsage = 2;

/** A command line that cannot be meant: exit code 2. */
export class UsageError extends QjitError {
  override name = "UsageError";
}

/** Whether an error is about what the user gave, so that its message says it all. */
export const isExpected = (error: unknown): error is Error =>
  error instanceof QjitError || error instanceof ParseError || error instanceof VerifyFailure;

/** States an error on stderr and returns the exit code. QJIT_DEBUG=1 adds the stack. */
export function report(error: unknown, io: Io): number {
  const text = error instanceof Error ? error.message : String(error);
  if (isExpected(error)) io.err(`error: ${oneLine(text)}\n`);
  else io.err(`error: internal: ${oneLine(text)} (a bug in qjit; QJIT_DEBUG=1 shows where)\n`);
  if (io.env.QJIT_DEBUG === "1") {
    for (let e: unknown = error; e instanceof Error; e = e.cause) io.err(`${e.stack}\n`);
  }
  return error instanceof UsageError ? exitUsage : exitBad;
}

/** Runs work on a model, naming its file in whatever it finds wrong there. */
export async function inModel<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof VerifyFailure || error instanceof ProgramError) throw new ModelError(path, error.message);
    if (!(error instanceof ModelError) || error.where === path) throw error;
    // Which file it is takes the place of what kind of file it is.
    throw new ModelError(path, error.message.replace(/^(?:TFLite|ONNX) (?:model|file): /, ""));
  }
}

/** A message of several lines as one; of a long list the first few, and how many more there are. */
export function oneLine(text: string): string {
  const [first = "unknown", ...rest] = text.split("\n").map((line) => line.trim());
  const items = rest.filter((line) => line !== "");
  // A heading ("2 unsupported:") and its items, or items all the way.
  const heading = first.endsWith(":") ? `${first} ` : "";
  const all = heading ? items : [first, ...items];
  const more = all.length - 4;
  return heading + (more > 0 ? `${all.slice(0, 4).join("; ")} (and ${more} more)` : all.join("; "));
}

/** The closest of some words, as ` (did you mean x?)`, or nothing if none is close. */
export function didYouMean(word: string, words: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length * 0.4)) + 1;
  for (const candidate of words) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best === undefined || least >= Math.max(word.length, best.length) ? "" : ` (did you mean ${best}?)`;
}

/** Edits between two words: insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  for (let j = 1; j <= b.length; j++) d[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replace = d[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.length][b.length];
}
