/** Quantization parameters as nodes state them: constants in inputs beside the data. */
import { type Channels, perAxis, perTensor, type Quant, sizeOf, type TypedArray } from "../../ir/type.ts";
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
  const element = op.element(scaleAt);
  if (!floats.includes(element) && element !== "FLOAT8E8M0") op.fail(`wants scales as floats, found ${element}`);
  const scales = scalesOf(op, op.known(scaleAt, "a scale"));
  const given = op.has(zeroAt) ? numbersOf(op.known(zeroAt, "a zero point")) : [0];
  if (scales.length === 0 || (given.length !== 1 && given.length !== scales.length)) {
    op.fail(`wants as many zero points as scales, found ${given.length} and ${scales.length}`);
  }
  const zeros = given.length === scales.length ? given : new Array<number>(scales.length).fill(given[0]);
  return scales.length === 1 || axis === undefined ? { scales, zeros } : { scales, zeros, axis };
}

function scalesOf(op: Operator, data: TypedArray): number[] {
  const list = new Array<number>(data.length);
  for (let i = 0; i < data.length; i++) {
    const s = Number(data[i]);
    if (!(s > 0 && s < Number.POSITIVE_INFINITY)) op.fail(`wants finite scales above 0, found ${s}`);
    list[i] = s;
  }
  return list;
}

/** Plain loops: channels come in ten thousands, and an import is over before the engine has compiled what it calls. */
function numbersOf(data: TypedArray): number[] {
  const list = new Array<number>(data.length);
  for (let i = 0; i < data.length; i++) list[i] = Number(data[i]);
  return list;
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
