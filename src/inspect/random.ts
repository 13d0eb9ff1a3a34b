/** Values for inputs that nobody gave. */
import { allocate, sizeOf, storages, type TensorType, type TypedArray } from "../ir/type.ts";

/** The range that missing values are drawn from: all of a short integer type, small numbers of a long one, [-1, 1) of f32. */
export function randomRange(type: TensorType): readonly [number, number] {
  if (type.storage === "f32") return [-1, 1];
  if (type.storage === "i32" || type.storage === "i64") return [0, 127];
  return [storages[type.storage].min, storages[type.storage].max];
}

/**
 * Values of a type from a generator seeded with (`seed`, `stream`): mulberry32, a 32-bit counter through a mixing function. The same on
 * every machine, and independent of what other inputs are given.
 */
export function randomValues(type: TensorType, seed: number, stream: number): TypedArray {
  const size = sizeOf(type.shape);
  const data = allocate(type.storage, size);
  const [lo, hi] = randomRange(type);
  let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(stream, 0x85ebca77)) | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = 0; i < size; i++) {
    const u = uniform();
    if (data instanceof Float32Array) data[i] = lo + u * (hi - lo);
    else if (data instanceof BigInt64Array) data[i] = BigInt(lo + Math.floor(u * (hi - lo + 1)));
    else data[i] = lo + Math.floor(u * (hi - lo + 1));
  }
  return data;
}
