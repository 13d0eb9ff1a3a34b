/** Functions of one value, and what is made of a few of them. */
import type { Node } from "../../../ir/graph.ts";
import { binary, clamp, unary } from "../../../ir/ops/elementwise.ts";
import type { BinaryFunction, unaryFunctions } from "../../../ir/ops/plain.ts";
import { reshape, transpose } from "../../../ir/ops/shape.ts";
import { softmax } from "../../../ir/ops/softmax.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { sizeOf } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { floats, integers, numbers, signed } from "../elements.ts";
import type { Element } from "../schema.ts";
import { resultHeld } from "./convert.ts";
import type { Row, Rows } from "./table.ts";

type Unary = keyof typeof unaryFunctions;

/** Arithmetic on f32 values, with numbers as constants. */
export class Floats {
  readonly #op: Operator;
  constructor(op: Operator) {
    this.#op = op;
  }
  node(v: Node | number): Node {
    return typeof v === "number" ? this.#op.scalar("f32", v) : v;
  }
  do(fn: BinaryFunction, x: Node | number, y: Node | number): Node {
    return this.#op.make(binary, { x: this.node(x), y: this.node(y) }, { fn });
  }
  add = (x: Node | number, y: Node | number): Node => this.do("add", x, y);
  sub = (x: Node | number, y: Node | number): Node => this.do("sub", x, y);
  mul = (x: Node | number, y: Node | number): Node => this.do("mul", x, y);
  div = (x: Node | number, y: Node | number): Node => this.do("div", x, y);
  of(fn: Unary, x: Node): Node {
    return this.#op.make(unary, { x }, { fn });
  }
  limit(x: Node, lo: number, hi: number): Node {
    return this.#op.make(clamp, { x }, { range: [lo, hi] });
  }
  is(fn: "lt" | "ge" | "gt", x: Node, y: Node | number): Node {
    return this.#op.make(compare, { x, y: this.node(y) }, { fn });
  }
  choose(condition: Node, x: Node | number, y: Node | number): Node {
    return this.#op.make(where, { condition, x: this.node(x), y: this.node(y) });
  }
}

/** A row for a function of the first input. */
const of = (value: (f: Floats, x: Node, op: Operator) => Node, versions: Row["versions"] = [1]): Row => ({
  versions,
  types: floats,
  convert: (op) => resultHeld(op, value(new Floats(op), op.input(0), op), op.element(0)),
});

const plain = (fn: Unary): Row => of((f, x) => f.of(fn, x));

/** An integer of the first input's storage, which broadcasts. */
const number = (op: Operator, v: number): Node => op.scalar(op.input(0).type.storage, v);

/** Relu: floats are clamped; plain integers take the larger of themselves and 0. */
const relu: Row = {
  versions: [1],
  types: [...floats, ...signed],
  convert(op) {
    const x = op.input(0);
    const float = x.type.storage === "f32";
    const y = float
      ? op.make(clamp, { x }, { range: [0, Number.POSITIVE_INFINITY] })
      : op.make(binary, { x, y: number(op, 0) }, { fn: "max" });
    op.result(y, op.element(0));
  },
};

/** The bound in an attribute or, since version 11, in an input; undefined where there is none. */
function bound(op: Operator, name: string, i: number): Node | undefined {
  if (op.hasAttribute(name)) return op.scalar("f32", op.float(name, 0), name);
  return op.has(i) ? op.input(i) : undefined;
}

/** The least unsigned 64-bit integer's bits, whose addition makes signed comparisons unsigned ones. */
const top = -(2n ** 63n);

const clip: Row = {
  versions: [1],
  types: numbers,
  convert(op) {
    const [given, element] = [op.input(0), op.element(0)];
    const bounds = [bound(op, "min", 1), bound(op, "max", 2)];
    if (given.type.storage === "f32") {
      const known = bounds.map((b, i) =>
        b ? (op.hasAttribute(i ? "max" : "min") ? b.attrs.value : op.constant(i + 1)) : [[-Infinity, Infinity][i]],
      );
      const [lo, hi] = known.map((v) => (v ? Number(v[0]) : Number.NaN));
      if (lo <= hi) {
        op.result(op.make(clamp, { x: given }, { range: [lo, hi] }), element);
        return;
      }
    }
    const flip = (v: Node) => op.make(binary, { x: v, y: op.scalar("i64", top, "top") }, { fn: "xor" });
    const unsigned = element === "UINT64";
    let y = unsigned ? flip(given) : given;
    bounds.forEach((b, i) => {
      if (b) y = op.make(binary, { x: y, y: unsigned ? flip(b) : b }, { fn: i ? "min" : "max" });
    });
    op.result(unsigned ? flip(y) : y, element);
  },
};

/** Softmax along an axis; before version 13 over all dimensions from the axis on. */
function softmaxed(op: Operator, log: boolean): Node {
  const x = op.input(0);
  const { shape } = x.type;
  const rank = shape.length;
  const f = new Floats(op);
  const name = (what: string) => ({ name: `${op.name}/${what}` });
  const finish = (v: Node): Node => {
    const by = { rule: "float", k: [1] } as const;
    const y = op.make(softmax, { x: v }, { by }, { storage: "f32" });
    return log ? f.of("log", y) : y;
  };
  if (op.version < 13) {
    const axis = rank === 0 ? 0 : op.axis(op.int("axis", 1), rank);
    const rows = op.make(
      reshape,
      { x },
      { shape: [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))] },
      name("rows"),
    );
    return op.make(reshape, { x: finish(rows) }, { shape });
  }
  const axis = op.axis(op.int("axis", -1), rank);
  if (axis === rank - 1) return finish(x);
  // Exchanging two dimensions is its own inverse.
  const perm = shape.map((_, d) => (d === axis ? rank - 1 : d === rank - 1 ? axis : d));
  return op.make(transpose, { x: finish(op.make(transpose, { x }, { perm }, name("last"))) }, { perm });
}

/** gelu x = x/2 (1 + erf(x / sqrt 2)), or by its approximation with tanh. */
export function gelu(f: Floats, x: Node, op: Operator): Node {
  if (op.text("approximate", "none") === "tanh") {
    const cube = f.mul(f.mul(x, x), x);
    const inner = f.mul(f.add(x, f.mul(cube, 0.044715)), Math.fround(Math.sqrt(2 / Math.PI)));
    return f.mul(f.mul(x, 0.5), f.add(f.of("tanh", inner), 1));
  }
  return f.mul(f.mul(x, 0.5), f.add(f.of("erf", f.mul(x, Math.SQRT1_2)), 1));
}

/** Abs, Neg and Sign of integers, out of functions of two. */
function signedInteger(
  float: (f: Floats, x: Node) => Node,
  integer: (op: Operator, x: Node) => Node,
  types: readonly Element[],
): Row {
  return {
    versions: [1],
    types,
    convert(op) {
      const x = op.input(0);
      const y = x.type.storage === "f32" ? float(new Floats(op), x) : integer(op, x);
      resultHeld(op, y, op.element(0));
    },
  };
}

const negated = (op: Operator, x: Node): Node => op.make(binary, { x: number(op, 0), y: x }, { fn: "sub" });
const largest = (op: Operator, x: Node, y: Node): Node => op.make(binary, { x, y }, { fn: "max" });

export const activationRows: Rows = {
  Relu: relu,
  Clip: clip,
  Abs: signedInteger(
    (f, x) => f.of("abs", x),
    (op, x) => largest(op, x, negated(op, x)),
    [...floats, ...signed],
  ),
  Neg: signedInteger((f, x) => f.of("neg", x), negated, [...floats, ...signed]),
  Sign: signedInteger(
    (f, x) => f.choose(f.is("gt", x, 0), 1, f.choose(f.is("lt", x, 0), -1, f.mul(x, 0))),
    (op, x) =>
      op.make(binary, { x: op.make(binary, { x, y: number(op, -1) }, { fn: "max" }), y: number(op, 1) }, { fn: "min" }),
    [...floats, ...signed],
  ),
  Exp: plain("exp"),
  Log: plain("log"),
  Sqrt: plain("sqrt"),
  Floor: plain("floor"),
  Ceil: plain("ceil"),
  Round: plain("round"),
  Erf: plain("erf"),
  Sin: plain("sin"),
  Cos: plain("cos"),
  Sigmoid: plain("sigmoid"),
  Tanh: plain("tanh"),
  Reciprocal: of((f, x) => f.div(1, x)),
  LeakyRelu: of((f, x, op) => f.choose(f.is("lt", x, 0), f.mul(x, op.float("alpha", Math.fround(0.01))), x)),
  PRelu: of((f, x, op) => f.choose(f.is("lt", x, 0), f.mul(x, op.input(1)), x), [7]),
  ThresholdedRelu: of((f, x, op) => f.choose(f.is("gt", x, op.float("alpha", 1)), x, 0)),
  HardSigmoid: of((f, x, op) =>
    f.limit(f.add(f.mul(x, op.float("alpha", Math.fround(0.2))), op.float("beta", 0.5)), 0, 1),
  ),
  HardSwish: of((f, x) => f.mul(x, f.limit(f.add(f.mul(x, Math.fround(1 / 6)), 0.5), 0, 1))),
  Elu: of((f, x, op) => f.choose(f.is("lt", x, 0), f.mul(f.sub(f.of("exp", x), 1), op.float("alpha", 1)), x)),
  Selu: of((f, x, op) => {
    const [alpha, gamma] = [op.float("alpha", Math.fround(1.6732632)), op.float("gamma", Math.fround(1.050701))];
    const low = f.sub(f.mul(f.of("exp", x), alpha), alpha);
    return f.mul(f.choose(f.is("gt", x, 0), x, low), gamma);
  }),
  Celu: of((f, x, op) => {
    const alpha = op.float("alpha", 1);
    const low = f.mul(f.sub(f.of("exp", f.div(x, alpha)), 1), alpha);
    return f.add(f.limit(x, 0, Number.POSITIVE_INFINITY), f.limit(low, Number.NEGATIVE_INFINITY, 0));
  }),
  // ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)
  Softplus: of((f, x) =>
    f.add(f.limit(x, 0, Number.POSITIVE_INFINITY), f.of("log", f.add(f.of("exp", f.of("neg", f.of("abs", x))), 1))),
  ),
  Softsign: of((f, x) => f.div(x, f.add(f.of("abs", x), 1))),
  Mish: of((f, x) => {
    const plus = f.add(
      f.limit(x, 0, Number.POSITIVE_INFINITY),
      f.of("log", f.add(f.of("exp", f.of("neg", f.of("abs", x))), 1)),
    );
    return f.mul(x, f.of("tanh", plus));
  }),
  Gelu: of(gelu, [20]),
  "com.microsoft.Gelu": of(gelu),
  Softmax: { versions: [1], types: floats, convert: (op) => resultHeld(op, softmaxed(op, false), op.element(0)) },
  LogSoftmax: { versions: [1], types: floats, convert: (op) => resultHeld(op, softmaxed(op, true), op.element(0)) },
  BitwiseNot: {
    versions: [18],
    types: integers.filter((e) => e !== "UINT32"),
    convert: (op) => op.result(op.make(binary, { x: op.input(0), y: number(op, -1) }, { fn: "xor" }), op.element(0)),
  },
  Not: {
    versions: [1],
    types: ["BOOL"],
    convert: (op) => op.result(op.make(binary, { x: op.input(0), y: number(op, 1) }, { fn: "xor" }), "BOOL"),
  },
};
