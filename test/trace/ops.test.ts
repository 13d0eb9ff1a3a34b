import { expect, test } from "vitest";
import {
  ArgumentError,
  floatTensor,
  intTensor,
  jit,
  makePerChannelQuantizedTensor,
  makePerTensorQuantizedTensor,
  ops,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  type Quantized,
  quantize,
  trace,
} from "../../src/index.ts";

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const u8 = (shape: number[], scale = 0.5, zero = 10) =>
  makePerTensorQuantizedTensor(intTensor(new Uint8Array(count(shape)).fill(20), shape), scale, zero);
const i8 = (shape: number[], scale = 0.5, zero = 0) =>
  makePerTensorQuantizedTensor(intTensor(new Int8Array(count(shape)).fill(2), shape), scale, zero);
const i32 = (values: number[], scale = 0.5) =>
  makePerTensorQuantizedTensor(intTensor(Int32Array.from(values)), scale, 0);
const channels = (shape: number[], axis: number) =>
  makePerChannelQuantizedTensor(
    intTensor(new Int8Array(count(shape)).fill(2), shape),
    Array.from({ length: shape[axis] }, (_, i) => 0.25 * (i + 1)),
    new Array(shape[axis]).fill(0),
    axis,
  );
const to = { scale: 1, zeroPoint: 0 };
const image = u8([1, 2, 4, 4]);

test.each<[string, () => unknown, string]>([
  ["no tensor", () => ops.relu(5 as any), "relu: x: wanted a quantized tensor, got 5"],
  [
    "a float",
    () => ops.relu(floatTensor([1]) as any),
    "relu: x: wanted a quantized tensor, got a float32 tensor (quantize it first)",
  ],
  [
    "channels",
    () => ops.relu(channels([2, 2], 1)),
    "relu: x: wanted a per-tensor quantized tensor, got one with perChannelAffine(qint8, 2 channels on axis 1)",
  ],
  ["bounds", () => ops.clamp(image, 2, 1), "clamp: max: wanted a number of at least min 2, got 1"],
  ["a bound", () => ops.clamp(image, Number.NaN, 1), "clamp: min: wanted a number, got NaN"],
  ["no parameters", () => ops.add(image, image, {} as any), "add: scale: wanted a finite number > 0, got undefined"],
  [
    "a scale",
    () => ops.add(image, image, { scale: -1, zeroPoint: 0 }),
    "add: scale: wanted a finite number > 0, got -1",
  ],
  [
    "a zero point",
    () => ops.add(image, image, { scale: 1, zeroPoint: 256 }),
    "add: zeroPoint: wanted an integer from 0 to 255 (quint8), got 256",
  ],
  [
    "a quantizer",
    () => ops.add(image, image, { quantizer: new PerTensorAffineQuantizer(1, 0, "qint8") }),
    "add: quantizer: wanted one of the dtype quint8, got qint8",
  ],
  ["dtypes", () => ops.add(image, i8([1, 2, 4, 4]), to), "add: y: wanted a tensor of quint8, like x, got qint8"],
  [
    "shapes",
    () => ops.mul(image, u8([3]), to),
    "mul: y: wanted a shape that broadcasts with x's [1, 2, 4, 4], got [3]",
  ],
  [
    "a ratio",
    () => ops.add(u8([1], 300), u8([1]), to),
    'add: scale: wanted a result scale that both scales are 2^-14 to 2^8 times of (or engine: "none"), got 1 for 300 and 0.5',
  ],
  [
    "an engine",
    () => ops.add(image, image, { ...to, engine: "x" as any }),
    'add: engine: wanted "qnnpack" or "none", got x',
  ],
  ["32 bits", () => ops.mul(i32([1]), i32([1]), to), "mul: x: wanted a tensor of quint8 or qint8, got qint32"],
  ["a list", () => ops.cat([]), "cat: xs: wanted a list of at least one tensor, got []"],
  [
    "shapes to join",
    () => ops.cat([image, u8([1, 2, 4, 5])], { dim: 1 }),
    "cat: xs[1]: wanted the shape of xs[0], [1, 2, 4, 4], but for dimension 1, got [1, 2, 4, 5]",
  ],
  ["a dimension", () => ops.cat([image], { dim: 4 }), "cat: dim: wanted an integer from -4 to 3, got 4"],
  [
    "dtypes to join",
    () => ops.cat([image, i8([1, 2, 4, 4])]),
    "cat: xs[1]: wanted a tensor of quint8, like xs[0], got qint8",
  ],
  [
    "weights",
    () => ops.linear(u8([2, 3]), floatTensor([[1]]) as any, null, to),
    "linear: weight: wanted a quantized tensor with values (weights are constants), got FloatTensor",
  ],
  [
    "the weights' shape",
    () => ops.conv2d(image, i8([2, 3]), null, to),
    "conv2d: weight: wanted a tensor of shape [O, C / groups, KH, KW], got [2, 3]",
  ],
  [
    "the weights' dtype",
    () => ops.linear(u8([1, 2]), makePerTensorQuantizedTensor(intTensor(new Int32Array(2), [1, 2]), 1, 0), null, to),
    "linear: weight: wanted a tensor of qint8 or quint8, got qint32",
  ],
  [
    "the weights' axis",
    () => ops.conv2d(image, channels([2, 2, 1, 1], 1), null, to),
    "conv2d: weight: wanted channels on axis 0, that of the outputs, got axis 1",
  ],
  [
    "features",
    () => ops.linear(u8([2, 3]), i8([4, 2]), null, to),
    "linear: x: wanted 2 features in its last dimension, as weight [4, 2] takes, got [2, 3]",
  ],
  [
    "a bias",
    () => ops.linear(u8([2, 3]), i8([4, 3]), [1, 2], to),
    "linear: bias: wanted shape [4], a number for each output channel, got [2]",
  ],
  [
    "a finite bias",
    () => ops.linear(u8([2, 3]), i8([1, 3]), [Number.NaN], to),
    "linear: bias: wanted finite numbers, got NaN",
  ],
  [
    "a bias of numbers",
    () => ops.linear(u8([2, 3]), i8([1, 3]), "3" as any, to),
    "linear: bias: wanted float32 numbers, or null, got 3",
  ],
  [
    "an image",
    () => ops.conv2d(u8([2, 4, 4]), i8([2, 2, 1, 1]), null, to),
    "conv2d: x: wanted a tensor of shape [N, C, H, W], got [2, 4, 4]",
  ],
  [
    "channels of x",
    () => ops.conv2d(image, i8([2, 3, 1, 1]), null, to),
    "conv2d: x: wanted 3 channels (weight [2, 3, 1, 1] in 1 groups), got 2 channels",
  ],
  [
    "groups",
    () => ops.conv2d(image, i8([3, 1, 1, 1]), null, { ...to, groups: 2 }),
    "conv2d: groups: wanted a divisor of weight's 3 output channels, got 2",
  ],
  [
    "a stride",
    () => ops.conv2d(image, i8([2, 2, 1, 1]), null, { ...to, stride: 0 }),
    "conv2d: stride: wanted an integer >= 1 or two of them [height, width], got 0",
  ],
  [
    "a kernel",
    () => ops.conv2d(image, i8([2, 2, 3, 5]), null, to),
    "conv2d: weight: wanted a kernel width of 1 to 4 with its dilation (x padded), got 5",
  ],
  [
    "a pool's kernel",
    () => ops.maxPool2d(image, 5),
    "maxPool2d: kernel: wanted a height of at most 4 with its dilation (x padded), got 5",
  ],
  [
    "a pool's padding",
    () => ops.avgPool2d(image, 2, { padding: 2 }),
    "avgPool2d: padding: wanted at most half of the kernel [2, 2], got [2, 2]",
  ],
  [
    "a divisor on qnnpack",
    () => ops.avgPool2d(image, 2, { divisorOverride: 3 }),
    'avgPool2d: divisorOverride: wanted no divisor with engine "qnnpack" (or engine: "none"), got 3',
  ],
  [
    "a divisor",
    () => ops.avgPool2d(image, 2, { divisorOverride: 0, engine: "none" }),
    "avgPool2d: divisorOverride: wanted an integer other than 0, got 0",
  ],
  [
    "padding that does not count on qnnpack",
    () => ops.avgPool2d(image, 3, { padding: 1, countIncludePad: false }),
    'avgPool2d: countIncludePad: wanted true where engine "qnnpack" pads (or engine: "none"), got false',
  ],
  [
    "a memory format",
    () => ops.avgPool2d(image, 2, { memoryFormat: "nhwc" as any, engine: "none" }),
    'avgPool2d: memoryFormat: wanted "contiguous" or "channelsLast", got nhwc',
  ],
  [
    "an output size",
    () => ops.adaptiveAvgPool2d(image, 0),
    "adaptiveAvgPool2d: output: wanted an integer >= 1 or two of them [height, width], got 0",
  ],
  [
    "distinct dimensions",
    () => ops.mean(image, [1, -3]),
    "mean: dims: wanted at least one dimension, and each at most once, got [1, -3]",
  ],
  ["elements", () => ops.mean(u8([0, 3]), 0), "mean: x: wanted elements to take the mean of, got [0, 3]"],
  [
    "per-channel numbers",
    () => ops.batchNorm2d(image, [1], [1, 2], [0, 0], [1, 1], to),
    "batchNorm2d: weight: wanted 2 numbers, one for each channel, got [1]",
  ],
  [
    "variances",
    () => ops.batchNorm2d(image, [1, 1], [1, 2], [0, 0], [1, -1], to),
    "batchNorm2d: variance: wanted variances with which all factors are finite, got NaN",
  ],
  [
    "a size",
    () => ops.upsampleNearest2d(image, {} as any),
    "upsampleNearest2d: size: wanted an integer >= 1 or two of them [height, width], got undefined",
  ],
  [
    "a factor",
    () => ops.upsampleBilinear2d(image, { scaleFactor: 1.5 }),
    "upsampleBilinear2d: scaleFactor: wanted an integer >= 1 or two of them [height, width], got 1.5",
  ],
  [
    "output padding",
    () => ops.convTranspose2d(image, i8([2, 1, 2, 2]), null, { ...to, outputPadding: 1 }),
    "convTranspose2d: outputPadding: wanted less than stride 1,1 or dilation 1,1, got [1, 1]",
  ],
  [
    "weights of a transposed convolution",
    () => ops.convTranspose2d(image, channels([2, 1, 2, 2], 0), null, to),
    "convTranspose2d: weight: wanted a per-tensor quantized tensor, got one with perChannelAffine(qint8, 2 channels on axis 0)",
  ],
  [
    "a dtype to quantize to",
    () => ops.quantize(floatTensor([1]), { ...to, dtype: "qint7" as any }),
    'quantize: dtype: wanted "quint8", "qint8" or "qint32", got qint7',
  ],
  [
    "numbers to quantize",
    () => ops.quantize("a" as any, to),
    "quantize: x: wanted float32 data (a FloatTensor, a Float32Array or nested arrays of numbers), got a",
  ],
  [
    "a slope",
    () => ops.leakyRelu(image, Number.POSITIVE_INFINITY, to),
    "leakyRelu: negativeSlope: wanted a finite number, got Infinity",
  ],
  [
    "a permutation",
    () => ops.permute(floatTensor([[1]]), [0, 0]),
    "permute: dims: wanted a permutation of 2 dimensions, got [0, 0]",
  ],
])("refuses a wrong call, naming the argument: %s", (_, run, message) => {
  let error: unknown;
  try {
    run();
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toBe(message);
});

test("a sum of 32-bit integers is the float32 one, with the conversion's limits, on wasm too", async () => {
  // f32: 2^24 + 1 is no float32, and 3e9 steps are beyond int32.
  const x = i32([1, -3, 16777217, 2147483647], 1);
  const y = i32([2, 1, 0, 2147483647], 1);
  expect([...ops.add(x, y, to).intRepr()]).toEqual([3, -2, 16777216, 2147483647]);
  expect([...ops.addRelu(x, y, to).intRepr()]).toEqual([3, 0, 16777216, 2147483647]);
  const far = new PerTensorAffineQuantizer(1, 16777217, "qint32");
  const sum = jit((s: Quantized) => ops.requantize(s, { quantizer: far }), { target: "wasm" });
  for (const v of [x, y, i32([-2147483648, 2147483647, 5, -16777218], 1)])
    expect([...(await sum(v)).intRepr()]).toEqual([...v.requantize(far).intRepr()]);
});

test("requantize is QTensor's, where a quotient of scales leaves 64 bits too", () => {
  const x = makePerTensorQuantizedTensor(intTensor(Uint8Array.of(0, 9, 10, 11, 255)), 1e15, 10);
  for (const quantizer of [
    new PerTensorAffineQuantizer(1e-12, 3, "quint8"),
    new PerTensorAffineQuantizer(3e15, 3, "qint8"),
    new PerTensorAffineQuantizer(2e6, 16777217, "qint32"),
  ]) {
    expect(ops.requantize(x, { quantizer }).equal(x.requantize(quantizer)), String(quantizer)).toBe(true);
  }
});

test("quantize takes a quantizer or parameters, per channel with values only", () => {
  const x = floatTensor([
    [0.5, 1],
    [-1, 3],
  ]);
  const perChannel = new PerChannelAffineQuantizer([0.5, 0.25], [0, 1], 1, "qint8");
  expect(quantize(x, perChannel).equal(perChannel.quantize(x))).toBe(true);
  expect([...quantize(x, { scale: 0.5, zeroPoint: 3 }).intRepr()]).toEqual([4, 5, 1, 9]);
  expect([...ops.quantize([1, 2], { scale: 0.5, zeroPoint: 3, dtype: "qint8" }).intRepr()]).toEqual([5, 7]);
  expect(() => trace((s) => quantize(s, perChannel), [x])).toThrow("wanted a PerTensorAffineQuantizer in a trace");
});

test("views stay views: moving a tensor with values copies nothing", () => {
  expect(ops.transpose(image, 1, 2).storage).toBe(image.storage);
  expect(ops.reshape(image, [-1]).storage).toBe(image.storage);
  expect(ops.flatten(channels([2, 3, 2], 0), 1).qPerChannelAxis()).toBe(0);
});

test("cat without parameters takes the first tensor's quantizer", () => {
  const joined = ops.cat([u8([2], 0.5, 10), u8([1], 1, 0)]);
  expect([...joined.intRepr(), joined.qScale(), joined.qZeroPoint()]).toEqual([20, 20, 50, 0.5, 10]);
});

test("dynamic linear is not traceable", () => {
  expect(() => trace((x) => ops.linearDynamic(x, i8([1, 2]), null) as any, [floatTensor([[1, 2]])])).toThrow(
    /ops\.test\.ts:\d+:\d+: linearDynamic: x: wanted float32 values, which the quantizer depends on, got a traced tensor/,
  );
});
