/**
 * Numbers as text, exactly. A float32 value prints as the shortest decimal that reads back to the same float32
 * (`0.1`); a double that is not a float32 value prints in full with the suffix `d` (`0.1d`).
 */
export function printNumber(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (x === Number.POSITIVE_INFINITY) return "inf";
  if (x === Number.NEGATIVE_INFINITY) return "-inf";
  if (Object.is(x, -0)) return "-0";
  if (Number.isInteger(x) && Math.abs(x) < 2 ** 53) return String(x);
  if (Math.fround(x) !== x) return `${x}d`;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(x.toPrecision(digits));
    if (Math.fround(short) === x) return String(short);
  }
  return String(Number(x.toPrecision(9)));
}

/** Matches what printNumber writes; the lexer anchors it. */
export const numberPattern = /-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?d?|inf)|nan/y;

/** Reads what printNumber wrote. */
export function readNumber(text: string): number {
  if (text === "nan") return Number.NaN;
  if (text === "inf") return Number.POSITIVE_INFINITY;
  if (text === "-inf") return Number.NEGATIVE_INFINITY;
  if (text.endsWith("d")) return Number(text.slice(0, -1));
  const x = Number(text);
  return Number.isInteger(x) && Math.abs(x) < 2 ** 53 ? x : Math.fround(x);
}
