/** The op functions: each runs at once on tensors with values, and becomes nodes on traced ones. */
export * from "./activation.ts";
export * from "./arithmetic.ts";
export { dequantize, type QuantizeOptions, quantize, requantize } from "./convert.ts";
export {
  type Bias,
  type ConvOptions,
  conv2d,
  conv2dRelu,
  type GemmOptions,
  linear,
  linearRelu,
} from "./gemm.ts";
export * from "./pool.ts";
export {
  type CatOptions,
  cat,
  catRelu,
  flatten,
  index,
  narrow,
  permute,
  reshape,
  select,
  slice,
  transpose,
} from "./shape.ts";
