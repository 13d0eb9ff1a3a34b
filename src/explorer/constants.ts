/** Statistics of a constant's stored values: what a histogram and a line of numbers can tell of weights. */
import { toBase64 } from "../ir/base64.ts";
import { bytesOf } from "../ir/print.ts";
import type { Storage, TypedArray } from "../ir/type.ts";
import type { ConstantInfo, Plain } from "./document.ts";

const shownValues = 8;
const countedValues = 257;
const binsOfReals = 64;

/** A number that JSON can hold, or its text. */
export const plainNumber = (v: number | bigint): Plain =>
  typeof v === "bigint"
    ? Number.isSafeInteger(Number(v))
      ? Number(v)
      : String(v)
    : Number.isFinite(v)
      ? v
      : String(v);

/** Goes over the values twice: bounds and moments, then bins. */
export function describeConstant(value: TypedArray, storage: Storage, options: { data?: boolean } = {}): ConstantInfo {
  const seen = new Set<number>();
  let [min, max, sum, zeros, notFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < value.length; i++) {
    const v = Number(value[i]);
    if (!Number.isFinite(v)) {
      notFinite++;
      continue;
    }
    if (v < min) min = v;
    if (v > max) max = v;
    sum += v;
    if (v === 0) zeros++;
    if (seen.size < countedValues) seen.add(v);
  }
  const finite = value.length - notFinite;
  const mean = sum / finite;
  const histogram = finite ? emptyHistogram(storage, min, max) : null;
  let squares = 0;
  for (let i = 0; i < value.length; i++) {
    const v = Number(value[i]);
    if (!histogram || !Number.isFinite(v)) continue;
    squares += (v - mean) ** 2;
    histogram.counts[histogram.binOf(v)]++;
  }
  const data = options.data ? toBase64(bytesOf(value)) : null;
  return {
    elements: value.length,
    bytes: value.byteLength,
    min: finite ? min : null,
    max: finite ? max : null,
    mean: finite ? mean : null,
    deviation: finite ? Math.sqrt(squares / finite) : null,
    zeros,
    notFinite,
    distinct: seen.size,
    histogram: histogram && { from: histogram.from, to: histogram.to, counts: histogram.counts },
    values: value.length <= shownValues ? Array.from(value as Int8Array, plainNumber) : data,
  };
}

/** Bins that fit the values: one for each integer of a small range, else `binsOfReals` equal ones. */
function emptyHistogram(storage: Storage, min: number, max: number) {
  const whole = storage !== "f32" && max - min <= 256;
  const bins = whole ? max - min + 1 : min === max ? 1 : binsOfReals;
  const counts = new Array<number>(bins).fill(0);
  // Halved, so that the width of a range of the largest floats is finite.
  const scale = whole ? 1 : bins / 2 / (max / 2 - min / 2);
  const binOf = (v: number) =>
    bins === 1 ? 0 : Math.min(bins - 1, Math.floor(whole ? v - min : (v / 2 - min / 2) * 2 * scale));
  return { from: min, to: max, counts, binOf };
}
