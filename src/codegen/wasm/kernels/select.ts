/** Rows of `arg_extremum`, `gather` and `gather_nd`. */
import type { Node } from "../../../ir/graph.ts";
import { type Storage, sizeOf, storages, type TensorType } from "../../../ir/type.ts";
import { byteStrides, copyBytes, loadElement, nest, pointer, storeElement, valueType } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { plainRow, scalarCost } from "./plain.ts";

/** Whether `v` wins over `best`: it is beyond it, or it is a number and `best` is not. */
function wins(f: Func, storage: Storage, max: boolean, v: Local, best: Local): Expr {
  const { m } = f;
  if (storage !== "f32") return (max ? m.i32.gt_s : m.i32.lt_s)(f.get(v), f.get(best));
  const beyond = (max ? m.f32.gt : m.f32.lt)(f.get(v), f.get(best));
  const first = m.i32.and(m.f32.ne(f.get(best), f.get(best)), m.f32.eq(f.get(v), f.get(v)));
  return m.i32.or(beyond, first);
}

export const argExtremumKernels = [
  plainRow({
    name: "x_arg_extremum__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { fn, axis } = node.attrs as { fn: "max" | "min"; axis: number };
      const { m } = f;
      const source = node.in.x.type as TensorType;
      const { storage } = source;
      const strides = byteStrides(storage, source.shape);
      const outer = source.shape.filter((_, d) => d !== axis);
      const x = { at: pointer(f, at.operands[0]), strides: strides.filter((_, d) => d !== axis) };
      const y = { at: pointer(f, at.result), strides: byteStrides(node.type.storage, outer) };
      const type = valueType(f, storage);
      const best = (): void => {
        const from = pointer(f, x.at);
        const most = f.let(type, loadElement(f, storage, f.get(from)));
        const place = f.let(f.b.i32, m.i32.const(0));
        const k = f.let(f.b.i32, m.i32.const(0));
        f.repeat(source.shape[axis] - 1, () => {
          f.add(from, strides[axis]);
          f.add(k, 1);
          const v = f.let(type, loadElement(f, storage, f.get(from)));
          const won = f.let(f.b.i32, wins(f, storage, fn === "max", v, most));
          f.set(most, m.select(f.get(won), f.get(v), f.get(most)));
          f.set(place, m.select(f.get(won), f.get(k), f.get(place)));
        });
        const wide = node.type.storage === "i64";
        storeElement(f, node.type.storage, f.get(y.at), wide ? m.i64.extend_u(f.get(place)) : f.get(place));
      };
      nest(f, outer, [x, y], best, "split");
    },
  }),
];

/** An index limited to [0, size), as an i32 byte offset. */
function offsetOf(f: Func, storage: Storage, at: Local, offset: number, size: number, stride: number): Expr {
  const { m } = f;
  const wide = storage === "i64";
  const i = wide ? m.i64 : m.i32;
  const constant = (v: number): Expr => (wide ? m.i64.const(BigInt(v) as never) : m.i32.const(v));
  const v = f.let(wide ? f.b.i64 : f.b.i32, loadElement(f, storage, f.get(at), offset));
  f.set(v, m.select(i.lt_s(f.get(v), constant(0)), constant(0), f.get(v)));
  f.set(v, m.select(i.gt_s(f.get(v), constant(size - 1)), constant(size - 1), f.get(v)));
  return m.i32.mul(wide ? m.i32.wrap(f.get(v)) : f.get(v), m.i32.const(stride));
}

export const gatherKernels = [
  plainRow({
    name: "x_gather__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { axis } = node.attrs as { axis: number };
      const [source, indices] = [node.in.x.type, node.in.indices.type] as TensorType[];
      const { bytes } = storages[source.storage];
      const inner = sizeOf(source.shape.slice(axis + 1)) * bytes;
      const outer = sizeOf(source.shape.slice(0, axis));
      const index = storages[indices.storage].bytes;
      const x = { at: pointer(f, at.operands[0]), strides: [inner * source.shape[axis], 0] };
      const i = { at: pointer(f, at.operands[1]), strides: [0, index] };
      const picks = sizeOf(indices.shape);
      const y = { at: pointer(f, at.result), strides: [inner * picks, inner] };
      const pick = (): void => {
        const from = f.let(
          f.b.i32,
          f.m.i32.add(f.get(x.at), offsetOf(f, indices.storage, i.at, 0, source.shape[axis], inner)),
        );
        copyBytes(f, y.at, from, inner);
      };
      nest(f, [outer, picks], [x, i, y], pick, "split");
    },
  }),
];

export const gatherNdKernels = [
  plainRow({
    name: "x_gather_nd__scalar",
    cost: scalarCost,
    emit(f, node: Node, at) {
      const [source, indices] = [node.in.x.type, node.in.indices.type] as TensorType[];
      const tuple = indices.shape[indices.shape.length - 1];
      const strides = byteStrides(source.storage, source.shape);
      const inner = sizeOf(source.shape.slice(tuple)) * storages[source.storage].bytes;
      const index = storages[indices.storage].bytes;
      const i = { at: pointer(f, at.operands[1]), strides: [index * tuple] };
      const y = { at: pointer(f, at.result), strides: [inner] };
      const pick = (): void => {
        const from = pointer(f, at.operands[0]);
        for (let d = 0; d < tuple; d++) {
          const offset = offsetOf(f, indices.storage, i.at, d * index, source.shape[d], strides[d]);
          f.set(from, f.m.i32.add(f.get(from), offset));
        }
        copyBytes(f, y.at, from, inner);
      };
      nest(f, [sizeOf(indices.shape.slice(0, -1))], [i, y], pick, "split");
    },
  }),
];
