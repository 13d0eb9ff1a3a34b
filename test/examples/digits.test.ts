import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { type Expected, expected, type Sample, testSet } from "../../examples/digits/data.ts";
import { type DigitsNet, loadNet } from "../../examples/digits/net.ts";
import {
  compile,
  type FloatTensor,
  floatTensor,
  interpret,
  jit,
  QTensor,
  runPipeline,
  trace,
} from "../../src/index.ts";

interface Layers {
  readonly sample: number;
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: string }[];
}

let net: DigitsNet;
let want: Expected;
let samples: Sample[];
const layers: Layers = JSON.parse(readFileSync(new URL("../vectors/digits/layers.json", import.meta.url), "utf8"));
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
const imageOf = (sample: Sample) => floatTensor({ shape: [1, 1, 28, 28], data: sample.image });

beforeAll(async () => {
  net = await loadNet();
  want = await expected();
  samples = await testSet(want);
});

const graphOf = () => trace((image) => net.forward(image), [{ shape: [1, 1, 28, 28], name: "image" }]);

test("each layer, run eagerly, gives PyTorch's integers", () => {
  const outputs = new Map(layers.layers.map((l) => [l.name, bytes(l.data)]));
  let x: QTensor | FloatTensor = imageOf(samples[layers.sample]);
  const check = (name: string, y: QTensor) => {
    expect(new Uint8Array(y.intRepr().buffer), name).toEqual(outputs.get(name));
    x = y;
    return y;
  };
  check("quant", net.quant.forward(x) as QTensor);
  check("conv1", net.conv1.forward(x as unknown as QTensor));
  const skip = check("conv2", net.conv2.forward(x as unknown as QTensor));
  check("block1.depthwise", net.block1.depthwise.forward(x as unknown as QTensor));
  check("block1.relu6", net.block1.relu6.forward(x as unknown as QTensor));
  check("block1.pointwise", net.block1.pointwise.forward(x as unknown as QTensor));
  check("block1.add", net.block1.add.forward(skip, x as unknown as QTensor));
  check("maxpool", net.maxpool.forward(x as unknown as QTensor));
  check("conv3", net.conv3.forward(x as unknown as QTensor));
});

test("the traced graph, interpreted before and after the passes, gives PyTorch's integers", () => {
  const graph = graphOf();
  const image = samples[layers.sample].image;
  const fc = bytes(layers.layers.find((l) => l.name === "fc")!.data);
  expect(interpret(graph, [image])).toEqual([fc]);
  expect(interpret(runPipeline(graph), [image])).toEqual([fc]);
});

test("compiled to wasm, all 2004 test images give PyTorch's integers", async () => {
  const program = await compile(graphOf(), { target: "wasm", features: "simd128" });
  const hash = createHash("sha256");
  let classes = "";
  for (const { image } of samples) {
    const scores = program.runSync([image])[0] as Uint8Array;
    hash.update(scores);
    classes += scores.indexOf(Math.max(...scores));
  }
  program.dispose();
  expect(classes).toBe(want.test.classes);
  expect(hash.digest("hex")).toBe(want.test.outputs.sha256);
});

test("jit runs the same function on concrete tensors and compiles it once for each signature", async () => {
  const classify = jit((image) => net.forward(image));
  const first = await classify(imageOf(samples[0]));
  const second = await classify(imageOf(samples[1500]));
  expect(classify.size).toBe(1);
  expect(first).toBeInstanceOf(QTensor);
  expect(first.equal(net.forward(imageOf(samples[0])) as QTensor)).toBe(true);
  expect(second.equal(net.forward(imageOf(samples[1500])) as QTensor)).toBe(true);
  classify.dispose();
});
