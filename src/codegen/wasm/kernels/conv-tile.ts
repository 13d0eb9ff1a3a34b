/**
 * The tile that all convolutions and products share: `mr` pixels x `nv` vectors of 4 output channels with accumulators in
 * locals. Every step broadcasts 4 bytes of each pixel (2 or 4 channels) and multiplies them with `nv` vectors of packed
 * weights. One base pointer per operand; rows and taps are immediate offsets.
 */
import { lowBytes, makePanel, type Panel, panelBytes, type Short } from "../../pack.ts";
import type { Func, Local, Share } from "../asm.ts";
import { Finisher } from "../epilogue.ts";
import { blocksOf } from "../epilogue-constants.ts";
import { expandFunction } from "../expand.ts";
import type { Pack } from "../kernel.ts";
import { bestCut } from "../share.ts";
import { bestRows } from "./conv-dot.ts";
import { type Conv, convParams } from "./conv-geometry.ts";
import { type Element, emitRun, emitStage, foldedZero, readsSigned, type Staged, stagedOf } from "./conv-image.ts";
import { Steps } from "./conv-steps.ts";

/** A tile and the instruction it is made of. */
export interface Tile {
  /** Most pixels of a tile. */
  readonly mr: number;
  /** Vectors of 4 channels. */
  readonly nv: 2 | 4;
  readonly element: Element;
  /** Products of bytes are added up in 16 bits first. */
  readonly short?: Short;
  /** Bytes of a packed weight; 1 with 2-byte elements means that weights are extended as they are loaded. */
  readonly weightBytes: 1 | 2;
  /** Sums go through memory before they are finished: an engine that joins neighbouring vectors begins at their stores. */
  readonly apart: boolean;
}

/** Sizes in bytes that suit a first cache of 32 KB and a second of 512 KB; see `chunkPixels`. */
const smallWeights = 24576;
const nearBytes = 16384;
const farBytes = 65536;

/** Everything about a convolution on a tile that both packing and emission need. */
export class ConvTile {
  readonly g: Conv;
  readonly tile: Tile;
  readonly finisher: Finisher;
  readonly staged: Staged;
  /** Pixels of this convolution's tiles. */
  readonly mr: number;
  readonly blocks: readonly number[][];
  /** Consecutive image elements under one pointer: a row of the window, or a tap where dilation or groups part them. */
  readonly runLength: number;
  readonly runs: readonly number[];
  /** A 1x1 window without stride or padding: the image is one row of pixels, staged chunk by chunk. */
  readonly flat: boolean;
  /** Pixels that go through all output channels before the next ones come. */
  readonly chunk: number;

  #made: readonly Panel[] | undefined;
  #stored: { readonly above: number | undefined } | undefined;

  constructor(g: Conv, tile: Tile) {
    this.g = g;
    this.tile = tile;
    this.finisher = new Finisher(g, tile.nv);
    this.staged = stagedOf(g, tile.element);
    this.blocks = blocksOf(g, this.lanes);
    this.flat =
      g.kh === 1 &&
      g.kw === 1 &&
      g.stride[0] === 1 &&
      g.stride[1] === 1 &&
      g.pad.every((p) => p === 0) &&
      g.groups === 1;
    const whole = g.dilation[1] === 1 && g.groups === 1;
    this.runLength = whole ? g.kw * g.i : g.i;
    const count = (g.kh * g.kw * g.i) / this.runLength;
    this.runs = Array.from({ length: count }, (_, k) => k * this.runLength);
    const pixels = this.flat ? g.n * g.oh * g.ow : g.ow;
    this.mr = bestRows(pixels, tile.mr);
    this.chunk = this.flat ? leastWaste(pixels, this.#chunkPixels(), this.mr) : pixels;
  }

  /**
   * How many pixels to take at once through all output channels. With few weights the pixels and their results should
   * stay in the first cache; with many, the weights should not stream past too often, and pixels may come from the second.
   */
  #chunkPixels(): number {
    const { g, tile } = this;
    const pixelBytes = g.c * tile.element.bytes;
    const weights = g.o * g.c * tile.weightBytes;
    return weights <= smallWeights ? Math.ceil(nearBytes / (pixelBytes + g.o)) : Math.ceil(farBytes / pixelBytes);
  }

  /** The packed weights of each block, made when asked for: most tiles are only weighed against others. */
  get #panels(): readonly Panel[] {
    this.#made ??= this.blocks.map((channels) => this.#panel(channels));
    return this.#made;
  }
  #panel(channels: readonly number[]): Panel {
    const { g } = this;
    return makePanel(this.#shape, g.weights, g.kh * g.kw * g.i, channels, this.runs, this.runLength);
  }
  /** Room for the steps that a block multiplies again: a power of two, so that more layers share code. */
  get #mostRests(): number {
    if (this.tile.weightBytes === 2) return 0;
    const most = Math.max(...this.#panels.map((p) => p.rests.length));
    return most && 2 ** Math.max(2, Math.ceil(Math.log2(most)));
  }

  /** Steps that are multiplied again, of all blocks. */
  get rests(): number {
    return this.tile.weightBytes === 2 ? 0 : this.#panels.reduce((n, p) => n + p.rests.length, 0);
  }

  /** About as many, by three of the blocks. */
  get roughRests(): number {
    const { blocks } = this;
    const every = Math.ceil(blocks.length / 3);
    const some = blocks.filter((_, i) => i % every === every >> 1);
    return (some.reduce((n, b) => n + this.#panel(b).rests.length, 0) * blocks.length) / some.length;
  }

  get lanes(): number {
    return this.tile.nv * 4;
  }
  get steps(): number {
    return Math.ceil((this.runLength * this.tile.element.bytes) / 4);
  }
  get #shape() {
    const { element, weightBytes: bytes, short } = this.tile;
    return { lanes: this.lanes, step: 4 / element.bytes, bytes, short, narrow: readsSigned(this.g, element) };
  }
  /** Bytes of a step's weights. */
  get #stepBytes(): number {
    return this.tile.nv * 16 * (this.tile.weightBytes / this.tile.element.bytes);
  }
  get #restsAt(): number {
    const weights = panelBytes(this.#shape, this.runs.length, this.runLength);
    return this.finisher.blockBytes + ((weights + 15) & ~15);
  }
  get #blockBytes(): number {
    return this.#restsAt + (this.#mostRests ? 16 + this.#mostRests * (16 + this.#stepBytes) : 0);
  }

  /** What the emitted code depends on besides the geometry. */
  get key(): string {
    const { changed, copied } = this.staged;
    // In an image that is read in place nothing stands for the zero point.
    const element = { ...this.tile.element, ...(copied ? {} : { zeroAs: 0 }) };
    return `${JSON.stringify({ ...this.tile, element })} ${changed} ${this.finisher.key} ${this.#mostRests} ${this.#expands}`;
  }

  /** Where weights of 16 bits are bytes in the constants: what the weights, and the zeros around them, are above the bytes. */
  get #above(): number | undefined {
    if (this.#stored === undefined) {
      let [least, most] = [0, 0];
      for (const w of this.g.weights) {
        if (w < least) least = w;
        else if (w > most) most = w;
      }
      const above = least >= -128 && most <= 127 ? 0 : least + 128;
      this.#stored = { above: this.tile.weightBytes === 2 && most - least <= 255 ? above : undefined };
    }
    return this.#stored.above;
  }
  get #expands(): boolean {
    return this.#above !== undefined;
  }

  /** Bytes of a block in the constants. */
  get #storedBytes(): number {
    const constants = this.finisher.blockBytes;
    return this.#expands ? constants + (this.#blockBytes - constants) / 2 : this.#blockBytes;
  }

  /** Bytes of the blocks with their weights at 16 bits. */
  kept(): number {
    return this.#expands ? this.blocks.length * this.#blockBytes : 0;
  }

  /** Emits what writes them. */
  prepare(f: Func): void {
    const { m, b } = f;
    const [pack, kept] = f.params;
    const { commonBytes, blockBytes } = this.finisher;
    const sizes = [this.blocks.length, blockBytes, this.#storedBytes - blockBytes].map((n) => m.i32.const(n));
    const above = m.i32.load(commonBytes + this.blocks.length * this.#storedBytes, 4, f.get(pack));
    f.do(m.call(expandFunction(f), [f.plus(pack, commonBytes), f.get(kept), ...sizes, above], b.none));
  }

  get #stagedBytes(): number {
    if (!this.staged.copied) return 0;
    return ((this.flat ? this.chunk * this.staged.pixel : this.staged.bytes) + 79) & ~15;
  }

  scratch(): number {
    return this.#stagedBytes + (this.tile.apart ? this.mr * this.lanes * 4 : 0);
  }

  /**
   * The node's constants: common ones, then for each block of channels [constants][panel][number of rests][rests], a rest
   * being the offset of a step in the image and the weights to multiply it with once more; then what expanded weights are above
   * their bytes.
   */
  pack(): readonly Pack[] {
    const constants = this.finisher.blockBytes;
    const stored = this.#storedBytes;
    const end = this.finisher.commonBytes + this.blocks.length * stored;
    const bytes = new Uint8Array(end + (this.#expands ? 4 : 0));
    const view = new DataView(bytes.buffer);
    this.finisher.writeCommons(bytes);
    if (this.#expands) view.setInt32(end, this.#above!, true);
    const { g } = this;
    const per = g.kh * g.kw * g.i;
    const zero = foldedZero(g, this.tile.element);
    const { weights } = g;
    const fold = (channel: number) => {
      let sum = 0;
      for (let k = channel * per; k < (channel + 1) * per; k++) sum += weights[k];
      return -zero * sum;
    };
    this.blocks.forEach((channels, i) => {
      const at = this.finisher.commonBytes + i * stored;
      this.finisher.writeBlock(view, at, channels, fold);
      const panel = this.#panels[i].bytes;
      bytes.set(this.#expands ? lowBytes(panel, this.#above!) : panel, at + constants);
      if (!this.#mostRests) return;
      const { rests } = this.#panels[i];
      let to = at + this.#restsAt;
      view.setInt32(to, rests.length, true);
      to += 16;
      for (const { run, step, weights } of rests) {
        view.setInt32(to, this.#runOffset(run) + step * 4, true);
        bytes.set(new Uint8Array(weights.buffer), to + 16);
        to += 16 + this.#stepBytes;
      }
    });
    return [{ bytes, align: 16 }];
  }

  /** Where a run's elements lie in the image, from the window's first. */
  #runOffset(run: number): number {
    const { g, staged } = this;
    if (this.runs.length === g.kh) return run * staged.row * g.dilation[0];
    return Math.floor(run / g.kw) * staged.row * g.dilation[0] + (run % g.kw) * staged.pixel * g.dilation[1];
  }

  /** Emits the body of a function with the parameters of a kernel row. */
  emit(f: Func): void {
    const { g, staged } = this;
    const { m, b } = f;
    const { result, x, residual, pack, kept, scratch } = convParams(f, g);
    const blocks = this.#expands ? f.let(b.i32, f.get(kept)) : f.let(b.i32, f.plus(pack, this.finisher.commonBytes));
    const delta = residual && f.let(b.i32, m.i32.sub(f.get(residual), f.get(result)));
    const outPixel = g.o * this.#outBytes;
    if (this.flat) {
      const pixels = g.n * g.oh * g.ow;
      const { chunk, ...share } = this.#share(f, pixels, this.chunk, this.mr);
      // Chunks of pixels; the last one ends with the last pixel and repeats some of the one before.
      this.#blocks(f, pixels, chunk, share.rows, (at) => {
        const from = () => m.i32.add(f.get(x), m.i32.mul(f.get(at), m.i32.const(g.c)));
        const a = staged.copied ? scratch : f.let(b.i32, from());
        if (staged.copied) emitRun(f, g, staged, chunk * g.c, from, () => f.get(scratch));
        const to = f.let(b.i32, m.i32.add(f.get(result), m.i32.mul(f.get(at), m.i32.const(outPixel))));
        this.#allChannels(f, chunk, a, to, delta, pack, blocks, staged.pixel, share.blocks);
      });
      return;
    }
    const share = this.#share(f, g.n === 1 ? g.oh : g.n, 1, 1);
    if (staged.copied) emitStage(f, g, staged, x, scratch, share.rows);
    const a = f.let(b.i32, f.get(staged.copied ? scratch : x));
    const to = f.let(b.i32, f.get(result));
    const down = staged.row * g.stride[0];
    const row = (): void => {
      this.#allChannels(f, g.ow, a, to, delta, pack, blocks, staged.pixel * g.stride[1], share.blocks);
      f.add(a, down);
      f.add(to, g.ow * outPixel);
    };
    if (g.n === 1) {
      f.repeatShare(
        share.rows,
        g.oh,
        [
          [a, down],
          [to, g.ow * outPixel],
        ],
        row,
      );
      return;
    }
    f.repeatShare(
      share.rows,
      g.n,
      [
        [a, staged.h * staged.row],
        [to, g.oh * g.ow * outPixel],
      ],
      () => {
        f.repeat(g.oh, row);
        f.add(a, (staged.h - g.oh * g.stride[0]) * staged.row);
      },
    );
  }

  /** What threads share: chunks of so many rows or pixels, or blocks of channels. */
  #share(f: Func, total: number, most: number, unit: number): { chunk: number; rows?: Share; blocks?: Share } {
    if (!f.shared) return { chunk: most };
    const blocks = this.g.groups === 1 ? this.blocks.length : 1;
    const { by, size } = bestCut(total, most, unit, blocks);
    if (by === "blocks") return { chunk: size, blocks: f.split(blocks) };
    return { chunk: size, rows: f.split(Math.ceil(total / size)) };
  }

  get #outBytes(): number {
    return this.g.result.storage === "i32" ? 4 : 1;
  }

  /**
   * Emits `body` for starts 0, size, 2 size, ... of `total` (or a share of them), the last one moved back to end with it;
   * size <= total.
   */
  #blocks(f: Func, total: number, size: number, share: Share | undefined, body: (at: Local) => void): void {
    const { m, b } = f;
    const at = f.let(b.i32, m.i32.const(0));
    if (size >= total) {
      body(at);
      return;
    }
    const moveBack = (): void => {
      if (total % size === 0) return;
      const last = f.let(b.i32, m.i32.const(total - size));
      f.set(at, m.select(m.i32.lt_u(f.get(at), f.get(last)), f.get(at), f.get(last)));
    };
    const next = (): void => {
      body(at);
      f.add(at, size);
      moveBack();
    };
    if (share) {
      f.toShare(share, at, size);
      moveBack();
    }
    f.repeatShare(share, Math.ceil(total / size), [], next);
  }

  /** All output channels of a row of `pixels` pixels, `pixel` bytes apart in the image. */
  #allChannels(
    f: Func,
    pixels: number,
    a: Local,
    to: Local,
    delta: Local | undefined,
    pack: Local,
    blocks: Local,
    pixel: number,
    share: Share | undefined,
  ): void {
    const { g, mr } = this;
    const { m, b } = f;
    const per = g.o / g.groups;
    const size = Math.min(this.lanes, per);
    const block = f.let(b.i32, f.get(blocks));
    if (share) f.toShare(share, block, this.#blockBytes);
    const groupA = f.let(b.i32, f.get(a));
    const groupTo = f.let(b.i32, f.get(to));
    f.repeat(g.groups, () => {
      this.#blocks(f, per, size, share, (channel) => {
        this.#blocks(f, pixels, Math.min(mr, pixels), undefined, (at) => {
          const from = f.let(b.i32, m.i32.add(f.get(groupA), m.i32.mul(f.get(at), m.i32.const(pixel))));
          const column = m.i32.mul(f.get(channel), m.i32.const(this.#outBytes));
          const row = m.i32.mul(f.get(at), m.i32.const(g.o * this.#outBytes));
          const place = f.let(b.i32, m.i32.add(m.i32.add(f.get(groupTo), column), row));
          this.#tile(f, from, block, pack, place, delta, size, pixel);
        });
        f.add(block, this.#blockBytes);
      });
      f.add(groupA, g.i * this.tile.element.bytes);
      f.add(groupTo, per * this.#outBytes);
    });
  }

  #tile(
    f: Func,
    a: Local,
    block: Local,
    pack: Local,
    place: Local,
    delta: Local | undefined,
    channels: number,
    pixel: number,
  ): void {
    const { m, b } = f;
    const { nv } = this.tile;
    const acc: Local[][] = Array.from({ length: this.mr }, () => Array.from({ length: nv }, () => f.local(b.v128)));
    for (let v = 0; v < nv; v++) {
      f.set(acc[0][v], m.v128.load(v * 16, 16, f.get(block)));
      for (let r = 1; r < this.mr; r++) f.set(acc[r][v], f.get(acc[0][v]));
    }
    const steps = new Steps(f, this.tile);
    this.#sums(f, steps, acc, a, block, pixel);
    if (this.#mostRests) this.#again(f, steps, acc, a, block, pixel);
    if (this.tile.apart) {
      const { scratch } = convParams(f, this.g);
      const each = (visit: (sum: Local, at: number) => void): void =>
        acc.forEach((row, r) => {
          row.forEach((sum, v) => {
            visit(sum, this.#stagedBytes + (r * nv + v) * 16);
          });
        });
      each((sum, at) => f.do(m.v128.store(at, 16, f.get(scratch), f.get(sum))));
      each((sum, at) => f.set(sum, m.v128.load(at, 16, f.get(scratch))));
    }
    const residual = delta && f.let(b.i32, m.i32.add(f.get(place), f.get(delta)));
    this.finisher.emit(f, acc, pack, block, 0, {
      result: place,
      residual,
      rowStride: this.g.o * this.#outBytes,
      channels,
    });
  }

  /** The loop over the window. */
  #sums(f: Func, by: Steps, acc: Local[][], a: Local, block: Local, pixel: number): void {
    const { g, staged, steps } = this;
    const { b } = f;
    const stepBytes = this.#stepBytes;
    const base = this.finisher.blockBytes;
    const whole = this.runs.length === g.kh;
    const down = staged.row * g.dilation[0];
    const right = staged.pixel * g.dilation[1];
    if (this.runs.length * steps <= 24) {
      this.runs.forEach((_, run) => {
        const offset = this.#runOffset(run);
        const weightsAt = base + run * steps * stepBytes;
        by.emit(acc, { x: a, xAt: offset, pixel, weights: block, weightsAt, stepBytes }, steps);
      });
      return;
    }
    const at = f.let(b.i32, f.get(a));
    const weights = f.let(b.i32, f.plus(block, base));
    const run = () => {
      const unroll = steps <= 12 ? steps : 8;
      const emit = (count: number) => {
        by.emit(acc, { x: at, xAt: 0, pixel, weights, weightsAt: 0, stepBytes }, count);
        f.add(at, count * 4);
        f.add(weights, count * stepBytes);
      };
      f.repeat(Math.floor(steps / unroll), () => emit(unroll));
      if (steps % unroll) emit(steps % unroll);
    };
    f.repeat(g.kh, () => {
      if (whole) run();
      else {
        f.repeat(g.kw, () => {
          run();
          f.add(at, right - steps * 4);
        });
      }
      f.add(at, down - (whole ? steps * 4 : g.kw * right));
    });
  }

  /** The rests of weights that do not fit a byte. */
  #again(f: Func, by: Steps, acc: Local[][], a: Local, block: Local, pixel: number): void {
    const { m, b } = f;
    const { i32 } = m;
    const stepBytes = this.#stepBytes;
    const left = f.let(b.i32, i32.load(this.#restsAt, 4, f.get(block)));
    const body = f.block(() => {
      const rest = f.let(b.i32, f.plus(block, this.#restsAt + 16));
      f.doWhile(
        () => {
          const at = f.let(b.i32, i32.add(f.get(a), i32.load(0, 4, f.get(rest))));
          by.emit(acc, { x: at, xAt: 0, pixel, weights: rest, weightsAt: 16, stepBytes }, 1);
          f.add(rest, 16 + stepBytes);
          f.add(left, -1);
        },
        () => f.get(left),
      );
    });
    f.do(m.if(f.get(left), body));
  }
}

/**
 * The size of blocks, a multiple of `unit`, that covers `total` with the least overlap of the last one: at least half of
 * `most`, as smaller ones stream the weights too often.
 */
function leastWaste(total: number, most: number, unit: number): number {
  if (total <= most) return total;
  let best = Math.max(unit, Math.ceil(most / unit) * unit);
  const covered = (size: number): number => Math.ceil(total / size) * size;
  for (let size = best - unit; size >= most / 2; size -= unit) if (covered(size) < covered(best)) best = size;
  return Math.min(total, best);
}
