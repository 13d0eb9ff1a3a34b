/** How threads share the units of a kernel's work, and how evenly: what kernels ask that can be split in more than one way. */

/** Numbers of threads that shares are weighed for, and their weights. */
const likely: readonly (readonly [threads: number, weight: number])[] = [
  [2, 4],
  [4, 3],
  [3, 1],
  [8, 2],
];

/** How busy threads are, from 0 to 1, that share so many equal units of work; the mean over likely numbers of threads. */
export function evenness(units: number): number {
  let [busy, weights] = [0, 0];
  for (const [threads, weight] of likely) {
    busy += (weight * units) / (threads * Math.ceil(units / threads));
    weights += weight;
  }
  return busy / weights;
}

/** What threads share of an image: pieces of so many rows (or pixels), or blocks of channels. */
export interface Cut {
  readonly by: "rows" | "blocks";
  /** Rows of a piece; all pieces are of this size, the last one repeats rows of the one before. */
  readonly size: number;
}

/**
 * The cut that keeps threads busiest with least repetition: pieces of `total` rows, of at most `most` and a multiple of
 * `unit`, or blocks. Larger pieces are better, as each of them streams all weights, and rows are better than blocks, as a thread
 * then finds in its cache what it wrote before.
 */
export function bestCut(total: number, most: number, unit: number, blocks: number): Cut {
  const useful = (size: number): number => total / (Math.ceil(total / size) * size);
  const busy = (size: number): number => evenness(Math.ceil(total / size)) * useful(size);
  let size = most;
  for (let s = most - unit; s >= Math.max(unit, most / 2); s -= unit) if (busy(s) > busy(size) + 0.02) size = s;
  const byBlocks = evenness(blocks) * useful(most);
  return byBlocks > busy(size) + 0.03 ? { by: "blocks", size: most } : { by: "rows", size };
}

/** The first unit of a thread's share: shares differ by one unit at most, and those of the first threads are the larger ones. */
export function firstUnit(units: number, thread: number, threads: number): number {
  return Math.floor(units / threads) * thread + Math.min(thread, units % threads);
}
