/** Where buffers stand in one static arena: two that are needed at the same time never share a byte. */

/** A buffer and the steps, first to last, during which its bytes are in use. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Offsets of buffers, in their order, and the size of the arena that holds them. */
export interface Placement {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Every buffer starts on a multiple of this: a cache line. */
export const alignment = 64;

export const alignUp = (n: number, to = alignment): number => Math.ceil(n / to) * to;

/** Orders to place buffers in; the one that needs the least memory wins, the first of equals. */
const orders: readonly ((a: Lifetime, b: Lifetime) => number)[] = [
  (a, b) => b.bytes - a.bytes || a.first - b.first,
  (a, b) => b.bytes * (b.last - b.first + 1) - a.bytes * (a.last - a.first + 1) || a.first - b.first,
  (a, b) => a.first - b.first || b.bytes - a.bytes,
];

/** Places buffers greedily, each at the lowest offset that is free for its whole life. */
export function placeBuffers(buffers: readonly Lifetime[]): Placement {
  let best: Placement | undefined;
  for (const order of orders) {
    const placed = placeInOrder(buffers, order);
    if (!best || placed.bytes < best.bytes) best = placed;
  }
  return best!;
}

function placeInOrder(buffers: readonly Lifetime[], order: (a: Lifetime, b: Lifetime) => number): Placement {
  const offsets = new Array<number>(buffers.length).fill(0);
  const sequence = [...buffers.keys()].sort((i, j) => order(buffers[i], buffers[j]) || i - j);
  /** What is placed, by offset. */
  const done: number[] = [];
  let end = 0;
  for (const i of sequence) {
    const b = buffers[i];
    let at = 0;
    for (const j of done) {
      const other = buffers[j];
      if (other.last < b.first || b.last < other.first) continue;
      if (at + b.bytes <= offsets[j]) break;
      at = Math.max(at, alignUp(offsets[j] + other.bytes));
    }
    offsets[i] = at;
    const place = done.findIndex((j) => offsets[j] > at);
    done.splice(place < 0 ? done.length : place, 0, i);
    end = Math.max(end, at + b.bytes);
  }
  return { offsets, bytes: alignUp(end) };
}
