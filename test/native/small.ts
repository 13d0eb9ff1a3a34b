import type { Graph } from "../../src/ir/graph.ts";
import { parse } from "../../src/ir/parse.ts";
import { verified } from "../../src/ir/verify.ts";

/** A small network with a convolution, a depthwise one and a sum. */
export const small = (): Graph =>
  verified(
    parse(`func @small(%x: i8[1,6,6,4]<0.5:3>) {
  %w1: i8[8,3,3,4]<0.125> = const(value=data)
  %a1: i32[1,6,6,8]<0.5 * 0.125> = conv2d(%x, %w1, pad=[1, 1, 1, 1])
  %q1: i8[1,6,6,8]<0.25:-7> = requantize(%a1, by=q31_double(1518500250:-4), clamp=[-128, 127])
  %s: i8[1,6,6,8]<0.5> = qadd(%q1, %q1, by=f32(0.25, 0.25, 2), clamp=[-128, 127])
  return %s
}

data %w1 = "${Buffer.from(Int8Array.from({ length: 288 }, (_, i) => ((i * 37) % 255) - 127).buffer).toString("base64")}"
`),
  );
