/** Saying everything one way, so that later rules have one form to look for: activations are clamps, no-ops vanish. */
import { cast, clamp } from "../ir/ops/elementwise.ts";
import { extremum } from "../ir/ops/select.ts";
import { concat, pad, reshape, slice, transpose } from "../ir/ops/shape.ts";
import { constantOf } from "../ir/ops/source.ts";
import { sameShape, sameType, storages } from "../ir/type.ts";
import { isSingle, limitsOf, thenClamp } from "./facts.ts";
import { rulePass } from "./pass.ts";
import { rule } from "./rewrite.ts";

// clamp(clamp(x, a), b) == clamp(x, a then b)
const clampOfClamp = rule("clamp-of-clamp", clamp, (n, b) => {
  const inner = b.absorb(n.in.x, clamp);
  const range = inner && thenClamp(inner.attrs.range, n.attrs.range, n.type.storage === "f32");
  return range && b.change(n, { in: { x: inner.in.x }, attrs: { range } });
});

// clamp(x, r) == x where x cannot leave r
const clampOfNothing = rule("clamp-of-nothing", clamp, (n) => {
  const [lo, hi] = limitsOf(n.in.x);
  return n.attrs.range[0] <= lo && hi <= n.attrs.range[1] ? n.in.x : undefined;
});

// max(x, c) == clamp(x, [c, highest]); min(x, c) == clamp(x, [lowest, c])
const extremumIsClamp = rule("extremum-is-clamp", extremum, (n, b) => {
  const [x, c] = isSingle(n.in.y) ? [n.in.x, n.in.y] : [n.in.y, n.in.x];
  if (!isSingle(c) || !sameType(x.type, n.type)) return;
  const bound = Number(constantOf(c)![0]);
  const { min, max } = storages[n.type.storage];
  return b.make(clamp, { x }, { range: n.attrs.fn === "max" ? [bound, max] : [min, bound] });
});

export const reshapeToSame = rule("reshape-to-same", reshape, (n) =>
  sameShape(n.in.x.type.shape, n.type.shape) ? n.in.x : undefined,
);

export const reshapeOfReshape = rule("reshape-of-reshape", reshape, (n, b) => {
  const inner = b.match(n.in.x, reshape);
  return inner && b.change(n, { in: { x: inner.in.x } });
});

export const transposeOfNothing = rule("transpose-of-nothing", transpose, (n) =>
  n.attrs.perm.every((p, i) => p === i) ? n.in.x : undefined,
);

// Dimension i of the result is dimension outer[i] of the middle, which is dimension inner[outer[i]] of x.
export const transposeOfTranspose = rule("transpose-of-transpose", transpose, (n, b) => {
  const inner = b.match(n.in.x, transpose);
  return inner && b.change(n, { in: { x: inner.in.x }, attrs: { perm: n.attrs.perm.map((p) => inner.attrs.perm[p]) } });
});

const sliceOfAll = rule("slice-of-all", slice, (n) =>
  n.attrs.step.every((s, i) => s === 1 || n.type.shape[i] === 1) && sameShape(n.in.x.type.shape, n.type.shape)
    ? n.in.x
    : undefined,
);

const padOfNothing = rule("pad-of-nothing", pad, (n) =>
  sameShape(n.in.x.type.shape, n.type.shape) ? n.in.x : undefined,
);

const padOfPad = rule("pad-of-pad", pad, (n, b) => {
  const inner = b.absorb(n.in.x, pad);
  if (inner?.attrs.value[0] !== n.attrs.value[0]) return;
  const sum = (side: "before" | "after") => n.attrs[side].map((v, i) => v + inner.attrs[side][i]);
  return b.change(n, { in: { x: inner.in.x }, attrs: { before: sum("before"), after: sum("after") } });
});

const concatOfOne = rule("concat-of-one", concat, (n) => (n.in.xs.length === 1 ? n.in.xs[0] : undefined));

const concatOfConcat = rule("concat-of-concat", concat, (n, b) => {
  const inner = (x: (typeof n.in.xs)[number]) => {
    const c = b.absorb(x, concat);
    return c?.attrs.axis[0] === n.attrs.axis[0] ? c.in.xs : [x];
  };
  const xs = n.in.xs.flatMap(inner);
  return xs.length === n.in.xs.length ? undefined : b.change(n, { in: { xs } });
});

const castToSame = rule("cast-to-same", cast, (n) => (sameType(n.in.x.type, n.type) ? n.in.x : undefined));

export const canonicalize = rulePass(
  "canonicalize",
  "Activations are clamps; what changes nothing vanishes; a chain of one movement is one op.",
  [
    extremumIsClamp,
    clampOfNothing,
    clampOfClamp,
    reshapeToSame,
    reshapeOfReshape,
    transposeOfNothing,
    transposeOfTranspose,
    sliceOfAll,
    padOfNothing,
    padOfPad,
    concatOfOne,
    concatOfConcat,
    castToSame,
  ],
);
