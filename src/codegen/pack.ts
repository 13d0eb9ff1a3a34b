/** Weights in the order in which a tile reads them. */

/** How weights [o, taps...] of a block of channels are laid out for a dot instruction. */
export interface PanelShape {
  /** Channels of the block's vectors: lanes of accumulators. */
  readonly lanes: number;
  /** Elements that one 32-bit lane multiplies. */
  readonly step: number;
  /** Bytes of a stored weight. */
  readonly bytes: 1 | 2;
}

/** A step of a panel whose weights did not fit a byte: what is left of them, to be multiplied with the same elements again. */
export interface Rest {
  readonly run: number;
  readonly step: number;
  /** [lane][element] */
  readonly weights: Int8Array;
}

/**
 * Writes the panel of `channels` at `at`: [run][step][lane][element]. `runs` lists, for each run of consecutive elements
 * of the image, the index of the first weight within a channel; a run's tail is filled with zeros. Returns what of the
 * weights did not fit (nothing, but for 9-bit weights in panels of bytes).
 */
export function writePanel(
  view: DataView,
  at: number,
  shape: PanelShape,
  weights: Int16Array,
  perChannel: number,
  channels: readonly number[],
  runs: readonly number[],
  runLength: number,
): Rest[] {
  const steps = Math.ceil(runLength / shape.step);
  const rests: Rest[] = [];
  const values = new Int16Array(shape.lanes * shape.step);
  runs.forEach((first, run) => {
    for (let s = 0; s < steps; s++) {
      channels.forEach((channel, lane) => {
        for (let e = 0; e < shape.step; e++) {
          const k = s * shape.step + e;
          values[lane * shape.step + e] = k < runLength ? weights[channel * perChannel + first + k] : 0;
        }
      });
      if (shape.bytes === 2) for (const v of values) view.setInt16((at += 2) - 2, v, true);
      else {
        for (const v of takeBytes(values)) view.setInt8(at++, v);
        while (values.some((v) => v !== 0)) rests.push({ run, step: s, weights: takeBytes(values) });
      }
    }
  });
  return rests;
}

/** The part of each value that fits a signed byte; the values are left with the rest. */
function takeBytes(values: Int16Array): Int8Array {
  const taken = new Int8Array(values.length);
  values.forEach((v, i) => {
    taken[i] = Math.max(-128, Math.min(127, v));
    values[i] -= taken[i];
  });
  return taken;
}

/** Bytes of a panel. */
export const panelBytes = (shape: PanelShape, runs: number, runLength: number): number =>
  runs * Math.ceil(runLength / shape.step) * shape.step * shape.lanes * shape.bytes;
