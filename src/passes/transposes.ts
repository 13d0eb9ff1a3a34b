/**
 * Settling memory order. Convolutions and pools are NHWC in the IR, so a network written in NCHW has a transpose on either
 * side of each; between them stand elementwise ops and movements. Transposes move past those, towards the outputs, until
 * they meet their inverse and vanish: what stays is at the graph's edges. Choosing another layout would be choosing
 * where these transposes come to rest; with NHWC kernels only, there is nothing else to choose.
 */
import { make, type Node } from "../ir/graph.ts";
import { linear } from "../ir/ops/conv.ts";
import { sum } from "../ir/ops/pool.ts";
import { concat, pad, reshape, slice, transpose } from "../ir/ops/shape.ts";
import { constantOf, makeConst } from "../ir/ops/source.ts";
import { byteLength, sameShape, sizeOf, type TypedArray } from "../ir/type.ts";
import { reshapeOfReshape, reshapeToSame, transposeOfNothing, transposeOfTranspose } from "./canonicalize.ts";
import { elementOperands, isConstant, isSingle, isUniform } from "./facts.ts";
import { rulePass } from "./pass.ts";
import { type Rewriter, rule } from "./rewrite.ts";

type Perm = readonly number[];

const inverse = (perm: Perm): number[] => {
  const result = new Array<number>(perm.length);
  perm.forEach((p, i) => {
    result[p] = i;
  });
  return result;
};

const permute = <T>(list: readonly T[], perm: Perm): T[] => perm.map((p) => list[p]);

/** The data of a constant, taken as `shape`, with its dimensions permuted. */
function permuted(node: Node, shape: readonly number[], perm: Perm): TypedArray {
  const { storage } = node.type;
  const x = { type: { storage, shape }, data: constantOf(node)! };
  return transpose.eval({ x }, { perm }, { storage, shape: permute(shape, perm) });
}

/** The transpose that all of these values are, if it is one permutation and nothing but the node at hand reads them. */
function commonTranspose(values: readonly Node[], b: Rewriter): Perm | undefined {
  const first = b.match(values[0], transpose);
  if (!first) return undefined;
  for (const v of new Set(values)) {
    const t = b.match(v, transpose);
    if (!t || !sameShape(t.attrs.perm, first.attrs.perm)) return undefined;
    if (b.usesOf(v) !== values.filter((u) => u === v).length) return undefined;
  }
  return first.attrs.perm;
}

/** A transpose of a new value, called like the transpose that it takes the place of. */
const transposed = (x: Node, like: Node, perm: Perm): Node =>
  make(transpose, { x }, { perm }, { name: like.name, source: like.source });

// f(T(x), T(y), c) == T(f(x, y, T'(c))) for an f of single elements
const elementwise = rule(
  "transpose-after-elementwise",
  (op) => op.kind === "elementwise",
  (n, b) => {
    if (!isUniform(n)) return;
    const operands = elementOperands(n);
    const variables = operands.filter((o) => !isConstant(o.node)).map((o) => o.node);
    const perm = variables.length > 0 ? commonTranspose(variables, b) : undefined;
    if (!perm || variables.some((v) => !sameShape(v.type.shape, n.type.shape))) return;
    // A dequantize would make the transpose move four times the bytes.
    if (byteLength(n.type) > variables.reduce((bytes, v) => bytes + byteLength(v.type), 0)) return;
    const changed = operands.map(({ key, node }) => {
      if (!isConstant(node)) return [key, node.in.x];
      if (isSingle(node)) return [key, node];
      const shape = [...new Array(perm.length - node.type.shape.length).fill(1), ...node.type.shape];
      const type = { ...node.type, shape: permute(shape, inverse(perm)) };
      return [key, makeConst(node.name, type, permuted(node, shape, inverse(perm)), node.source)];
    });
    return transposed(b.change(n, { in: Object.fromEntries(changed) }), variables[0], perm);
  },
);

// concat(T(x), T(y)) == T(concat(x, y)) along the dimension that T makes the axis of
const concatenation = rule("transpose-after-concat", concat, (n, b) => {
  const perm = commonTranspose(n.in.xs, b);
  if (!perm) return;
  const joined = b.change(n, { in: { xs: n.in.xs.map((x) => x.in.x) }, attrs: { axis: [perm[n.attrs.axis[0]]] } });
  return transposed(joined, n.in.xs[0], perm);
});

// slice(T(x)) == T(slice(x)): fewer values are left to move
const slices = rule("transpose-after-slice", slice, (n, b) => {
  const perm = commonTranspose([n.in.x], b);
  if (!perm) return;
  const back = inverse(perm);
  const attrs = Object.fromEntries(Object.entries(n.attrs).map(([key, list]) => [key, permute(list, back)]));
  return transposed(b.change(n, { in: { x: n.in.x.in.x }, attrs }), n.in.x, perm);
});

// T(pad(x)) == pad(T(x)): the padding need not be moved, and may meet its convolution
const pads = rule("transpose-before-pad", transpose, (n, b) => {
  const padded = b.absorb(n.in.x, pad);
  if (!padded) return;
  const { perm } = n.attrs;
  const { before, after } = padded.attrs;
  const attrs = { before: permute(before, perm), after: permute(after, perm) };
  return b.change(padded, { in: { x: transposed(padded.in.x, n, perm) }, attrs });
});

// sum(T(x)) == T(sum(x)) of integers, whose sums do not depend on the order
const sums = rule("transpose-after-sum", sum, (n, b) => {
  const perm = commonTranspose([n.in.x], b);
  if (!perm || n.type.storage === "f32") return;
  const axes = n.attrs.axes.map((a) => perm[a]);
  const made = b.change(n, { in: { x: n.in.x.in.x }, attrs: { axes } });
  if (n.attrs.keepDims) return transposed(made, n.in.x, perm);
  // The dimensions left, in the order of x: T puts them in the order of their places in perm.
  const left = [...perm.keys()].filter((d) => !axes.includes(d));
  const order = perm.filter((p) => !axes.includes(p)).map((p) => left.indexOf(p));
  return transposed(made, n.in.x, order);
});

// T(x) == reshape(x) if only dimensions of one element change their places
const units = rule("transpose-is-reshape", transpose, (n, b) => {
  const moved = n.attrs.perm.filter((p) => n.in.x.type.shape[p] !== 1);
  if (moved.some((p, i) => i > 0 && p < moved[i - 1])) return;
  return b.make(reshape, { x: n.in.x }, { shape: n.type.shape });
});

// linear(flatten(T(x)), w) == linear(flatten(x), w with its columns in the order of x), of integers, whose sums do not
// depend on the order
const flatten = rule("transpose-into-linear", linear, (n, b) => {
  const flat = b.absorb(n.in.x, reshape);
  const moved = b.absorb(flat?.in.x, transpose);
  const { w } = n.in;
  if (!flat || !moved || !isConstant(w) || b.usesOf(w) > 1 || n.type.storage === "f32") return;
  const { perm } = moved.attrs;
  const [rows, columns] = w.type.shape;
  // The dimensions from `k` on become the columns; those before must stay where they are.
  let k = perm.length;
  for (let size = 1; size < columns && k > 0; ) size *= moved.type.shape[--k];
  if (sizeOf(moved.type.shape.slice(k)) !== columns || perm.some((p, i) => (i < k ? p !== i : p < k))) return;
  const back = inverse(perm.slice(k).map((p) => p - k));
  const order = [0, ...back.map((p) => p + 1)];
  const data = permuted(w, [rows, ...moved.type.shape.slice(k)], order);
  const x = b.change(flat, { in: { x: moved.in.x } });
  return b.change(n, { in: { x, w: makeConst(w.name, w.type, data, w.source) } });
});

export const cancelTransposes = rulePass(
  "cancelTransposes",
  "Transposes move past elementwise ops and movements until they meet their inverse; layout stays NHWC.",
  [
    transposeOfNothing,
    transposeOfTranspose,
    units,
    pads,
    elementwise,
    concatenation,
    slices,
    sums,
    flatten,
    reshapeToSame,
    reshapeOfReshape,
  ],
);
