/**
 * Winograd's minimal filtering of 3x3 windows, F(2x2) and F(4x4), in integers. The transforms of weights and of outputs are
 * scaled so that no fraction remains: sums come out as `scale` times the convolution's, which is undone exactly.
 */
import type { Func, Local } from "../asm.ts";
import { vec } from "../lanes.ts";

/** Lanes of 16 or 32 bits that wrap around. */
export interface Lanes {
  add(a: Local, b: Local): Local;
  sub(a: Local, b: Local): Local;
  shl(a: Local, by: number): Local;
}

export function lanesOf(f: Func, bits: 16 | 32): Lanes {
  const op = bits === 16 ? f.m.i16x8 : f.m.i32x4;
  return {
    add: (a, b) => vec(f, op.add(f.get(a), f.get(b))),
    sub: (a, b) => vec(f, op.sub(f.get(a), f.get(b))),
    shl: (a, by) => vec(f, op.shl(f.get(a), f.m.i32.const(by))),
  };
}

type Transform = (l: Lanes, v: readonly Local[]) => Local[];

/** One dimension of a transform; both dimensions of a tile take the same one. */
export interface Filtering {
  /** Outputs of a tile in one dimension; it reads two more. */
  readonly m: 2 | 4;
  /** m + 2 values of the image. */
  readonly image: Transform;
  /** 3 weights to m + 2. */
  readonly weights: Transform;
  /** m + 2 sums to m. */
  readonly outputs: Transform;
  /** What two dimensions scale sums by: `odd` (1 or 9) times 2^`shift`. */
  readonly odd: 1 | 9;
  readonly shift: number;
  /** The largest factors of the two dimensions: of a weight, and of a stored value. */
  readonly grows: { readonly weights: number; readonly image: number };
}

/** The number that undoes a factor 9 of 32-bit integers, whatever they wrapped. */
export const inverseOf9 = 0x38e38e39;

export const filterings: readonly Filtering[] = [
  {
    m: 2,
    image: (l, [a, b, c, d]) => [l.sub(a, c), l.add(b, c), l.sub(c, b), l.sub(b, d)],
    weights: (l, [a, b, c]) => {
      const outer = l.add(a, c);
      return [l.add(a, a), l.add(outer, b), l.sub(outer, b), l.add(c, c)];
    },
    outputs: (l, [a, b, c, d]) => [l.add(l.add(a, b), c), l.sub(l.sub(b, c), d)],
    odd: 1,
    shift: 2,
    grows: { weights: 9, image: 4 },
  },
  {
    m: 4,
    // Points 0, 1, -1, 2, -2 and infinity.
    image: (l, [a, b, c, d, e, g]) => {
      const even = l.sub(e, c);
      const odd = l.sub(d, b);
      const odd2 = l.add(odd, odd);
      return [
        l.add(l.shl(l.sub(a, c), 2), even),
        l.sub(l.add(d, e), l.shl(l.add(b, c), 2)),
        l.add(l.sub(e, d), l.shl(l.sub(b, c), 2)),
        l.add(even, odd2),
        l.sub(even, odd2),
        l.sub(l.sub(g, d), l.shl(odd, 2)),
      ];
    },
    // Scaled by 24, the last one by 3 only.
    weights: (l, [a, b, c]) => {
      const outer = l.add(a, c);
      const zero = l.sub(outer, outer);
      const far = l.add(a, l.shl(c, 2));
      const b2 = l.add(b, b);
      return [
        l.add(l.shl(a, 2), l.add(a, a)),
        l.sub(zero, l.shl(l.add(outer, b), 2)),
        l.sub(zero, l.shl(l.sub(outer, b), 2)),
        l.add(far, b2),
        l.sub(far, b2),
        l.add(c, l.add(c, c)),
      ];
    },
    outputs: (l, [a, b, c, d, e, g]) => {
      const near = l.add(b, c);
      const nearOdd = l.sub(b, c);
      const far = l.add(d, e);
      const farOdd = l.sub(d, e);
      return [
        l.add(l.add(a, near), far),
        l.add(nearOdd, l.add(farOdd, farOdd)),
        l.add(near, l.shl(far, 2)),
        l.add(nearOdd, l.shl(l.add(farOdd, g), 3)),
      ];
    },
    odd: 9,
    shift: 6,
    grows: { weights: 144, image: 100 },
  },
];

/** A transform of both dimensions of a tile of rows. */
export function both(transform: Transform, l: Lanes, rows: readonly (readonly Local[])[]): Local[][] {
  const columns = rows[0].map((_, j) =>
    transform(
      l,
      rows.map((row) => row[j]),
    ),
  );
  return columns[0].map((_, i) =>
    transform(
      l,
      columns.map((column) => column[i]),
    ),
  );
}
