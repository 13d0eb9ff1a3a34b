/**
 * Rows for depthwise k.conv (one input channel per group, one output channel each). The tile marches along a row of
 * pixels: the rows of the window are interleaved once per input column, so that a 32-bit lane holds the taps of one
 * channel that lie above each other, and the same vectors feed every output column that sees this input column.
 */
import type { Node } from "../../../ir/graph.ts";
import type { Func, Local } from "../asm.ts";
import { blocksOf, Finisher } from "../epilogue.ts";
import type { Pack, WasmKernel, WasmTarget } from "../kernel.ts";
import { finishPlan } from "../requantize-plan.ts";
import { relaxedElement } from "./conv.ts";
import { type Conv, convOf, geometryKey } from "./conv-geometry.ts";
import { type Element, emitStage, type Staged, stagedOf } from "./conv-image.ts";
import { bestRows, dot } from "./conv-tile.ts";

/** Channels of a tile: two vectors of sums. */
const lanes = 8;

/** Everything about a depthwise convolution that both packing and emission need. */
class Depthwise {
  readonly g: Conv;
  /** What the dot instruction multiplies: bytes in fours, or 16-bit integers in twos. */
  readonly element: Element;
  readonly finisher: Finisher;
  readonly staged: Staged;
  readonly blocks: readonly number[][];
  /** Output columns of a tile. */
  readonly columns: number;
  /** Rows of the window in groups of one interleaving each. */
  readonly rows: readonly number[][];

  constructor(g: Conv, element: Element) {
    this.g = g;
    this.element = element;
    this.finisher = new Finisher(g, 2);
    // The image stays bytes either way: 16-bit lanes are made as they are loaded.
    this.staged = stagedOf(g, { bytes: 1, flip: element.flip });
    this.blocks = blocksOf(g.o < lanes ? { o: g.o, groups: 1 } : { ...g, groups: 1 }, lanes);
    this.columns = bestRows(g.ow, 4);
    const per = 4 / element.bytes;
    this.rows = Array.from({ length: Math.ceil(g.kh / per) }, (_, k) =>
      Array.from({ length: Math.min(per, g.kh - k * per) }, (_, r) => k * per + r),
    );
  }

  get #weightBytes(): number {
    return this.g.kw * this.rows.length * 32;
  }
  get #blockBytes(): number {
    return this.finisher.blockBytes + this.#weightBytes;
  }

  scratch(): number {
    return this.staged.copied ? this.staged.bytes : 0;
  }

  /** Panels [column of the window][group of rows][channel][row of the group]. */
  pack(): readonly Pack[] {
    const { g, element } = this;
    const bytes = new Uint8Array(this.finisher.commonBytes + this.blocks.length * this.#blockBytes);
    const view = new DataView(bytes.buffer);
    this.finisher.writeCommons(bytes);
    const taps = g.kh * g.kw;
    const zero = g.xZero + (element.flip ? (g.xSigned ? 128 : -128) : 0);
    const fold = (c: number) => -zero * g.weights.subarray(c * taps, (c + 1) * taps).reduce((a, b) => a + b, 0);
    this.blocks.forEach((channels, i) => {
      const start = this.finisher.commonBytes + i * this.#blockBytes;
      this.finisher.writeBlock(view, start, channels, fold);
      let at = start + this.finisher.blockBytes;
      for (let kx = 0; kx < g.kw; kx++) {
        for (const rows of this.rows) {
          for (let lane = 0; lane < lanes; lane++) {
            rows.forEach((ky, r) => {
              const w = lane < channels.length ? g.weights[channels[lane] * taps + ky * g.kw + kx] : 0;
              if (element.bytes === 1) view.setInt8(at + lane * 4 + r, w);
              else view.setInt16(at + lane * 4 + r * 2, w, true);
            });
          }
          at += lanes * 4;
        }
      }
    });
    return [{ bytes, align: 16 }];
  }

  emit(f: Func): void {
    const { g, staged } = this;
    const { m, b } = f;
    const [result, x] = f.params;
    const residual = g.residual ? f.params[2] : undefined;
    const pack = f.params[g.residual ? 3 : 2];
    const scratch = f.params[g.residual ? 4 : 3];
    if (staged.copied) emitStage(f, g, staged, x, scratch);
    const delta = residual && f.let(b.i32, m.i32.sub(f.get(residual), f.get(result)));
    const row = f.let(b.i32, f.get(staged.copied ? scratch : x));
    const to = f.let(b.i32, f.get(result));
    const pixel = g.o * this.#outBytes;
    f.repeat(g.n, () => {
      f.repeat(g.oh, () => {
        this.#spread(f, g.ow, Math.min(this.columns, g.ow), (column) => {
          const block = f.let(b.i32, f.plus(pack, this.finisher.commonBytes));
          const from = f.let(b.i32, m.i32.add(f.get(row), m.i32.mul(f.get(column), m.i32.const(g.stride[1] * g.c))));
          const place = f.let(b.i32, m.i32.add(f.get(to), m.i32.mul(f.get(column), m.i32.const(pixel))));
          this.#spread(f, g.o, Math.min(lanes, g.o), (channel) => {
            const a = f.let(b.i32, m.i32.add(f.get(from), f.get(channel)));
            const own = this.#outBytes === 1 ? f.get(channel) : m.i32.shl(f.get(channel), m.i32.const(2));
            const target = f.let(b.i32, m.i32.add(f.get(place), own));
            this.#tile(f, a, block, pack, target, delta);
            f.add(block, this.#blockBytes);
          });
        });
        f.add(row, staged.row * g.stride[0]);
        f.add(to, g.ow * pixel);
      });
      f.add(row, (staged.h - g.oh * g.stride[0]) * staged.row);
    });
  }

  get #outBytes(): number {
    return this.g.result.storage === "i32" ? 4 : 1;
  }

  /** Emits `body` for starts 0, size, 2 size, ... of `total`, the last one moved back to end with it. */
  #spread(f: Func, total: number, size: number, body: (at: Local) => void): void {
    const { m, b } = f;
    const at = f.let(b.i32, m.i32.const(0));
    f.repeat(Math.ceil(total / size), () => {
      body(at);
      f.add(at, size);
      if (total % size) {
        const last = () => m.i32.const(total - size);
        f.set(at, m.select(m.i32.lt_u(f.get(at), last()), f.get(at), last()));
      }
    });
  }

  #tile(f: Func, a: Local, block: Local, pack: Local, place: Local, delta: Local | undefined): void {
    const { g } = this;
    const { m, b } = f;
    const [, stride] = g.stride;
    const [, apart] = g.dilation;
    const columns = Math.min(this.columns, g.ow);
    const bias = [0, 1].map((k) => f.let(b.v128, m.v128.load(k * 16, 16, f.get(block))));
    const acc = Array.from({ length: columns }, () => bias.map((v) => f.let(b.v128, f.get(v))));
    const last = (columns - 1) * stride + (g.kw - 1) * apart;
    for (let c = 0; c <= last; c++) {
      // The outputs that see input column c, and through which column of the window.
      const seen = acc
        .map((sum, o) => ({ sum, kx: (c - o * stride) / apart }))
        .filter(({ kx }) => Number.isInteger(kx) && kx >= 0 && kx < g.kw);
      if (!seen.length) continue;
      this.rows.forEach((rows, group) => {
        const x = this.#interleave(f, a, rows, c);
        for (const { sum, kx } of seen) {
          const at = this.finisher.blockBytes + (kx * this.rows.length + group) * 32;
          for (const k of [0, 1]) {
            const w = m.v128.load(at + k * 16, 16, f.get(block));
            f.set(sum[k], dot(f, this.element, w, f.get(x[k]), f.get(sum[k])));
          }
        }
      });
    }
    const residual = delta && f.let(b.i32, m.i32.add(f.get(place), f.get(delta)));
    this.finisher.emit(f, acc, pack, block, 0, {
      result: place,
      residual,
      rowStride: g.o * this.#outBytes,
      channels: Math.min(lanes, g.o),
    });
  }

  /**
   * The rows of an input column, interleaved by channel: two vectors of 4 channels. A missing row repeats the last one;
   * its weights are zero.
   */
  #interleave(f: Func, a: Local, rows: readonly number[], column: number): [Local, Local] {
    const { g, staged, element } = this;
    const { m, b } = f;
    const address = (ky: number) => ky * g.dilation[0] * staged.row + column * g.c;
    const zip = (x: Local, y: Local, size: number, high: boolean): Local => {
      const from = high ? 16 / size / 2 : 0;
      const mask = Array.from({ length: 16 }, (_, i) => {
        const item = from + Math.floor(i / (2 * size));
        return (Math.floor(i / size) % 2) * 16 + item * size + (i % size);
      });
      return f.let(b.v128, m.i8x16.shuffle(f.get(x), f.get(y), mask));
    };
    if (element.bytes === 2) {
      const load = g.xSigned ? m.v128.load8x8_s : m.v128.load8x8_u;
      const loaded = rows.map((ky) => f.let(b.v128, load(address(ky), 1, f.get(a))));
      const [x, y] = [loaded[0], loaded.at(-1)!];
      return [zip(x, y, 2, false), zip(x, y, 2, true)];
    }
    const loaded = rows.map((ky) => f.let(b.v128, m.v128.load64_zero(address(ky), 1, f.get(a))));
    const row = (r: number) => loaded[Math.min(r, loaded.length - 1)];
    const upper = zip(row(0), row(1), 1, false);
    const lower = loaded.length > 2 ? zip(row(2), row(3), 1, false) : upper;
    return [zip(upper, lower, 2, false), zip(upper, lower, 2, true)];
  }
}

const isDepthwise = (g: Conv): boolean => g.i === 1 && g.groups === g.c && g.o === g.c && g.c > 1;

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
      target.level === "relaxed" && target.dot !== "inexact" && g.weights.every((w) => w >= -128 && w <= 127),
    element: relaxedElement,
    speed: 12,
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
  key(node, target) {
    const d = depthwise(choice, node, target);
    return `${JSON.stringify(d.element)} ${geometryKey(d.g)} ${d.finisher.key}`;
  },
  pack: (node, target) => depthwise(choice, node, target).pack(),
  scratch: (node) => Math.max(...engines.map((dot) => depthwise(choice, node, { level: "relaxed", dot }).scratch())),
  emit: (f, node, target) => depthwise(choice, node, target).emit(f),
}));
