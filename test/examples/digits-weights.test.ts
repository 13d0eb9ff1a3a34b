/** The digits model's files agree with each other and with the images. tools/digits makes them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { QTensor } from "../../src/tensor/qtensor.ts";
import { PerTensorAffineQuantizer } from "../../src/tensor/quantizer.ts";
import { load } from "../../src/tensor/safetensors.ts";
import { FloatTensor, IntTensor } from "../../src/tensor/tensor.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root));
const weights = load(read("examples/digits/weights.safetensors"));
const expected = JSON.parse(read("examples/digits/expected.json").toString());
const vectors = JSON.parse(read("test/vectors/digits/layers.json").toString());
const pixels = 28 * 28;

/** A digit's images, one after another. */
const digitData = (digit: number): number[] =>
  createRequire(import.meta.url)(`mnist/src/digits/${digit}.json`).data as number[];

/** Scale and zero point of a module's output. */
function qparams(module: string): [number, number] {
  const scale = weights.get(`${module}.scale`);
  const zeroPoint = weights.get(`${module}.zero_point`);
  if (!(scale instanceof FloatTensor) || !(zeroPoint instanceof IntTensor)) throw new Error(`${module}: no qparams`);
  return [scale.item(), Number(zeroPoint.data[0])];
}

test("every weight loads as a qint8 tensor, symmetric per output channel, with a float bias", () => {
  const shapes: Record<string, number[]> = {
    conv1: [16, 1, 3, 3],
    conv2: [32, 16, 3, 3],
    "block1.depthwise": [32, 1, 3, 3],
    "block1.pointwise": [32, 32, 1, 1],
    conv3: [64, 32, 3, 3],
    "block2.depthwise": [64, 1, 3, 3],
    "block2.pointwise": [64, 64, 1, 1],
    fc: [10, 64],
  };
  for (const [module, shape] of Object.entries(shapes)) {
    const weight = weights.get(`${module}.weight`) as QTensor;
    expect(weight, module).toBeInstanceOf(QTensor);
    expect(weight.shape).toEqual(shape);
    expect(String(weight.quantizer())).toBe(`perChannelAffine(qint8, ${shape[0]} channels on axis 0)`);
    const bias = weights.get(`${module}.bias`) as FloatTensor;
    expect(bias, module).toBeInstanceOf(FloatTensor);
    expect(bias.shape).toEqual([shape[0]]);
  }
  expect(weights.size).toBe(4 * Object.keys(shapes).length + 2 * ["quant", "block1.add", "block2.add"].length);
});

test("output quantizers in the weights are those PyTorch's layers reported", () => {
  for (const { name, scale, zeroPoint } of vectors.layers) {
    if (weights.has(`${name}.scale`)) expect(qparams(name), name).toEqual([scale, zeroPoint]);
  }
});

test("the split's bounds cover every image, and the sample's pixels quantize to PyTorch's integers", () => {
  const { bounds, counts } = expected.split as { bounds: number[][]; counts: Record<string, number> };
  const totals = [0, 0, 0];
  let sample: number[] = [];
  bounds.forEach(([train, validation, end], digit) => {
    const data = digitData(digit);
    expect(data.length).toBe(end * pixels);
    expect([train, validation]).toEqual([Math.floor((end * 75) / 100), Math.floor((end * 80) / 100)]);
    const index = vectors.sample - totals[2];
    if (index >= 0 && index < end - validation) {
      expect(digit).toBe(vectors.label);
      sample = data.slice((validation + index) * pixels, (validation + index + 1) * pixels);
    }
    totals[0] += train;
    totals[1] += validation - train;
    totals[2] += end - validation;
  });
  expect(totals).toEqual([counts.train, counts.validation, counts.test]);
  const quantized = new PerTensorAffineQuantizer(...qparams("quant"), "quint8").quantize(Float32Array.from(sample));
  expect([...quantized.ints()]).toEqual([...Buffer.from(vectors.layers[0].data, "base64")]);
  expect([...quantized.ints()]).toEqual(sample.map((v) => Math.round(v * 255)));
});

test("the recorded classes, rows and accuracy belong together", () => {
  const { classes, outputs } = expected.test;
  const labels = (expected.split.bounds as number[][])
    .map(([, validation, end], digit) => String(digit).repeat(end - validation))
    .join("");
  expect(classes.length).toBe(labels.length);
  expect([...labels].filter((label, i) => classes[i] === label).length).toBe(expected.accuracy.int8.correct);
  for (const { index, values } of outputs.rows) {
    expect(values.indexOf(Math.max(...values)), `test image ${index}`).toBe(Number(classes[index]));
  }
});
