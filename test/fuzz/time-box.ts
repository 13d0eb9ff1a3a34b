/**
 * Runs a property on seeds until the time is up: FUZZ_SECONDS (default 2) in all, starting at FUZZ_SEED (default: drawn
 * anew each run and named in failures). Returns how many seeds were tried.
 */
export function timeBox(property: (seed: number) => void): number {
  let runs = 0;
  for (const seed of seedsInTime()) {
    try {
      property(seed);
    } catch (error) {
      throw replayable(error as Error, seed);
    }
    runs++;
  }
  return runs;
}

/** `timeBox` for a property that returns a promise. */
export async function timeBoxAsync(property: (seed: number) => Promise<void>): Promise<number> {
  let runs = 0;
  for (const seed of seedsInTime()) {
    await property(seed).catch((error) => {
      throw replayable(error, seed);
    });
    runs++;
  }
  return runs;
}

function* seedsInTime(): Generator<number> {
  const end = performance.now() + Number(process.env.FUZZ_SECONDS ?? 2) * 1000;
  let seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : Math.floor(Math.random() * 2 ** 30);
  do yield seed++;
  while (performance.now() < end);
}

function replayable(error: Error, seed: number): Error {
  error.message = `FUZZ_SEED=${seed} replays this\n${error.message}`;
  return error;
}
