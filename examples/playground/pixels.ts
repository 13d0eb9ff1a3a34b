/** Pictures as values of an input: how its shape is read, how pixels become reals, and reals stored numbers. */

import type { DumpDocument } from "../../src/explorer/document.ts";
import { nodesOf, operandNames } from "../../src/explorer/groups.ts";
import { allocate, sizeOf, storages, type TypedArray } from "../../src/ir/type.ts";
import type { PortInfo } from "./messages.ts";

/** An input that takes a picture: [1, C, H, W] or [1, H, W, C] with 1 or 3 channels. */
export interface PictureShape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly channelsFirst: boolean;
}

export function pictureShape({ type: { shape } }: PortInfo): PictureShape | undefined {
  if (shape.length !== 4 || shape[0] !== 1) return undefined;
  const is = (c: number): c is 1 | 3 => c === 1 || c === 3;
  const [, a, b, c] = shape;
  if (is(c) && !(is(a) && b === c))
    return a > 3 && b > 3 ? { channels: c, height: a, width: b, channelsFirst: false } : undefined;
  return is(a) && b > 3 && c > 3 ? { channels: a, height: b, width: c, channelsFirst: true } : undefined;
}

/** From a pixel's 0..255 to the real number that the model was trained on, by channel. */
export interface Scaling {
  readonly id: string;
  readonly label: string;
  readonly range: readonly [number, number];
  real(pixel: number, channel: number): number;
}

const [mean, deviation] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];

export const scalings: readonly Scaling[] = [
  { id: "unit", label: "0 … 1 (x / 255)", range: [0, 1], real: (x) => x / 255 },
  { id: "signed", label: "−1 … 1 (x / 127.5 − 1)", range: [-1, 1], real: (x) => x / 127.5 - 1 },
  {
    id: "imagenet",
    label: "ImageNet ((x / 255 − mean) / deviation)",
    range: [-2.12, 2.64],
    real: (x, c) => (x / 255 - mean[c]) / deviation[c],
  },
  { id: "bytes", label: "0 … 255 (x)", range: [0, 255], real: (x) => x },
];

/** The range of reals that an input's quantizer spans; of a float input, that of the quantizer that it goes through first. */
export function realRange(port: PortInfo, document: DumpDocument): readonly [number, number] | undefined {
  const q = port.type.quant;
  if (q?.kind === "tensor") {
    const { min, max } = storages[port.type.storage];
    return [q.scale * (min - q.zero), q.scale * (max - q.zero)];
  }
  const nodes = nodesOf(document, 0);
  const from = new Set([port.name]);
  for (const n of nodes) {
    if (!operandNames(n).some((o) => from.has(o))) continue;
    if (n.quantizer?.scheme === "per_tensor_affine") {
      const { min, max } = storages[n.dtype as "u8"];
      return [n.quantizer.scale * (min - n.quantizer.zeroPoint), n.quantizer.scale * (max - n.quantizer.zeroPoint)];
    }
    from.add(n.name);
  }
  return undefined;
}

/** The scaling whose range is nearest to what the model takes: a guess, which the page shows and lets be changed. */
export function likelyScaling(port: PortInfo, document: DumpDocument): Scaling {
  const range = realRange(port, document);
  if (!range) return scalings[0];
  const off = ({ range: [lo, hi] }: Scaling) =>
    (Math.abs(lo - range[0]) + Math.abs(hi - range[1])) / Math.max(hi - lo, range[1] - range[0]);
  const grey = pictureShape(port)?.channels === 1;
  return scalings.filter((s) => !grey || s.id !== "imagenet").reduce((best, s) => (off(s) < off(best) ? s : best));
}

/** RGBA pixels of the input's own size as its stored numbers; grey is 0.299 R + 0.587 G + 0.114 B. */
export function fromPixels(rgba: Uint8ClampedArray, port: PortInfo, shape: PictureShape, scaling: Scaling): TypedArray {
  const { type } = port;
  const out = allocate(type.storage, sizeOf(type.shape)) as Float32Array;
  const { channels, height, width, channelsFirst } = shape;
  const area = height * width;
  const { min, max } = storages[type.storage];
  const q = type.quant?.kind === "tensor" ? type.quant : undefined;
  for (let p = 0; p < area; p++) {
    for (let c = 0; c < channels; c++) {
      const pixel =
        channels === 3 ? rgba[4 * p + c] : 0.299 * rgba[4 * p] + 0.587 * rgba[4 * p + 1] + 0.114 * rgba[4 * p + 2];
      const real = scaling.real(pixel, c);
      const stored =
        type.storage === "f32"
          ? real
          : q
            ? Math.min(max, Math.max(min, Math.round(real / q.scale) + q.zero))
            : Math.round(pixel);
      out[channelsFirst ? c * area + p : p * channels + c] = stored;
    }
  }
  return out;
}

/** Draws a picture into the middle of a canvas of the input's size, the shorter side filling it. */
export function crop(
  image: CanvasImageSource & { width: number; height: number },
  width: number,
  height: number,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const scale = Math.max(width / image.width, height / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  const g = canvas.getContext("2d")!;
  g.imageSmoothingQuality = "high";
  g.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  return canvas;
}
