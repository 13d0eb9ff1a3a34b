/** A profile as two tables: the steps in order of execution, and the kernels, the one that takes longest first. */
import type { KernelTime, Profile, StepTime } from "../inspect/profile.ts";
import { type Io, styled, table } from "./io.ts";
import { short } from "./layers.ts";

export function profileText({ steps, kernels, peak }: Profile, io: Io): string {
  const figures = ["MS", "SHARE", "GMAC/S", ...(peak ? ["OF PEAK"] : []), "GB/S"];
  const bold = (row: number, _: number, cell: string) => (row ? cell : styled(io, "bold", cell));
  const ofSteps = [
    ["STEP", "OP", "KERNEL", ...figures],
    ...steps.map((s) => [short(s.name), s.op, s.kernel, ...rates(s, peak)]),
  ];
  const ofKernels = [
    ["KERNEL", "STEPS", ...figures],
    ...kernels.map((k) => [k.kernel, String(k.steps), ...rates(k, peak)]),
  ];
  const slowest = [...steps].sort((a, b) => b.ms - a.ms)[0];
  const last = slowest
    ? `\nslowest step: ${short(slowest.name)}, ${percent(slowest.share)} of the time, by ${slowest.kernel}\n`
    : "";
  return (
    table(ofSteps, { right: [3, 4, 5, 6, 7], style: bold }) +
    `\n${table(ofKernels, { right: [1, 2, 3, 4, 5, 6], style: bold })}` +
    last +
    (peak ? `peak: ${peak.toFixed(0)} GMAC/s, measured on registers alone\n` : "")
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function rates({ ms, share, macs, bytes }: StepTime | KernelTime, peak?: number): string[] {
  const per = (n: number) => (n && ms ? (n / ms / 1e6).toFixed(1) : "");
  return [
    ms.toFixed(4),
    percent(share),
    per(macs),
    ...(peak ? [macs && ms ? percent(macs / ms / 1e6 / peak) : ""] : []),
    per(bytes),
  ];
}
