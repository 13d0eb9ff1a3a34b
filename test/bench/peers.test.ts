/** The comparisons' arithmetic and report; the measurements themselves are no tests. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const peers = path.resolve(import.meta.dirname, "../../bench/peers");
const load = (file: string) => import(path.join(peers, file));

test("quantiles are linear between ranks", async () => {
  const { quantile, spread } = await load("statistics.mjs");
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([7], 0.25)).toBe(7);
  expect(spread([5, 1, 3, 2, 4])).toEqual({ median: 3, quartiles: [2, 4] });
});

test("a comparison takes the median of the ratios of pairs, not the ratio of medians", async () => {
  const { compare } = await load("statistics.mjs");
  const result = compare([
    { ours: 1, theirs: 2 },
    { ours: 10, theirs: 50 },
    { ours: 2, theirs: 6 },
  ]);
  expect(result).toMatchObject({ pairs: 3, ratio: { median: 3 }, ours: { median: 2 }, theirs: { median: 6 } });
});

test("differences of outputs are counted", async () => {
  const { difference } = await load("statistics.mjs");
  expect(difference([1, 2, 3], [1, 4, 2])).toEqual({ elements: 3, differ: 2, most: 2 });
  expect(difference([1], [1, 2])).toMatchObject({ most: Number.POSITIVE_INFINITY });
});

test("turns alternate and keep to their number of pairs", async () => {
  const { takeTurns } = await load("turns.mjs");
  const order: string[] = [];
  const contestant = (name: string) => ({ run: async () => void order.push(name) });
  const pairs = await takeTurns(contestant("a"), contestant("b"), { pairs: 4, turnMs: 0, warmMs: 0 });
  expect(pairs).toHaveLength(4);
  // Six runs of each to warm up and to find the length of a turn, then turns of three.
  const turns = order.slice(12).filter((_, i) => i % 3 === 0);
  expect(turns.join("")).toBe("baabbaab");
});

test("every row has an id of its own, a known measure and a wish; the report shows each, measured or not", async () => {
  const { tables } = await load("rows.mjs");
  const { report, summary } = await load("report.mjs");
  const rows = tables.flatMap((t: any) => t.rows);
  expect(new Set(rows.map((r: any) => r.id)).size).toBe(rows.length);
  const known = ["turns", "page", "first", "memory", "artefact", "size"];
  const { contestants } = await load("contestants.mjs");
  const spread = { median: 2, quartiles: [1.5, 2.5] };
  const results: Record<string, any> = {};
  for (const [i, row] of rows.entries()) {
    expect(known).toContain(row.kind);
    expect(row.bar ?? row.most).toBeGreaterThan(0);
    for (const side of [row.ours, row.theirs]) if (side?.use) expect(contestants).toHaveProperty([side.use]);
    const who = {
      ours: { name: "qjit", version: "1", detail: "" },
      theirs: { name: "peer", version: "2", detail: "" },
    };
    const env = { date: "2026-01-02T03:04", commit: "abc", cpu: "CPU", cores: 2, os: "OS" };
    results[row.id] =
      i % 5 ? { ...env, who, unit: "ms", ratio: spread, ours: spread, theirs: spread } : { skipped: `reason ${i}` };
    expect(summary(row, results[row.id])).toContain(row.id);
  }
  const page = report(tables, results);
  for (const row of rows) expect(page).toContain(row.work);
  expect(page).toContain("not measured: reason 5");
  expect(page).toContain("**2.00x** (1.50x to 2.50x)");
});

test("the lock file fits the manifest of the peers", () => {
  const read = (file: string) => JSON.parse(readFileSync(path.join(peers, file), "utf8"));
  const { dependencies, optionalDependencies } = read("package.json");
  expect(read("package-lock.json").packages[""]).toMatchObject({ dependencies, optionalDependencies });
});
