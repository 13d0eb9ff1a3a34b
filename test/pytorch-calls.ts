/** The PyTorch vectors as calls of this package's own functions. */
import {
  FloatTensor,
  formTensor,
  intTensor,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  type QTensor,
} from "../src/tensor/index.ts";
import * as ops from "../src/trace/ops/index.ts";
import { decode, type GoldenCase, type GoldenTensor } from "./vector-files.ts";

export type Value = QTensor | FloatTensor;

/** A case as a function of its activations; weights and the like are constants inside. */
export interface Call {
  readonly inputs: readonly Value[];
  readonly run: (...inputs: any[]) => any;
}

function tensorOf(t: GoldenTensor): Value {
  if (!t.q) return new FloatTensor(t.shape, decode({ ...t, dt: "f32" }).data);
  const quantizer = t.scales
    ? new PerChannelAffineQuantizer(t.scales, t.zps!, t.axis!, t.q)
    : new PerTensorAffineQuantizer(t.scale!, t.zp!, t.q);
  const { data, shape } = decode({ ...t, dt: t.dt as "u8" | "i8" | "i32" });
  return formTensor(intTensor(data, shape), quantizer);
}

const q = (t: GoldenTensor) => tensorOf(t) as QTensor;
const floats = (t: GoldenTensor | undefined) => (t ? (tensorOf(t) as FloatTensor) : undefined);

/** Output scale and zero point, and the engine that a case was recorded with. */
const to = ({ params, engine }: GoldenCase) => ({
  scale: params.scale,
  zeroPoint: params.zero_point,
  engine: engine as "none" | "qnnpack",
});
const memory = ({ params }: GoldenCase) => ({
  memoryFormat: params.memory_format === "nhwc" ? ("channelsLast" as const) : ("contiguous" as const),
});

type Binary = (x: any, y: any, options: any) => any;
const binary = (fn: Binary) => (c: GoldenCase) => ({
  inputs: [q(c.inputs.a), q(c.inputs.b)],
  run: (x: any, y: any) => fn(x, y, to(c)),
});

type Unary = (x: any, c: GoldenCase) => any;
const unary = (fn: Unary) => (c: GoldenCase) => ({
  inputs: [tensorOf(c.inputs.x ?? c.inputs.a)],
  run: (x: any) => fn(x, c),
});

const gemm = (fn: (x: any, w: any, b: any, options: any) => any) => (c: GoldenCase) => {
  const { stride, padding, dilation, groups, output_padding } = c.params;
  const [w, bias] = [q(c.inputs.w), floats(c.inputs.bias)];
  const options = { ...to(c), stride, padding, dilation, groups, outputPadding: output_padding };
  return { inputs: [tensorOf(c.inputs.x)], run: (x: any) => fn(x, w, bias, options) };
};

const batchNorm = (fn: (x: any, w: any, b: any, mean: any, variance: any, options: any) => any) => (c: GoldenCase) => {
  const [w, b, mean, variance] = ["weight", "bias", "mean", "var"].map((key) => floats(c.inputs[key]));
  const options = { ...to(c), eps: c.params.eps };
  return { inputs: [q(c.inputs.x)], run: (x: any) => fn(x, w, b, mean, variance, options) };
};

const cat = (fn: (xs: any[], options: any) => any) => (c: GoldenCase) => ({
  inputs: (c.inputs.xs as unknown as GoldenTensor[]).map(q),
  run: (...xs: any[]) => fn(xs, { ...to(c), dim: c.params.dim }),
});

/** Each op's cases as calls. */
export const calls: Record<string, (c: GoldenCase) => Call> = {
  add: binary(ops.add),
  add_relu: binary(ops.addRelu),
  mul: binary(ops.mul),
  mul_relu: binary(ops.mulRelu),
  cat: cat(ops.cat),
  cat_relu: cat(ops.catRelu),
  add_scalar: unary((x, { params }) => ops.addScalar(x, params.c)),
  add_scalar_relu: unary((x, { params }) => ops.addScalarRelu(x, params.c)),
  mul_scalar: unary((x, { params }) => ops.mulScalar(x, params.c)),
  mul_scalar_relu: unary((x, { params }) => ops.mulScalarRelu(x, params.c)),
  relu: unary((x) => ops.relu(x)),
  relu6: unary((x) => ops.relu6(x)),
  clamp: unary((x, { params }) => ops.clamp(x, params.min, params.max)),
  sigmoid: unary((x, { engine }) => ops.sigmoid(x, { engine: engine as any })),
  quantized_sigmoid: unary((x, c) => ops.sigmoid(x, to(c))),
  tanh: unary((x, { engine }) => ops.tanh(x, { engine: engine as any })),
  hardsigmoid: unary((x, { engine }) => ops.hardsigmoid(x, { engine: engine as any })),
  hardswish: unary((x, c) => ops.hardswish(x, to(c))),
  leaky_relu: unary((x, c) => ops.leakyRelu(x, c.params.negative_slope, to(c))),
  elu: unary((x, c) => ops.elu(x, { ...to(c), alpha: c.params.alpha, inputScale: c.params.input_scale })),
  celu: unary((x, c) => ops.celu(x, c.params.alpha, to(c))),
  threshold: unary((x, { params }) => ops.threshold(x, params.threshold, params.value)),
  linear: gemm(ops.linear),
  linear_relu: gemm(ops.linearRelu),
  conv2d: gemm(ops.conv2d),
  conv2d_relu: gemm(ops.conv2dRelu),
  linear_dynamic: gemm(ops.linearDynamic),
  linear_relu_dynamic: gemm(ops.linearReluDynamic),
  conv_transpose2d: gemm(ops.convTranspose2d),
  mean: unary((x, c) => ops.mean(x, c.params.dim, { engine: c.engine as any })),
  softmax: unary((x, c) => ops.softmax(x, c.params.dim, to(c))),
  batch_norm2d: batchNorm(ops.batchNorm2d),
  batch_norm2d_relu: batchNorm(ops.batchNorm2dRelu),
  upsample_nearest2d: unary((x, { params }) => ops.upsampleNearest2d(x, { scaleFactor: params.scale_factor })),
  upsample_bilinear2d: unary((x, { params: p }) =>
    ops.upsampleBilinear2d(x, { size: p.output_size, alignCorners: p.align_corners }),
  ),
  max_pool2d: unary((x, { params: p }) =>
    ops.maxPool2d(x, p.kernel, { stride: p.stride, padding: p.padding, dilation: p.dilation, ceilMode: p.ceil_mode }),
  ),
  avg_pool2d: unary((x, c) => {
    const { kernel, stride, padding, ceil_mode, count_include_pad, divisor_override } = c.params;
    const counting = { countIncludePad: count_include_pad, divisorOverride: divisor_override };
    return ops.avgPool2d(x, kernel, {
      stride,
      padding,
      ceilMode: ceil_mode,
      ...counting,
      ...memory(c),
      engine: c.engine as any,
    });
  }),
  adaptive_avg_pool2d: unary((x, c) =>
    ops.adaptiveAvgPool2d(x, c.params.output_size, { ...memory(c), engine: c.engine as any }),
  ),
};
