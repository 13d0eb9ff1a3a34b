/** Rows of `softmax`. */

import type { Node } from "../../../ir/graph.ts";
import { type SoftmaxBy, softmaxExponentials } from "../../../ir/ops/softmax.ts";
import { storages } from "../../../ir/type.ts";
import { loadElement, pointer, storeElement } from "../access.ts";
import { timesConstant } from "../addition.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { type Addresses, pack } from "../operands.ts";
import { exp32 } from "../real.ts";
import { highMul } from "../rescale.ts";
import { plainRow, scalarCost } from "./plain.ts";

const byOf = (node: Node): SoftmaxBy => (node.attrs as { by: SoftmaxBy }).by;

/** x / 2^exponent of an i32 in a local, halves away from zero; the exponent is an i32 in [0, 31]. */
function divideByPower(f: Func, x: Local, exponent: () => Expr): Expr {
  const { i32 } = f.m;
  const mask = f.let(f.b.i32, i32.sub(i32.shl(i32.const(1), exponent()), i32.const(1)));
  const up = i32.gt_s(
    i32.and(f.get(x), f.get(mask)),
    i32.add(i32.shr_u(f.get(mask), i32.const(1)), i32.shr_u(f.get(x), i32.const(31))),
  );
  return i32.add(i32.shr_s(f.get(x), exponent()), up);
}

/** x * 2^bits of an i32, saturating. */
function saturatingShl(f: Func, x: Expr, bits: number): Expr {
  const { b, m } = f;
  const v = f.let(b.i64, m.i64.shl(m.i64.extend_s(x), m.i64.const(BigInt(bits) as never)));
  const bound = (test: (a: Expr, b: Expr) => Expr, to: number): void => {
    const limit = (): Expr => m.i64.const(BigInt(to) as never);
    f.set(v, m.select(test(f.get(v), limit()), limit(), f.get(v)));
  };
  bound(m.i64.gt_s, 2147483647);
  bound(m.i64.lt_s, -2147483648);
  return m.i32.wrap(f.get(v));
}

/** 1 / (1 + a) of a Q0.31 in [0, 1], in Q0.31: `oneOverOnePlus` of `ir/fixed-point.ts`, step by step. */
function oneOverOnePlus(f: Func, a: Local): Expr {
  const { b, m } = f;
  const { i32, i64 } = m;
  const half = i64.div_s(i64.add(i64.extend_s(f.get(a)), i64.const(2147483648n as never)), i64.const(2n as never));
  const d = f.let(b.i32, i32.wrap(half));
  const x = f.let(b.i32, i32.add(i32.const(1515870810), highMul(f, f.get(d), i32.const(-1010580540))));
  for (let step = 0; step < 3; step++) {
    const rest = i32.sub(i32.const(1 << 29), highMul(f, f.get(d), f.get(x)));
    f.set(x, i32.add(f.get(x), saturatingShl(f, highMul(f, f.get(x), rest), 2)));
  }
  return saturatingShl(f, f.get(x), 1);
}

/** Loops over the elements of a row of x, which `body` finds at `at`. */
function eachOf(f: Func, from: Local, count: number, bytes: number, body: (at: Local) => void): void {
  const at = pointer(f, from);
  f.repeat(count, () => {
    body(at);
    f.add(at, bytes);
  });
}

function emitFixed(f: Func, node: Node, at: Addresses): void {
  const { b, m } = f;
  const { i32 } = m;
  const x = node.in.x.type;
  const { storage, shape } = node.type;
  const count = shape[shape.length - 1];
  const { bytes, min, max: most } = storages[storage];
  const row = pointer(f, at.operands[0]);
  const out = pointer(f, at.result);
  const max = f.local();
  const sum = f.local();
  /** e^(x - max) in Q0.31, from the table whose last entry is e^0. */
  const exponential = (from: Local): Expr => {
    const d = i32.sub(loadElement(f, x.storage, f.get(from)), f.get(max));
    // The difference is negative: an address of its own, since a load's immediate offset does not wrap around.
    return i32.load(0, 1, i32.add(f.plus(at.packs[0], 255 * 4), i32.shl(d, i32.const(2))));
  };
  f.repeatSplit(
    shape.slice(0, -1).reduce((a, c) => a * c, 1),
    [
      [row, count],
      [out, count * bytes],
    ],
    () => {
      f.set(max, loadElement(f, x.storage, f.get(row)));
      eachOf(f, row, count, 1, (p) => {
        const v = f.let(b.i32, loadElement(f, x.storage, f.get(p)));
        f.set(max, m.select(i32.gt_s(f.get(v), f.get(max)), f.get(v), f.get(max)));
      });
      f.set(sum, i32.const(0));
      eachOf(f, row, count, 1, (p) => {
        const e = f.let(b.i32, exponential(p));
        f.set(
          sum,
          i32.add(
            f.get(sum),
            divideByPower(f, e, () => i32.const(12)),
          ),
        );
      });
      const headroom = f.let(b.i32, i32.clz(f.get(sum)));
      const mantissaOf = f.let(b.i32, i32.sub(i32.shl(f.get(sum), f.get(headroom)), i32.const(-2147483648)));
      const mantissa = f.let(b.i32, oneOverOnePlus(f, mantissaOf));
      // The sum has 12 integer bits; so many bits of the product are below the result's unit.
      const right = f.let(b.i32, i32.sub(i32.const(12 + 31 - 8 * bytes), f.get(headroom)));
      const to = pointer(f, out);
      eachOf(f, row, count, 1, (p) => {
        const v = f.let(b.i32, highMul(f, f.get(mantissa), exponential(p)));
        const divided = f.let(
          b.i32,
          divideByPower(f, v, () => f.get(right)),
        );
        // Shifts count modulo 32; the quotient of a sum over hundreds of equal elements is 0.
        f.set(divided, m.select(i32.gt_s(f.get(right), i32.const(31)), i32.const(0), f.get(divided)));
        const q = f.let(b.i32, i32.add(f.get(divided), i32.const(min)));
        f.set(q, m.select(i32.gt_s(f.get(q), i32.const(most)), i32.const(most), f.get(q)));
        f.set(q, m.select(i32.lt_s(f.get(q), i32.const(min)), i32.const(min), f.get(q)));
        storeElement(f, storage, f.get(to), f.get(q));
        f.add(to, bytes);
      });
      f.add(row, count);
      f.add(out, count * bytes);
    },
  );
}

function emitFloat(f: Func, node: Node, at: Addresses): void {
  const { b, m } = f;
  const { f32 } = m;
  const { shape } = node.type;
  const count = shape[shape.length - 1];
  const row = pointer(f, at.operands[0]);
  const out = pointer(f, at.result);
  const max = f.local(b.f32);
  const sum = f.local(b.f32);
  f.repeatSplit(
    shape.slice(0, -1).reduce((a, c) => a * c, 1),
    [
      [row, count * 4],
      [out, count * 4],
    ],
    () => {
      f.set(max, f32.load(0, 1, f.get(row)));
      eachOf(f, row, count, 4, (p) => {
        const v = f.let(b.f32, f32.load(0, 1, f.get(p)));
        f.set(max, m.select(f32.gt(f.get(v), f.get(max)), f.get(v), f.get(max)));
      });
      f.set(sum, f32.const(0));
      const to = pointer(f, out);
      eachOf(f, row, count, 4, (p) => {
        const d = timesConstant(f, f32.sub(f32.load(0, 1, f.get(p)), f.get(max)), byOf(node).k[0]);
        const e = f.let(b.f32, exp32(f, d));
        f.do(f32.store(0, 1, f.get(to), f.get(e)));
        f.set(sum, f32.add(f.get(sum), f.get(e)));
        f.add(to, 4);
      });
      eachOf(f, out, count, 4, (p) => {
        f.do(f32.store(0, 1, f.get(p), f32.div(f32.load(0, 1, f.get(p)), f.get(sum))));
      });
      f.add(row, count * 4);
      f.add(out, count * 4);
    },
  );
}

export const softmaxKernels = [
  plainRow({
    name: "qs8_softmax__scalar",
    cost: scalarCost,
    applies: (node) => byOf(node).rule === "gemmlowp",
    pack: (node) => [pack(softmaxExponentials(byOf(node).k))],
    emit: emitFixed,
  }),
  plainRow({
    name: "f32_softmax__scalar",
    cost: scalarCost,
    applies: (node) => byOf(node).rule === "float",
    emit: emitFloat,
  }),
];
