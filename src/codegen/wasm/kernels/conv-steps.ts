/** The steps of a tile: 4 bytes of every pixel times vectors of packed weights, added to the sums. */
import type { Expr, Func, Local } from "../asm.ts";
import { dot, relaxedPairs } from "./conv-dot.ts";
import type { Tile } from "./conv-tile.ts";

/** Where steps read: addresses of the tile's first pixel and of a step's weights, and the bytes between two of either. */
export interface StepPlaces {
  readonly x: Local;
  readonly xAt: number;
  readonly pixel: number;
  readonly weights: Local;
  readonly weightsAt: number;
  readonly stepBytes: number;
}

/** Emits steps of tiles of one kind. */
export class Steps {
  readonly #f: Func;
  readonly #tile: Tile;
  /** Ones of 16 bits, where engines join multiplications by them but not additions of neighbours. */
  readonly #ones: Local | undefined;

  /** Emits what all steps share, so it has to be made before a loop. */
  constructor(f: Func, tile: Tile) {
    this.#f = f;
    this.#tile = tile;
    const { i16x8, i32 } = f.m;
    this.#ones = tile.short && tile.apart ? f.let(f.b.v128, i16x8.splat(i32.const(1))) : undefined;
  }

  /** `count` steps, one after the other in the image. */
  emit(acc: Local[][], at: StepPlaces, count: number): void {
    const group = this.#tile.short?.steps ?? 1;
    for (let s = 0; s < count; s += group) {
      const next = { ...at, xAt: at.xAt + s * 4, weightsAt: at.weightsAt + s * at.stepBytes };
      const steps = Math.min(group, count - s);
      if (!this.#tile.short) this.#one(acc, next);
      else if (group <= 2) this.#byRow(acc, next, steps);
      else this.#byStep(acc, next, steps);
    }
  }

  #weights(at: StepPlaces, step: number): Local[] {
    const f = this.#f;
    const { v128 } = f.m;
    const { nv, weightBytes, element } = this.#tile;
    const from = at.weightsAt + step * at.stepBytes;
    const extended = weightBytes < element.bytes;
    return Array.from({ length: nv }, (_, v) => {
      const load = extended ? v128.load8x8_s : v128.load;
      const [bytes, align] = extended ? [8, 8] : [16, 16];
      return f.let(f.b.v128, load(from + v * bytes, align, f.get(at.weights)));
    });
  }

  #pixel(at: StepPlaces, row: number, step: number): Local {
    const f = this.#f;
    return f.let(f.b.v128, f.m.v128.load32_splat(at.xAt + row * at.pixel + step * 4, 1, f.get(at.x)));
  }

  /** A step whose products are added up in 32 bits at once. */
  #one(acc: Local[][], at: StepPlaces): void {
    const f = this.#f;
    const weights = this.#weights(at, 0);
    acc.forEach((row, r) => {
      const x = this.#pixel(at, r, 0);
      row.forEach((sum, v) => {
        f.set(sum, dot(f, this.#tile.element, f.get(weights[v]), f.get(x), f.get(sum)));
      });
    });
  }

  /** Steps whose sums of 16 bits live for one pixel and vector only; weights stay in registers. */
  #byRow(acc: Local[][], at: StepPlaces, steps: number): void {
    const f = this.#f;
    const { m, b } = f;
    const weights = Array.from({ length: steps }, (_, s) => this.#weights(at, s));
    acc.forEach((row, r) => {
      const x = weights.map((_, s) => this.#pixel(at, r, s));
      row.forEach((sum, v) => {
        const products = x.map((pixel, s) => relaxedPairs(b, m, f.get(weights[s][v]), f.get(pixel)));
        this.#add(
          sum,
          products.reduce((a, p) => m.i16x8.add(a, p)),
        );
      });
    });
  }

  /** Steps whose sums of 16 bits have registers of their own. */
  #byStep(acc: Local[][], at: StepPlaces, steps: number): void {
    const f = this.#f;
    const { m, b } = f;
    const short = acc.map((row) => row.map(() => f.local(b.v128)));
    for (let s = 0; s < steps; s++) {
      const weights = this.#weights(at, s);
      short.forEach((row, r) => {
        const x = this.#pixel(at, r, s);
        row.forEach((sum, v) => {
          const products = relaxedPairs(b, m, f.get(weights[v]), f.get(x));
          f.set(sum, s === 0 ? products : m.i16x8.add(f.get(sum), products));
        });
      });
    }
    acc.forEach((row, r) => {
      row.forEach((sum, v) => {
        this.#add(sum, f.get(short[r][v]));
      });
    });
  }

  /** Adds neighbours of 16 bits to a sum. */
  #add(sum: Local, short: Expr): void {
    const f = this.#f;
    const { i32x4 } = f.m;
    const wide = this.#ones ? i32x4.dot_i16x8_s(short, f.get(this.#ones)) : i32x4.extadd_pairwise_i16x8_s(short);
    f.set(sum, i32x4.add(f.get(sum), wide));
  }
}
