import { ArgumentError } from "../errors.ts";

/** `{ start, end, step }`: indices from start (default 0) to before end (default all); negative ones count from the end. */
export interface SliceSpec {
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/** One entry of `q.index(...)`. */
export type Index = number | ":" | "..." | SliceSpec;

/** A slice of a dimension of `size` indices as first index, step and count. Bounds clamp as in PyTorch; step must be > 0. */
export function resolveSlice(spec: SliceSpec, size: number): { start: number; step: number; count: number } {
  const step = spec.step ?? 1;
  if (!Number.isSafeInteger(step) || step < 1) throw new ArgumentError("step", "an integer >= 1", step);
  const bound = (value: number, argument: string): number => {
    if (!Number.isInteger(value) && Math.abs(value) !== Number.POSITIVE_INFINITY)
      throw new ArgumentError(argument, "an integer", value);
    return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  };
  const start = bound(spec.start ?? 0, "start");
  const end = bound(spec.end ?? size, "end");
  return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
}
