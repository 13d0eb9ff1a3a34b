/** NumPy broadcasting of shapes, outermost dimensions first. */
import { sizeOf, stridesOf } from "./type.ts";

/** The shape that both broadcast to. Throws Error if they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`wants shapes that broadcast, found [${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}

/** For each element of `shape` in order, the index of the element of `from` that broadcasts to it. */
export function broadcastIndex(from: readonly number[], shape: readonly number[]): (i: number) => number {
  if (sizeOf(from) === sizeOf(shape)) return (i) => i;
  if (sizeOf(from) === 1) return () => 0;
  const out = stridesOf(shape);
  const inner = stridesOf(from);
  const offset = shape.length - from.length;
  return (i) => {
    let at = 0;
    for (let d = offset; d < shape.length; d++) {
      if (from[d - offset] !== 1) at += (Math.floor(i / out[d]) % shape[d]) * inner[d - offset];
    }
    return at;
  };
}
