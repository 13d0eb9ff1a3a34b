/** How two values of one type differ. */
import type { TypedArray } from "../ir/type.ts";

/** Elements that differ, and the first of them. */
export interface Difference {
  readonly count: number;
  readonly size: number;
  /** Row-major index of the first element that differs. */
  readonly first: number;
  readonly wanted: number | bigint;
  readonly found: number | bigint;
}

/** The difference of `found` from `wanted`, or undefined if all bits are the same. All not-a-numbers are one. */
export function differenceOf(wanted: TypedArray, found: TypedArray): Difference | undefined {
  if (wanted.constructor !== found.constructor || wanted.length !== found.length)
    throw new Error(
      `${found.constructor.name} of ${found.length} is no value like ${wanted.constructor.name} of ${wanted.length}`,
    );
  let count = 0;
  let first = -1;
  for (let i = 0; i < wanted.length; i++) if (!Object.is(wanted[i], found[i]) && count++ === 0) first = i;
  if (count === 0) return undefined;
  return { count, size: wanted.length, first, wanted: wanted[first], found: found[first] };
}

/** The position of a row-major index: `[0,3,1,5]`. */
export function positionText(index: number, shape: readonly number[]): string {
  const position: number[] = [];
  for (let rest = index, d = shape.length - 1; d >= 0; d--) {
    position.unshift(rest % shape[d]);
    rest = Math.floor(rest / shape[d]);
  }
  return `[${position.join(",")}]`;
}
