/**
 * Sums of 16 bits of a depthwise convolution: the dots of an output are cut into parts, each added up modulo 2^16. The weights
 * and the image's range say between which bounds a part lies; where they are less than 2^16 apart, the part less the middle of
 * them is the 16-bit integer that comes out, and the middle belongs to the bias.
 */
import type { Func, Local } from "../asm.ts";
import type { Conv } from "./conv-geometry.ts";

/** The weights of a channel's dots, two each. */
export type DotWeights = (channel: number, dot: number) => readonly [number, number];

export class ShortSums {
  /** The dots of each part. */
  readonly parts: readonly (readonly number[])[];
  readonly #weights: DotWeights;
  readonly #most: number;

  /** `most` is the greatest byte of the image, which is 0 at least and 127 at most. */
  constructor(g: Conv, dots: number, weights: DotWeights, most: number) {
    this.#weights = weights;
    this.#most = most;
    const parts: number[][] = [];
    const fits = (part: readonly number[]): boolean => {
      for (let c = 0; c < g.o; c++) {
        const [least, greatest] = this.#bounds(c, part);
        if (greatest - least > 65535) return false;
      }
      return true;
    };
    for (let dot = 0; dot < dots; dot++) {
      const part = parts.find((p) => fits([...p, dot]));
      if (part) part.push(dot);
      else parts.push([dot]);
    }
    this.parts = parts;
  }

  #bounds(channel: number, part: readonly number[]): [number, number] {
    let [least, greatest] = [0, 0];
    for (const dot of part) {
      for (const w of this.#weights(channel, dot)) {
        if (w < 0) least += w * this.#most;
        else greatest += w * this.#most;
      }
    }
    return [least, greatest];
  }

  /** What is taken off a part of a channel. */
  middle(channel: number, part: number): number {
    const [least, greatest] = this.#bounds(channel, this.parts[part]);
    return Math.floor((least + greatest + 1) / 2);
  }

  /** The part that a dot belongs to. */
  partOf(dot: number): number {
    return this.parts.findIndex((p) => p.includes(dot));
  }

  /** Adds the parts of 8 channels to their two vectors of 32-bit sums. */
  emit(f: Func, parts: readonly Local[], sums: readonly Local[]): void {
    const { i8x16, i32x4 } = f.m;
    const add = (k: number, v: number): void => f.set(sums[k], i32x4.add(f.get(sums[k]), v));
    let at = 0;
    for (; at + 1 < parts.length; at += 2) {
      // Lanes of both beside each other, which one instruction adds to 32 bits.
      for (const k of [0, 1]) {
        const mask = Array.from({ length: 16 }, (_, i) => k * 8 + (i >> 2) * 2 + (i & 1) + (i & 2 ? 16 : 0));
        const both = i8x16.shuffle(f.get(parts[at]), f.get(parts[at + 1]), mask);
        add(k, i32x4.extadd_pairwise_i16x8_s(both));
      }
    }
    if (at === parts.length) return;
    add(0, i32x4.extend_low_i16x8_s(f.get(parts[at])));
    add(1, i32x4.extend_high_i16x8_s(f.get(parts[at])));
  }
}
