/**
 * SVDF: a layer of filters that factor into one over the input and one over time. A step multiplies the input by the feature
 * filters, shifts the result into each filter's memory, weighs the memory over time and sums filters into units.
 */
import type { MakeOptions, Node } from "../../ir/graph.ts";
import { linear } from "../../ir/ops/conv.ts";
import { binary, clamp, qmul } from "../../ir/ops/elementwise.ts";
import { sum } from "../../ir/ops/pool.ts";
import { requantize } from "../../ir/ops/quant.ts";
import { concat, reshape, slice } from "../../ir/ops/shape.ts";
import type { Rescale } from "../../ir/rescale.ts";
import { type Quant, type Storage, storages } from "../../ir/type.ts";
import type { Make } from "../transposed-conv.ts";

/** A step's surroundings: rescalings of the feature sums (to the state) and of the unit sums (to the result). */
export interface SvdfStep {
  /** [batch, inputs]. */
  readonly x: Node;
  /** [batch, filters, memory]. */
  readonly state: Node;
  /** [filters, inputs]. */
  readonly feature: Node;
  /** [filters, memory]. */
  readonly time: Node;
  /** [units], plain. */
  readonly bias: Node | undefined;
  /** Filters of one unit. */
  readonly rank: number;
  /** Left out in float. */
  readonly rescale?: {
    readonly feature: Rescale;
    readonly result: Rescale;
    readonly storage: Storage;
    readonly quant: Quant;
    readonly clamp: readonly [number, number];
  };
  /** Real bounds of a float result. */
  readonly range?: readonly [number, number];
}

/** The state after a step, and the step's result [batch, units]. */
export function svdfStep(s: SvdfStep, build: Make, options: MakeOptions = {}): { state: Node; result: Node } {
  const [batch, filters, memory] = s.state.type.shape;
  const { storage, quant } = s.state.type;
  let newest = build(linear, { x: s.x, w: s.feature });
  if (s.rescale) {
    const { min, max } = storages[storage];
    newest = build(requantize, { x: newest }, { by: s.rescale.feature, clamp: [min, max] }, { storage, quant });
  }
  const column = build(reshape, { x: newest }, { shape: [batch, filters, 1] });
  const older = build(
    slice,
    { x: s.state },
    { begin: [0, 0, Math.min(1, memory - 1)], size: [batch, filters, memory - 1], step: [1, 1, 1] },
  );
  const state = build(concat, { xs: [older, column] }, { axis: [2] });
  const units = filters / s.rank;
  if (!s.rescale) {
    // Float: each filter's memory is summed first, then the units' filters onto the bias, in order.
    const weighed = build(binary, { x: state, y: s.time }, { fn: "mul" });
    const perFilter = build(sum, { x: weighed }, { axes: [2], keepDims: false });
    const filtersOf = build(reshape, { x: perFilter }, { shape: [batch, units, s.rank] });
    let total: Node | undefined = s.bias;
    for (let r = 0; r < s.rank; r++) {
      const one = build(slice, { x: filtersOf }, { begin: [0, 0, r], size: [batch, units, 1], step: [1, 1, 1] });
      const flat = build(reshape, { x: one }, { shape: [batch, units] });
      total = total ? build(binary, { x: total, y: flat }, { fn: "add" }) : flat;
    }
    return { state, result: build(clamp, { x: total! }, { range: s.range ?? [-Infinity, Infinity] }, options) };
  }
  const weighed = build(qmul, { x: state, y: s.time });
  const perUnit = build(reshape, { x: weighed }, { shape: [batch, units, s.rank * memory] });
  let sums = build(sum, { x: perUnit }, { axes: [2], keepDims: false });
  if (s.bias) sums = build(binary, { x: sums, y: s.bias }, { fn: "add" });
  const { result: by, storage: to, quant: onto, clamp: bounds } = s.rescale;
  return {
    state,
    result: build(requantize, { x: sums }, { by, clamp: bounds }, { ...options, storage: to, quant: onto }),
  };
}
