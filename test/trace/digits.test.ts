/** The digits net through nn: every layer's integers as PyTorch gave them, eagerly, traced, and in the pipeline's result. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { interpret, jit, load, nn, ops, parse, print, type Quantized, runPipeline, trace } from "../../src/index.ts";
import { formTensor, intTensor, PerTensorAffineQuantizer, type QTensor } from "../../src/tensor/index.ts";

class Block extends nn.Module {
  depthwise: nn.Conv2d;
  relu6 = new nn.ReLU6();
  pointwise: nn.Conv2d;
  add = new nn.QFunctional();

  constructor(channels: number) {
    super();
    this.depthwise = new nn.Conv2d(channels, channels, 3, { padding: 1, groups: channels });
    this.pointwise = new nn.Conv2d(channels, channels, 1);
  }

  forward<T extends Quantized>(x: T, see: See = () => {}): T {
    const y = tap(see, this.depthwise, x);
    return seen(see, this.add.name!, this.add.addRelu(x, tap(see, this.pointwise, tap(see, this.relu6, y))));
  }
}

class Digits extends nn.Module {
  quant = new nn.Quantize();
  conv1 = new nn.ConvReLU2d(1, 16, 3, { padding: 1 });
  conv2 = new nn.ConvReLU2d(16, 32, 3, { stride: 2, padding: 1 });
  block1 = new Block(32);
  maxpool = new nn.MaxPool2d(2);
  conv3 = new nn.ConvReLU2d(32, 64, 3, { padding: 1 });
  block2 = new Block(64);
  avgpool = new nn.AvgPool2d(7);
  flatten = new nn.Flatten();
  fc = new nn.Linear(64, 10);

  forward<T extends Quantized>(x: T, see: See = () => {}): T {
    const front = tap(see, this.conv2, tap(see, this.conv1, x));
    const middle = tap(see, this.maxpool, this.block1.forward(front, see));
    const back = this.block2.forward(tap(see, this.conv3, middle), see);
    return tap(see, this.fc, tap(see, this.flatten, tap(see, this.avgpool, back)));
  }
}

type See = (name: string, value: Quantized) => void;

function seen<T extends Quantized>(see: See, name: string, value: T): T {
  see(name, value);
  return value;
}
const tap = <T extends Quantized>(see: See, module: nn.Module, x: T): T =>
  seen(see, module.name!, module.forward(x) as T);

const path = (name: string) => new URL(`../../${name}`, import.meta.url);
const state = load(readFileSync(path("examples/digits/weights.safetensors")));
const { layers } = JSON.parse(readFileSync(path("test/vectors/digits/layers.json"), "utf8")) as {
  layers: { name: string; shape: number[]; scale: number; zeroPoint: number; data: string }[];
};

const net = new Digits().load(state);
const values = layers.map(({ shape, scale, zeroPoint, data }) =>
  formTensor(
    intTensor(new Uint8Array(Buffer.from(data, "base64")), shape),
    new PerTensorAffineQuantizer(scale, zeroPoint, "quint8"),
  ),
);
const [image] = values;

test("every layer eagerly", () => {
  const got = new Map<string, QTensor>([["quant", net.quant.forward(image.dequantize())]]);
  net.forward(image, (name, value) => got.set(name, value as QTensor));
  expect([...got.keys()].sort()).toEqual(layers.map((l) => l.name).sort());
  layers.forEach(({ name }, i) => {
    expect(got.get(name)!.equal(values[i]), name).toBe(true);
  });
});

const graph = trace((x) => net.forward(x), [image], { name: "digits" });
const wanted = values.at(-1)!.intRepr();

test("traced, printed and parsed, and after the pipeline", () => {
  const inputs = [image.intRepr()];
  expect(interpret(graph, inputs)).toEqual([wanted]);
  expect(interpret(parse(print(graph)), inputs)).toEqual([wanted]);
  expect(interpret(runPipeline(graph), inputs)).toEqual([wanted]);
  expect(print(graph)).toContain("%block1.depthwise.sums");
});

test("jit from float32 pixels to float32 logits", async () => {
  const classify = jit((x) => ops.dequantize(net.forward(net.quant.forward(x))));
  const logits = await classify(image.dequantize());
  expect(logits).toEqual(values.at(-1)!.dequantize());
  expect(logits.data.indexOf(Math.max(...logits.data))).toBe(2);
});
