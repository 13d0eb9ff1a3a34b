/** The op functions: each runs at once on tensors with values, and becomes nodes on traced ones. */
export {
  celu,
  clamp,
  type EluOptions,
  elu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  relu,
  relu6,
  sigmoid,
  tanh,
  threshold,
} from "./activation.ts";
export * from "./arithmetic.ts";
export { type ConvTransposeOptions, convTranspose2d } from "./conv-transpose.ts";
export { dequantize, type QuantizeOptions, quantize, requantize } from "./convert.ts";
export { linearDynamic, linearReluDynamic } from "./dynamic.ts";
export {
  type Bias,
  type ConvOptions,
  conv2d,
  conv2dRelu,
  type GemmOptions,
  linear,
  linearRelu,
} from "./gemm.ts";
export {
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  type MaxPoolOptions,
  type MemoryOptions,
  maxPool2d,
} from "./pool.ts";
export * from "./reduce.ts";
export * from "./resize.ts";
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
