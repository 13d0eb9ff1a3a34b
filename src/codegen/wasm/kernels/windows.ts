/** Walking over the windows of an image: for each output pixel, the rows and columns of its window that lie inside. */
import { pointer } from "../access.ts";
import type { Expr, Func, Local, Move } from "../asm.ts";

/** Windows over an NHWC image, in elements. */
export interface Windows {
  /** [N, H, W, C] of the image, and [N, OH, OW, O] of the result. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Bytes per element of the image and of the result. */
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly pad: readonly number[];
  readonly dilation: readonly number[];
}

/** The inside of one window. */
export interface Inside {
  /** Address of channel 0 of the first position inside. */
  readonly first: Local;
  /** Which tap of the window the first position is, vertically and horizontally. */
  readonly firstRow: Local;
  readonly firstColumn: Local;
  /** How many there are; 0 where the window misses the image. */
  readonly rows: Local;
  readonly columns: Local;
  /** Bytes from one position to the next, and from one row to the next. */
  readonly columnStep: number;
  readonly rowStep: number;
  /** Address of channel 0 of the output pixel. */
  readonly out: Local;
}

/** One axis: where the window begins and which of its taps are inside [0, size). */
function insideOf(
  f: Func,
  at: Local,
  size: number,
  window: number,
  dilation: number,
): { first: Local; tap: Local; count: Local } {
  const { i32, select } = f.m;
  const ceilDiv = (v: Expr): Expr =>
    dilation === 1 ? v : i32.div_s(i32.add(v, i32.const(dilation - 1)), i32.const(dilation));
  const atLeast = (v: Local, low: number): void =>
    f.set(v, select(i32.lt_s(f.get(v), i32.const(low)), i32.const(low), f.get(v)));
  // The first tap inside is the least k with at + k dilation >= 0, the end the least with at + k dilation >= size.
  const before = f.let(f.b.i32, i32.sub(i32.const(0), f.get(at)));
  atLeast(before, 0);
  const k = f.let(f.b.i32, ceilDiv(f.get(before)));
  const room = f.let(f.b.i32, i32.sub(i32.const(size), f.get(at)));
  atLeast(room, 0);
  const end = f.let(f.b.i32, ceilDiv(f.get(room)));
  f.set(end, select(i32.gt_s(f.get(end), i32.const(window)), i32.const(window), f.get(end)));
  const first = f.let(f.b.i32, i32.add(f.get(at), i32.mul(f.get(k), i32.const(dilation))));
  const count = f.let(f.b.i32, i32.sub(f.get(end), f.get(k)));
  atLeast(count, 0);
  return { first, tap: k, count };
}

/** Whether there are rows of output pixels for threads to share; if not, channels may be. */
export const rowsSplit = (g: Windows): boolean => g.to[0] * g.to[1] > 1;

/**
 * Visits each output pixel in order. Threads share images, or the rows of one; `along` are other pointers that the caller
 * moves from pixel to pixel, with their bytes.
 */
export function eachWindow(
  f: Func,
  g: Windows,
  x: Local,
  result: Local,
  visit: (inside: Inside) => void,
  along: readonly Move[] = [],
): void {
  const { window, stride, pad, dilation } = g;
  const [n, h, w, c] = g.from;
  const [, oh, ow, o] = g.to;
  const bytes = g.fromBytes;
  const { i32 } = f.m;
  const image = pointer(f, x);
  const out = pointer(f, result);
  const pixels: readonly Move[] = [[out, o * g.toBytes], ...along];
  const moves = (count: number): Move[] => pixels.map(([at, step]) => [at, step * count] as const);
  const oneImage = (): void => {
    const y = f.let(f.b.i32, i32.const(-pad[0]));
    const row = (): void => {
      const rows = insideOf(f, y, h, window[0], dilation[0]);
      const line = f.let(f.b.i32, i32.add(f.get(image), i32.mul(f.get(rows.first), i32.const(w * c * bytes))));
      const z = f.let(f.b.i32, i32.const(-pad[1]));
      f.repeat(ow, () => {
        const columns = insideOf(f, z, w, window[1], dilation[1]);
        const first = f.let(f.b.i32, i32.add(f.get(line), i32.mul(f.get(columns.first), i32.const(c * bytes))));
        visit({
          first,
          firstRow: rows.tap,
          firstColumn: columns.tap,
          rows: rows.count,
          columns: columns.count,
          columnStep: dilation[1] * c * bytes,
          rowStep: dilation[0] * w * c * bytes,
          out,
        });
        f.add(out, o * g.toBytes);
        f.add(z, stride[1]);
      });
      f.add(y, stride[0]);
    };
    if (n === 1) f.repeatSplit(oh, [[y, stride[0]], ...moves(ow)], row);
    else f.repeat(oh, row);
    f.add(image, h * w * c * bytes);
  };
  if (n === 1) oneImage();
  else f.repeatSplit(n, [[image, h * w * c * bytes], ...moves(oh * ow)], oneImage);
}

/** Whether some window lies outside of the image altogether, as padding and dilation can bring about. */
export function windowsMiss(g: Windows): boolean {
  return [0, 1].some((axis) => {
    const size = g.from[1 + axis];
    return Array.from({ length: g.to[1 + axis] }, (_, i) => i * g.stride[axis] - g.pad[axis]).some((at) => {
      const taps = Array.from({ length: g.window[axis] }, (_, k) => at + k * g.dilation[axis]);
      return !taps.some((t) => t >= 0 && t < size);
    });
  });
}

/**
 * Visits the positions of a window's inside in row order; `body` finds the position's address, `offset` bytes on. Nothing is
 * visited where the window misses the image.
 */
export function eachPosition(
  f: Func,
  g: Windows,
  inside: Inside,
  offset: Local,
  body: (at: Local) => void,
  afterRow: () => void = () => {},
): void {
  const { i32 } = f.m;
  const countdown = (n: Local): Expr => f.m.local.tee(n.index, i32.sub(f.get(n), i32.const(1)), f.b.i32);
  const visit = (): void => {
    const row = f.let(f.b.i32, i32.add(f.get(inside.first), f.get(offset)));
    const rows = f.let(f.b.i32, f.get(inside.rows));
    f.doWhile(
      () => {
        const at = pointer(f, row);
        const columns = f.let(f.b.i32, f.get(inside.columns));
        f.doWhile(
          () => {
            body(at);
            f.add(at, inside.columnStep);
          },
          () => countdown(columns),
        );
        f.add(row, inside.rowStep);
        afterRow();
      },
      () => countdown(rows),
    );
  };
  if (!windowsMiss(g)) {
    visit();
    return;
  }
  const meets = i32.and(i32.gt_s(f.get(inside.rows), i32.const(0)), i32.gt_s(f.get(inside.columns), i32.const(0)));
  f.do(f.m.if(meets, f.block(visit)));
}
