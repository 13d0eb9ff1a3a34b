/** How threads share the units of a kernel's work, and how evenly: what kernels ask that can be split in more than one way. */

/** Numbers of threads that shares are weighed for, the likeliest first. */
const likely = [2, 4, 3, 8];

/** How busy threads are, from 0 to 1, that share so many equal units of work; the mean over likely numbers of threads. */
export function evenness(units: number): number {
  const busy = likely.map((threads) => units / (threads * Math.ceil(units / threads)));
  return busy.reduce((a, b) => a + b, 0) / busy.length;
}

/** The size of blocks, a multiple of `unit` and at most `most`, that cuts `total` into the most even number of blocks. */
export function evenSize(total: number, most: number, unit: number): number {
  let best = most;
  for (let size = most - unit; size >= Math.max(unit, most / 3); size -= unit) {
    if (evenness(Math.ceil(total / size)) > evenness(Math.ceil(total / best)) + 0.01) best = size;
  }
  return best;
}

/** The first unit of a thread's share: shares differ by one unit at most, and those of the first threads are the larger ones. */
export function firstUnit(units: number, thread: number, threads: number): number {
  return Math.floor(units / threads) * thread + Math.min(thread, units % threads);
}
