/** Rows of `resize`. Positions and weights along both dimensions come as packs, computed by the op's own `resizeTaps`. */
import type { Node } from "../../../ir/graph.ts";
import { resizeTaps } from "../../../ir/ops/resize.ts";
import { type Storage, storages, type TensorType, zeroOf } from "../../../ir/type.ts";
import { copyBytes, loadElement, pointer, storeElement, valueType } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import type { Pack } from "../kernel.ts";
import { chunks, floatLanes, intLanes, loadLanes, storeLanes, vec } from "../lanes.ts";
import { type Addresses, bytesOf } from "../operands.ts";
import { plainRow, scalarCost } from "./plain.ts";

interface ResizeAttrs {
  readonly size: readonly number[];
  readonly by: "nearest" | "linear_1024" | "linear_float" | "linear_torch";
  readonly alignCorners: boolean;
  readonly halfPixel: boolean;
}

const attrsOf = (node: Node) => node.attrs as unknown as ResizeAttrs;
const sourceOf = (node: Node) => node.in.x.type as TensorType;

/** Bytes of an entry: offset of the first and of the second position, and the weight (i32 or f32) of the second. */
const entryBytes = 12;

/** One dimension's taps as entries. */
function tapsPack(node: Node, size: number, result: number, stride: number): Pack {
  const { by, alignCorners, halfPixel } = attrsOf(node);
  const taps = resizeTaps(by, size, result, alignCorners, halfPixel);
  const ints = new Int32Array(result * 3);
  const floats = new Float32Array(ints.buffer);
  for (let i = 0; i < result; i++) {
    ints[3 * i] = taps.low[i] * stride;
    ints[3 * i + 1] = taps.high[i] * stride;
    if (by === "linear_float" || by === "linear_torch") floats[3 * i + 2] = taps.weight[i];
    else ints[3 * i + 2] = taps.weight[i];
  }
  return { bytes: bytesOf(ints), align: 16 };
}

function packs(node: Node): Pack[] {
  const { storage, shape } = sourceOf(node);
  const pixel = shape[3] * storages[storage].bytes;
  const [oh, ow] = attrsOf(node).size;
  return [tapsPack(node, shape[1], oh, shape[2] * pixel), tapsPack(node, shape[2], ow, pixel)];
}

/** The four corners of an output pixel, and where the entries of its row and column are. */
interface Corners {
  readonly topLeft: Local;
  readonly bottomLeft: Local;
  readonly topRight: Local;
  readonly bottomRight: Local;
  readonly row: Local;
  readonly column: Local;
  readonly out: Local;
}

/** Each row of output pixels, by its entry; `out` is for the body to move. Threads share images, or the rows of one. */
function eachRow(f: Func, node: Node, at: Addresses, image: Local, out: Local, body: (row: Local) => void): void {
  const { storage, shape } = sourceOf(node);
  const [n, h, w, c] = shape;
  const { bytes } = storages[storage];
  const [oh, ow] = attrsOf(node).size;
  const line = ow * c * bytes;
  const oneImage = (): void => {
    const row = pointer(f, at.packs[0]);
    const next = (): void => {
      body(row);
      f.add(row, entryBytes);
    };
    if (n > 1) f.repeat(oh, next);
    else {
      f.repeatSplit(
        oh,
        [
          [row, entryBytes],
          [out, line],
        ],
        next,
      );
    }
    f.add(image, h * w * c * bytes);
  };
  if (n === 1) oneImage();
  else {
    f.repeatSplit(
      n,
      [
        [image, h * w * c * bytes],
        [out, oh * line],
      ],
      oneImage,
    );
  }
}

function eachPixel(f: Func, node: Node, at: Addresses, visit: (c: Corners) => void): void {
  const { storage, shape } = sourceOf(node);
  const c = shape[3];
  const { bytes } = storages[storage];
  const ow = attrsOf(node).size[1];
  const { i32 } = f.m;
  const image = pointer(f, at.operands[0]);
  const out = pointer(f, at.result);
  const load = (entry: Local, offset: number): Expr => i32.load(offset, 1, f.get(entry));
  eachRow(f, node, at, image, out, (row) => {
    const [top, bottom] = [0, 4].map((o) => f.let(f.b.i32, i32.add(f.get(image), load(row, o))));
    const column = pointer(f, at.packs[1]);
    f.repeat(ow, () => {
      const corner = (from: Local, o: number): Local => f.let(f.b.i32, i32.add(f.get(from), load(column, o)));
      visit({
        topLeft: corner(top, 0),
        bottomLeft: corner(bottom, 0),
        topRight: corner(top, 4),
        bottomRight: corner(bottom, 4),
        row,
        column,
        out,
      });
      f.add(column, entryBytes);
      f.add(out, c * bytes);
    });
  });
}

/** Channel after channel of one pixel: the corners' elements to a stored one. */
function eachChannel(f: Func, c: Corners, count: number, storage: Storage, mix: (corners: Local[]) => Expr): void {
  const { bytes } = storages[storage];
  const from = [c.topLeft, c.bottomLeft, c.topRight, c.bottomRight].map((p) => pointer(f, p));
  const to = pointer(f, c.out);
  f.repeat(count, () => {
    const x = from.map((p) => f.let(valueType(f, storage), loadElement(f, storage, f.get(p))));
    storeElement(f, storage, f.get(to), mix(x));
    for (const p of [...from, to]) f.add(p, bytes);
  });
}

/** The products of integer weights in the order of the corners. */
function integerWeights(f: Func, c: Corners): Local[] {
  const { i32 } = f.m;
  const [wy, wx] = [c.row, c.column].map((e) => f.let(f.b.i32, i32.load(8, 1, f.get(e))));
  const rest = (w: Local): Expr => i32.sub(i32.const(1024), f.get(w));
  const products = [
    i32.mul(rest(wy), rest(wx)),
    i32.mul(f.get(wy), rest(wx)),
    i32.mul(rest(wy), f.get(wx)),
    i32.mul(f.get(wy), f.get(wx)),
  ];
  return products.map((p) => f.let(f.b.i32, p));
}

/**
 * The f32 rule row by row: the two rows of the image are weighted once for all columns, which is the first of each product's
 * two roundings; channels are in lanes.
 */
function emitFloatLanes(f: Func, node: Node, at: Addresses): void {
  const { storage, shape } = sourceOf(node);
  const [, , w, c] = shape;
  const { bytes } = storages[storage];
  const ow = attrsOf(node).size[1];
  const { i32, f32, i32x4, f32x4 } = f.m;
  const float = storage === "f32";
  const half = floatLanes(f, float ? 0 : 0.5);
  const rowBytes = w * c * 4;
  const image = pointer(f, at.operands[0]);
  const out = pointer(f, at.result);
  const upper = at.scratch;
  const lower = pointer(f, upper, rowBytes);
  const weighted = (to: Local, from: Expr, weight: Local): void => {
    const source = { at: f.let(f.b.i32, from), bytes };
    const target = { at: pointer(f, to), bytes: 4 };
    chunks(f, w * c, 16, [source, target], (count) => {
      const out = loadLanes(f, storage, source.at, count).map((v) =>
        vec(f, f32x4.mul(float ? f.get(v) : f32x4.convert_i32x4_s(f.get(v)), f.get(weight))),
      );
      storeLanes(f, "f32", target.at, out, count);
    });
  };
  eachRow(f, node, at, image, out, (row) => {
    const splat = (v: Expr): Local => vec(f, f32x4.splat(v));
    const wy = splat(f32.load(8, 1, f.get(row)));
    const vy = splat(f32.sub(f32.const(1), f32.load(8, 1, f.get(row))));
    weighted(upper, i32.add(f.get(image), i32.load(0, 1, f.get(row))), vy);
    weighted(lower, i32.add(f.get(image), i32.load(4, 1, f.get(row))), wy);
    const column = pointer(f, at.packs[1]);
    f.repeat(ow, () => {
      const wx = splat(f32.load(8, 1, f.get(column)));
      const vx = splat(f32.sub(f32.const(1), f32.load(8, 1, f.get(column))));
      // Offsets in the weighted rows, whose elements are wider.
      const place = (line: Local, entry: number): Local => {
        const offset = i32.mul(i32.load(entry, 1, f.get(column)), i32.const(4 / bytes));
        return f.let(f.b.i32, i32.add(f.get(line), offset));
      };
      const from = [place(upper, 0), place(lower, 0), place(upper, 4), place(lower, 4)].map((p) => ({
        at: p,
        bytes: 4,
      }));
      const to = { at: pointer(f, out), bytes };
      chunks(f, c, 16, [...from, to], (count) => {
        const [a, b, d, e] = from.map((s) => loadLanes(f, "f32", s.at, count));
        const mixed = a.map((_, g) => {
          const part = (lanes: Local[], weight: Local): Expr => f32x4.mul(f.get(lanes[g]), f.get(weight));
          const three = f32x4.add(f32x4.add(part(a, vx), part(b, vx)), part(d, wx));
          const sum = f32x4.add(f32x4.add(three, part(e, wx)), f.get(half));
          return vec(f, float ? sum : i32x4.trunc_sat_f32x4_s(sum));
        });
        storeLanes(f, storage, to.at, mixed, count);
      });
      f.add(column, entryBytes);
      f.add(out, c * bytes);
    });
  });
}

export const resizeKernels = [
  plainRow({
    name: "x_resize_nearest",
    cost: 2,
    applies: (node) => attrsOf(node).by === "nearest",
    pack: packs,
    emit(f, node, at) {
      const { storage, shape } = sourceOf(node);
      eachPixel(f, node, at, (c) => copyBytes(f, c.out, c.topLeft, shape[3] * storages[storage].bytes));
    },
  }),
  plainRow({
    name: "qs8_resize_bilinear_c16__wasmsimd",
    cost: 8,
    applies: (node) => attrsOf(node).by === "linear_1024" && storages[sourceOf(node).storage].bytes === 1,
    pack: packs,
    emit(f, node, at) {
      const { storage, shape } = sourceOf(node);
      const { i32, i32x4, v128 } = f.m;
      const half = intLanes(f, 1 << 19);
      eachPixel(f, node, at, (c) => {
        const weights = integerWeights(f, c).map((w) => vec(f, i32x4.splat(f.get(w))));
        const from = [c.topLeft, c.bottomLeft, c.topRight, c.bottomRight].map((p) => ({ at: pointer(f, p), bytes: 1 }));
        const to = { at: pointer(f, c.out), bytes: 1 };
        chunks(f, shape[3], 16, [...from, to], (count) => {
          const corners = from.map((s) => loadLanes(f, storage, s.at, count));
          const out = corners[0].map((_, g) => {
            const products = corners.map((l, k) => i32x4.mul(f.get(l[g]), f.get(weights[k])));
            const sum = vec(
              f,
              products.reduce((a, b) => i32x4.add(a, b)),
            );
            // Halves away from zero: the magnitude is rounded, the sign put back.
            const sign = vec(f, i32x4.shr_s(f.get(sum), i32.const(31)));
            const rounded = i32x4.shr_u(i32x4.add(i32x4.abs(f.get(sum)), f.get(half)), i32.const(20));
            return vec(f, i32x4.sub(v128.xor(rounded, f.get(sign)), f.get(sign)));
          });
          storeLanes(f, storage, to.at, out, count);
        });
      });
    },
  }),
  plainRow({
    name: "qs_resize_bilinear__scalar",
    cost: scalarCost,
    applies: (node) => attrsOf(node).by === "linear_1024",
    pack: packs,
    emit(f, node, at) {
      const { storage, shape } = sourceOf(node);
      const { b, m } = f;
      const { i64 } = m;
      const long = (v: number): Expr => i64.const(BigInt(v) as never);
      eachPixel(f, node, at, (c) => {
        const weights = integerWeights(f, c);
        eachChannel(f, c, shape[3], storage, (x) => {
          const products = x.map((v, k) => i64.mul(i64.extend_s(f.get(v)), i64.extend_s(f.get(weights[k]))));
          const sum = f.let(
            b.i64,
            products.reduce((p, q) => i64.add(p, q)),
          );
          const nudge = m.select(i64.gt_s(f.get(sum), long(0)), long(524288), long(-524288));
          return m.i32.wrap(i64.div_s(i64.add(f.get(sum), nudge), long(1048576)));
        });
      });
    },
  }),
  plainRow({
    name: "x_resize_bilinear_f32_c16__wasmsimd",
    cost: 6,
    applies: (node) => attrsOf(node).by === "linear_float",
    pack: packs,
    // Both rows of the image that an output row reads, times their weights.
    scratch: (node) => 2 * 4 * sourceOf(node).shape[2] * sourceOf(node).shape[3] + 64,
    emit: emitFloatLanes,
  }),
  plainRow({
    name: "x_resize_bilinear_f32__scalar",
    cost: scalarCost,
    applies: (node) => attrsOf(node).by === "linear_float",
    pack: packs,
    emit(f, node, at) {
      const { storage, shape } = sourceOf(node);
      const { f32, i32 } = f.m;
      const float = storage === "f32";
      eachPixel(f, node, at, (c) => {
        const [wy, wx] = [c.row, c.column].map((e) => f.let(f.b.f32, f32.load(8, 1, f.get(e))));
        const [vy, vx] = [wy, wx].map((w) => f.let(f.b.f32, f32.sub(f32.const(1), f.get(w))));
        eachChannel(f, c, shape[3], storage, (x) => {
          const part = (v: Local, y: Local, z: Local): Expr =>
            f32.mul(f32.mul(float ? f.get(v) : f32.convert_s.i32(f.get(v)), f.get(y)), f.get(z));
          const first = f32.add(f32.add(part(x[0], vy, vx), part(x[1], wy, vx)), part(x[2], vy, wx));
          const mixed = f32.add(f32.add(first, part(x[3], wy, wx)), f32.const(float ? 0 : 0.5));
          return float ? mixed : i32.trunc_s_sat.f32(mixed);
        });
      });
    },
  }),
  plainRow({
    name: "qs8_resize_bilinear_torch__scalar",
    cost: scalarCost,
    applies: (node) => attrsOf(node).by === "linear_torch",
    pack: packs,
    emit(f, node, at) {
      const { storage, shape } = sourceOf(node);
      const { f32, i32 } = f.m;
      const zero = zeroOf(node.type);
      const { min, max } = storages[storage];
      eachPixel(f, node, at, (c) => {
        const [wy, wx] = [c.row, c.column].map((e) => f.let(f.b.f32, f32.load(8, 1, f.get(e))));
        const [vy, vx] = [wy, wx].map((w) => f.let(f.b.f32, f32.sub(f32.const(1), f.get(w))));
        eachChannel(f, c, shape[3], storage, (x) => {
          const part = (v: Local, w: Local): Expr => f32.mul(f32.convert_s.i32(f.get(v)), f.get(w));
          const [top, bottom] = [0, 1].map((row) => f32.add(part(x[row], vx), part(x[2 + row], wx)));
          const mixed = f32.add(f32.mul(f.get(vy), top), f32.mul(f.get(wy), bottom));
          const rounded = f32.nearest(f32.sub(mixed, f32.const(zero)));
          const limited = f32.min(f32.max(rounded, f32.const(min - zero)), f32.const(max - zero));
          return i32.add(i32.trunc_s_sat.f32(limited), i32.const(zero));
        });
      });
    },
  }),
];
