/** How far a layer's values are from their reference, collected sample by sample in constant memory. */
import { storages, type TensorType, type TypedArray } from "../ir/type.ts";

/** A class of differences: from `from` to `to` steps of the quantizer, both included; null is no bound. */
export interface Bin {
  readonly from: number | null;
  readonly to: number | null;
  readonly count: number;
}

/** What is known of a layer's error. Decibels are null where there is no error at all, and -200 at least. */
export interface ErrorSummary {
  readonly values: number;
  /** Signal to quantization noise: 10 log10 of the sum of squares of the reference over that of the error. */
  readonly sqnrDb: number | null;
  readonly cosine: number;
  readonly maxError: number;
  /** Mean of value minus reference: a shift that averaging does not take away. */
  readonly meanError: number;
  /** In steps of the quantizer (LSB); null for values without one scale. */
  readonly lsb: {
    readonly mean: number;
    readonly max: number;
    /** Part of the values that are at most one step off, from 0 to 1. */
    readonly withinOne: number;
    readonly histogram: readonly Bin[];
  } | null;
  /** For integers: values at the ends of the storage, values whose reference is more than a step beyond these, stored range. */
  readonly range: {
    readonly atLowest: number;
    readonly atHighest: number;
    readonly clipped: number;
    readonly lowest: number;
    readonly highest: number;
    readonly levels: number;
    /** The reference's range in the same steps, unlimited. */
    readonly reference: readonly [number, number];
  } | null;
}

/** Lower ends of the classes of differences, in steps. */
const edgesOfBins = [Number.NEGATIVE_INFINITY, -15, -7, -3, -2, -1, 0, 1, 2, 3, 4, 8, 16];

/** The decibels of an error on a reference that is zero throughout. */
const silence = -200;

export class ErrorStats {
  readonly #type: TensorType;
  #values = 0;
  #signal = 0;
  #noise = 0;
  #dot = 0;
  #found = 0;
  #error = 0;
  #max = 0;
  #lsbSum = 0;
  #lsbMax = 0;
  #within = 0;
  #atLowest = 0;
  #atHighest = 0;
  #clipped = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #referenceLow = Number.POSITIVE_INFINITY;
  #referenceHigh = Number.NEGATIVE_INFINITY;
  readonly #bins = new Array<number>(edgesOfBins.length).fill(0);

  /** For values of a type. */
  constructor(type: TensorType) {
    this.#type = type;
  }

  /** Takes in the values of one run: the reference, the layer's real values, and as they are stored. */
  add(reference: ArrayLike<number>, reals: ArrayLike<number>, stored: TypedArray): void {
    const { quant, storage } = this.#type;
    const step = quant?.kind === "tensor" ? quant.scale : undefined;
    const zero = quant?.kind === "tensor" ? quant.zero : 0;
    const { min, max } = storages[storage];
    this.#values += reference.length;
    for (let i = 0; i < reference.length; i++) {
      const [want, found] = [reference[i], reals[i]];
      const error = found - want;
      this.#signal += want * want;
      this.#noise += error * error;
      this.#dot += want * found;
      this.#found += found * found;
      this.#error += error;
      this.#max = Math.max(this.#max, Math.abs(error));
      if (step === undefined) continue;
      const off = error / step;
      this.#lsbSum += Math.abs(off);
      this.#lsbMax = Math.max(this.#lsbMax, Math.abs(off));
      if (Math.abs(off) <= 1) this.#within++;
      this.#bins[binOf(Math.round(off))]++;
      const q = Number(stored[i]);
      if (q === min) this.#atLowest++;
      if (q === max) this.#atHighest++;
      if (q < this.#low) this.#low = q;
      if (q > this.#high) this.#high = q;
      const exact = want / step + zero;
      if (exact < this.#referenceLow) this.#referenceLow = exact;
      if (exact > this.#referenceHigh) this.#referenceHigh = exact;
      if (exact < min - 1 || exact > max + 1) this.#clipped++;
    }
  }

  /** Decibels, as a number that compares: infinite without error. */
  get sqnr(): number {
    return this.#noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(this.#signal / this.#noise);
  }

  summary(): ErrorSummary {
    const n = Math.max(1, this.#values);
    const { quant, storage } = this.#type;
    const size = Math.sqrt(this.#signal * this.#found);
    const { min, max } = storages[storage];
    const quantized = quant?.kind === "tensor" && storage !== "f32" && this.#values > 0;
    return {
      values: this.#values,
      sqnrDb: this.#noise === 0 ? null : Math.max(this.sqnr, silence),
      cosine: size > 0 ? this.#dot / size : this.#noise === 0 ? 1 : 0,
      maxError: this.#max,
      meanError: this.#error / n,
      lsb: quantized
        ? { mean: this.#lsbSum / n, max: this.#lsbMax, withinOne: this.#within / n, histogram: this.#histogram() }
        : null,
      range: quantized
        ? {
            atLowest: this.#atLowest,
            atHighest: this.#atHighest,
            clipped: this.#clipped,
            lowest: this.#low,
            highest: this.#high,
            levels: max - min + 1,
            reference: [this.#referenceLow, this.#referenceHigh],
          }
        : null,
    };
  }

  #histogram(): Bin[] {
    return this.#bins.map((count, i) => ({
      from: i === 0 ? null : edgesOfBins[i],
      to: i + 1 < edgesOfBins.length ? edgesOfBins[i + 1] - 1 : null,
      count,
    }));
  }
}

function binOf(steps: number): number {
  let bin = edgesOfBins.length - 1;
  while (steps < edgesOfBins[bin]) bin--;
  return bin;
}
