/** The row of `detect`: the loops of its meaning. */
import { detectionRow } from "../../../ir/ops/detect.ts";
import type { TensorType } from "../../../ir/type.ts";
import { copyBytes, pointer } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { exp64 } from "../real.ts";
import { plainRow, scalarCost } from "./plain.ts";

interface Attrs {
  readonly count: number;
  readonly classes: number;
  readonly perClass: number;
  readonly least: number;
  readonly overlap: number;
  readonly yScale: number;
  readonly xScale: number;
  readonly hScale: number;
  readonly wScale: number;
  readonly background: boolean;
}

const rowBytes = 4 * detectionRow;
/** Of each box in scratch memory: its corners, the score that it competes with (not-a-number: out), its class. */
const boxBytes = 24;
const [scoreAt, classAt] = [16, 20];

/** Corners of every box into scratch memory; in doubles up to centers and half extents, as in `decodeBoxes`. */
function decode(f: Func, boxes: Local, width: number, anchors: Local, to: Local, n: number, a: Attrs): void {
  const { f32, f64 } = f.m;
  const [b, k, out] = [pointer(f, boxes), pointer(f, anchors), pointer(f, to)];
  const load = (from: Local, i: number): Expr => f64.promote(f32.load(4 * i, 1, f.get(from)));
  f.repeat(n, () => {
    const center = (i: number, scale: number): Local => {
      const moved = f64.mul(f64.div(load(b, i), f64.const(scale)), load(k, i + 2));
      return f.let(f.b.f32, f32.demote(f64.add(moved, load(k, i))));
    };
    const half = (i: number, scale: number): Local => {
      const e = exp64(f, f64.div(load(b, i), f64.const(scale)));
      return f.let(f.b.f32, f32.demote(f64.mul(f64.mul(f64.const(0.5), e), load(k, i))));
    };
    const [y, x] = [center(0, a.yScale), center(1, a.xScale)];
    const [h, w] = [half(2, a.hScale), half(3, a.wScale)];
    f.do(f32.store(0, 1, f.get(out), f32.sub(f.get(y), f.get(h))));
    f.do(f32.store(4, 1, f.get(out), f32.sub(f.get(x), f.get(w))));
    f.do(f32.store(8, 1, f.get(out), f32.add(f.get(y), f.get(h))));
    f.do(f32.store(12, 1, f.get(out), f32.add(f.get(x), f.get(w))));
    f.add(b, 4 * width);
    f.add(k, 16);
    f.add(out, boxBytes);
  });
}

/** Intersection over union of two boxes at addresses, as `overlap`. */
function overlap(f: Func, p: Local, q: Local): Expr {
  const { f32, i32, select } = f.m;
  const at = (box: Local, i: number): Expr => f32.load(4 * i, 1, f.get(box));
  const area = (box: Local): Local =>
    f.let(f.b.f32, f32.mul(f32.sub(at(box, 2), at(box, 0)), f32.sub(at(box, 3), at(box, 1))));
  const [first, second] = [area(p), area(q)];
  const extent = (i: number): Expr =>
    f32.max(f32.sub(f32.min(at(p, i + 2), at(q, i + 2)), f32.max(at(p, i), at(q, i))), f32.const(0));
  const both = f.let(f.b.f32, f32.mul(extent(0), extent(1)));
  const ratio = f32.div(f.get(both), f32.sub(f32.add(f.get(first), f.get(second)), f.get(both)));
  const empty = i32.or(f32.le(f.get(first), f32.const(0)), f32.le(f.get(second), f32.const(0)));
  return select(empty, f32.const(0), ratio);
}

/** The score and class of each box for one round: of the class at `column`, or the best of all classes. */
function rank(f: Func, scores: Local, columns: number, at: Local, n: number, a: Attrs, column: Local): void {
  const { f32, i32, select } = f.m;
  const first = a.background ? 1 : 0;
  const [from, box] = [pointer(f, scores, 4 * first), pointer(f, at)];
  const score = f.local(f.b.f32);
  const kind = f.local();
  f.repeat(n, () => {
    if (a.perClass) {
      f.set(score, f32.load(0, 1, i32.add(f.get(from), i32.shl(f.get(column), i32.const(2)))));
      f.set(kind, f.get(column));
    } else {
      f.set(score, f32.load(0, 1, f.get(from)));
      f.set(kind, i32.const(0));
      f.forUpTo(a.classes, 1, (c) => {
        const v = f.let(f.b.f32, f32.load(0, 1, i32.add(f.get(from), i32.shl(f.get(c), i32.const(2)))));
        const better = f.let(f.b.i32, f32.gt(f.get(v), f.get(score)));
        f.set(score, select(f.get(better), f.get(v), f.get(score)));
        f.set(kind, select(f.get(better), f.get(c), f.get(kind)));
      });
    }
    const enough = f32.ge(f.get(score), f32.const(a.least));
    f.do(f32.store(scoreAt, 1, f.get(box), select(enough, f.get(score), f32.const(Number.NaN))));
    f.do(i32.store(classAt, 1, f.get(box), f.get(kind)));
    f.add(from, 4 * columns);
    f.add(box, boxBytes);
  });
}

/** A chosen box as a row after all rows that are as good; `filled` counts rows. */
function insert(f: Func, result: Local, filled: Local, top: Local, count: number): void {
  const { f32, i32 } = f.m;
  const end = (): Expr => i32.add(f.get(result), i32.mul(f.get(filled), i32.const(rowBytes)));
  const score = f.let(f.b.f32, f32.load(scoreAt, 1, f.get(top)));
  const at = f.local();
  const previous = (): Expr => f32.load(20, 1, i32.sub(f.get(at), i32.const(rowBytes)));
  const room = f.let(f.b.i32, i32.lt_u(f.get(filled), i32.const(count)));
  const last = f32.load(rowBytes * (count - 1) + 20, 1, f.get(result));
  const body = f.block(() => {
    f.set(filled, i32.add(f.get(filled), f.get(room)));
    f.set(at, i32.sub(end(), i32.const(rowBytes)));
    const moved = f.let(f.b.i32, i32.const(1));
    const shift = f.block(() =>
      f.doWhile(
        () => {
          f.set(moved, f32.lt(previous(), f.get(score)));
          const before = f.let(f.b.i32, i32.sub(f.get(at), i32.const(rowBytes)));
          const move = f.block(() => {
            copyBytes(f, at, before, rowBytes);
            f.set(at, f.get(before));
          });
          f.do(f.m.if(f.get(moved), move));
        },
        () => i32.and(f.get(moved), i32.ne(f.get(at), f.get(result))),
      ),
    );
    f.do(f.m.if(i32.ne(f.get(at), f.get(result)), shift));
    copyBytes(f, at, top, 16);
    f.do(f32.store(16, 1, f.get(at), f32.convert_s.i32(i32.load(classAt, 1, f.get(top)))));
    f.do(f32.store(20, 1, f.get(at), f.get(score)));
    f.do(f32.store(24, 1, f.get(at), f32.const(1)));
  });
  f.do(f.m.if(i32.or(f.get(room), f32.lt(last, f.get(score))), body));
}

export const detectKernels = [
  plainRow({
    name: "f32_detect__scalar",
    cost: scalarCost,
    scratch: (node) => boxBytes * node.in.anchors.type.shape[0],
    emit(f, node, at) {
      const { f32, i32, select } = f.m;
      const a = node.attrs as unknown as Attrs;
      const [boxes, scores, anchors] = at.operands;
      const n = (node.in.anchors.type as TensorType).shape[0];
      const columns = (node.in.scores.type as TensorType).shape[2];
      f.do(f.m.memory.fill(f.get(at.result), i32.const(0), i32.const(rowBytes * a.count)));
      decode(f, boxes, node.in.boxes.type.shape[2], anchors, at.scratch, n, a);
      const [filled, top, taken] = [f.local(), f.local(), f.local()];
      const limit = a.perClass || a.count;
      f.set(filled, i32.const(0));
      f.forUpTo(a.perClass ? a.classes : 1, 1, (column) => {
        rank(f, scores, columns, at.scratch, n, a, column);
        f.set(taken, i32.const(0));
        f.doWhile(
          () => {
            f.set(top, i32.const(0));
            const box = pointer(f, at.scratch);
            const best = f.let(f.b.f32, f32.const(Number.NEGATIVE_INFINITY));
            f.repeat(n, () => {
              const v = f.let(f.b.f32, f32.load(scoreAt, 1, f.get(box)));
              const none = i32.and(i32.eqz(f.get(top)), f32.eq(f.get(v), f.get(v)));
              const better = f.let(f.b.i32, i32.or(none, f32.gt(f.get(v), f.get(best))));
              f.set(best, select(f.get(better), f.get(v), f.get(best)));
              f.set(top, select(f.get(better), f.get(box), f.get(top)));
              f.add(box, boxBytes);
            });
            const choose = f.block(() => {
              insert(f, at.result, filled, top, a.count);
              f.do(f32.store(scoreAt, 1, f.get(top), f32.const(Number.NaN)));
              const other = pointer(f, at.scratch);
              f.repeat(n, () => {
                const v = f.let(f.b.f32, f32.load(scoreAt, 1, f.get(other)));
                const suppress = f.block(() => {
                  const out = f32.gt(overlap(f, top, other), f32.const(a.overlap));
                  f.do(f32.store(scoreAt, 1, f.get(other), select(out, f32.const(Number.NaN), f.get(v))));
                });
                f.do(f.m.if(f32.eq(f.get(v), f.get(v)), suppress));
                f.add(other, boxBytes);
              });
            });
            f.do(f.m.if(f.get(top), choose));
            f.add(taken, 1);
          },
          () => i32.and(i32.ne(f.get(top), i32.const(0)), i32.lt_u(f.get(taken), i32.const(limit))),
        );
      });
    },
  }),
];
