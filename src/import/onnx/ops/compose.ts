/** Float operators out of others: normalisations over neighbours, and ONNX Runtime's fused ones of the domain com.microsoft. */
import type { Node } from "../../../ir/graph.ts";
import { binary } from "../../../ir/ops/elementwise.ts";
import { matmul } from "../../../ir/ops/matmul.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { pad, slice } from "../../../ir/ops/shape.ts";
import type { Operator } from "../context.ts";
import { floats, integers } from "../elements.ts";
import { Floats, gelu } from "./activation.ts";
import { resultHeld } from "./convert.ts";
import { turned } from "./gemm.ts";
import { layerNorm, standard } from "./norm.ts";
import type { Row, Rows } from "./table.ts";

const f32 = Math.fround;

/** Channels that a sum over neighbours takes at most: each is a step of the graph. */
const mostNeighbours = 256;

/** LRN: x over a power of the sum of the squares of neighbouring channels. */
function neighbours(op: Operator): Node {
  const f = new Floats(op);
  const x = op.input(0);
  const { shape } = x.type;
  const size = op.int("size", 0);
  if (shape.length < 2 || size < 1) op.fail(`wants channels and a size of at least 1, found [${shape}] and ${size}`);
  if (size > mostNeighbours) op.unsupported(`sums over ${size} channels (at most ${mostNeighbours})`);
  const border = (n: number) => shape.map((_, d) => (d === 1 ? n : 0));
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const attrs = { before: border(before), after: border(after), value: [0] };
  const padded = op.make(pad, { x: f.mul(x, x) }, attrs, name("padded"));
  let total: Node | undefined;
  for (let k = 0; k < size; k++) {
    const part = op.make(
      slice,
      { x: padded },
      { begin: border(k), size: shape, step: shape.map(() => 1) },
      name("part"),
    );
    total = total ? f.add(total, part) : part;
  }
  const scaled = f.add(op.float("bias", 1), f.mul(total!, f32(op.float("alpha", f32(1e-4)) / size)));
  return f.div(x, f.do("pow", scaled, op.float("beta", 0.75)));
}

/** The p-norm of x over axes: the sum of magnitudes, or the root of the sum of squares. */
function norm(op: Operator, x: Node, p: number, axes: readonly number[]): Node {
  const f = new Floats(op);
  if (p !== 1 && p !== 2) op.unsupported(`norms of order ${p}`);
  const each = p === 1 ? f.of("abs", x) : f.mul(x, x);
  const total = op.make(sum, { x: each }, { axes, keepDims: true }, { name: `${op.name}/total` });
  return p === 1 ? total : f.of("sqrt", total);
}

const of = (value: (op: Operator, f: Floats) => Node, versions: Row["versions"] = [1], limits?: string): Row => ({
  versions,
  types: floats,
  ...(limits ? { limits } : {}),
  convert: (op) => resultHeld(op, value(op, new Floats(op)), op.element(0)),
});

const biased = (op: Operator, f: Floats): Node => (op.has(1) ? f.add(op.input(0), op.input(1)) : op.input(0));

/** x/2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
function fastGelu(op: Operator, f: Floats): Node {
  const x = biased(op, f);
  const inner = f.mul(f.add(x, f.mul(f.mul(f.mul(x, x), x), f32(0.044715))), f32(Math.sqrt(2 / Math.PI)));
  return f.mul(f.mul(x, 0.5), f.add(f.of("tanh", inner), 1));
}

function fusedMatMul(op: Operator, f: Floats): Node {
  if (op.int("transBatchA", 0) || op.int("transBatchB", 0)) op.unsupported("batches that are transposed");
  const side = (i: number, flag: string) => (op.int(flag, 0) ? turned(op, op.input(i), `side${i}`) : op.input(i));
  const product = op.make(matmul, { x: side(0, "transA"), y: side(1, "transB") });
  const alpha = op.float("alpha", 1);
  return alpha === 1 ? product : f.mul(product, alpha);
}

/** SkipLayerNormalization: x + skip + bias, normalised over the last dimension. Result 3 is that sum. */
function skipLayerNorm(op: Operator): void {
  const f = new Floats(op);
  if ([1, 2].some((i) => op.wants(i))) op.unsupported("mean and deviation");
  const both = f.add(op.input(0), op.input(1));
  const total = op.has(4) ? f.add(both, op.input(4)) : both;
  const { value } = standard(op, total, [total.type.shape.length - 1], op.float("epsilon", f32(1e-12)));
  const scaled = f.mul(value, op.input(2));
  resultHeld(op, op.has(3) ? f.add(scaled, op.input(3)) : scaled, op.element(0));
  resultHeld(op, total, op.element(0), 3);
}

/** Mod: the remainder with the divisor's sign, or, as the node may say, with the dividend's. */
function remainder(op: Operator): void {
  const [x, y] = [op.input(0), op.input(1)];
  const fn = op.int("fmod", 0) ? "div" : "floordiv";
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const quotient = op.make(binary, { x, y }, { fn }, name("quotient"));
  const whole = op.make(binary, { x: quotient, y }, { fn: "mul" }, name("whole"));
  resultHeld(op, op.make(binary, { x, y: whole }, { fn: "sub" }), op.element(0));
}

export const composeRows: Rows = {
  Mod: { versions: [10], types: integers.filter((e) => e !== "UINT64"), limits: "floats", convert: remainder },
  LRN: of(neighbours),
  LpNormalization: of(
    (op, f) => {
      const x = op.input(0);
      const axis = op.axis(op.int("axis", -1), x.type.shape.length);
      return f.div(x, norm(op, x, op.int("p", 2), [axis]));
    },
    [1],
    "orders other than 1 and 2",
  ),
  GlobalLpPool: of(
    (op) => norm(op, op.input(0), op.int("p", 2), [...op.input(0).type.shape.keys()].slice(2)),
    [2],
    "orders other than 1 and 2",
  ),
  MeanVarianceNormalization: of(
    (op) =>
      standard(op, op.input(0), op.axes(op.ints("axes") ?? [0, 2, 3], op.input(0).type.shape.length), f32(1e-9)).value,
    [9],
  ),
  Shrink: of(
    (op, f) => {
      const x = op.input(0);
      const [lambda, bias] = [op.float("lambd", 0.5), op.float("bias", 0)];
      const above = f.choose(f.is("gt", x, lambda), f.sub(x, bias), 0);
      return f.choose(f.is("lt", x, -lambda), f.add(x, bias), above);
    },
    [9],
  ),
  "com.microsoft.BiasGelu": of((op, f) => gelu(f, biased(op, f), op)),
  "com.microsoft.FastGelu": of(fastGelu),
  "com.microsoft.QuickGelu": of((op, f) => {
    const x = op.input(0);
    return f.mul(x, f.of("sigmoid", f.mul(x, op.float("alpha", f32(1.702)))));
  }),
  "com.microsoft.FusedMatMul": of(fusedMatMul, [1], "batches that are transposed"),
  "com.microsoft.LayerNormalization": { versions: [1], types: floats, convert: (op) => layerNorm(op, op.input(0)) },
  "com.microsoft.SkipLayerNormalization": {
    versions: [1],
    types: floats,
    limits: "results mean and deviation",
    convert: skipLayerNorm,
  },
};
