import { expect, test } from "vitest";
import {
  type AnyTensor,
  ArgumentError,
  FloatTensor,
  floatTensor,
  IntTensor,
  intTensor,
  load,
  makePerTensorQuantizedTensor,
  nn,
  ops,
  print,
  type QTensor,
  quantizePerTensor,
  save,
  trace,
} from "../../src/index.ts";

const scalar = (v: number) => new FloatTensor([], Float32Array.of(v));
const whole = (v: number) => new IntTensor(BigInt64Array.of(BigInt(v)), []);
const weight = (shape: number[]): QTensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return makePerTensorQuantizedTensor(
    intTensor(
      Int8Array.from({ length: n }, (_, i) => ((i * 7) % 11) - 5),
      shape,
    ),
    0.25,
    0,
  );
};
const module_ = (prefix: string, shape: number[], scale: number, zero: number): Record<string, AnyTensor> => ({
  [`${prefix}.weight`]: weight(shape),
  [`${prefix}.bias`]: floatTensor(Array.from({ length: shape[0] }, (_, i) => i / 4)),
  [`${prefix}.scale`]: scalar(scale),
  [`${prefix}.zero_point`]: whole(zero),
});

const state = (): Record<string, AnyTensor> => ({
  "0.scale": new FloatTensor([1], Float32Array.of(0.5)),
  "0.zero_point": new IntTensor(BigInt64Array.of(3n), [1]),
  ...module_("1", [4, 2, 3, 3], 0.5, 7),
  ...module_("6", [3, 16], 2, 50),
});

const net = () =>
  new nn.Sequential(
    new nn.Quantize(),
    new nn.ConvReLU2d(2, 4, 3, { padding: 1, stride: 2 }),
    new nn.ReLU6(),
    new nn.Identity(),
    new nn.Dropout(),
    new nn.Flatten(),
    new nn.Linear(16, 3),
    new nn.DeQuantize(),
  );

const pixels = new FloatTensor(
  [1, 2, 4, 4],
  Float32Array.from({ length: 32 }, (_, i) => Math.sin(i) * 20),
);

test("a sequence loads, and runs as its ops do", () => {
  const wanted = () => {
    const s = state();
    const at = (scale: number, zeroPoint: number) => ({ scale, zeroPoint });
    const x = quantizePerTensor(pixels, 0.5, 3, "quint8");
    const conv = { ...at(0.5, 7), padding: 1, stride: 2 };
    const y = ops.relu6(ops.conv2dRelu(x, s["1.weight"] as QTensor, s["1.bias"] as FloatTensor, conv));
    return ops.linear(y.flatten(1), s["6.weight"] as QTensor, s["6.bias"] as FloatTensor, at(2, 50)).dequantize();
  };
  const model = net().load(load(save(state())));
  expect(model.forward(pixels)).toEqual(wanted());
  const text = print(
    trace((x) => model.forward(x), [pixels]),
    { data: false },
  );
  expect(text).toContain("%1.sums");
  expect(text).toContain("%6: u8[1,3]<2:50> = requantize");
});

const without = (key: string) => {
  const s = state();
  delete s[key];
  return s;
};

test.each<[string, Record<string, AnyTensor>, string]>([
  [
    "a weight",
    without("1.weight"),
    "1.weight: wanted a quantized tensor under this key of the state dictionary, got nothing",
  ],
  ["a bias", without("6.bias"), "6.bias: wanted a float32 tensor under this key of the state dictionary, got nothing"],
  [
    "a scale",
    without("0.scale"),
    "0.scale: wanted a tensor of one number under this key of the state dictionary, got nothing",
  ],
  [
    "a quantized weight",
    { ...state(), "1.weight": floatTensor([1]) },
    "1.weight: wanted a quantized tensor, got FloatTensor",
  ],
  ["a weight's shape", { ...state(), "6.weight": weight([3, 15]) }, "6.weight: wanted shape [3, 16], got [3, 15]"],
  ["a bias's shape", { ...state(), "6.bias": floatTensor([1]) }, "6.bias: wanted shape [3], got [1]"],
  [
    "a number",
    { ...state(), "6.scale": floatTensor([1, 2]) },
    "6.scale: wanted a tensor of one number, got FloatTensor",
  ],
  ["no other key", { ...state(), "2.scale": scalar(1) }, "state: wanted only keys that the modules have, got 2.scale"],
])("load wants %s", (_, wrong, message) => {
  let error: unknown;
  try {
    net().load(wrong);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toBe(message);
});

test("a prefix, and keys of other modules under strict: false", () => {
  const linear = new nn.Linear(16, 3).load(state(), "6", { strict: true });
  expect([linear.scale, linear.zeroPoint, linear.name, linear.weight.shape]).toEqual([2, 50, "6", [3, 16]]);
  expect(() => new nn.Quantize().load({ scale: scalar(1), zero_point: whole(3), more: scalar(1) })).toThrow("got more");
  const quantize = new nn.Quantize().load({ scale: scalar(1), zero_point: whole(3), more: scalar(1) }, "", {
    strict: false,
  });
  expect([quantize.scale, quantize.zeroPoint]).toEqual([1, 3]);
});

test("modules without weights do what their ops do", () => {
  const x = makePerTensorQuantizedTensor(
    intTensor(
      Uint8Array.from({ length: 32 }, (_, i) => i * 8),
      [1, 2, 4, 4],
    ),
    0.1,
    60,
  );
  const to = { scale: 0.3, zeroPoint: 5 };
  const pairs: [QTensor, QTensor][] = [
    [new nn.ReLU().forward(x), ops.relu(x)],
    [new nn.MaxPool2d(2, { padding: 1 }).forward(x), ops.maxPool2d(x, 2, { padding: 1 })],
    [new nn.AvgPool2d([2, 1], { stride: 1 }).forward(x), ops.avgPool2d(x, [2, 1], { stride: 1 })],
    [new nn.AdaptiveAvgPool2d([1, null]).forward(x), ops.adaptiveAvgPool2d(x, [1, 4])],
    [new nn.Sigmoid().forward(x), ops.sigmoid(x)],
    [new nn.Hardswish(0.3, 5).forward(x), ops.hardswish(x, to)],
    [new nn.Hardsigmoid().forward(x), ops.hardsigmoid(x)],
    [new nn.LeakyReLU(0.3, 5, 0.2).forward(x), ops.leakyRelu(x, 0.2, to)],
    [new nn.Add(0.3, 5).forward(x, x), ops.add(x, x, to)],
    [new nn.Add(0.3, 5, { relu: true }).forward(x, x), ops.addRelu(x, x, to)],
    [new nn.QFunctional(0.3, 5).add(x, x), ops.add(x, x, to)],
    [new nn.QFunctional(0.3, 5).mul(x, x), ops.mul(x, x, to)],
    [new nn.QFunctional(0.3, 5).mulRelu(x, x), ops.mulRelu(x, x, to)],
    [new nn.QFunctional(0.3, 5).cat([x, x], 1), ops.cat([x, x], { ...to, dim: 1 })],
  ];
  for (const [i, [a, b]] of pairs.entries()) expect(a.equal(b), `pair ${i}`).toBe(true);
});

test("wrong use of modules", () => {
  expect(() => new nn.Linear(2, 3).forward(quantizePerTensor([[1, 2]], 1, 0, "quint8"))).toThrow(
    "weight: wanted weights, given by load or setWeightBias, got nothing",
  );
  expect(() => new nn.Conv2d(4, 6, 3, { groups: 4 })).toThrow(
    "groups: wanted a divisor of the 6 output channels, got 4",
  );
  expect(() => new nn.Linear(0, 3)).toThrow("inFeatures: wanted an integer >= 1, got 0");
  expect(() => new nn.Linear(2, 3).setWeightBias(weight([3, 3]))).toThrow("weight: wanted shape [3, 2], got [3, 3]");
  expect(() => new nn.Sequential(5 as any)).toThrow("modules: wanted modules, got 5");
  expect(() => new nn.QFunctional().forward()).toThrow("forward: wanted a call of add");
  const conv = new nn.Conv2d(1, 1, 1, { bias: false }).setWeightBias(weight([1, 1, 1, 1]));
  conv.scale = Number.NaN;
  expect(() => conv.forward(quantizePerTensor([[[[1]]]], 1, 0, "quint8"))).toThrow(
    "scale: wanted a finite number > 0, got NaN",
  );
});
