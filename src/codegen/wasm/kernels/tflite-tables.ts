/** Rows of `wide_table`, of `softmax` by the rule `lut16` and of `l2_normalize`. */
import type { Node } from "../../../ir/graph.ts";
import { softmaxTables } from "../../../ir/softmax-lut.ts";
import { type Storage, sizeOf, storages, type TensorType, zeroOf } from "../../../ir/type.ts";
import { broadcastStrides, byteStrides, loadElement, nest, pointer, storeElement } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { pack } from "../operands.ts";
import { doubleRounding, highMul } from "../rescale.ts";
import { plainRow, scalarCost } from "./plain.ts";

export const wideTableKernels = [
  plainRow({
    name: "x_wide_table__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { i32 } = f.m;
      const { shape, storage } = node.type;
      const slots = ["x", "y", "t"].filter((key) => node.in[key]);
      const address = (key: string): Local => at.operands[slots.indexOf(key)];
      const operand = (key: string) => {
        const t = node.in[key].type as TensorType;
        const walker = { at: pointer(f, address(key)), strides: broadcastStrides(t.storage, t.shape, shape) };
        const lowest = storages[t.storage].min;
        return { walker, value: () => i32.sub(loadElement(f, t.storage, f.get(walker.at)), i32.const(lowest)) };
      };
      const x = operand("x");
      const y = node.in.y ? operand("y") : undefined;
      const out = { at: pointer(f, at.result), strides: byteStrides(storage, shape) };
      const element = (): void => {
        const index = y ? i32.add(i32.shl(x.value(), i32.const(8)), y.value()) : x.value();
        const entry = i32.add(f.get(address("t")), i32.mul(index, i32.const(storages[storage].bytes)));
        storeElement(f, storage, f.get(out.at), loadElement(f, storage, entry));
      };
      nest(f, shape, [x.walker, ...(y ? [y.walker] : []), out], element, "split");
    },
  }),
];

/** v limited to [lo, hi], in place. */
function limit(f: Func, v: Local, lo: number, hi: number): void {
  const { i32, select } = f.m;
  f.set(v, select(i32.lt_s(f.get(v), i32.const(lo)), i32.const(lo), f.get(v)));
  f.set(v, select(i32.gt_s(f.get(v), i32.const(hi)), i32.const(hi), f.get(v)));
}

/** A table of 513 entries at a 16-bit position, interpolated. */
function lookUp(f: Func, table: Local, v: Local): Expr {
  const { i32 } = f.m;
  const step = i32.add(i32.const(256), i32.shr_s(f.get(v), i32.const(7)));
  const entry = f.let(f.b.i32, i32.add(f.get(table), i32.shl(step, i32.const(1))));
  const base = (offset: number): Expr => i32.load16_s(offset, 1, f.get(entry));
  const rise = i32.mul(i32.sub(base(2), base(0)), i32.and(f.get(v), i32.const(127)));
  return i32.add(base(0), i32.shr_s(i32.add(rise, i32.const(64)), i32.const(7)));
}

/** The rows of x [..., count]: `body` finds their first elements. */
function eachRow(f: Func, node: Node, x: Local, result: Local, body: (x: Local, out: Local) => void): void {
  const { shape, storage } = node.type;
  const count = shape[shape.length - 1];
  const [from, to] = [pointer(f, x), pointer(f, result)];
  const moves = [
    [from, count * storages[node.in.x.type.storage as Storage].bytes],
    [to, count * storages[storage].bytes],
  ] as const;
  f.repeatSplit(sizeOf(shape) / count, moves, () => {
    body(from, to);
    for (const [at, bytes] of moves) f.add(at, bytes);
  });
}

/** The elements of a row. */
function eachOf(f: Func, row: Local, count: number, bytes: number, body: (at: Local) => void): void {
  const at = pointer(f, row);
  f.repeat(count, () => {
    body(at);
    f.add(at, bytes);
  });
}

export const softmaxLutKernels = [
  plainRow({
    name: "qs16_softmax__scalar",
    cost: scalarCost,
    applies: (node) => (node.attrs as { by: { rule: string } }).by.rule === "lut16",
    pack: () => [pack(softmaxTables().exp), pack(softmaxTables().reciprocal)],
    emit(f, node, at) {
      const { m, b } = f;
      const { i32, i64 } = m;
      const { shape } = node.type;
      const count = shape[shape.length - 1];
      const [multiplier, shift] = (node.attrs as { by: { k: readonly number[] } }).by.k;
      const [exp, reciprocal] = at.packs;
      const [max, sum] = [f.local(), f.local()];
      eachRow(f, node, at.operands[0], at.result, (x, out) => {
        f.set(max, i32.load16_s(0, 1, f.get(x)));
        eachOf(f, x, count, 2, (p) => {
          const v = f.let(b.i32, i32.load16_s(0, 1, f.get(p)));
          f.set(max, m.select(i32.gt_s(f.get(v), f.get(max)), f.get(v), f.get(max)));
        });
        f.set(sum, i32.const(0));
        const to = pointer(f, out);
        eachOf(f, x, count, 2, (p) => {
          const d = i32.sub(i32.load16_s(0, 1, f.get(p)), f.get(max));
          const scaled = m.call(doubleRounding(f), [d, i32.const(multiplier), i32.const(shift)], b.i32);
          const v = f.let(b.i32, i32.add(scaled, i32.const(32767)));
          limit(f, v, -32768, 32767);
          const e = f.let(b.i32, lookUp(f, exp, v));
          f.do(i32.store16(0, 1, f.get(to), f.get(e)));
          f.set(sum, i32.add(f.get(sum), i32.shr_s(i32.shl(f.get(e), i32.const(16)), i32.const(16))));
          f.add(to, 2);
        });
        const long = (v: number): Expr => i64.const(BigInt(v) as never);
        const zeros = f.let(b.i32, i32.clz(f.get(sum)));
        const up = i64.shl(i64.extend_u(f.get(sum)), i64.extend_u(i32.sub(f.get(zeros), i32.const(1))));
        const shifted = i32.wrap(i64.shr_s(i64.add(up, long(8192)), long(14)));
        const place = f.let(b.i32, i32.sub(shifted, i32.const(98304)));
        limit(f, place, -32768, 32767);
        const scale = f.let(b.i32, lookUp(f, reciprocal, place));
        const right = f.let(b.i32, i32.sub(i32.const(31), f.get(zeros)));
        const half = f.let(b.i32, i32.shl(i32.const(1), i32.sub(f.get(right), i32.const(1))));
        eachOf(f, out, count, 2, (p) => {
          const product = i32.mul(i32.load16_s(0, 1, f.get(p)), f.get(scale));
          const sumOf = i64.add(i64.extend_s(product), i64.extend_s(f.get(half)));
          const q = f.let(b.i32, i32.wrap(i64.shr_s(sumOf, i64.extend_u(f.get(right)))));
          limit(f, q, 0, 32767);
          f.do(i32.store16(0, 1, f.get(p), f.get(q)));
        });
      });
    },
  }),
];

/** x * 2^bits of an i32, saturating. */
function saturatingShl(f: Func, x: Expr, bits: number): Expr {
  const { b, m } = f;
  const v = f.let(b.i64, m.i64.shl(m.i64.extend_s(x), m.i64.const(BigInt(bits) as never)));
  const bound = (test: (a: Expr, c: Expr) => Expr, to: number): void => {
    const edge = (): Expr => m.i64.const(BigInt(to) as never);
    f.set(v, m.select(test(f.get(v), edge()), edge(), f.get(v)));
  };
  bound(m.i64.gt_s, 2147483647);
  bound(m.i64.lt_s, -2147483648);
  return m.i32.wrap(f.get(v));
}

/** `fixedInverseSqrt` of `ir/fixed-point.ts`, step by step: sets multiplier and shift. */
function inverseSqrt(f: Func, x: Local, multiplier: Local, shift: Local): void {
  const { m, b } = f;
  const { i32 } = m;
  const v = f.let(b.i32, f.get(x));
  const right = f.let(b.i32, i32.const(11));
  // Sums below 2^31 are divided by 4 once at most.
  const large = (): Expr => i32.ge_s(f.get(x), i32.const(2 ** 29));
  f.set(v, m.select(large(), i32.div_s(f.get(v), i32.const(4)), f.get(v)));
  f.set(right, i32.add(f.get(right), large()));
  const free = i32.shr_u(i32.sub(i32.clz(f.get(v)), i32.const(1)), i32.const(1));
  const pairs = f.let(b.i32, i32.sub(free, i32.const(1)));
  f.set(right, i32.sub(f.get(right), f.get(pairs)));
  f.set(v, i32.shl(f.get(v), i32.shl(f.get(pairs), i32.const(1))));
  const quarter = f.let(b.i32, i32.shr_s(f.get(v), i32.const(1)));
  const half = f.let(b.i32, i32.add(i32.shr_s(f.get(quarter), i32.const(1)), i32.and(f.get(quarter), i32.const(1))));
  const y = f.let(b.i32, i32.const(1 << 28));
  for (let step = 0; step < 5; step++) {
    const square = highMul(f, f.get(y), f.get(y));
    const cube = f.let(b.i32, saturatingShl(f, highMul(f, square, f.get(y)), 6));
    const first = highMul(f, i32.const((1 << 28) + (1 << 27)), f.get(y));
    const rest = f.let(b.i32, i32.sub(first, highMul(f, f.get(half), f.get(cube))));
    f.set(y, saturatingShl(f, f.get(rest), 3));
  }
  f.set(multiplier, highMul(f, f.get(y), i32.const(1518500250)));
  f.set(shift, i32.sub(i32.const(0), f.get(right)));
  // A shift to the left goes into the multiplier.
  const left = (): Expr => i32.gt_s(f.get(shift), i32.const(0));
  f.set(multiplier, i32.shl(f.get(multiplier), m.select(left(), f.get(shift), i32.const(0))));
  f.set(shift, m.select(left(), i32.const(0), f.get(shift)));
  const small = (): Expr => i32.le_s(f.get(x), i32.const(1));
  f.set(multiplier, m.select(small(), i32.const(2147483647), f.get(multiplier)));
  f.set(shift, m.select(small(), i32.const(0), f.get(shift)));
}

export const l2NormalizeKernels = [
  plainRow({
    name: "qs8_l2_normalize__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { m, b } = f;
      const { i32 } = m;
      const { shape, storage } = node.type;
      const count = shape[shape.length - 1];
      const zero = zeroOf(node.in.x.type);
      const { min, max } = storages[storage];
      const [sum, multiplier, shift] = [f.local(), f.local(), f.local()];
      const value = (p: Local): Expr => i32.sub(loadElement(f, storage, f.get(p)), i32.const(zero));
      eachRow(f, node, at.operands[0], at.result, (x, out) => {
        f.set(sum, i32.const(0));
        eachOf(f, x, count, 1, (p) => {
          const v = f.let(b.i32, value(p));
          f.set(sum, i32.add(f.get(sum), i32.mul(f.get(v), f.get(v))));
        });
        inverseSqrt(f, sum, multiplier, shift);
        const to = pointer(f, out);
        eachOf(f, x, count, 1, (p) => {
          const signed = storage === "i8";
          const v = signed ? value(p) : i32.shl(value(p), i32.const(7));
          const by = signed ? i32.add(f.get(shift), i32.const(7)) : f.get(shift);
          const q = f.let(b.i32, m.call(doubleRounding(f), [v, f.get(multiplier), by], b.i32));
          if (!signed) f.set(q, i32.add(f.get(q), i32.const(128)));
          limit(f, q, min, max);
          storeElement(f, storage, f.get(to), f.get(q));
          f.add(to, 1);
        });
      });
    },
  }),
];
