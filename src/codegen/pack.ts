/** Weights in the order in which a tile reads them. */

/** How weights [o, taps...] of a block of channels are laid out for a dot instruction. */
export interface PanelShape {
  /** Channels of the block's vectors: lanes of accumulators. */
  readonly lanes: number;
  /** Elements that one 32-bit lane multiplies. */
  readonly step: number;
  /** Bytes of a stored weight. */
  readonly bytes: 1 | 2;
  /** Whether no two weights that are multiplied as a pair may both be -128; see `probeEngine`. */
  readonly narrow?: boolean;
  /** Where products are added up in 16 bits first, what keeps them there. */
  readonly short?: Short;
}

/** Sums of 16 bits: of `steps` steps one after the other in a run, two elements each, with image bytes from 0 to `most`. */
export interface Short {
  readonly steps: number;
  readonly most: number;
}

/** A step of a panel whose weights did not fit a byte: what is left of them, to be multiplied with the same elements again. */
export interface Rest {
  readonly run: number;
  readonly step: number;
  /** [lane][element] */
  readonly weights: Int8Array;
}

/**
 * A panel, and what of its weights did not fit: of 9-bit weights and narrow pairs in panels of bytes, or what sums of 16 bits
 * have no room for.
 */
export interface Panel {
  readonly bytes: Uint8Array;
  readonly rests: readonly Rest[];
}

/**
 * The panel of `channels`: [run][step][lane][element]. `runs` lists, for each run of consecutive elements of the image, the
 * index of the first weight within a channel; a run's tail is filled with zeros.
 */
export function makePanel(
  shape: PanelShape,
  weights: Int16Array,
  perChannel: number,
  channels: readonly number[],
  runs: readonly number[],
  runLength: number,
): Panel {
  const steps = Math.ceil(runLength / shape.step);
  const perStep = shape.lanes * shape.step;
  const values = new Int16Array(runs.length * steps * perStep);
  const { step } = shape;
  let least = 0;
  let most = 0;
  for (let lane = 0; lane < channels.length; lane++) {
    for (let run = 0; run < runs.length; run++) {
      const from = channels[lane] * perChannel + runs[run];
      let to = run * steps * perStep + lane * step;
      for (let k = 0; k < runLength; k += step, to += perStep) {
        const count = Math.min(step, runLength - k);
        for (let e = 0; e < count; e++) {
          const w = weights[from + k + e];
          values[to + e] = w;
          if (w < least) least = w;
          else if (w > most) most = w;
        }
      }
    }
  }
  if (shape.bytes === 2) return { bytes: new Uint8Array(values.buffer), rests: [] };
  const { short } = shape;
  const narrow = shape.narrow === true && least <= -128 && hasLowPair(values);
  const fits = !short || short.steps * 2 * Math.max(most, -least) * short.most <= 32767;
  if (fits && !narrow && least >= -128 && most <= 127)
    return { bytes: new Uint8Array(new Int8Array(values).buffer), rests: [] };
  const bytes = new Int8Array(values.length);
  const group = short?.steps ?? 1;
  for (let run = 0; run < runs.length; run++) {
    for (let s = 0; s < steps; s += group) {
      const [from, to] = [s, Math.min(steps, s + group)].map((at) => (run * steps + at) * perStep);
      bytes.set(takeBytes(values.subarray(from, to), perStep, shape), from);
    }
  }
  const rests: Rest[] = [];
  for (let s = 0; s < runs.length * steps; s++) {
    const left = values.subarray(s * perStep, (s + 1) * perStep);
    while (left.some((v) => v !== 0)) {
      rests.push({ run: Math.floor(s / steps), step: s % steps, weights: takeBytes(left, perStep, shape) });
    }
  }
  return { bytes: new Uint8Array(bytes.buffer), rests };
}

/**
 * The part of each value that fits a signed byte (or, of narrow pairs, one of them -127), or sums of 16 bits over all steps that
 * are given; the values are left with the rest.
 */
function takeBytes(values: Int16Array, perStep: number, { short, narrow }: PanelShape): Int8Array {
  const taken = new Int8Array(values.length);
  const take = (i: number, below: number, above: number): number => {
    taken[i] = Math.max(below, Math.min(above, values[i]));
    values[i] -= taken[i];
    return taken[i];
  };
  if (!short) {
    for (let i = 0; i < values.length; i++) take(i, narrow && i % 2 === 1 && taken[i - 1] === -128 ? -127 : -128, 127);
    return taken;
  }
  // Room of each sign: a sum of some of the products is never further out than that of all of one sign.
  for (let pair = 0; pair < perStep; pair += 2) {
    let above = Math.floor(32767 / Math.max(1, short.most));
    let below = Math.ceil(-32768 / Math.max(1, short.most));
    for (let i = pair; i < values.length; i += i % 2 ? perStep - 1 : 1) {
      const w = take(i, Math.max(-128, below), Math.min(127, above));
      if (w > 0) above -= w;
      else below -= w;
    }
  }
  return taken;
}

/** Whether two weights that are multiplied as a pair are both -128. */
function hasLowPair(values: Int16Array): boolean {
  for (let i = 0; i < values.length; i += 2) if (values[i] === -128 && values[i + 1] === -128) return true;
  return false;
}

/** A panel of 16-bit weights less `above` as bytes, which they fit. */
export function lowBytes({ buffer, byteOffset, byteLength }: Uint8Array, above: number): Uint8Array {
  const values = new Int16Array(buffer, byteOffset, byteLength / 2);
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = values[i] - above;
  return bytes;
}

/** Bytes of a panel. */
export const panelBytes = (shape: PanelShape, runs: number, runLength: number): number =>
  runs * Math.ceil(runLength / shape.step) * shape.step * shape.lanes * shape.bytes;
