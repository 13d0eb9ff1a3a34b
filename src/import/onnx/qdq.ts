/**
 * Groups of dequantize, float operator and quantize that mean one integer operator: what ONNX Runtime fuses (profile `ort`),
 * or what PyTorch ran before export (profile `pytorch`). Values between stay float nodes as well, for other readers; what
 * nobody reads is not part of the graph. Groups that are not here run as written.
 */
import type { Node } from "../../ir/graph.ts";
import { dequantize, quantizeRules } from "../../ir/ops/quant.ts";
import { clamp as limit } from "../../ir/rescale.ts";
import { type PerTensor, storages, type TensorType } from "../../ir/type.ts";
import { inverseScale } from "../../tensor/arith.ts";
import type { Operator } from "./context.ts";
import type { Numerics } from "./model.ts";

/** What a group's quantize wants: the quantizer, the storage, and the stored values that its range and activations leave. */
export interface Target {
  readonly storage: "i8" | "u8" | "i16" | "u16";
  readonly quant: PerTensor;
  readonly clamp: readonly [number, number];
}

/** The quantized value behind a dequantized one. */
export function quantizedBehind(node: Node): Node | undefined {
  return node.op === dequantize ? node.in.x : undefined;
}

/** The same for a value with one scale and zero point. */
export function perTensorBehind(node: Node): (Node & { type: TensorType & { quant: PerTensor } }) | undefined {
  const q = quantizedBehind(node);
  return q?.type.quant?.kind === "tensor" ? (q as Node & { type: TensorType & { quant: PerTensor } }) : undefined;
}

/** The operator that makes input `i`, if nothing else reads that value. */
export function onlyReader(op: Operator, i: number): Operator | undefined {
  const from = op.value(i).from;
  return from && op.model.uses.get(op.inputs[i]) === 1 ? from : undefined;
}

/** A real number on the target's quantizer, by the profile's quantize. */
export function storedBound(v: number, { storage, quant: { scale, zero } }: Target, numerics: Numerics): number {
  const { min, max } = storages[storage];
  const q =
    numerics === "pytorch" ? quantizeRules.recip_even(v, inverseScale(scale)) : quantizeRules.div_even(v, scale);
  return limit(q + zero, min, max);
}

/** How an operator of type `type` becomes an integer one; undefined where it does not. */
export type Fusion = (core: Operator, target: Target, quantize: Operator) => Node | undefined;

/**
 * The integer node of the group that ends in `quantize`, whose result is to be `target`; undefined if there is none. An
 * activation before the quantize becomes its bounds.
 */
export function fused(quantize: Operator, target: Target, fusions: Readonly<Record<string, Fusion>>): Node | undefined {
  let core = onlyReader(quantize, 0);
  let bounds: readonly [number, number] | undefined = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (core && (core.type === "Relu" || core.type === "Clip")) {
    bounds = activationBounds(core);
    core = onlyReader(core, 0);
  }
  if (!core || !bounds || core.domain !== "") return undefined;
  const clamp = withBounds(target, bounds, quantize.model.numerics === "ort");
  const fusion = Object.hasOwn(fusions, core.type) ? fusions[core.type] : undefined;
  return clamp && fusion?.(core, { ...target, clamp }, quantize);
}

/** The real bounds of Relu or Clip, if they are known. */
function activationBounds(op: Operator): readonly [number, number] | undefined {
  if (op.type === "Relu") return [0, Number.POSITIVE_INFINITY];
  return op.model.values.get(op.outputs[0])?.node.attrs.range;
}

/**
 * The target's clamp with real bounds applied. ONNX Runtime drops activations that the quantizer's range implies, and does
 * not fuse around others (undefined).
 */
function withBounds(
  target: Target,
  [low, high]: readonly [number, number],
  implied: boolean,
): readonly [number, number] | undefined {
  const {
    quant,
    clamp: [lo, hi],
  } = target;
  if (implied) {
    const real = (q: number): number => Math.fround(Math.fround(q - quant.zero) * quant.scale);
    return low <= real(lo) && real(hi) <= high ? [lo, hi] : undefined;
  }
  return [Math.max(lo, storedBound(low, target, "pytorch")), Math.min(hi, storedBound(high, target, "pytorch"))];
}
