/**
 * The image as convolutions read it: in place where its bytes already are what the dot instruction wants, else a copy in
 * scratch memory with the padding written out, as bytes (perhaps with the sign bit flipped) or as 16-bit integers minus
 * the zero point.
 */
import type { Expr, Func, Local, Share } from "../asm.ts";
import { type Conv, zeroOfImage } from "./conv-geometry.ts";

/** The element that a dot instruction reads. */
export interface Element {
  readonly bytes: 1 | 2;
  /** Bytes only: stored values have their sign bit flipped (i8 read as u8, or the other way), a shift by 128. */
  readonly flip: boolean;
  /** Bytes only: what stands for the zero point, where stored values are moved so that their least one is 0. */
  readonly zeroAs?: number;
}

/** Whether the dot instruction multiplies bytes that it reads as signed. */
export const readsSigned = (g: Conv, { bytes, flip, zeroAs }: Element): boolean =>
  bytes === 1 && zeroAs === undefined && g.xSigned !== flip;

/** The padded image: rows, pixels a row, and bytes of a pixel and a row. */
export interface Staged {
  readonly element: Element;
  readonly h: number;
  readonly w: number;
  readonly pixel: number;
  readonly row: number;
  /** Whether its bytes are others than those of the image. */
  readonly changed: boolean;
  /** Whether the image has to be copied. */
  readonly copied: boolean;
  /** Bytes of the whole copy. */
  readonly bytes: number;
}

/** The image that the windows of a convolution run over. */
export function stagedOf(g: Conv, element: Element): Staged {
  const h = g.h + g.pad[0] + g.pad[2];
  const w = g.w + g.pad[1] + g.pad[3];
  const pixel = g.c * element.bytes;
  const padded = g.pad.some((p) => p > 0);
  const row = w * pixel;
  const moved = element.zeroAs !== undefined && ((element.zeroAs - g.xZero) & 255) !== 0;
  const changed = element.flip || element.bytes === 2 || moved;
  return {
    element,
    h,
    w,
    pixel,
    row,
    changed,
    copied: padded || changed,
    bytes: g.n * h * row + 64,
  };
}

/** What stands for zero in a staged image, in its low byte. */
const stagedZero = (f: Func, g: Conv, element: Element): Expr => {
  if (element.bytes === 2) return f.m.i32.const(0);
  if (element.zeroAs !== undefined) return f.m.i32.const(element.zeroAs);
  return zeroOfImage(f, g, element.flip ? 0x80 : 0);
};

/** What bytes of the staged image are above the zero point's own scale: the zero point as the dot instruction reads it. */
export const foldedZero = (g: Conv, element: Element): number =>
  element.bytes === 2 ? 0 : (element.zeroAs ?? g.xZero + (element.flip ? (g.xSigned ? 128 : -128) : 0));

/**
 * Emits the copy of the image from `x` to `scratch`: all of it, or what the windows of a share read, which is of rows of
 * results where there is one image, else of images.
 */
export function emitStage(f: Func, g: Conv, s: Staged, x: Local, scratch: Local, share?: Share): void {
  if (share) {
    emitStagedShare(f, g, s, x, scratch, share);
    return;
  }
  const { m } = f;
  const padded = s.h !== g.h || s.w !== g.w;
  if (!padded) {
    emitRun(
      f,
      g,
      s,
      g.n * g.h * g.w * g.c,
      () => f.get(x),
      () => f.get(scratch),
    );
    return;
  }
  f.do(m.memory.fill(f.get(scratch), stagedZero(f, g, s.element), m.i32.const(s.bytes)));
  const from = f.let(f.b.i32, f.get(x));
  const to = f.let(f.b.i32, f.plus(scratch, g.pad[0] * s.row + g.pad[1] * s.pixel));
  f.repeat(g.n, () => {
    f.repeat(g.h, () => {
      emitRun(
        f,
        g,
        s,
        g.w * g.c,
        () => f.get(from),
        () => f.get(to),
      );
      f.add(from, g.w * g.c);
      f.add(to, s.row);
    });
    f.add(to, (s.h - g.h) * s.row);
  });
}

/** The part of `emitStage` for a share: row by row, each with its padding. */
function emitStagedShare(f: Func, g: Conv, s: Staged, x: Local, scratch: Local, share: Share): void {
  const { m, b } = f;
  const { i32 } = m;
  // Rows of the staged image, of all images: windows of neighbouring rows of results overlap.
  const whole = g.n > 1;
  const step = whole ? s.h : g.stride[0];
  const overlap = whole ? 0 : (g.kh - 1) * g.dilation[0] + 1 - g.stride[0];
  const row = f.let(b.i32, i32.mul(f.get(share.first), i32.const(step)));
  const left = f.let(b.i32, i32.add(i32.mul(f.get(share.count), i32.const(step)), i32.const(overlap)));
  const inside = f.let(b.i32, whole ? i32.const(0) : f.get(row));
  const from = f.let(b.i32, f.get(x));
  if (whole) f.toShare(share, from, g.h * g.w * g.c);
  else f.set(from, i32.add(f.get(from), i32.mul(f.plus(row, -g.pad[0]), i32.const(g.w * g.c))));
  const to = f.let(b.i32, i32.add(f.get(scratch), i32.mul(f.get(row), i32.const(s.row))));
  f.doWhile(
    () => {
      const isPixels = i32.lt_u(f.plus(inside, -g.pad[0]), i32.const(g.h));
      const fill = (at: Expr, bytes: number): void => {
        if (bytes) f.do(m.memory.fill(at, stagedZero(f, g, s.element), i32.const(bytes)));
      };
      const [before, after] = [g.pad[1] * s.pixel, g.pad[3] * s.pixel];
      f.if(
        isPixels,
        () => {
          fill(f.get(to), before);
          emitRun(
            f,
            g,
            s,
            g.w * g.c,
            () => f.get(from),
            () => f.plus(to, before),
          );
          fill(f.plus(to, s.row - after), after);
          if (whole) f.add(from, g.w * g.c);
        },
        () => fill(f.get(to), s.row),
      );
      if (!whole) f.add(from, g.w * g.c);
      f.add(to, s.row);
      f.add(inside, 1);
      if (whole) f.set(inside, m.select(i32.eq(f.get(inside), i32.const(s.h)), i32.const(0), f.get(inside)));
    },
    () => f.countDown(left),
  );
}

/** Emits the copy of `count` consecutive elements; nothing is written past the last one. */
export function emitRun(f: Func, g: Conv, s: Staged, count: number, x: () => Expr, to: () => Expr): void {
  const { m } = f;
  const { element } = s;
  if (!s.changed) {
    f.do(m.memory.copy(to(), x(), m.i32.const(count)));
    return;
  }
  const from = f.let(f.b.i32, x());
  const into = f.let(f.b.i32, to());
  const { v128, i8x16, i16x8, i32 } = m;
  const wide = element.bytes === 2;
  // What is taken off: flipping the sign bit of a byte takes off 128, modulo 256.
  const less = (): Expr => (element.flip ? i32.const(128) : zeroOfImage(f, g, -(element.zeroAs ?? 0)));
  const constant = f.let(f.b.v128, wide ? i16x8.splat(less()) : i8x16.splat(less()));
  const lanes = wide ? 8 : 16;
  const vector = (at: number): void => {
    const value = wide
      ? i16x8.sub((g.xSigned ? v128.load8x8_s : v128.load8x8_u)(at, 1, f.get(from)), f.get(constant))
      : i8x16.sub(v128.load(at, 1, f.get(from)), f.get(constant));
    f.do(v128.store(at * element.bytes, 1, f.get(into), value));
  };
  const unrolled = 4 * lanes;
  const whole = Math.floor(count / unrolled);
  f.repeat(whole, () => {
    for (let u = 0; u < 4; u++) vector(u * lanes);
    f.add(from, unrolled);
    f.add(into, unrolled * element.bytes);
  });
  let done = 0;
  const left = count - whole * unrolled;
  for (; done + lanes <= left; done += lanes) vector(done);
  for (; done < left; done++) {
    const byte = (g.xSigned ? i32.load8_s : i32.load8_u)(done, 1, f.get(from));
    const store = wide ? i32.store16 : i32.store8;
    f.do(store(done * element.bytes, 1, f.get(into), i32.sub(byte, less())));
  }
}
