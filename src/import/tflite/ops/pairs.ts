/** Operators of two operands whose 8-bit kernels are tables of pairs, and choosing by conditions. */
import type { Node } from "../../../ir/graph.ts";
import { binary, clamp, qadd, qmul, unary } from "../../../ir/ops/elementwise.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { reshape } from "../../../ir/ops/shape.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import { compare, type comparisons, where } from "../../../ir/ops/where.ts";
import { wideTable } from "../../../ir/ops/wide-table.ts";
import { type PerTensor, perTensor, storages } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { type ByteStorage, comparison, quotient, squaredDifference, tabulatePairs } from "../fixed-point.ts";
import { doubleFactor, rescaleBy, storedBounds } from "../recipes.ts";
import { anything, bytes, type Conversion, type Conversions, quantized } from "./table.ts";

const isByte = (x: Node) => x.type.storage === "i8" || x.type.storage === "u8";

/** x and y, of one 8-bit storage, through a table of their pairs. */
function paired(
  op: Operator,
  to: ByteStorage | "bool",
  range: readonly [number, number],
  quant: PerTensor | undefined,
  fn: (x: PerTensor, y: PerTensor) => (p: number, q: number) => number,
): void {
  const [x, y] = [op.input(0), op.input(1)];
  if (x.type.storage !== y.type.storage)
    op.fail(`wants operands of one type, found ${x.type.storage} and ${y.type.storage}`);
  const entries = tabulatePairs(x.type.storage as ByteStorage, to, range, fn(op.perTensor(x), op.perTensor(y)));
  const t = makeConst(op.step("table"), { storage: to, shape: [65536] }, entries, op.where);
  op.result(op.make(wideTable, { x, y, t }, { of: `tflite.${op.name.toLowerCase()}` }, quant ? { quant } : {}));
}

const comparing = (fn: keyof typeof comparisons): Conversion => ({
  types: [...anything.filter((t) => !["INT16", "UINT16"].includes(t))],
  limits: "8-bit operands on a scale of 1 or more",
  convert(op) {
    const [x, y] = [op.input(0), op.input(1)];
    if (!isByte(x) || !x.type.quant) {
      op.result(op.make(compare, { x, y }, { fn }));
      return;
    }
    if ([x, y].some((n) => op.perTensor(n).scale >= 1)) op.unsupported("operands on a scale of 1 or more");
    paired(op, "bool", [0, 1], undefined, (p, q) => comparison(p, q, fn));
  },
});

/** Two operands on one quantizer, chosen between by a condition; a condition of one dimension chooses whole slices. */
function chosen(op: Operator): void {
  let condition = op.input(0);
  const [x, y] = [op.input(1), op.input(2)];
  if (condition.type.storage !== "bool") op.fail(`wants a condition in bool, found ${condition.type.storage}`);
  op.sameQuant(x.type.quant, y.type.quant);
  const rank = x.type.shape.length;
  const [count] = condition.type.shape;
  if (op.name === "SELECT" && condition.type.shape.length === 1 && rank > 1 && count === x.type.shape[0]) {
    const shape = [count, ...Array<number>(rank - 1).fill(1)];
    condition = op.make(reshape, { x: condition }, { shape }, { name: op.step("slices") });
  }
  op.result(op.make(where, { condition, x, y }));
}

/**
 * PRELU: x above zero rescaled by one factor, x below zero times alpha by another. Each side is worked out with the other
 * half of x at zero, where it gives the zero point; their sum is exact.
 */
function prelu(op: Operator): void {
  const [x, alpha] = [op.input(0), op.input(1)];
  if (x.type.storage === "f32") {
    const zero = makeConst(op.step("zero"), { storage: "f32", shape: [] }, Float32Array.of(0));
    const above = op.make(compare, { x, y: zero }, { fn: "ge" }, { name: op.step("above") });
    const scaled = op.make(binary, { x, y: alpha }, { fn: "mul" }, { name: op.step("scaled") });
    op.result(op.make(where, { condition: above, x, y: scaled }));
    return;
  }
  const [from, slope, to] = [op.perTensor(x), op.perTensor(alpha), op.perTensor(op.output())];
  const { storage } = op.output();
  const { min, max } = storages[storage!];
  const range: [number, number] = [min, max];
  const hint = { storage, quant: to };
  const upper = op.make(clamp, { x }, { range: [from.zero, max] }, { name: op.step("above") });
  const lower = op.make(clamp, { x }, { range: [min, from.zero] }, { name: op.step("below") });
  const identity = rescaleBy([from.scale / to.scale]);
  const above = op.make(requantize, { x: upper }, { by: identity, clamp: range }, { name: op.step("kept"), ...hint });
  const products = op.make(qmul, { x: lower, y: alpha }, {}, { name: op.step("products") });
  const by = rescaleBy([doubleFactor(from.scale, slope.scale, to.scale)]);
  const below = op.make(requantize, { x: products }, { by, clamp: range }, { name: op.step("scaled"), ...hint });
  op.result(op.make(qadd, { x: above, y: below }, { by: { rule: "fixed_up", k: [1, 1, 0] }, clamp: range }, hint));
}

/** SQUARED_DIFFERENCE of 16 bits: differences on twice the larger scale, squared in 32 bits, rescaled. */
function wideSquaredDifference(op: Operator): void {
  const to = op.perTensor(op.output());
  const inputs = [op.input(0), op.input(1)];
  const scales = inputs.map((n) => op.perTensor(n).scale);
  if ([...inputs.map((n) => op.zero(n)), to.zero].some((z) => z !== 0)) op.fail("wants 16-bit zero points of 0");
  const common = 2 * Math.max(...scales);
  const plain = perTensor(1);
  const [x, y] = inputs.map((n, i) => {
    const range: [number, number] = [storages.i32.min, storages.i32.max];
    const hint = { name: op.step(`side${i}`), storage: "i32", quant: plain } as const;
    return op.make(requantize, { x: n }, { by: rescaleBy([scales[i] / common]), clamp: range }, hint);
  });
  const d = op.make(binary, { x, y }, { fn: "sub" }, { name: op.step("difference") });
  const square = op.make(binary, { x: d, y: d }, { fn: "mul" }, { name: op.step("square") });
  const by = rescaleBy([(common * common) / to.scale]);
  const range: [number, number] = [storages.i16.min, storages.i16.max];
  op.result(op.make(requantize, { x: square }, { by, clamp: range }, { storage: "i16", quant: to }));
}

/** Two conditions joined: of x and y, and is y where x holds and x elsewhere; or is the other way round. */
const logical = (fn: "and" | "or"): Conversion => ({
  types: ["BOOL"],
  convert(op) {
    const [x, y] = [op.input(0), op.input(1)];
    op.result(op.make(where, { condition: x, x: fn === "and" ? y : x, y: fn === "and" ? x : y }));
  },
});

/** DIV of 8 bits; `elementwise.ts` has the plain one. */
export function quantizedDivision(op: Operator, fused: number): void {
  const to = op.perTensor(op.output());
  const storage = op.output().storage as ByteStorage;
  const range = storedBounds(op.activation(fused), storage, to.scale, to.zero);
  paired(op, storage, range, to, (x, y) => quotient(x, y, to));
}

export const pairConversions: Conversions = {
  EQUAL: comparing("eq"),
  NOT_EQUAL: comparing("ne"),
  LESS: comparing("lt"),
  LESS_EQUAL: comparing("le"),
  GREATER: comparing("gt"),
  GREATER_EQUAL: comparing("ge"),
  SELECT: { types: anything, data: 1, limits: "operands on two scales", convert: chosen },
  SELECT_V2: { types: anything, data: 1, limits: "operands on two scales", convert: chosen },
  LOGICAL_AND: logical("and"),
  LOGICAL_OR: logical("or"),
  LOGICAL_NOT: {
    types: ["BOOL"],
    convert(op) {
      const no = makeConst(op.step("false"), { storage: "bool", shape: [] }, Uint8Array.of(0));
      op.result(op.make(compare, { x: op.input(0), y: no }, { fn: "eq" }));
    },
  },
  PRELU: { types: [...quantized, "FLOAT32"], convert: prelu },
  SQUARED_DIFFERENCE: {
    types: [...bytes, "INT16", "FLOAT32", "INT32"],
    convert(op) {
      const [x, y] = [op.input(0), op.input(1)];
      if (isByte(x)) {
        const to = op.perTensor(op.output());
        const { min, max } = storages[op.output().storage!];
        paired(op, op.output().storage as ByteStorage, [min, max], to, (p, q) => squaredDifference(p, q, to));
      } else if (x.type.storage === "i16") wideSquaredDifference(op);
      else {
        const d = op.make(binary, { x, y }, { fn: "sub" }, { name: op.step("difference") });
        op.result(
          x.type.storage === "f32"
            ? op.make(unary, { x: d }, { fn: "square" })
            : op.make(binary, { x: d, y: d }, { fn: "mul" }),
        );
      }
    },
  },
};
