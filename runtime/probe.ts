/** What the engine can do, found out by trying. Imports nothing; the loader of compiled models contains its source text. */
import type { Engine } from "./types.ts";

/**
 * Probes the engine: whether it takes SIMD and relaxed SIMD modules, and what its relaxed dot product does with a second
 * operand outside of 0..127: `unsigned` and `signed` say how it is read, with exact sums; with `saturating` it is read as
 * unsigned, and sums of pairs saturate at 16 bits (the instruction for pairs is asked); `inexact` is everything else.
 *
 * Of a signed pair only (-128)*(-128) twice is beyond 16 bits, and what becomes of it is not asked: V8 on Arm wraps it in
 * baseline code, on all CPUs, and not in optimized code, on those with dot products. Kernels multiply no such pairs of weights.
 */
export function probeEngine(): Engine {
  const bytes = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g)!, (b) => Number.parseInt(b, 16));
  // (module (func (result v128) (i8x16.splat (i32.const 0))))
  const simd = bytes("0061736d 01000000 0105016000017b 03020100 0a08010600 4100fd0f0b");
  // (module (func (export "f") (param i32 i32 i32) (result i32)
  //   (i32x4.extract_lane 0 (i32x4.relaxed_dot_i8x16_i7x16_add_s
  //     (i32x4.splat (local.get 0)) (i32x4.splat (local.get 1)) (i32x4.splat (local.get 2)))))
  //   (func (export "g") (param i32 i32 i32) (result i32)
  //     (i16x8.extract_lane_s 0 (i16x8.relaxed_dot_i8x16_i7x16_s (i32x4.splat (local.get 0)) (i32x4.splat (local.get 1))))))
  const relaxed = bytes(
    "0061736d 01000000 01080160037f7f7f017f 0303020000 070902016600000167 0001" +
      "0a2702 1400 2000fd11 2001fd11 2002fd11 fd9302 fd1b00 0b 1000 2000fd11 2001fd11 fd9202 fd1800 0b",
  );
  const hasSimd = typeof WebAssembly === "object" && WebAssembly.validate(simd);
  if (!hasSimd || !WebAssembly.validate(relaxed)) return { simd: hasSimd, relaxed: false, dot: "inexact" };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(relaxed));
  const { f, g } = instance.exports as Record<string, (a: number, b: number, sum?: number) => number>;
  // Bytes of the first operand (signed), of the second, and the sum that is added to: pairs of products beyond 16 bits on
  // either side, and as near as signed ones come to that, and a sum that wraps.
  const cases: [number[], number[], number][] = [
    [[-128, -128, -128, -128], [255, 255, 255, 255], 0],
    [[127, 127, 127, 127], [255, 255, 255, 255], 0],
    [[-128, -128, -127, -128], [129, 128, 128, 128], 5],
    [[127, 127, -128, -128], [128, 255, 129, 254], -7],
    [[127, -128, 1, -1], [255, 128, 127, 129], 0x7fffffff],
    [[-1, 127, 127, -128], [200, 201, 255, 131], -0x80000000],
  ];
  const word = (b: number[]) => (b[0] & 255) | ((b[1] & 255) << 8) | ((b[2] & 255) << 16) | (b[3] << 24);
  const read = { unsigned: (v: number) => v, signed: (v: number) => (v << 24) >> 24 };
  const exactAs = (reading: (v: number) => number) =>
    cases.every(([a, b, sum]) => {
      const products = a.reduce((s, v, i) => s + v * reading(b[i]), 0);
      return f(word(a), word(b), sum) === ((sum + products) | 0);
    });
  const saturates = () =>
    cases.every(([a, b]) => g(word(a), word(b)) === Math.max(-0x8000, Math.min(0x7fff, a[0] * b[0] + a[1] * b[1])));
  const rest = () => (saturates() ? "saturating" : "inexact");
  const dot = exactAs(read.unsigned) ? "unsigned" : exactAs(read.signed) ? "signed" : rest();
  return { simd: true, relaxed: true, dot };
}
