/** Cutting a level where a single value passes, and stacking what comes of it in columns. */
import { gapY } from "./layered.ts";
import type { Edge } from "./layout.ts";

export interface Sized {
  readonly id: string;
  readonly w: number;
  readonly h: number;
}

/** Items in order of evaluation, in pieces between which one value passes at most. */
export function pieces(items: readonly Sized[], edges: readonly Edge[]): Sized[][] {
  const index = new Map(items.map((n, i) => [n.id, i]));
  const last = new Map<number, number>();
  for (const e of edges) {
    const [a, b] = [index.get(e.from)!, index.get(e.to)!];
    const [lo, hi] = a < b ? [a, b] : [b, a];
    last.set(lo, Math.max(last.get(lo) ?? lo, hi));
  }
  const change = new Array<number>(items.length + 1).fill(0);
  for (const [from, to] of last) {
    change[from]++;
    change[to]--;
  }
  const result: Sized[][] = [];
  let piece: Sized[] = [];
  let live = 0;
  for (const [i, item] of items.entries()) {
    piece.push(item);
    live += change[i];
    if (live <= 1 || i === items.length - 1) {
      result.push(piece);
      piece = [];
    }
  }
  return result;
}

/** Items that nothing feeds stand right before the first that reads them, so that pieces can be cut there. */
export function ordered(items: readonly Sized[], edges: readonly Edge[]): Sized[] {
  const fed = new Set(edges.map((e) => e.to));
  const firstUse = new Map<string, number>();
  const index = new Map(items.map((n, i) => [n.id, i]));
  for (const e of edges)
    firstUse.set(e.from, Math.min(firstUse.get(e.from) ?? Number.POSITIVE_INFINITY, index.get(e.to)!));
  // What enters a group stays at its border.
  const stays = (n: Sized) => fed.has(n.id) || !firstUse.has(n.id) || n.id.startsWith("in:");
  const keyOf = (n: Sized, i: number) => (stays(n) ? i : firstUse.get(n.id)! - 0.5);
  return items
    .map((n, i) => ({ n, key: keyOf(n, i), i }))
    .sort((a, b) => a.key - b.key || a.i - b.i)
    .map(({ n }) => n);
}

/** Heights in order as at most so many columns, the highest of which is as low as can be. */
export function intoColumns(heights: readonly number[], most: number): number[][] {
  const split = (limit: number): number[][] => {
    const columns: number[][] = [[]];
    let height = 0;
    for (const [i, h] of heights.entries()) {
      if (height > 0 && height + h > limit) {
        columns.push([]);
        height = 0;
      }
      columns[columns.length - 1].push(i);
      height += h + gapY;
    }
    return columns;
  };
  let [lo, hi] = [Math.max(0, ...heights), heights.reduce((sum, h) => sum + h + gapY, 0)];
  while (hi - lo > 1) {
    const mid = (lo + hi) / 2;
    if (split(mid).length <= most) hi = mid;
    else lo = mid;
  }
  return split(hi);
}
