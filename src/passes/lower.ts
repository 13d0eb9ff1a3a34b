/** Meeting the machine: ops of level `tensor` become the kernel ops that back ends implement. */
import { conv2d, linear } from "../ir/ops/conv.ts";
import { qmul } from "../ir/ops/elementwise.ts";
import { kConv, kGemm, kMul } from "../ir/ops/kernel.ts";
import { requantize } from "../ir/ops/quant.ts";
import { zeroOf } from "../ir/type.ts";
import { rulePass } from "./pass.ts";
import { rule } from "./rewrite.ts";

export const lower = rulePass(
  "lower",
  "Convolutions and products become kernels whose epilogue is still empty.",
  [
    // conv2d(x, w) == k.conv(x, w) with nothing done to the sums.
    rule("lower-conv2d", conv2d, (n, b) => b.make(kConv, n.in, n.attrs, n.type)),

    rule("lower-linear", linear, (n, b) => b.make(kGemm, n.in, n.attrs, n.type)),

    // A quantized product does not exist without its requantize: k.mul never stores its 32-bit products.
    rule("lower-qmul", requantize, (n, b) => {
      const product = b.absorb(n.in.x, qmul);
      if (!product || n.attrs.by.a.length > 1) return;
      const { by, clamp } = n.attrs;
      return b.make(kMul, product.in, { epilogue: [{ kind: "requantize", by, zero: zeroOf(n.type), clamp }] }, n.type);
    }),
  ],
  { required: true },
);
