/** Imported TFLite models on labelled images: sensible answers, where the goldens' random inputs say little. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { describeModels } from "../vectors.ts";

describeModels("TFLite models on labelled images", (models) => {
  const data = join(models, "../data");
  const bytes = (...path: string[]) => readNpy(readFileSync(join(data, ...path)), path.join("/")).data as Uint8Array;
  /** A test that needs files of ../data; a skipped one that names the first missing file where they are absent. */
  const withData = (name: string, files: string[], body: () => void) => {
    const missing = files.find((f) => !existsSync(join(data, f)));
    if (missing) test.skip(`${name} skipped: no ${missing} beside the models`, () => {});
    else test(name, body);
  };

  const cifar = ["cifar10-perf200/cifar10_perf200_u8_nhwc.npy", "cifar10-perf200/cifar10_perf200_labels_u8.npy"];
  const samples = process.env.FULL ? 200 : 40;
  for (const [model, right] of Object.entries({ pretrainedResnet_quant: [34, 175], pretrainedResnet: [35, 174] })) {
    withData(`${model} names ${process.env.FULL ? right[1] : right[0]} of ${samples} CIFAR-10 images`, cifar, () => {
      const [images, labels] = cifar.map((f) => bytes(f));
      const graph = importTflite(readFileSync(join(models, `${model}.tflite`)));
      let correct = 0;
      for (let i = 0; i < samples; i++) {
        const image = images.subarray(i * 3072, (i + 1) * 3072);
        const float = graph.params[0].type.storage === "f32";
        const input = float ? Float32Array.from(image) : Int8Array.from(image, (v) => v - 128);
        const scores = Array.from(interpret(graph, [input])[0] as Float32Array);
        if (scores.indexOf(Math.max(...scores)) === labels[i]) correct++;
      }
      expect(correct).toBe(right[process.env.FULL ? 1 : 0]);
    });
  }

  const bird = ["images/bird_segmentation_513_u8_nhwc.npy", "images/bird_segmentation_mask_513_u8.npy"];
  withData("DeepLab finds the bird", bird, () => {
    const [image, mask] = bird.map((f) => bytes(f));
    const graph = importTflite(readFileSync(join(models, "deeplabv3_mnv2_dm05_pascal_quant.tflite")));
    const classes = Array.from(interpret(graph, [image])[0] as BigInt64Array, Number);
    const [birdClass, background] = [3, 0];
    const marked = classes.filter((_, i) => mask[i] === birdClass);
    const outside = classes.filter((_, i) => mask[i] === background);
    expect(marked.filter((c) => c === birdClass).length / marked.length).toBeGreaterThan(0.85);
    expect(outside.filter((c) => c === background).length / outside.length).toBeGreaterThan(0.99);
  });
});
