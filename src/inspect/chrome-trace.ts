/**
 * A profile in the Trace Event Format that Perfetto (ui.perfetto.dev) and chrome://tracing read: a complete event a step, named
 * after its layer. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { Profile } from "./profile.ts";

/** What the trace says of itself. */
export interface TraceInfo {
  readonly model: string;
  readonly backend: string;
  readonly engine: string;
  readonly cpu: string;
}

const microseconds = (ms: number): number => Math.round(ms * 1e6) / 1e3;

/** The trace as an object for JSON. Times are in microseconds. */
export function chromeTrace({ steps, runs }: Profile, info: TraceInfo) {
  const thread = { pid: 1, tid: 1 };
  const meta = (name: string, value: string) => ({ ph: "M", ...thread, name, args: { name: value } });
  const whole = runs.flatMap((run, i) => {
    const last = run[run.length - 1];
    if (!last) return [];
    const start = run[0].start;
    const dur = microseconds(last.start + last.ms - start);
    return [{ ph: "X", ...thread, name: `run ${i + 1}`, cat: "run", ts: microseconds(start), dur, args: {} }];
  });
  const events = runs.flatMap((run) =>
    run.map(({ step, start, ms }) => {
      const { name, op, kernel, macs, bytes } = steps[step];
      const args = { kernel, step, macs, bytes, ...(macs && ms ? { "GMAC/s": macs / ms / 1e6 } : {}) };
      return { ph: "X", ...thread, name, cat: op, ts: microseconds(start), dur: microseconds(ms), args };
    }),
  );
  return {
    traceEvents: [meta("process_name", `qjit ${info.model}`), meta("thread_name", info.backend), ...whole, ...events],
    displayTimeUnit: "ms",
    otherData: info,
  };
}
