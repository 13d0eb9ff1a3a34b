/**
 * Runs a property on seeds until the time is up: FUZZ_SECONDS (default 2) in all, starting at FUZZ_SEED (default: drawn
 * anew each run and named in failures). Returns how many seeds were tried.
 */
export function timeBox(property: (seed: number) => void): number {
  const seconds = Number(process.env.FUZZ_SECONDS ?? 2);
  const start = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : Math.floor(Math.random() * 2 ** 30);
  const end = performance.now() + seconds * 1000;
  let runs = 0;
  do {
    const seed = start + runs;
    try {
      property(seed);
    } catch (error) {
      (error as Error).message = `FUZZ_SEED=${seed} replays this\n${(error as Error).message}`;
      throw error;
    }
    runs++;
  } while (performance.now() < end);
  return runs;
}
