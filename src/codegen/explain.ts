/** Why a plan is as it is: for each step the rows that were weighed, the tile, the bytes; then how the arena is used. */
import { byteLength } from "../ir/type.ts";
import { choicesOf } from "./kernels.ts";
import { type Plan, printPlan, type Step } from "./plan.ts";

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
const costText = (cost: number): string => (cost >= 1e5 ? cost.toExponential(2) : `${Math.round(cost)}`);

/** `printPlan` with reasons: indented lines below each step, and a table of the arena at the end. */
export function explainPlan(plan: Plan): string {
  const [head, ...lines] = printPlan(plan).trimEnd().split("\n");
  const first = plan.params.length;
  const out = [head, ...lines.slice(0, first)];
  for (const [i, step] of plan.steps.entries()) {
    out.push(lines[first + i]);
    for (const reason of reasons(plan, step)) out.push(`      ${reason}`);
  }
  out.push(...lines.slice(first + plan.steps.length), "", ...arenaTable(plan));
  return `${out.join("\n")}\n`;
}

function reasons(plan: Plan, step: Step): string[] {
  const { node, kernel } = step;
  const choices = choicesOf(node, plan.target);
  const fit = choices.filter((c) => c.cost !== undefined);
  const own = fit.find((c) => c.kernel === kernel)?.cost ?? 0;
  const others = fit.filter((c) => c.kernel !== kernel).sort((a, b) => a.cost! - b.cost!);
  const list = others.map(({ kernel: { name }, cost }) => {
    const times = own > 0 ? ` (${(cost! / own).toPrecision(3)} times)` : "";
    return `${name} ${costText(cost!)}${times}`;
  });
  const why = others.length
    ? `least cost, ${costText(own)}, of ${fit.length} rows that apply; ${list.join(", ")}`
    : `the only row of ${node.op.name} that applies${own ? `, cost ${costText(own)}` : ""}`;
  const unfit = choices.filter((c) => c.cost === undefined).map((c) => c.kernel.name);
  const sum = step.packs.reduce((n, p) => n + p.bytes, 0);
  const bytes = [
    `result ${step.result.bytes}`,
    ...(sum ? [`constants ${sum}`] : []),
    ...(step.kept ? [`prepared at start ${step.kept.bytes}`] : []),
    ...(step.scratch ? [`scratch ${step.scratch.bytes}`] : []),
  ];
  const about = kernel.about?.(node, plan.target);
  return [
    `why    ${why}`,
    ...(unfit.length ? [`not    ${unfit.join(", ")}`] : []),
    ...(about ? [`tile   ${about}`] : []),
    `bytes  ${bytes.join(", ")}`,
  ];
}

/** Each buffer of the arena by address: its bytes, the values that are in it one after the other, and scratch memory. */
function arenaTable(plan: Plan): string[] {
  const holders = new Map<number, { bytes: number; names: string[] }>();
  const put = (at: number, bytes: number, name: string): void => {
    const h = holders.get(at) ?? { bytes: 0, names: [] };
    h.bytes = Math.max(h.bytes, bytes);
    h.names.push(name);
    holders.set(at, h);
  };
  const inArena = (at: number): boolean => at >= plan.arena.at && at < plan.arena.at + plan.arena.bytes;
  for (const p of plan.params) put(p.at, byteLength(p.type), `%${p.name}`);
  for (const s of plan.steps) {
    if (inArena(s.result.at)) put(s.result.at, s.result.bytes, `%${s.name}`);
    if (s.scratch && inArena(s.scratch.at)) put(s.scratch.at, s.scratch.bytes, `scratch of %${s.name}`);
  }
  const values = [...holders.values()].reduce((n, h) => n + h.names.length, 0);
  const all = plan.buffers.reduce((n, b) => n + b.bytes, 0);
  const rows = [...holders.entries()].sort((a, b) => a[0] - b[0]);
  return [
    `arena: ${plural(values, "value")}, buffers of ${all} bytes in ${plan.arena.bytes}`,
    ...rows.map(([at, { bytes, names }]) => {
      const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
      return `  ${at}+${bytes}  ${shown.join(", ")}`;
    }),
  ];
}
