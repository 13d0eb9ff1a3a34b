/**
 * Attribute kinds. Each knows its text form, how to read it back, equality for free (by text), and how to invent a
 * value for the fuzzer. An op declares `attrs: { stride: ints(2, [1, 1]) }` and gets all of that.
 */
import { type Addition, type AdditionRule, additionRules } from "./addition.ts";
import { type Averaging, type AveragingRule, averagingRules } from "./averaging.ts";
import { type Rescale, type RescaleRule, rescaleHasSecond, rescaleRules } from "./rescale.ts";

/** What an attribute's `print` may use besides its value. */
export interface AttrPrinter {
  number(x: number): string;
  /** Text of a list of pairs, as a `#name` defined beside the function when it is long. */
  pairs(a: readonly number[], b: readonly number[] | undefined, hint: string): string;
}

/** What an attribute's `read` may use; every method reports a syntax error at the current position. */
export interface AttrReader {
  number(): number;
  integer(): number;
  word(): string;
  text(): string;
  peek(symbol: string): boolean;
  /** Takes the symbol or word if it is next. */
  accept(symbol: string): boolean;
  expect(symbol: string): void;
  list<T>(item: () => T): T[];
  pairs(): { a: number[]; b: number[] };
  fail(message: string): never;
}

/** A uniform source for the fuzzer: an integer in [lo, hi]. */
export type Rand = (lo: number, hi: number) => number;

/** One kind of attribute: its text form both ways, and a random value. */
export interface Attr<T> {
  print(value: T, to: AttrPrinter): string;
  read(from: AttrReader): T;
  sample(rand: Rand): T;
  /** Present when the attribute may be left out of the text and of calls. */
  readonly default?: T;
}

/** The value type of an attribute kind. */
export type ValueOf<A> = A extends Attr<infer T> ? T : never;

export const int = (options: { default?: number; min?: number; max?: number } = {}): Attr<number> => ({
  print: (v) => String(v),
  read(from) {
    const v = from.integer();
    if (v < (options.min ?? v) || v > (options.max ?? v)) {
      from.fail(`wants an integer in [${options.min ?? "-inf"}, ${options.max ?? "inf"}], found ${v}`);
    }
    return v;
  },
  sample: (rand) => rand(options.min ?? 0, Math.min(options.max ?? 3, 3)),
  default: options.default,
});

/** A list of integers; `length` fixes how many. */
export const ints = (
  options: { length?: number; default?: readonly number[]; min?: number; max?: number } = {},
): Attr<readonly number[]> => ({
  print: (v) => `[${v.join(", ")}]`,
  read(from) {
    const list = from.list(() => from.integer());
    if (options.length !== undefined && list.length !== options.length) {
      from.fail(`wants ${options.length} integers, found ${list.length}`);
    }
    for (const v of list)
      if (v < (options.min ?? v)) from.fail(`wants integers of at least ${options.min}, found ${v}`);
    return list;
  },
  sample: (rand) =>
    Array.from({ length: options.length ?? rand(1, 3) }, () => rand(options.min ?? 0, options.max ?? 2)),
  default: options.default,
});

export const float = (options: { default?: number } = {}): Attr<number> => ({
  print: (v, to) => to.number(v),
  read: (from) => from.number(),
  sample: (rand) => Math.fround(rand(-64, 64) / 16),
  default: options.default,
});

export const bool = (options: { default?: boolean } = {}): Attr<boolean> => ({
  print: String,
  read(from) {
    const word = from.word();
    if (word !== "true" && word !== "false") from.fail(`wants true or false, found ${word}`);
    return word === "true";
  },
  sample: (rand) => rand(0, 1) === 1,
  default: options.default,
});

/** One of a fixed set of words. */
export const oneOf = <const W extends string>(words: readonly W[], options: { default?: W } = {}): Attr<W> => ({
  print: (v) => v,
  read(from) {
    const word = from.word();
    return words.find((w) => w === word) ?? from.fail(`wants one of ${words.join(", ")}, found ${word}`);
  },
  sample: (rand) => words[rand(0, words.length - 1)],
  default: options.default,
});

export const string = (options: { default?: string } = {}): Attr<string> => ({
  print: (v) => JSON.stringify(v),
  read: (from) => from.text(),
  sample: (rand) => `s${rand(0, 9)}`,
  default: options.default,
});

/** A closed range [lo, hi] with lo <= hi; infinite bounds are allowed for float clamps. */
export const range = (options: { default?: readonly [number, number] } = {}): Attr<readonly [number, number]> => ({
  print: ([lo, hi], to) => `[${to.number(lo)}, ${to.number(hi)}]`,
  read(from) {
    const list = from.list(() => from.number());
    if (list.length !== 2 || !(list[0] <= list[1])) from.fail(`wants [lo, hi] with lo <= hi, found [${list}]`);
    return [list[0], list[1]];
  },
  sample: (rand) => {
    const lo = rand(0, 60);
    return [lo, rand(lo, 127)];
  },
  default: options.default,
});

/** A rounding rule with its constants: `q31_double(1518500250:-7)` or, per channel, `f32_rne(#conv1.rescale)`. */
export const rescaling = (): Attr<Rescale> => ({
  print: (v, to) => `${v.rule}(${to.pairs(v.a, v.b.length ? v.b : undefined, "rescale")})`,
  read(from) {
    const rule = from.word() as RescaleRule;
    if (!Object.hasOwn(rescaleRules, rule)) {
      from.fail(`wants one of ${Object.keys(rescaleRules).join(", ")}, found ${rule}`);
    }
    from.expect("(");
    const { a, b } = from.pairs();
    from.expect(")");
    if (rescaleHasSecond[rule] !== b.length > 0) {
      from.fail(`${rule} wants ${rescaleHasSecond[rule] ? "pairs a:b" : "single numbers"}`);
    }
    return { rule, a, b };
  },
  sample: (rand) => ({ rule: "f32_rne", a: [Math.fround(1 / rand(1, 512))], b: [] }),
});

/** Words, e.g. names of labels; printed as a list of quoted strings. */
export const strings = (options: { default?: readonly string[] } = {}): Attr<readonly string[]> => ({
  print: (v) => `[${v.map((s) => JSON.stringify(s)).join(", ")}]`,
  read: (from) => from.list(() => from.text()),
  sample: () => [],
  default: options.default,
});

/** A rule taken from a table of named rules, with its constants: `q31_three(20, 1073741824, -1, ...)`. */
export function named<R extends string>(
  rules: Record<R, { readonly constants: readonly string[] }>,
  sample: (rand: Rand) => { rule: R; k: number[] },
): Attr<{ readonly rule: R; readonly k: readonly number[] }> {
  return {
    print: (v, to) => `${v.rule}(${v.k.map((x) => to.number(x)).join(", ")})`,
    read(from) {
      const rule = from.word() as R;
      if (!Object.hasOwn(rules, rule)) from.fail(`wants one of ${Object.keys(rules).join(", ")}, found ${rule}`);
      const { constants } = rules[rule];
      from.expect("(");
      const k: number[] = [];
      while (!from.peek(")")) {
        if (k.length) from.expect(",");
        k.push(from.number());
      }
      from.expect(")");
      if (k.length !== constants.length)
        from.fail(`${rule} wants (${constants.join(", ")}), found ${k.length} numbers`);
      return { rule, k };
    },
    sample,
  };
}

/** A rule of addition with its constants (`addition.ts`). */
export const adding = (): Attr<Addition> =>
  named<AdditionRule>(additionRules, (rand) => ({
    rule: "f32",
    k: [Math.fround(rand(1, 9) / 16), Math.fround(rand(1, 9) / 16), Math.fround(1 / rand(1, 4))],
  }));

/** A rule of averaging with its constants (`averaging.ts`). */
export const averaging = (): Attr<Averaging> =>
  named<AveragingRule>(averagingRules, () => ({ rule: "int_away", k: [] }));
