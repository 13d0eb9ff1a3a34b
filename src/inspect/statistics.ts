/** Median, minimum, maximum and the distance between the quartiles (linear between ranks) of some times in milliseconds. */
export function statistics(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => {
    const rank = q * (sorted.length - 1);
    const low = Math.floor(rank);
    return sorted[low] + (rank - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
  return { medianMs: at(0.5), minMs: at(0), maxMs: at(1), spreadMs: at(0.75) - at(0.25) };
}
