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

/**
 * Writes the panel of `channels` at `at`: [run][step][lane][element]. `runs` lists, for each run of consecutive elements
 * of the image, the index of the first weight within a channel; a run's tail is filled with zeros. Returns the end.
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
): number {
  const put =
    shape.bytes === 1
      ? (o: number, v: number) => view.setInt8(o, v)
      : (o: number, v: number) => view.setInt16(o, v, true);
  const steps = Math.ceil(runLength / shape.step);
  for (const run of runs) {
    for (let s = 0; s < steps; s++) {
      for (let lane = 0; lane < shape.lanes; lane++) {
        for (let e = 0; e < shape.step; e++, at += shape.bytes) {
          const k = s * shape.step + e;
          if (lane < channels.length && k < runLength) put(at, weights[channels[lane] * perChannel + run + k]);
        }
      }
    }
  }
  return at;
}

/** Bytes of a panel. */
export const panelBytes = (shape: PanelShape, runs: number, runLength: number): number =>
  runs * Math.ceil(runLength / shape.step) * shape.step * shape.lanes * shape.bytes;
