/** Shapes and strides: where element (i, j, ...) of a tensor sits in its storage. Strides and offsets count elements. */
import { ArgumentError } from "../errors.ts";
import type { NumberArray } from "./arith.ts";

export type Shape = readonly number[];

/** Number of elements of a shape; 1 for a scalar. */
export function numelOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/** Row-major strides. A dimension of size 0 counts as 1, as in PyTorch. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = n;
    n *= Math.max(shape[i], 1);
  }
  return strides;
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/** A frozen copy of `shape` if it is a list of sizes whose product is a safe integer; an ArgumentError otherwise. */
export function checkShape(shape: unknown, argument = "shape"): Shape {
  if (!Array.isArray(shape) || !shape.every((d) => Number.isSafeInteger(d) && d >= 0))
    throw new ArgumentError(argument, "a list of integers >= 0", shape);
  if (!Number.isSafeInteger(numelOf(shape.map((d) => Math.max(d, 1)))))
    throw new ArgumentError(argument, "at most 2^53 elements", shape);
  return Object.freeze(shape.slice());
}

/** `dim` as an index into a shape of `rank` dimensions; negative ones count from the end. */
export function checkDim(dim: number, rank: number, argument: string): number {
  if (!Number.isInteger(dim) || dim < -rank || dim >= rank) {
    const wanted = rank === 0 ? "no dimension (the tensor is a scalar)" : `an integer from ${-rank} to ${rank - 1}`;
    throw new ArgumentError(argument, wanted, dim);
  }
  return dim < 0 ? dim + rank : dim;
}

/** Whether the elements follow each other in row-major order. Strides of dimensions of size 1 do not matter. */
export function isRowMajor(shape: Shape, strides: Shape): boolean {
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] === 1) continue;
    if (strides[i] !== n) return false;
    n *= shape[i];
  }
  return true;
}

/** Whether the elements fill one stretch of storage without holes or overlaps, in some order of the dimensions. */
export function isDense(shape: Shape, strides: Shape): boolean {
  const order = shape.map((_, i) => i).sort((a, b) => strides[b] - strides[a]);
  return isRowMajor(
    order.map((i) => shape[i]),
    order.map((i) => strides[i]),
  );
}

/** Calls `visit(position in storage)` for each element in row-major order. */
function walk(shape: Shape, strides: Shape, offset: number, visit: (at: number) => void): void {
  const rank = shape.length;
  if (numelOf(shape) === 0) return;
  if (rank === 0) {
    visit(offset);
    return;
  }
  const last = rank - 1;
  const at = new Array<number>(rank).fill(0);
  for (let row = offset; ; ) {
    for (let i = 0, p = row; i < shape[last]; i++, p += strides[last]) visit(p);
    let d = last - 1;
    for (; d >= 0; d--) {
      row += strides[d];
      if (++at[d] < shape[d]) break;
      row -= strides[d] * shape[d];
      at[d] = 0;
    }
    if (d < 0) return;
  }
}

/** Copies the elements in row-major order into `out`, and returns it. */
export function gather<T extends NumberArray>(
  storage: NumberArray,
  shape: Shape,
  strides: Shape,
  offset: number,
  out: T,
): T {
  let i = 0;
  walk(shape, strides, offset, (at) => {
    out[i++] = storage[at];
  });
  return out;
}

/** Writes `values`, in row-major order, to the elements. */
export function scatter(storage: NumberArray, shape: Shape, strides: Shape, offset: number, values: NumberArray): void {
  let i = 0;
  walk(shape, strides, offset, (at) => {
    storage[at] = values[i++];
  });
}

/** `to` with its single -1, if any, replaced by what makes it fit `numel` elements. */
export function inferShape(to: Shape, numel: number, argument: string): Shape {
  const hole = Array.isArray(to) ? to.indexOf(-1) : -1;
  const known = checkShape(hole < 0 ? to : to.filter((_, i) => i !== hole), argument);
  const product = numelOf(known);
  if (hole < 0) {
    if (product !== numel) throw new ArgumentError(argument, `a shape of ${numel} elements`, to);
    return known;
  }
  if (product === 0 || numel % product !== 0)
    throw new ArgumentError(argument, `a shape with one -1 that fits ${numel} elements`, to);
  return Object.freeze(to.map((d, i) => (i === hole ? numel / product : d)));
}

/**
 * Strides that show the same elements in the same row-major order with shape `to`, or undefined if no strides do.
 * Dimensions of `shape` that follow each other in storage form a run; `to` may only split and merge within runs.
 */
export function viewStrides(shape: Shape, strides: Shape, to: Shape): number[] | undefined {
  if (numelOf(shape) === 0) return rowMajorStrides(to);
  const dims = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  const result = new Array<number>(to.length).fill(1);
  let t = to.length - 1;
  for (let d = dims.length - 1; d >= 0; ) {
    const base = strides[dims[d]];
    let run = shape[dims[d--]];
    while (d >= 0 && strides[dims[d]] === run * base) run *= shape[dims[d--]];
    let n = 1;
    for (; t >= 0 && n < run; n *= to[t--]) result[t] = n * base;
    if (n !== run) return undefined;
  }
  return result;
}
