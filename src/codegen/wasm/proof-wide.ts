/** The formulas of proof.ts in double precision: twice the work in a kernel, and next to every channel has constants. */
import { clamp } from "../../ir/rescale.ts";
import { type Channel, constantFit, type Fit, type Form, factorOf, type Shape, type Steps } from "./proof.ts";

/** The double formula on one accumulator, not clamped. */
export function applyWide(form: Form, k: Fit, zero: number, acc: number): number {
  const v = acc * k.scale;
  const moved = v + (form === "plus" || v > 0 || Object.is(v, 0) ? k.offset : -k.offset);
  // Round half even: what adding 1.5 * 2^52 does.
  return moved + 6755399441055744 - 6755399441055744 + zero;
}

/** Constants of the double formula that equals a channel's rule at every reachable accumulator, if the search finds any. */
export function fitWide({ form, zero }: Shape, c: Channel, steps: Steps): Fit | undefined {
  const scale = factorOf(c.by, c.index);
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  for (let i = 0; i < steps.at.length; i++) {
    const edge = steps.first + 1 + i - zero - 0.5;
    const reached = edge - steps.at[i] * scale;
    const missed = edge - (steps.at[i] - 1) * scale;
    const mirrored = form === "away" && edge < 0;
    least = Math.max(least, mirrored ? -missed : reached);
    most = Math.min(most, mirrored ? -reached : missed);
  }
  const fit = steps.at.length ? { shift: 0, scale, offset: (least + most) / 2 } : constantFit(form, steps, zero);
  return provesWide(form, fit, zero, c, steps) ? fit : undefined;
}

function provesWide(form: Form, k: Fit, zero: number, c: Channel, steps: Steps): boolean {
  // The result is read from the low 32 bits.
  for (const end of c.reach) if (!(Math.abs(end * k.scale) + Math.abs(k.offset) < 2 ** 30)) return false;
  const at = (acc: number) => clamp(applyWide(form, k, zero, acc), c.clamp[0], c.clamp[1]);
  if (at(c.reach[0]) !== steps.first || at(c.reach[1]) !== steps.last) return false;
  for (let i = 0; i < steps.at.length; i++) {
    const v = steps.first + 1 + i;
    if (at(steps.at[i]) < v || at(steps.at[i] - 1) >= v) return false;
  }
  return true;
}
