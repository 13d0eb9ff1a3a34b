/** Reading and writing memory by storage, and walking over tensors: the vocabulary of the plain kernels. */
import { type Storage, sizeOf, storages, stridesOf } from "../../ir/type.ts";
import type { Expr, Func, Local } from "./asm.ts";

/** The wasm type that an element of a storage is computed in. */
export function valueType(f: Func, storage: Storage): number {
  return storage === "f32" ? f.b.f32 : storage === "i64" ? f.b.i64 : f.b.i32;
}

/** One element at an address plus a constant. */
export function loadElement(f: Func, storage: Storage, at: Expr, offset = 0): Expr {
  const { m } = f;
  switch (storage) {
    case "i8":
      return m.i32.load8_s(offset, 1, at);
    case "u8":
    case "bool":
      return m.i32.load8_u(offset, 1, at);
    case "i16":
      return m.i32.load16_s(offset, 1, at);
    case "u16":
      return m.i32.load16_u(offset, 1, at);
    case "i32":
      return m.i32.load(offset, 1, at);
    case "i64":
      return m.i64.load(offset, 1, at);
    case "f32":
      return m.f32.load(offset, 1, at);
  }
  throw new Error(storage satisfies never);
}

/** Stores one element at an address plus a constant; wide integers lose their high bits. */
export function storeElement(f: Func, storage: Storage, at: Expr, value: Expr, offset = 0): void {
  const { m } = f;
  const bytes = storages[storage].bytes;
  if (storage === "f32") f.do(m.f32.store(offset, 1, at, value));
  else if (storage === "i64") f.do(m.i64.store(offset, 1, at, value));
  else if (bytes === 1) f.do(m.i32.store8(offset, 1, at, value));
  else if (bytes === 2) f.do(m.i32.store16(offset, 1, at, value));
  else f.do(m.i32.store(offset, 1, at, value));
}

/** A pointer that walks over memory beside others: bytes per step of each dimension. */
export interface Walker {
  readonly at: Local;
  readonly strides: readonly number[];
}

/** Dimensions that every walker crosses in even steps, merged; dimensions of one element left out. */
export function mergeDims(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const out: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const last = out.length - 1;
    const even = last >= 0 && strides.every((s, k) => steps[k][last] === s[d] * shape[d]);
    if (even) {
      out[last] *= shape[d];
      for (const [k, s] of strides.entries()) steps[k][last] = s[d];
    } else {
      out.push(shape[d]);
      for (const [k, s] of strides.entries()) steps[k].push(s[d]);
    }
  }
  return { shape: out, strides: steps };
}

/**
 * Loops over `shape`, outermost dimension first, moving every walker; `body` finds them at the current element. The
 * walkers end where they began, except where calls share the outermost loop (`split`). Does nothing for an empty shape.
 */
export function nest(
  f: Func,
  shape: readonly number[],
  walkers: readonly Walker[],
  body: () => void,
  split?: "split",
): void {
  if (sizeOf(shape) === 0) return;
  const merged = mergeDims(
    shape,
    walkers.map((w) => w.strides),
  );
  const level = (d: number): void => {
    if (d === merged.shape.length) {
      body();
      return;
    }
    const count = merged.shape[d];
    const inner = (): void => {
      level(d + 1);
      for (const [k, w] of walkers.entries()) f.add(w.at, merged.strides[k][d]);
    };
    if (split && d === 0) {
      f.repeatSplit(
        count,
        walkers.map((w, k) => [w.at, merged.strides[k][0]] as const),
        inner,
      );
      return;
    }
    f.repeat(count, inner);
    for (const [k, w] of walkers.entries()) f.add(w.at, -merged.strides[k][d] * count);
  };
  level(0);
}

/** Row-major strides in bytes. */
export const byteStrides = (storage: Storage, shape: readonly number[]): number[] =>
  stridesOf(shape).map((s) => s * storages[storage].bytes);

/** Strides in bytes of an operand that broadcasts to `shape`: 0 where it repeats. */
export function broadcastStrides(storage: Storage, from: readonly number[], shape: readonly number[]): number[] {
  const own = byteStrides(storage, from);
  const lead = shape.length - from.length;
  return shape.map((_, d) => (d < lead || from[d - lead] === 1 ? 0 : own[d - lead]));
}

/** A pointer of one's own that starts at another. */
export const pointer = (f: Func, from: Local, offset = 0): Local => f.let(f.b.i32, f.plus(from, offset));

/** Copies a constant number of bytes; both addresses are read without being moved. Regions must not overlap. */
export function copyBytes(f: Func, to: Local, from: Local, bytes: number): void {
  const { m } = f;
  if (bytes > 512) {
    f.do(m.memory.copy(f.get(to), f.get(from), m.i32.const(bytes)));
    return;
  }
  let at = 0;
  const piece = (size: number, emit: (offset: number) => void): void => {
    for (; bytes - at >= size; at += size) emit(at);
  };
  piece(16, (o) => f.do(m.v128.store(o, 1, f.get(to), m.v128.load(o, 1, f.get(from)))));
  piece(8, (o) => f.do(m.i64.store(o, 1, f.get(to), m.i64.load(o, 1, f.get(from)))));
  piece(4, (o) => f.do(m.i32.store(o, 1, f.get(to), m.i32.load(o, 1, f.get(from)))));
  piece(2, (o) => f.do(m.i32.store16(o, 1, f.get(to), m.i32.load16_u(o, 1, f.get(from)))));
  piece(1, (o) => f.do(m.i32.store8(o, 1, f.get(to), m.i32.load8_u(o, 1, f.get(from)))));
}

/** Stores the first `bytes` bytes of a vector, and nothing after them. */
export function storeFirst(f: Func, to: Local, offset: number, vector: Local, bytes: number): void {
  const { m } = f;
  if (bytes === 16) {
    f.do(m.v128.store(offset, 1, f.get(to), f.get(vector)));
    return;
  }
  let at = 0;
  const v = (): Expr => f.get(vector);
  if (bytes & 8) {
    f.do(m.v128.store64_lane(offset, 1, 0, f.get(to), v()));
    at = 8;
  }
  if (bytes & 4) {
    f.do(m.v128.store32_lane(offset + at, 1, at / 4, f.get(to), v()));
    at += 4;
  }
  if (bytes & 2) {
    f.do(m.v128.store16_lane(offset + at, 1, at / 2, f.get(to), v()));
    at += 2;
  }
  if (bytes & 1) f.do(m.v128.store8_lane(offset + at, 1, at, f.get(to), v()));
}
