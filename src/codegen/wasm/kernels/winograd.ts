/**
 * Rows for 3x3 convolutions of stride 1 by Winograd's filtering: tiles of the image are transformed, multiplied channel by
 * channel as (m + 2)^2 matrix products of 16-bit integers, and transformed back; 2.25 or 4 times fewer products than the
 * convolution has. All of it is integer arithmetic modulo 2^32, so the sums are the convolution's own. Weights stay bytes in
 * the constants and are transformed once, before the first run.
 */
import type { Node } from "../../../ir/graph.ts";
import { copyBytes } from "../access.ts";
import type { Expr, Func, Local, Share } from "../asm.ts";
import { Finisher } from "../epilogue.ts";
import { blocksOf } from "../epilogue-constants.ts";
import type { Pack, WasmKernel } from "../kernel.ts";
import { vec } from "../lanes.ts";
import { finishPlan, roundingText } from "../requantize-plan.ts";
import { bestCut } from "../share.ts";
import { bestRows } from "./conv-dot.ts";
import { type Conv, convNumbers, convOf, convParams, geometryKey, zeroOfImage } from "./conv-geometry.ts";
import { both, type Filtering, filterings, inverseOf9, lanesOf } from "./winograd-transforms.ts";

/** Channels of a block: two vectors of sums. */
const lanes = 8;
/** Most rows of a product's tile. */
const mostRows = 5;
/** Bytes of a page of memory, usually; of a second cache, roughly. */
const pageBytes = 4096;
const secondCache = 2 ** 20;
/** Bytes of transformed image that suit a second cache. */
const nearBytes = 460 * 1024;

const minOf = (f: Func, a: Expr, b: number, own: Local): void => {
  f.set(own, a);
  f.set(own, f.m.select(f.m.i32.lt_s(f.get(own), f.m.i32.const(b)), f.get(own), f.m.i32.const(b)));
};

class Winograd {
  readonly g: Conv;
  readonly by: Filtering;
  readonly finisher: Finisher;
  readonly blocks: readonly number[][];
  /** Values of a tile in one dimension, and in both. */
  readonly size: number;
  readonly points: number;
  /** Tiles of the result; those that would leave it are moved back. */
  readonly down: number;
  readonly across: number;
  /** Rows of tiles that are transformed before they are multiplied. */
  readonly rows: number;
  /** Bytes of a row of the padded image. */
  readonly #row: number;

  constructor(g: Conv, by: Filtering) {
    this.g = g;
    this.by = by;
    this.finisher = new Finisher(g, 2);
    this.blocks = blocksOf(g, lanes);
    this.size = by.m + 2;
    this.points = this.size * this.size;
    this.down = Math.ceil(g.oh / by.m);
    this.across = Math.ceil(g.ow / by.m);
    const most = Math.max(1, Math.floor(nearBytes / (this.points * this.across * g.c * 2)));
    let rows = Math.min(most, this.down);
    const covered = (r: number): number => Math.ceil(this.down / r) * r;
    for (let r = rows - 1; r >= 1; r--) if (covered(r) < covered(rows)) rows = r;
    this.rows = rows;
    this.#row = (g.w + g.pad[1] + g.pad[3]) * g.c;
  }

  get #outBytes(): number {
    return this.g.result.storage === "i32" ? 4 : 1;
  }
  get #padded(): boolean {
    return this.g.pad.some((p) => p > 0);
  }
  get #stagedBytes(): number {
    return this.#padded ? (this.rows * this.by.m + 2) * this.#row + 16 : 0;
  }
  /** Bytes of a block's transformed weights at one point: [pair of input channels][lane][2]. */
  get #pointBytes(): number {
    return this.g.c * lanes * 2;
  }
  get #weightsAt(): number {
    return this.finisher.commonBytes + this.blocks.length * this.finisher.blockBytes;
  }

  /** Transformed weights, [block][point][pair of channels][lane][2]. */
  kept(): number {
    return this.blocks.length * this.points * this.#pointBytes;
  }

  /** The padded rows of the image, the transformed image [point][tile][channel], and the products [tile][point][lane]. */
  scratch(): number {
    const tiles = this.rows * this.across;
    return this.#align(this.#stagedBytes) + this.points * tiles * (this.g.c * 2 + lanes * 4) + 64;
  }
  #align(bytes: number): number {
    return (bytes + 63) & ~63;
  }

  /** Cycles, roughly: products, transforms, and weights that stream past for each chunk. */
  cost(): number {
    const { g, points } = this;
    const chunks = Math.ceil(this.down / this.rows);
    const tiles = g.n * chunks * this.rows * this.across;
    const mr = bestRows(this.rows * this.across, mostRows);
    const multiplied = Math.ceil((this.rows * this.across) / mr) * mr * g.n * chunks;
    const products = (multiplied * points * g.c * this.blocks.length * lanes) / (12 * Math.min(1, 0.4 + 0.12 * mr));
    const transforms = tiles * points * ((g.c / 8) * 3 + this.blocks.length * 4);
    const streamed = (g.n * chunks * this.kept()) / (this.kept() > 2 ** 23 ? 4 : 16);
    return products + transforms + streamed;
  }

  /** Common constants, those of the blocks, and weights as [block][pair of input channels][tap][lane][2]. */
  pack(): readonly Pack[] {
    const { g } = this;
    const bytes = new Uint8Array(this.#weightsAt + this.blocks.length * g.c * 9 * lanes);
    const view = new DataView(bytes.buffer);
    this.finisher.writeCommons(bytes);
    const per = 9 * g.c;
    const fold = (channel: number): number => {
      let sum = 0;
      for (let k = channel * per; k < (channel + 1) * per; k++) sum += g.weights[k];
      return -g.xZero * sum;
    };
    this.blocks.forEach((channels, i) => {
      this.finisher.writeBlock(view, this.finisher.commonBytes + i * this.finisher.blockBytes, channels, fold);
      const at = this.#weightsAt + i * g.c * 9 * lanes;
      channels.forEach((channel, lane) => {
        for (let tap = 0; tap < 9; tap++) {
          for (let c = 0; c < g.c; c++) {
            bytes[at + ((c >> 1) * 9 + tap) * 16 + lane * 2 + (c & 1)] = g.weights[channel * per + tap * g.c + c];
          }
        }
      });
    });
    return [{ bytes, align: 16 }];
  }

  /** Emits the transform of the weights; the parameters are the pack and the memory that is kept. */
  prepare(f: Func): void {
    const { g, points, size } = this;
    const [pack, kept] = f.params;
    const from = f.let(f.b.i32, f.plus(pack, this.#weightsAt));
    const to = f.let(f.b.i32, f.get(kept));
    const { v128 } = f.m;
    f.repeat(this.blocks.length, () => {
      f.repeat(g.c / 2, () => {
        // Four lanes at a time.
        f.repeat(2, () => {
          const taps = [0, 1, 2].map((y) =>
            [0, 1, 2].map((x) => vec(f, v128.load8x8_s((y * 3 + x) * 16, 1, f.get(from)))),
          );
          both(this.by.weights, lanesOf(f, 16), taps).forEach((row, i) => {
            row.forEach((v, j) => {
              f.do(v128.store((i * size + j) * this.#pointBytes, 16, f.get(to), f.get(v)));
            });
          });
          f.add(from, 8);
          f.add(to, 16);
        });
        f.add(from, 9 * 16 - 16);
      });
      f.add(to, (points - 1) * this.#pointBytes);
    });
  }

  emit(f: Func): void {
    const { g } = this;
    const { m, b } = f;
    const { i32 } = m;
    const { result, x, residual, pack, kept, scratch } = convParams(f, g);
    const delta = residual && f.let(b.i32, i32.sub(f.get(residual), f.get(result)));
    const image = f.let(b.i32, f.get(x));
    const to = f.let(b.i32, f.get(result));
    const moves = [
      [image, g.h * g.w * g.c],
      [to, g.oh * g.ow * g.o * this.#outBytes],
    ] as const;
    const oneImage = g.n === 1;
    const cut = f.shared && oneImage ? bestCut(this.down, this.rows, 1, this.blocks.length) : undefined;
    const rows = cut?.size ?? this.rows;
    const chunks = Math.ceil(this.down / rows);
    const byBlock = cut?.by === "blocks";
    const share = f.split(!oneImage ? g.n : byBlock ? this.blocks.length : chunks);
    f.repeatShare(oneImage ? undefined : share, g.n, moves, () => {
      const first = f.let(b.i32, i32.const(0));
      if (oneImage && !byBlock && share) f.toShare(share, first, rows);
      f.repeatShare(oneImage && !byBlock ? share : undefined, chunks, [], () => {
        const start = f.local();
        minOf(f, f.get(first), this.down - rows, start);
        const staged = this.#stage(f, image, start, scratch, rows);
        const v = f.let(b.i32, f.plus(scratch, this.#align(this.#stagedBytes)));
        this.#transformImage(f, staged, start, v, rows);
        const sums = f.let(b.i32, f.plus(v, this.points * rows * this.across * g.c * 2));
        this.#allChannels(f, v, sums, start, to, delta, pack, kept, rows, byBlock ? share : undefined);
        f.add(first, rows);
      });
      if (!oneImage) for (const [at, bytes] of moves) f.add(at, bytes);
    });
  }

  /** The row of the result where a row of tiles begins. */
  #top(f: Func, row: Local, own: Local): void {
    minOf(f, f.m.i32.mul(f.get(row), f.m.i32.const(this.by.m)), this.g.oh - this.by.m, own);
  }

  /** The padded rows of the image that a chunk reads; gives the address of the first. */
  #stage(f: Func, image: Local, start: Local, scratch: Local, rows: number): Local {
    const { g } = this;
    const { m, b } = f;
    const { i32 } = m;
    const top = f.local();
    this.#top(f, start, top);
    const line = g.w * g.c;
    if (!this.#padded) return f.let(b.i32, i32.add(f.get(image), i32.mul(f.get(top), i32.const(line))));
    const y = f.let(b.i32, f.plus(top, -g.pad[0]));
    const from = f.let(b.i32, i32.add(f.get(image), i32.mul(f.get(y), i32.const(line))));
    const to = f.let(b.i32, f.get(scratch));
    const fill = (offset: number, bytes: number): void => {
      if (bytes) f.do(m.memory.fill(f.plus(to, offset), zeroOfImage(f, g), i32.const(bytes)));
    };
    const [left, right] = [g.pad[1] * g.c, g.pad[3] * g.c];
    f.repeat(rows * this.by.m + 2, () => {
      f.if(
        i32.lt_u(f.get(y), i32.const(g.h)),
        () => {
          fill(0, left);
          copyBytes(f, f.let(b.i32, f.plus(to, left)), from, line);
          fill(left + line, right);
        },
        () => fill(0, this.#row),
      );
      f.add(y, 1);
      f.add(from, line);
      f.add(to, this.#row);
    });
    return f.let(b.i32, f.get(scratch));
  }

  /** Visits the tiles of a chunk in order with the pixel of the result where each begins. */
  #tiles(f: Func, start: Local, rows: number, visit: (top: Local, left: Local) => void): void {
    const row = f.let(f.b.i32, f.get(start));
    const [top, left] = [f.local(), f.local()];
    f.repeat(rows, () => {
      this.#top(f, row, top);
      const column = f.let(f.b.i32, f.m.i32.const(0));
      f.repeat(this.across, () => {
        minOf(f, f.get(column), this.g.ow - this.by.m, left);
        visit(top, left);
        f.add(column, this.by.m);
      });
      f.add(row, 1);
    });
  }

  #transformImage(f: Func, staged: Local, start: Local, to: Local, rows: number): void {
    const { g, size } = this;
    const { b } = f;
    const { i32, v128 } = f.m;
    const row = this.#row;
    const out = f.let(b.i32, f.get(to));
    const first = f.local();
    this.#top(f, start, first);
    const plane = rows * this.across * g.c * 2;
    this.#tiles(f, start, rows, (top, left) => {
      const down = i32.mul(i32.sub(f.get(top), f.get(first)), i32.const(row));
      const right = i32.mul(f.get(left), i32.const(g.c));
      const from = f.let(b.i32, i32.add(f.get(staged), i32.add(down, right)));
      f.repeat(g.c / 8, () => {
        const values = Array.from({ length: size }, (_, i) =>
          Array.from({ length: size }, (_, j) =>
            vec(f, (g.xSigned ? v128.load8x8_s : v128.load8x8_u)(i * row + j * g.c, 1, f.get(from))),
          ),
        );
        both(this.by.image, lanesOf(f, 16), values).forEach((line, i) => {
          line.forEach((v, j) => {
            f.do(v128.store((i * size + j) * plane, 16, f.get(out), f.get(v)));
          });
        });
        f.add(from, 8);
        f.add(out, 16);
      });
    });
  }

  /** Products and results, a block of output channels after the other. */
  #allChannels(
    f: Func,
    v: Local,
    sums: Local,
    start: Local,
    to: Local,
    delta: Local | undefined,
    pack: Local,
    kept: Local,
    rows: number,
    share: Share | undefined,
  ): void {
    const { g } = this;
    const { m, b } = f;
    const { i32 } = m;
    const channel = f.let(b.i32, i32.const(0));
    const block = f.let(b.i32, f.plus(pack, this.finisher.commonBytes));
    const weights = f.let(b.i32, f.get(kept));
    const moves = [
      [channel, lanes],
      [block, this.finisher.blockBytes],
      [weights, this.points * this.#pointBytes],
    ] as const;
    f.repeatShare(share, this.blocks.length, moves, () => {
      if (this.kept() > secondCache) this.#touch(f, weights);
      this.#multiply(f, v, weights, sums, rows);
      // The last block is moved back to end with the last channel.
      const own = f.local();
      minOf(f, f.get(channel), Math.max(0, g.o - lanes), own);
      const place = f.let(b.i32, i32.add(f.get(to), i32.mul(f.get(own), i32.const(this.#outBytes))));
      this.#finish(f, sums, start, place, delta, pack, block, rows);
      for (const [at, bytes] of moves) f.add(at, bytes);
    });
  }

  /**
   * Loads the first lines of each page of a block's weights, which come from memory. Processors fetch ahead, but not into the
   * next page: its first lines are waited for, and here for those of all pages at once.
   */
  #touch(f: Func, weights: Local): void {
    const { i32 } = f.m;
    const at = f.let(f.b.i32, f.get(weights));
    f.repeat(Math.ceil((this.points * this.#pointBytes) / pageBytes), () => {
      for (const line of [0, 64]) f.do(f.m.drop(i32.load(line, 4, f.get(at))));
      f.add(at, pageBytes);
    });
  }

  /** The products of all tiles at all points with a block's weights. */
  #multiply(f: Func, v: Local, weights: Local, sums: Local, rows: number): void {
    const { g, points } = this;
    const { m, b } = f;
    const { i32, i32x4, v128 } = m;
    const tiles = rows * this.across;
    const mr = Math.min(bestRows(tiles, mostRows), tiles);
    const plane = f.let(b.i32, f.get(v));
    const w = f.let(b.i32, f.get(weights));
    const to = f.let(b.i32, f.get(sums));
    const steps = g.c / 2;
    const tile = points * lanes * 4;
    f.repeat(points, () => {
      const first = f.let(b.i32, i32.const(0));
      f.repeat(Math.ceil(tiles / mr), () => {
        const at = f.local();
        minOf(f, f.get(first), tiles - mr, at);
        const x = f.let(b.i32, i32.add(f.get(plane), i32.mul(f.get(at), i32.const(g.c * 2))));
        const own = f.let(b.i32, f.get(w));
        const acc = Array.from({ length: mr }, () => [0, 1].map(() => vec(f, v128.const(new Array(16).fill(0)))));
        const step = (s: number): void => {
          const ws = [0, 1].map((k) => vec(f, v128.load(s * 32 + k * 16, 16, f.get(own))));
          acc.forEach((row, r) => {
            const a = vec(f, v128.load32_splat(s * 4 + r * g.c * 2, 1, f.get(x)));
            row.forEach((sum, k) => {
              f.set(sum, i32x4.add(f.get(sum), i32x4.dot_i16x8_s(f.get(ws[k]), f.get(a))));
            });
          });
        };
        const run = (count: number): void => {
          for (let s = 0; s < count; s++) step(s);
          f.add(x, count * 4);
          f.add(own, count * 32);
        };
        f.repeat(Math.floor(steps / 8), () => run(8));
        if (steps % 8) run(steps % 8);
        const out = f.let(b.i32, i32.add(f.get(to), i32.mul(f.get(at), i32.const(tile))));
        acc.forEach((row, r) => {
          row.forEach((sum, k) => {
            f.do(v128.store(r * tile + k * 16, 16, f.get(out), f.get(sum)));
          });
        });
        f.add(first, mr);
      });
      f.add(plane, tiles * g.c * 2);
      f.add(w, this.#pointBytes);
      f.add(to, lanes * 4);
    });
  }

  /** The results of all tiles for a block of channels. */
  #finish(
    f: Func,
    sums: Local,
    start: Local,
    place: Local,
    delta: Local | undefined,
    pack: Local,
    block: Local,
    rows: number,
  ): void {
    const { g, size, by } = this;
    const { m, b } = f;
    const { i32, i32x4, v128 } = m;
    const pixel = g.o * this.#outBytes;
    const wide = lanesOf(f, 32);
    const tile = f.let(b.i32, f.get(sums));
    const odd = by.odd === 1 ? undefined : vec(f, i32x4.splat(i32.const(inverseOf9)));
    const bias = [0, 1].map((k) => vec(f, v128.load(k * 16, 16, f.get(block))));
    const values = (at: Local, stride: number, k: number): Local[] =>
      Array.from({ length: size }, (_, i) => vec(f, v128.load(i * stride + k * 16, 16, f.get(at))));
    this.#tiles(f, start, rows, (top, left) => {
      // Columns of sums become columns of m in their place, then each row is finished.
      const column = f.let(b.i32, f.get(tile));
      f.repeat(size, () => {
        for (const k of [0, 1]) {
          by.outputs(wide, values(column, size * 32, k)).forEach((v, i) => {
            f.do(v128.store(i * size * 32 + k * 16, 16, f.get(column), f.get(v)));
          });
        }
        f.add(column, 32);
      });
      const at = i32.add(i32.mul(f.get(top), i32.const(g.ow)), f.get(left));
      const to = f.let(b.i32, i32.add(f.get(place), i32.mul(at, i32.const(pixel))));
      const row = f.let(b.i32, f.get(tile));
      f.repeat(by.m, () => {
        const [low, high] = [0, 1].map((k) =>
          by.outputs(wide, values(row, 32, k)).map((v) => {
            const exact = odd ? i32x4.mul(f.get(v), f.get(odd)) : f.get(v);
            return vec(f, i32x4.add(i32x4.shr_s(exact, i32.const(by.shift)), f.get(bias[k])));
          }),
        );
        const residual = delta && f.let(b.i32, i32.add(f.get(to), f.get(delta)));
        const acc = low.map((v, i) => [v, high[i]]);
        this.finisher.emit(f, acc, pack, block, 0, {
          result: to,
          residual,
          rowStride: pixel,
          channels: Math.min(lanes, g.o),
        });
        f.add(to, g.ow * pixel);
        f.add(row, size * 32);
      });
      f.add(tile, this.points * 32);
    });
  }
}

/** Whether sums times the scale can be told apart modulo 2^32, and operands of products fit 16 bits. */
function fits(g: Conv, by: Filtering): boolean {
  const reach = g.xSigned ? 128 : 255;
  const { weights } = g;
  if (weights.some((w) => w < -128 || w > 127)) return false;
  if (by.grows.weights * 128 >= 2 ** 15 || by.grows.image * reach >= 2 ** 15) return false;
  const per = 9 * g.c;
  for (let channel = 0; channel < g.o; channel++) {
    let sum = 0;
    for (let k = channel * per; k < (channel + 1) * per; k++) sum += Math.abs(weights[k]);
    if (sum * reach >= 2 ** (31 - by.shift)) return false;
  }
  return true;
}

const isFiltered = (g: Conv, by: Filtering): boolean =>
  g.kh === 3 &&
  g.kw === 3 &&
  g.groups === 1 &&
  [...g.stride, ...g.dilation].every((v) => v === 1) &&
  g.c % 8 === 0 &&
  g.o >= lanes &&
  g.oh >= by.m &&
  g.ow >= by.m;

const made = new WeakMap<Node, Map<number, Winograd | undefined>>();

function winograd(by: Filtering, node: Node): Winograd | undefined {
  const own = made.get(node) ?? new Map<number, Winograd | undefined>();
  made.set(node, own);
  if (!own.has(by.m)) {
    const g = convOf(node);
    own.set(by.m, g && isFiltered(g, by) && fits(g, by) && finishPlan(g) ? new Winograd(g, by) : undefined);
  }
  return own.get(by.m);
}

export const winogradKernels: readonly WasmKernel[] = filterings.map(
  (by): WasmKernel => ({
    name: `qs8_winograd_${by.m}x${by.m}_${mostRows}x8c2__wasmsimd`,
    applies: (node) => winograd(by, node) !== undefined,
    cost: (node) => winograd(by, node)!.cost(),
    about(node) {
      const w = winograd(by, node)!;
      const tiles = `${w.down} x ${w.across} tiles of ${by.m}x${by.m}, ${w.rows} rows of them at a time`;
      return `${tiles}, ${w.blocks.length} blocks of ${lanes} channels${roundingText(w.g)}`;
    },
    key(node) {
      const w = winograd(by, node)!;
      return `${geometryKey(w.g)} ${w.finisher.key}`;
    },
    pack: (node) => winograd(by, node)!.pack(),
    kept: (node) => winograd(by, node)!.kept(),
    prepare: (f, node) => winograd(by, node)!.prepare(f),
    numbers: convNumbers,
    scratch: (node) => winograd(by, node)!.scratch(),
    emit: (f, node) => winograd(by, node)!.emit(f),
  }),
);
