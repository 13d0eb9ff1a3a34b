/** What the engine can do, found out by trying. Imports nothing; the loader of compiled models contains its source text. */
import type { Engine } from "./types.ts";

/**
 * Probes the engine: whether it takes SIMD and relaxed SIMD modules, and what its relaxed dot product does with a second
 * operand outside of 0..127: `unsigned` and `signed` say how it is read, with exact sums; `inexact` is everything else, such
 * as pairs of products that saturate at 16 bits.
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
  //     (i32x4.splat (local.get 0)) (i32x4.splat (local.get 1)) (i32x4.splat (local.get 2))))))
  const relaxed = bytes(
    "0061736d 01000000 01080160037f7f7f017f 03020100 0705010166 0000" +
      "0a16011400 2000fd11 2001fd11 2002fd11 fd9302 fd1b00 0b",
  );
  const hasSimd = typeof WebAssembly === "object" && WebAssembly.validate(simd);
  if (!hasSimd || !WebAssembly.validate(relaxed)) return { simd: hasSimd, relaxed: false, dot: "inexact" };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(relaxed));
  const f = instance.exports.f as (a: number, b: number, sum: number) => number;
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
  const dot = exactAs(read.unsigned) ? "unsigned" : exactAs(read.signed) ? "signed" : "inexact";
  return { simd: true, relaxed: true, dot };
}
