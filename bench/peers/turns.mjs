/** Times two contestants in turns, in one process or one page. Imports nothing, so that pages can load it. */

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** Runs for a time, at least three times: engines compile hot code in the background meanwhile. */
async function warmUp(contestant, ms) {
  const end = performance.now() + ms;
  for (let runs = 0; runs < 3 || performance.now() < end; runs++) await contestant.run();
}

/** Milliseconds of one run: the median of a turn of several, and the processor time of the turn per run where it is known. */
async function turn(contestant, runs, cpu) {
  const times = [];
  const before = cpu?.();
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await contestant.run();
    times.push(performance.now() - start);
  }
  return { ms: median(times), ...(cpu ? { cpuMs: (cpu() - before) / runs } : {}) };
}

/**
 * Pairs of turns, {ours, theirs}; who begins alternates from pair to pair. `turnMs` is about how long a turn lasts, `cpu` gives
 * the milliseconds of processor time that the process has used.
 */
export async function takeTurns(ours, theirs, { pairs, turnMs, warmMs, cpu }) {
  const runs = [];
  for (const contestant of [theirs, ours]) {
    await warmUp(contestant, warmMs);
    const once = await turn(contestant, 3);
    runs.push(Math.max(3, Math.min(200, Math.round(turnMs / once.ms))));
  }
  const [theirRuns, ourRuns] = runs;
  const result = [];
  for (let i = 0; i < pairs; i++) {
    let a;
    let b;
    if (i % 2) {
      a = await turn(ours, ourRuns, cpu);
      b = await turn(theirs, theirRuns, cpu);
    } else {
      b = await turn(theirs, theirRuns, cpu);
      a = await turn(ours, ourRuns, cpu);
    }
    result.push({ ours: a, theirs: b });
  }
  return result;
}
