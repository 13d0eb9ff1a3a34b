/** Scaling of [N, C, H, W] images, on x's quantizer. */
import { ArgumentError } from "../../errors.ts";
import { resize } from "../../ir/ops/resize.ts";
import { shapeText } from "../../tensor/tensor.ts";
import { type CallOptions, call } from "../call.ts";
import { bytes, pair, perTensorOf, rank } from "../check.ts";
import type { Quantized } from "../symbolic.ts";
import { nchw, nhwc } from "./gemm.ts";

/** The result's [height, width], or a whole number of times that of x. */
export type UpsampleSize =
  | { readonly size: number | readonly [number, number]; readonly scaleFactor?: undefined }
  | { readonly scaleFactor: number | readonly [number, number]; readonly size?: undefined };

export type UpsampleOptions = CallOptions & UpsampleSize;

/** Each result pixel is the input pixel at floor(position * input size / result size). */
export const upsampleNearest2d = <T extends Quantized>(x: T, options: UpsampleOptions): T =>
  upsample("upsampleNearest2d", x, options, "nearest", false);

/** Each result pixel is a float32 mixture of four; `alignCorners` lets the corners keep their values. */
export const upsampleBilinear2d = <T extends Quantized>(
  x: T,
  options: UpsampleOptions & { readonly alignCorners?: boolean },
): T => upsample("upsampleBilinear2d", x, options, "linear_torch", options?.alignCorners ?? false);

function upsample<T extends Quantized>(
  op: string,
  x: T,
  options: UpsampleOptions,
  by: "nearest" | "linear_torch",
  alignCorners: boolean,
): T {
  return call(op, options, [x], (b) => {
    perTensorOf(x, "x", bytes);
    rank(x, 4, "x", "[N, C, H, W]");
    const [, , h, w] = x.shape;
    if (h === 0 || w === 0) throw new ArgumentError("x", "an image that is not empty", shapeText(x.shape));
    const { size: wanted, scaleFactor } = options ?? {};
    const factor = scaleFactor === undefined ? undefined : pair(scaleFactor, "scaleFactor", 1);
    const size = factor ? [h * factor[0], w * factor[1]] : pair(wanted, "size", 1);
    const attrs = { size, by, alignCorners, halfPixel: by === "linear_torch" && !alignCorners };
    return nchw(b, b.emit(resize, { x: nhwc(b, b.value(x)) }, attrs));
  }) as T;
}
