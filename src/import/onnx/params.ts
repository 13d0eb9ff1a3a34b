/** Quantization parameters as nodes state them: constants in inputs beside the data. */
import { type Channels, perAxis, perTensor, type Quant, sizeOf } from "../../ir/type.ts";
import type { Operator } from "./context.ts";
import { floats } from "./elements.ts";

/** Scales and zero points that are known at import: one each, or one for each index of `axis`. */
export interface Params {
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
  /** Undefined where there is one scale for the whole tensor. */
  readonly axis?: number;
}

/** One scale and zero point in inputs `scaleAt` and `zeroAt`. */
export function tensorParams(op: Operator, scaleAt: number, zeroAt: number): { scale: number; zero: number } {
  const { scales, zeros } = readParams(op, scaleAt, zeroAt);
  if (scales.length !== 1) op.fail(`wants one scale in input ${scaleAt}, found ${scales.length}`);
  return { scale: scales[0], zero: zeros[0] };
}

/** Scales and zero points in inputs `scaleAt` and `zeroAt`, both single or of one length; the axis is the caller's. */
export function readParams(op: Operator, scaleAt: number, zeroAt: number, axis?: number): Params {
  if (![...floats, "FLOAT8E8M0"].includes(op.element(scaleAt)))
    op.fail(`wants scales as floats, found ${op.element(scaleAt)}`);
  const scales = Array.from(op.known(scaleAt, "a scale") as Float32Array, Number);
  const given = op.has(zeroAt) ? Array.from(op.known(zeroAt, "a zero point") as Int32Array, Number) : [0];
  const bad = scales.find((s) => !(s > 0) || !Number.isFinite(s));
  if (bad !== undefined) op.fail(`wants finite scales above 0, found ${bad}`);
  if (scales.length === 0 || (given.length !== 1 && given.length !== scales.length)) {
    op.fail(`wants as many zero points as scales, found ${given.length} and ${scales.length}`);
  }
  const zeros = given.length === scales.length ? given : scales.map(() => given[0]);
  return scales.length === 1 || axis === undefined ? { scales, zeros } : { scales, zeros, axis };
}

/** The quantizer of the IR for these parameters; channels are called `name`. */
export function quantOf({ scales, zeros, axis }: Params, name: string): Quant {
  if (axis === undefined) return perTensor(scales[0], zeros[0]);
  const channels: Channels = { name, scales, zeros };
  return perAxis(channels, axis);
}

/** Whether these parameters fit a shape: as many scales as the axis has indices. */
export function checkAxis(op: Operator, { scales, axis }: Params, shape: readonly number[]): void {
  if (axis === undefined ? scales.length !== 1 : shape[axis] !== scales.length) {
    op.fail(
      `wants a scale for each index of axis ${axis ?? 0} of [${shape}], found ${scales.length} (${sizeOf(shape)} elements)`,
    );
  }
}
