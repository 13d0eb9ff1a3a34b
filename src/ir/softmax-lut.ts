/** TFLite's softmax of 16-bit values: exp and 1 / (1 + x) from tables of 513 entries with 7 bits of interpolation. */
import { expf } from "./math.ts";
import { clamp, mulByQuantizedMultiplier, roundHalfAway } from "./rescale.ts";

const f = Math.fround;

/**
 * A function as 512 steps over the 65536 stored values of a scale and zero point, and the end point; each entry is corrected
 * by half the error in the middle of its step. Everything in f32, results in [-32768, 32767] steps of 2 / 65535.
 */
function stepTable(scale: number, zero: number, fn: (x: number) => number): Int16Array {
  const low = f(scale * (-32768 - zero));
  const high = f(scale * (32767 - zero));
  const step = f(f(high - low) / 512);
  const half = f(step / 2);
  const unit = f(2 / 65535);
  const inverse = f(65536 / f(f(unit * 32767) - f(unit * -32768)));
  const at = (i: number) => f(low + f(i * step));
  const stored = (v: number) => roundHalfAway(f(fn(v) * inverse));
  const limit = (v: number) => clamp(v, -32768, 32767);
  const table = new Int16Array(513);
  for (let i = 0; i < 512; i++) {
    const here = stored(at(i));
    const between = roundHalfAway(f(f(f(fn(at(i + 1)) * inverse) + here) / 2));
    const error = f(between - stored(f(at(i) + half)));
    table[i] = limit(here - roundHalfAway(f(error / 2)));
  }
  table[512] = limit(stored(high));
  return table;
}

let cached: { exp: Int16Array; reciprocal: Int16Array } | undefined;

/** The tables of e^x on [-10, 0] and of 1 / (1 + x) on [0, 1], both in Q0.15. */
export function softmaxTables(): { exp: Int16Array; reciprocal: Int16Array } {
  cached ??= {
    exp: stepTable(f(10 / 65535), 32767, expf),
    reciprocal: stepTable(f(1 / 65535), -32768, (x) => f(1 / f(1 + x))),
  };
  return cached;
}

/** A table at a 16-bit position: 9 bits choose the step, 7 interpolate. */
function lookUp(table: Int16Array, v: number): number {
  const index = 256 + (v >> 7);
  return table[index] + (((table[index + 1] - table[index]) * (v & 127) + 64) >> 7);
}

/** One row: differences to the maximum rescaled to 65535ths of 10, exponentials summed, each times the sum's reciprocal. */
export function lutRow(x: Int16Array, [multiplier, shift]: readonly number[], out: Int16Array): void {
  const { exp, reciprocal } = softmaxTables();
  let max = x[0];
  for (const v of x) if (v > max) max = v;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const d = mulByQuantizedMultiplier(x[i] - max, multiplier, shift);
    out[i] = lookUp(exp, clamp(d + 32767, -32768, 32767));
    sum = (sum + out[i]) | 0;
  }
  const zeros = Math.clz32(sum);
  const shifted = Math.floor((sum * 2 ** (zeros - 1) + 8192) / 16384);
  const scale = lookUp(reciprocal, clamp(shifted - 98304, -32768, 32767));
  const right = 31 - zeros;
  for (let i = 0; i < x.length; i++) {
    out[i] = clamp(Math.floor((out[i] * scale + 2 ** (right - 1)) / 2 ** right), 0, 32767);
  }
}
