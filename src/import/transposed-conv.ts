/**
 * Transposed convolutions as ordinary ones. A result row p (counted before cropping) of phase r = p mod stride reads the rows
 * m, m - 1, ... of the image, m = floor(p / stride), with the taps r, r + stride, ... of the filter: a convolution of its own
 * for each phase. All phases are output channels of one convolution, whose result is then put together as blocks of pixels.
 */
import { type MakeOptions, make, type Node } from "../ir/graph.ts";
import type { OpDef } from "../ir/op.ts";
import { conv2d } from "../ir/ops/conv.ts";
import { pad, reshape, slice, transpose } from "../ir/ops/shape.ts";
import { constantOf, makeConst } from "../ir/ops/source.ts";
import { allocate, type Quant, sizeOf, type TypedArray, zeroOfChannel } from "../ir/type.ts";

/** A transposed convolution of NHWC x with a constant OHWI filter. */
export interface TransposedConv {
  readonly x: Node;
  readonly w: Node;
  /** A constant bias of each output channel. */
  readonly bias: Node | undefined;
  /** [height, width]. */
  readonly stride: readonly number[];
  /** Rows and columns cut off at the top and at the left. */
  readonly pad: readonly number[];
  /** [height, width] of the result. */
  readonly size: readonly number[];
  readonly sums?: "i32" | "i64";
}

/** `make`, or an importer's version of it that reports where it failed. */
export type Make = (
  op: OpDef,
  operands: Readonly<Record<string, unknown>>,
  attrs?: Readonly<Record<string, unknown>>,
  options?: MakeOptions,
) => Node;

/** How one spatial dimension falls into phases. */
function axisOf(size: number, result: number, kernel: number, stride: number, cut: number) {
  const taps = Math.ceil(kernel / stride);
  const first = Math.floor(cut / stride);
  const last = Math.floor((result - 1 + cut) / stride);
  return {
    taps,
    /** Blocks of `stride` result rows. */
    blocks: last - first + 1,
    /** Padding of the image, negative where rows of it are not read. */
    before: taps - 1 - first,
    after: last - (size - 1),
    /** Rows of the first block that are cut off. */
    skip: cut - first * stride,
    /** The filter's tap for a tap of a phase, which go from the image's earlier rows to the later ones; -1 for none. */
    tap(phase: number, t: number): number {
      const k = phase + (taps - 1 - t) * stride;
      return k < kernel ? k : -1;
    },
  };
}

/**
 * The result of a transposed convolution. `finish` rescales or clamps the sums before the pixels are put together: they are
 * [N, blocks, blocks, phases * O], so that constants per channel must be repeated `phases` times. Float sums run over the
 * image's rows and columns in order, as in scattering; where a phase has no tap, 0 * x is added.
 */
export function transposedConv(
  g: TransposedConv,
  finish: (sums: Node, phases: number) => Node,
  build: Make = make as Make,
  options: MakeOptions = {},
): Node {
  const [n, h, wide] = g.x.type.shape;
  const [o, kh, kw, i] = g.w.type.shape;
  const rows = axisOf(h, g.size[0], kh, g.stride[0], g.pad[0]);
  const columns = axisOf(wide, g.size[1], kw, g.stride[1], g.pad[1]);
  const phases = g.stride[0] * g.stride[1];
  const cropped = crop(g.x, [rows.before, columns.before], [rows.after, columns.after], build);
  const positive = (v: number) => Math.max(0, v);
  const sums = build(
    conv2d,
    { x: cropped, w: phaseFilter(g, rows, columns), bias: g.bias && repeated(g.bias, phases, sumsQuant(g, phases)) },
    {
      pad: [rows.before, columns.before, rows.after, columns.after].map(positive),
      ...(g.sums ? { sums: g.sums } : {}),
    },
  );
  const done = finish(sums, phases);
  const split = [n, rows.blocks, columns.blocks, ...g.stride, o];
  const blocks = build(reshape, { x: done }, { shape: split });
  const moved = build(transpose, { x: blocks }, { perm: [0, 1, 3, 2, 4, 5] });
  const whole = build(
    reshape,
    { x: moved },
    { shape: [n, rows.blocks * g.stride[0], columns.blocks * g.stride[1], o] },
  );
  const begin = [0, rows.skip, columns.skip, 0];
  return build(slice, { x: whole }, { begin, size: [n, ...g.size, o], step: [1, 1, 1, 1] }, options);

  function sumsQuant(c: TransposedConv, times: number): Quant | undefined {
    const { quant } = c.bias!.type;
    if (quant?.kind !== "product" || quant.b.kind !== "axis") return quant;
    return { ...quant, b: repeatQuant(quant.b, times) as typeof quant.b };
  }

  function phaseFilter(c: TransposedConv, vertical: typeof rows, horizontal: typeof columns): Node {
    const value = constantOf(c.w);
    if (!value) throw new Error("wants a constant filter");
    const { storage, quant } = c.w.type;
    const shape = [phases * o, vertical.taps, horizontal.taps, i];
    const data = allocate(storage, sizeOf(shape)) as Int8Array;
    let at = 0;
    for (let p = 0; p < phases; p++)
      for (let k = 0; k < o; k++) {
        // A tap that is not there holds what counts as zero.
        const zero = storage === "f32" ? 0 : zeroOfChannel(c.w.type, k);
        for (let y = 0; y < vertical.taps; y++)
          for (let z = 0; z < horizontal.taps; z++, at += i) {
            const ky = vertical.tap(Math.floor(p / c.stride[1]), y);
            const kx = horizontal.tap(p % c.stride[1], z);
            const from = ((k * kh + ky) * kw + kx) * i;
            if (ky < 0 || kx < 0) data.fill(zero, at, at + i);
            else data.set((value as Int8Array).subarray(from, from + i), at);
          }
      }
    const repeats = quant && repeatQuant(quant, phases);
    return makeConst(
      `${c.w.name}/phases`,
      { storage, shape, ...(repeats ? { quant: repeats } : {}) },
      data,
      c.w.source,
    );
  }
}

/** A quantizer along the first axis, its channels several times over. */
function repeatQuant(quant: Quant, times: number): Quant {
  if (quant.kind !== "axis") return quant;
  const again = (list: readonly number[]) => Array.from({ length: times }, () => list).flat();
  const { name, scales, zeros } = quant.channels;
  return { ...quant, channels: { name: `${name}/phases`, scales: again(scales), zeros: again(zeros) } };
}

/** A constant vector several times over. */
function repeated(bias: Node, times: number, quant: Quant | undefined): Node {
  const value = constantOf(bias);
  if (!value) throw new Error("wants a constant bias");
  const data = allocate(bias.type.storage, value.length * times) as Int8Array;
  for (let t = 0; t < times; t++) data.set(value as Int8Array, t * value.length);
  const type = { storage: bias.type.storage, shape: [data.length], ...(quant ? { quant } : {}) };
  return makeConst(`${bias.name}/phases`, type, data as TypedArray, bias.source);
}

/** x without the rows and columns that a negative padding says are not read. */
function crop(x: Node, before: readonly number[], after: readonly number[], build: Make): Node {
  if ([...before, ...after].every((v) => v >= 0)) return x;
  const begin = [0, ...before.map((v) => Math.max(0, -v)), 0];
  const size = x.type.shape.map((d, k) => (k === 0 || k === 3 ? d : d - begin[k] - Math.max(0, -after[k - 1])));
  if (size.every((d) => d > 0)) return build(slice, { x }, { begin, size, step: [1, 1, 1, 1] });
  // Nothing of the image is read: a row of zeros stands for it.
  const { shape } = x.type;
  const none = build(slice, { x }, { begin: [0, 0, 0, 0], size: [shape[0], 0, 0, shape[3]], step: [1, 1, 1, 1] });
  const value = [x.type.quant?.kind === "tensor" ? x.type.quant.zero : 0];
  return build(pad, { x: none }, { before: [0, 0, 0, 0], after: [0, 1, 1, 0], value });
}
