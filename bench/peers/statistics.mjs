/** Numbers of a comparison. Neither tinybench nor mitata times two contestants in turns, which is what a shared machine needs. */

/** A quantile of some numbers, linear between ranks. */
export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const low = Math.floor(rank);
  return sorted[low] + (rank - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

/** Median and quartiles. */
export const spread = (numbers) => ({
  median: quantile(numbers, 0.5),
  quartiles: [quantile(numbers, 0.25), quantile(numbers, 0.75)],
});

/** What pairs of figures, {ours, theirs} in the same unit, say: the ratio of each pair, theirs to ours, and each side alone. */
export function compare(pairs) {
  return {
    pairs: pairs.length,
    ratio: spread(pairs.map((p) => p.theirs / p.ours)),
    ours: spread(pairs.map((p) => p.ours)),
    theirs: spread(pairs.map((p) => p.theirs)),
  };
}

/** How far two results are from each other: the elements that differ, and the largest difference. */
export function difference(a, b) {
  if (a.length !== b.length) return { elements: a.length, differ: a.length, most: Number.POSITIVE_INFINITY };
  let differ = 0;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    differ++;
    most = Math.max(most, Math.abs(Number(a[i]) - Number(b[i])));
  }
  return { elements: a.length, differ, most };
}
