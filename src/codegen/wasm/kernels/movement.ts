/** Rows of the ops that move elements: `reshape`, `transpose`, `slice`, `concat`, `pad`. */
import { type Node, operandsOf } from "../../../ir/graph.ts";
import { byteLength, type Storage, sizeOf, storages } from "../../../ir/type.ts";
import { byteStrides, copyBytes, mergeDims, nest, pointer, type Walker } from "../access.ts";
import type { Expr, Func } from "../asm.ts";
import { plainRow } from "./plain.ts";

/** A copy of elements of `bytes` bytes each between two walks of one shape; runs that are dense on both sides go at once. */
export function copyWalk(
  f: Func,
  shape: readonly number[],
  bytes: number,
  to: Walker,
  from: Walker,
  split?: "split",
): void {
  const merged = mergeDims(shape, [to.strides, from.strides]);
  const [toStrides, fromStrides] = merged.strides;
  const last = merged.shape.length - 1;
  const dense = last >= 0 && toStrides[last] === bytes && fromStrides[last] === bytes;
  const run = dense ? merged.shape[last] * bytes : bytes;
  const outer = dense ? last : last + 1;
  nest(
    f,
    merged.shape.slice(0, outer),
    [
      { at: to.at, strides: toStrides.slice(0, outer) },
      { at: from.at, strides: fromStrides.slice(0, outer) },
    ],
    () => copyBytes(f, to.at, from.at, run),
    split,
  );
}

const walker = (f: Func, from: Parameters<typeof pointer>[1], strides: readonly number[], offset = 0): Walker => ({
  at: pointer(f, from, offset),
  strides,
});

export const reshapeKernels = [
  plainRow({
    name: "x_copy",
    cost: 1,
    emit: (f, node, at) => copyBytes(f, at.result, at.operands[0], byteLength(node.type)),
  }),
];

export const transposeKernels = [
  plainRow({
    name: "x_transpose",
    cost: 8,
    emit(f, node, at) {
      const { perm } = node.attrs as { perm: readonly number[] };
      const { storage, shape } = node.type;
      const from = byteStrides(storage, node.in.x.type.shape);
      copyWalk(
        f,
        shape,
        storages[storage].bytes,
        walker(f, at.result, byteStrides(storage, shape)),
        walker(
          f,
          at.operands[0],
          perm.map((p) => from[p]),
        ),
        "split",
      );
    },
  }),
];

export const sliceKernels = [
  plainRow({
    name: "x_slice",
    cost: 4,
    emit(f, node, at) {
      const { begin, step } = node.attrs as { begin: readonly number[]; step: readonly number[] };
      const { storage, shape } = node.type;
      const from = byteStrides(storage, node.in.x.type.shape);
      const base = begin.reduce((sum, b, d) => sum + b * from[d], 0);
      copyWalk(
        f,
        shape,
        storages[storage].bytes,
        walker(f, at.result, byteStrides(storage, shape)),
        walker(
          f,
          at.operands[0],
          from.map((s, d) => s * step[d]),
          base,
        ),
        "split",
      );
    },
  }),
];

export const concatKernels = [
  plainRow({
    name: "x_concat",
    cost: 2,
    emit(f, node, at) {
      const [axis] = (node.attrs as { axis: readonly number[] }).axis;
      const { storage } = node.type;
      // Each part gives a run of bytes to each element of the dimensions before the axis, which threads share.
      const bytesFrom = (shape: readonly number[]): number => sizeOf(shape.slice(axis)) * storages[storage].bytes;
      const outer = sizeOf(node.type.shape.slice(0, axis));
      const row = bytesFrom(node.type.shape);
      let offset = 0;
      for (const [i, x] of operandsOf(node).entries()) {
        const run = bytesFrom(x.type.shape);
        const to = walker(f, at.result, [row], offset);
        const from = walker(f, at.operands[i], [run]);
        if (run > 0) nest(f, [outer], [to, from], () => copyBytes(f, to.at, from.at, run), "split");
        offset += run;
      }
    },
  }),
];

/** A stored value as the byte that all its bytes are, or undefined. */
function uniformByte(storage: Storage, value: number): number | undefined {
  const data = new storages[storage].array(1);
  if (data instanceof BigInt64Array) data[0] = BigInt(value);
  else data[0] = value;
  const bytes = new Uint8Array(data.buffer);
  return bytes.every((b) => b === bytes[0]) ? bytes[0] : undefined;
}

function valueConstant(f: Func, storage: Storage, value: number): Expr {
  if (storage === "f32") return f.m.f32.const(value);
  return storage === "i64" ? f.m.i64.const(BigInt(value) as never) : f.m.i32.const(value);
}

/** Fills a dense region with a stored value. */
function fill(f: Func, to: Walker["at"], storage: Storage, size: number, value: number): void {
  const { m } = f;
  const { bytes } = storages[storage];
  const byte = uniformByte(storage, value);
  if (byte !== undefined) {
    f.do(m.memory.fill(f.get(to), m.i32.const(byte), m.i32.const(size * bytes)));
    return;
  }
  const at = pointer(f, to);
  f.repeat(size, () => {
    const v = valueConstant(f, storage, value);
    if (storage === "f32") f.do(m.f32.store(0, 1, f.get(at), v));
    else if (storage === "i64") f.do(m.i64.store(0, 1, f.get(at), v));
    else if (bytes === 4) f.do(m.i32.store(0, 1, f.get(at), v));
    else f.do(m.i32.store16(0, 1, f.get(at), v));
    f.add(at, bytes);
  });
}

export const padKernels = [
  plainRow({
    name: "x_pad",
    cost: 2,
    emit(f, node, at) {
      const { before, value } = node.attrs as { before: readonly number[]; value: readonly number[] };
      const { storage, shape } = node.type;
      const source = node.in.x.type as Node["type"];
      fill(f, at.result, storage, sizeOf(shape), value[0]);
      if (sizeOf(source.shape) === 0) return;
      const strides = byteStrides(storage, shape);
      const base = before.reduce((sum, b, d) => sum + b * strides[d], 0);
      copyWalk(
        f,
        source.shape,
        storages[storage].bytes,
        walker(f, at.result, strides, base),
        walker(f, at.operands[0], byteStrides(storage, source.shape)),
      );
    },
  }),
];
