/**
 * Rows for depthwise k.conv (one input channel per group, one output channel each). The tile marches along a row of
 * pixels: the rows of the window are interleaved once per input column, so that a 32-bit lane holds the taps of one
 * channel that lie above each other, and the same vectors feed every output column that sees this input column.
 */
import type { Node } from "../../../ir/graph.ts";
import type { Expr, Func, Local, Share } from "../asm.ts";
import { Finisher } from "../epilogue.ts";
import { blocksOf } from "../epilogue-constants.ts";
import type { Pack, WasmKernel, WasmTarget } from "../kernel.ts";
import { finishPlan, roundingText } from "../requantize-plan.ts";
import { bestCut } from "../share.ts";
import { relaxedElement, shortElement, shortSums } from "./conv.ts";
import { bestRows, dot, relaxedPairs } from "./conv-dot.ts";
import { type Conv, convNumbers, convOf, convParams, geometryKey, zeroOfImage } from "./conv-geometry.ts";
import type { Element } from "./conv-image.ts";
import { ShortSums } from "./dwconv-short.ts";

/** Channels of a tile: two vectors of sums. */
const lanes = 8;

/** What one dot instruction multiplies for a channel: taps of the window, as [row, column]; a missing one weighs nothing. */
type Taps = readonly (readonly [number, number] | undefined)[];

/**
 * The window cut into dots. `across`: rows lie above each other, `taps[kx]` are the dots of the column kx. `along`: one
 * row is left over in 16-bit lanes, and its neighbours to the right fill the second half.
 */
interface Group {
  readonly kind: "across" | "along";
  readonly rows: readonly number[];
}

/** Everything about a depthwise convolution that both packing and emission need. */
class Depthwise {
  readonly g: Conv;
  /** What the dot instruction multiplies: bytes in fours, or 16-bit integers in twos, or bytes in twos for sums of 16 bits. */
  readonly element: Element;
  readonly finisher: Finisher;
  readonly blocks: readonly number[][];
  /** Output columns of a tile. */
  readonly columns: number;
  readonly groups: readonly Group[];
  /** The dots of an output in the order of the packed weights, and where the weights of one begin. */
  readonly #dots: { readonly group: number; readonly kx: number; readonly taps: Taps }[] = [];

  readonly #short: ShortSums | undefined;

  constructor(g: Conv, element: Element) {
    this.g = g;
    this.element = element;
    this.finisher = new Finisher(g, 2);
    this.blocks = blocksOf({ o: g.o, groups: 1 }, lanes);
    this.columns = bestRows(g.ow, 4);
    const short = element.zeroAs !== undefined;
    const per = short ? 2 : 4 / element.bytes;
    this.groups = Array.from({ length: Math.ceil(g.kh / per) }, (_, k) => {
      const rows = Array.from({ length: Math.min(per, g.kh - k * per) }, (_, r) => k * per + r);
      return { kind: per === 2 && rows.length === 1 && g.kw > 1 ? "along" : "across", rows };
    });
    this.groups.forEach(({ kind, rows }, group) => {
      for (let kx = 0; kx < g.kw; kx += kind === "along" ? 2 : 1) {
        const next = kx + 1 < g.kw ? ([rows[0], kx + 1] as const) : undefined;
        const taps = kind === "along" ? [[rows[0], kx] as const, next] : rows.map((ky) => [ky, kx] as const);
        this.#dots.push({ group, kx, taps });
      }
    });
    const weights = (channel: number, d: number): [number, number] => {
      const [a, b] = this.#dots[d].taps;
      return [this.#weight(channel, a), this.#weight(channel, b)];
    };
    if (short) this.#short = new ShortSums(g, this.#dots.length, weights, g.xRange[1] - g.xRange[0]);
  }

  /** What the code depends on besides the geometry and the element. */
  get key(): string {
    return `${this.finisher.key} ${JSON.stringify(this.#short?.parts)}`;
  }

  #weight(channel: number, tap: readonly [number, number] | undefined): number {
    const { kh, kw, weights } = this.g;
    return tap ? weights[channel * kh * kw + tap[0] * kw + tap[1]] : 0;
  }

  /** Bytes of the weights of a block's dot. */
  get #dotBytes(): number {
    return this.#short ? lanes * 2 : lanes * 4;
  }
  get #blockBytes(): number {
    const { finisher } = this;
    return finisher.blockBytes + this.#dots.length * this.#dotBytes + (this.#short?.parts.length ?? 0) * lanes * 2;
  }
  /** Where a part of the sums of 16 bits begins: what is taken off it, negative. */
  #partAt(part: number): number {
    return this.finisher.blockBytes + this.#dots.length * this.#dotBytes + part * lanes * 2;
  }

  /** A row of padding, where windows reach above or below the image. */
  scratch(): number {
    const { pad, w, c } = this.g;
    return pad[0] + pad[2] > 0 ? w * c + 64 : 0;
  }

  pack(): readonly Pack[] {
    const { g, element } = this;
    const bytes = new Uint8Array(this.finisher.commonBytes + this.blocks.length * this.#blockBytes);
    const view = new DataView(bytes.buffer);
    this.finisher.writeCommons(bytes);
    const window = g.kh * g.kw;
    const zero = readZero(g, element);
    const short = this.#short;
    const middles = (c: number) => short?.parts.reduce((sum, _, part) => sum + short.middle(c, part), 0) ?? 0;
    const sum = (c: number) => g.weights.subarray(c * window, (c + 1) * window).reduce((a, b) => a + b, 0);
    const fold = (c: number) => middles(c) - zero * sum(c);
    this.blocks.forEach((channels, i) => {
      const start = this.finisher.commonBytes + i * this.#blockBytes;
      this.finisher.writeBlock(view, start, channels, fold);
      this.#dots.forEach(({ taps }, d) => {
        channels.forEach((channel, lane) => {
          const at = start + this.finisher.blockBytes + d * this.#dotBytes + (lane * this.#dotBytes) / lanes;
          taps.forEach((tap, r) => {
            const w = this.#weight(channel, tap);
            if (element.bytes === 1) view.setInt8(at + r, w);
            else view.setInt16(at + r * 2, w, true);
          });
        });
      });
      short?.parts.forEach((_, part) => {
        channels.forEach((channel, lane) => {
          view.setInt16(start + this.#partAt(part) + lane * 2, -short.middle(channel, part), true);
        });
      });
    });
    return [{ bytes, align: 16 }];
  }

  emit(f: Func): void {
    const { g } = this;
    const { m, b } = f;
    const { i32 } = m;
    const { result, x, residual, pack, scratch } = convParams(f, g);
    const pads = this.scratch() > 0;
    if (pads) f.do(m.memory.fill(f.get(scratch), zeroOfImage(f, g), i32.const(g.w * g.c)));
    const delta = residual && f.let(b.i32, i32.sub(f.get(residual), f.get(result)));
    const image = f.let(b.i32, f.get(x));
    const to = f.let(b.i32, f.get(result));
    const line = g.w * g.c;
    const shareBlocks = g.n === 1 && bestCut(g.oh, 1, 1, this.blocks.length).by === "blocks";
    const blocks = shareBlocks ? f.split(this.blocks.length) : undefined;
    const lineBytes = g.ow * g.o * this.#outBytes;
    const oneImage = (): void => {
      const y = f.let(b.i32, i32.const(-g.pad[0]));
      const oneRow = (): void => {
        // The window's rows; those outside the image are the row of padding.
        const rows = Array.from({ length: g.kh }, (_, ky) => {
          const row = () => f.plus(y, ky * g.dilation[0]);
          const inside = i32.add(f.get(image), i32.mul(row(), i32.const(line)));
          return f.let(b.i32, pads ? m.select(i32.lt_u(row(), i32.const(g.h)), inside, f.get(scratch)) : inside);
        });
        this.#line(f, rows, to, delta, pack, blocks);
        f.add(y, g.stride[0]);
        f.add(to, lineBytes);
      };
      const rows = g.n === 1 && !blocks ? f.split(g.oh) : undefined;
      f.repeatShare(
        rows,
        g.oh,
        [
          [y, g.stride[0]],
          [to, lineBytes],
        ],
        oneRow,
      );
      f.add(image, g.h * line);
    };
    if (g.n === 1) oneImage();
    else {
      f.repeatSplit(
        g.n,
        [
          [image, g.h * line],
          [to, g.oh * lineBytes],
        ],
        oneImage,
      );
    }
  }

  get #outBytes(): number {
    return this.g.result.storage === "i32" ? 4 : 1;
  }

  /** One row of results: tiles that touch padding on their own, the others in a loop. */
  #line(
    f: Func,
    rows: readonly Local[],
    to: Local,
    delta: Local | undefined,
    pack: Local,
    share: Share | undefined,
  ): void {
    const { g } = this;
    const { m, b } = f;
    const { i32 } = m;
    const size = Math.min(this.columns, g.ow);
    const starts = Array.from({ length: Math.ceil(g.ow / size) }, (_, t) => Math.min(t * size, g.ow - size));
    const columnOf = (start: number) => start * g.stride[1] - g.pad[1];
    const reach = (size - 1) * g.stride[1] + (g.kw - 1) * g.dilation[1];
    const inside = (start: number) => columnOf(start) >= 0 && columnOf(start) + reach < g.w;
    for (let t = 0; t < starts.length; ) {
      let end = t + 1;
      while (inside(starts[t]) && end < starts.length && inside(starts[end]) && starts[end] - starts[end - 1] === size)
        end++;
      const first = Math.max(0, columnOf(starts[t]));
      const from = f.let(b.i32, i32.const(first * g.c));
      const place = f.let(b.i32, f.plus(to, starts[t] * g.o * this.#outBytes));
      f.repeat(end - t, () => {
        const outside = (c: number) =>
          !inside(starts[t]) && (columnOf(starts[t]) + c < 0 || columnOf(starts[t]) + c >= g.w);
        this.#channels(f, rows, from, { shift: columnOf(starts[t]) - first, outside }, place, delta, pack, share);
        f.add(from, size * g.stride[1] * g.c);
        f.add(place, size * g.o * this.#outBytes);
      });
      t = end;
    }
  }

  /** All channels of a tile; `from` is the offset of an image column. */
  #channels(
    f: Func,
    rows: readonly Local[],
    from: Local,
    view: View,
    place: Local,
    delta: Local | undefined,
    pack: Local,
    share: Share | undefined,
  ): void {
    const { g } = this;
    const { m, b } = f;
    const { i32 } = m;
    const block = f.let(b.i32, f.plus(pack, this.finisher.commonBytes));
    const channel = f.let(b.i32, i32.const(0));
    // The last block is moved back to end with the last channel.
    const moveBack = (): void => {
      if (g.o <= lanes || g.o % lanes === 0) return;
      const last = () => i32.const(g.o - lanes);
      f.set(channel, m.select(i32.lt_u(f.get(channel), last()), f.get(channel), last()));
    };
    const next = (): void => {
      const at = f.let(b.i32, i32.add(f.get(from), f.get(channel)));
      const a = rows.map((row) => f.let(b.i32, i32.add(f.get(row), f.get(at))));
      const own = this.#outBytes === 1 ? f.get(channel) : i32.shl(f.get(channel), i32.const(2));
      this.#tile(f, a, view, block, pack, f.let(b.i32, i32.add(f.get(place), own)), delta);
      f.add(block, this.#blockBytes);
      f.add(channel, lanes);
      moveBack();
    };
    if (share) {
      f.toShare(share, block, this.#blockBytes);
      f.toShare(share, channel, lanes);
      moveBack();
    }
    f.repeatShare(share, this.blocks.length, [], next);
  }

  #tile(
    f: Func,
    a: readonly Local[],
    view: View,
    block: Local,
    pack: Local,
    place: Local,
    delta: Local | undefined,
  ): void {
    const { g } = this;
    const { m, b } = f;
    const columns = Math.min(this.columns, g.ow);
    const bias = [0, 1].map((k) => f.let(b.v128, m.v128.load(k * 16, 16, f.get(block))));
    const acc = Array.from({ length: columns }, () => bias.map((v) => f.let(b.v128, f.get(v))));
    const short = this.#short;
    const starts = short?.parts.map((_, k) => f.let(b.v128, m.v128.load(this.#partAt(k), 16, f.get(block)))) ?? [];
    const parts = acc.map(() => starts.map((v) => f.let(b.v128, f.get(v))));
    const image = new Columns(f, g, this.element, a, view);
    const last = (columns - 1) * g.stride[1] + (g.kw - 1) * g.dilation[1];
    for (let c = 0; c <= last; c++) {
      this.groups.forEach((group, index) => {
        // The outputs that see this column of the image, and through which column of the window.
        const seen = acc
          .map((sum, o) => ({ sum, parts: parts[o], kx: (c - o * g.stride[1]) / g.dilation[1] }))
          .map(({ kx, ...to }) => ({ ...to, dot: this.#dots.findIndex((d) => d.group === index && d.kx === kx) }))
          .filter(({ dot }) => dot >= 0);
        if (!seen.length) return;
        const x = group.kind === "across" ? image.across(group.rows, c) : image.along(group.rows[0], c, last);
        for (const { sum, parts, dot: d } of seen) {
          if (short) {
            const part = parts[short.partOf(d)];
            const w = m.v128.load(this.finisher.blockBytes + d * this.#dotBytes, 16, f.get(block));
            f.set(part, m.i16x8.add(f.get(part), relaxedPairs(b, m, w, f.get(x[0]))));
            continue;
          }
          for (const k of [0, 1]) {
            const w = m.v128.load(this.finisher.blockBytes + d * lanes * 4 + k * 16, 16, f.get(block));
            f.set(sum[k], dot(f, this.element, w, f.get(x[k]), f.get(sum[k])));
          }
        }
      });
    }
    for (const [o, sums] of acc.entries()) short?.emit(f, parts[o], sums);
    const residual = delta && f.let(b.i32, m.i32.add(f.get(place), f.get(delta)));
    this.finisher.emit(f, acc, pack, block, 0, {
      result: place,
      residual,
      rowStride: g.o * this.#outBytes,
      channels: Math.min(lanes, g.o),
    });
  }
}

/** The zero point as the dot instruction reads it. */
const readZero = (g: Conv, element: Element): number => element.zeroAs ?? g.xZero + flipped(g, element);

/** What flipping the highest bit adds to a value as it is read. */
const flipped = (g: Conv, element: Element): number => (element.flip ? (g.xSigned ? 128 : -128) : 0);

/** Where a tile's columns lie: the first one `shift` columns from the pointer, some outside the image. */
interface View {
  readonly shift: number;
  readonly outside: (column: number) => boolean;
}

/** 8 channels of the columns of an image under a tile, loaded once each; columns outside the image are the zero point. */
class Columns {
  readonly #f: Func;
  readonly #g: Conv;
  readonly #element: Element;
  readonly #rows: readonly Local[];
  readonly #view: View;
  readonly #loaded = new Map<string, Local>();
  #least: Local | undefined;

  constructor(f: Func, g: Conv, element: Element, rows: readonly Local[], view: View) {
    this.#f = f;
    this.#g = g;
    this.#element = element;
    this.#rows = rows;
    this.#view = view;
  }

  /** Rows above each other: in each 32-bit lane the taps of a channel. A missing row repeats another, its weights are zero. */
  across(rows: readonly number[], column: number): readonly Local[] {
    const loaded = rows.map((ky) => this.#load(ky, column));
    if (this.#element.zeroAs !== undefined) return [this.#pair(loaded[0], loaded[loaded.length - 1])];
    const row = (r: number) => loaded[Math.min(r, loaded.length - 1)];
    if (this.#element.bytes === 2) return [this.#zip(row(0), row(1), 2, false), this.#zip(row(0), row(1), 2, true)];
    const upper = this.#zip(row(0), row(1), 1, false);
    const lower = rows.length > 2 ? this.#zip(row(2), row(3), 1, false) : upper;
    return [this.#zip(upper, lower, 2, false), this.#zip(upper, lower, 2, true)];
  }

  /** A pixel beside the next one under the window (beside itself at the tile's end, where the next weighs nothing). */
  along(row: number, column: number, last: number): readonly Local[] {
    const x = this.#load(row, column);
    const y = this.#load(row, Math.min(column + this.#g.dilation[1], last));
    if (this.#element.zeroAs !== undefined) return [this.#pair(x, y)];
    return [this.#zip(x, y, 2, false), this.#zip(x, y, 2, true)];
  }

  /** 8 channels of two places beside each other, from the image's least value on. */
  #pair(x: Local, y: Local): Local {
    const f = this.#f;
    const { i8x16 } = f.m;
    this.#least ??= f.let(f.b.v128, i8x16.splat(zeroOfImage(f, this.#g, -this.#element.zeroAs!)));
    return f.let(f.b.v128, i8x16.sub(f.get(this.#zip(x, y, 1, false)), f.get(this.#least)));
  }

  #load(ky: number, column: number): Local {
    const f = this.#f;
    const { m, b } = f;
    const { v128, i8x16, i16x8, i32 } = m;
    const outside = this.#view.outside(column);
    const key = outside ? "padding" : `${ky} ${column}`;
    const known = this.#loaded.get(key);
    if (known) return known;
    const { bytes, flip } = this.#element;
    const address = (column + this.#view.shift) * this.#g.c;
    let value: Expr;
    if (outside) {
      const zero = zeroOfImage(f, this.#g, flipped(this.#g, this.#element));
      value = bytes === 2 ? i16x8.splat(zero) : i8x16.splat(zero);
    } else if (bytes === 2) {
      value = (this.#g.xSigned ? v128.load8x8_s : v128.load8x8_u)(address, 1, f.get(this.#rows[ky]));
    } else {
      value = v128.load64_zero(address, 1, f.get(this.#rows[ky]));
      if (flip) value = v128.xor(value, i8x16.splat(i32.const(0x80)));
    }
    const local = f.let(b.v128, value);
    this.#loaded.set(key, local);
    return local;
  }

  #zip(x: Local, y: Local, size: number, high: boolean): Local {
    const { m, b } = this.#f;
    const from = high ? 16 / size / 2 : 0;
    const mask = Array.from({ length: 16 }, (_, i) => {
      const item = from + Math.floor(i / (2 * size));
      return (Math.floor(i / size) % 2) * 16 + item * size + (i % size);
    });
    return this.#f.let(b.v128, m.i8x16.shuffle(this.#f.get(x), this.#f.get(y), mask));
  }
}

const isDepthwise = (g: Conv): boolean => g.i === 1 && g.groups === g.c && g.o === g.c && g.c > 1;

/** Whether weights that a dot instruction of bytes multiplies as a pair, one above the other, are both -128; see `probeEngine`. */
function hasLowPair({ weights, o, kh, kw }: Conv): boolean {
  for (let channel = 0; channel < o; channel++) {
    for (let ky = 0; ky + 1 < kh; ky += 2) {
      const at = (channel * kh + ky) * kw;
      for (let k = at; k < at + kw; k++) if (weights[k] === -128 && weights[k + kw] === -128) return true;
    }
  }
  return false;
}

interface Choice {
  readonly name: string;
  readonly suits: (g: Conv, target: WasmTarget) => boolean;
  readonly element: (g: Conv, target: WasmTarget) => Element;
  readonly speed: number;
}

const choices: readonly Choice[] = [
  {
    name: "qs8_dwconv_4x8c4__wasmrelaxed",
    suits: (g, target) =>
      target.level === "relaxed" &&
      (target.dot === "unsigned" || target.dot === "signed") &&
      g.weights.every((w) => w >= -128 && w <= 127) &&
      !(target.dot === "signed" && hasLowPair(g)),
    element: relaxedElement,
    speed: 12,
  },
  {
    name: "qs8_dwconv_4x8c2s__wasmrelaxed",
    suits: (g, target) =>
      shortSums(g, target) && g.xRange[1] - g.xRange[0] <= 127 && g.weights.every((w) => w >= -128 && w <= 127),
    element: shortElement,
    speed: 8,
  },
  {
    name: "qs8_dwconv_4x8c2__wasmsimd",
    suits: () => true,
    element: () => ({ bytes: 2, flip: false }),
    speed: 6,
  },
];

const made = new WeakMap<Node, Map<string, Depthwise>>();

function depthwise(choice: Choice, node: Node, target: WasmTarget): Depthwise {
  const g = convOf(node)!;
  const element = choice.element(g, target);
  const own = made.get(node) ?? new Map<string, Depthwise>();
  made.set(node, own);
  const key = JSON.stringify(element);
  let d = own.get(key);
  if (!d) own.set(key, (d = new Depthwise(g, element)));
  return d;
}

const engines = ["unsigned", "signed"] as const;

/** The depthwise rows, any of which computes a node exactly where it applies. */
export const dwconvKernels: readonly WasmKernel[] = choices.map((choice) => ({
  name: choice.name,
  applies(node, target) {
    const g = convOf(node);
    return g !== undefined && isDepthwise(g) && choice.suits(g, target) && finishPlan(g) !== undefined;
  },
  cost(node, target) {
    const { g, blocks } = depthwise(choice, node, target);
    return (g.n * g.oh * g.ow * blocks.length * lanes * g.kh * g.kw) / choice.speed;
  },
  about(node, target) {
    const d = depthwise(choice, node, target);
    const size = `${d.columns} columns x ${lanes} channels, ${d.element.bytes}-byte elements`;
    return `${size}, ${d.blocks.length} blocks${roundingText(d.g)}`;
  },
  key(node, target) {
    const d = depthwise(choice, node, target);
    return `${JSON.stringify(d.element)} ${geometryKey(d.g)} ${d.key}`;
  },
  pack: (node, target) => depthwise(choice, node, target).pack(),
  numbers: convNumbers,
  scratch: (node) => Math.max(...engines.map((dot) => depthwise(choice, node, { level: "relaxed", dot }).scratch())),
  emit: (f, node, target) => depthwise(choice, node, target).emit(f),
}));
