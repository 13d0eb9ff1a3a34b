/** Text that is cut short or damaged gives a ParseError or reads as some graph; nothing else, and soon. */
import { expect, test } from "vitest";
import { ParseError } from "../../src/ir/lex.ts";
import { parse } from "../../src/ir/parse.ts";
import { verify } from "../../src/ir/verify.ts";
import { random } from "../fuzz/generate.ts";
import { goldenFiles } from "./sections.ts";

const texts = goldenFiles()
  .filter((f) => f.run[0] !== "parse")
  .flatMap((f) => f.sections.map((s) => s.text));

/** Whether a text reads as a graph, which is then also verified. Anything thrown but a ParseError fails the test. */
function reads(text: string): boolean {
  try {
    verify(parse(text));
    return true;
  } catch (error) {
    if (error instanceof ParseError) return false;
    throw new Error(`${(error as Error).stack}\nin the text\n${text}`);
  }
}

/** The slowest single text of a test may take this long, in ms; most take well under one. */
const patience = 2000;

function each(variants: Iterable<string>): { read: number; refused: number } {
  const counts = { read: 0, refused: 0 };
  for (const text of variants) {
    const start = performance.now();
    counts[reads(text) ? "read" : "refused"]++;
    const took = performance.now() - start;
    if (took > patience) expect.fail(`${took} ms for\n${text}`);
  }
  return counts;
}

test("every golden text, cut at any of many places", () => {
  const { refused } = each(
    (function* () {
      for (const text of texts) for (let at = 0; at < text.length; at += 7) yield text.slice(0, at);
    })(),
  );
  expect(refused).toBeGreaterThan(1000);
});

test("golden texts with characters changed, dropped, doubled, and lines exchanged", () => {
  const rand = random(Number(process.env.FUZZ_SEED ?? 5));
  const alphabet = `%#@"<>[]{}(),:=* \n-0123456789.eEdinfa_xyz\\/`;
  const mutate = (text: string): string => {
    const at = rand(0, text.length - 1);
    switch (rand(0, 5)) {
      case 0:
        return text.slice(0, at) + alphabet[rand(0, alphabet.length - 1)] + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + text.slice(at + rand(1, 5));
      case 2:
        return text.slice(0, at) + text.slice(at, at + rand(1, 30)) + text.slice(at);
      case 3: {
        const numbers = ["-1", "0", "1e999", "-0", "4294967296", "1e308d", "nan", "-inf", "0.1d", "9007199254740993"];
        return text.replace(/\d+(\.\d+)?/g, (n) => (rand(0, 9) ? n : numbers[rand(0, numbers.length - 1)]));
      }
      case 4: {
        const words = [...new Set(text.match(/[%#]?[A-Za-z_][\w.]*/g) ?? ["x"])];
        const from = words[rand(0, words.length - 1)];
        return text.replace(from, words[rand(0, words.length - 1)]);
      }
      default: {
        const lines = text.split("\n");
        const [i, j] = [rand(0, lines.length - 1), rand(0, lines.length - 1)];
        [lines[i], lines[j]] = [lines[j], lines[i]];
        return lines.join("\n");
      }
    }
  };
  const counts = each(
    (function* () {
      for (const text of texts) {
        for (let i = 0; i < 40; i++) {
          let damaged = mutate(text);
          for (let more = rand(0, 2); more > 0; more--) damaged = mutate(damaged);
          yield damaged;
        }
      }
    })(),
  );
  expect(counts.refused).toBeGreaterThan(500);
  expect(counts.read).toBeGreaterThan(100);
});

test("text that invites backtracking, deep nesting or huge allocations", () => {
  const many = 200_000;
  const counts = each([
    " ".repeat(many),
    "\n// ".repeat(many),
    `${"/".repeat(many)}`,
    `"${"\\".repeat(many)}`,
    `#a = [${"[".repeat(many)}`,
    `#a = [${"1,".repeat(many)}`,
    `#a = [${"1".repeat(many)}]`,
    `data %w = "${"A".repeat(many)}`,
    "func ".repeat(many),
    "{".repeat(many),
    `func @f(${"%".repeat(many)}`,
    `func @${"f".repeat(many)}() { return }`,
    `func @f(%x: i8[${"1,".repeat(many)}1]) { return %x }`,
    "func @f(%x: i8[99999999999999999999]) { return %x }",
    "func @f(%x: i8[1048576,1048576]) { return %x }",
    "func @f() { %w: i8[1000000000] = const(value=[]) return %w }",
    'func @f() { %w: f32[1000000000] = const(value=data) return %w } data %w = ""',
    "func @f(%x: i8[1]<#c @1e300>) { return %x } #c = [1]",
    "func @f(%x: i8[1]<#c @-1>) { return %x } #c = [1]",
    'func @f(%__proto__: i8[1]) {__proto__="x"} { %constructor: i8[1] = reshape(%__proto__, shape=[1]) return %constructor }',
    "func @f(%x: i8[2]) { %y: i8[1] = gather(%x, %x, axis=9) return %y }",
    "func @f(%x: i64[2]) { %y: i64[2] = const(value=[1e30, -1e30]) return %y }",
    "func @f(%x: i8[2]<0.5>) { %y: i8[1000000000,1]<0.5> = pad(%x, before=[999999998], after=[0], value=[0]) return %y }",
  ]);
  expect(counts.refused + counts.read).toBe(23);
});
