/** Element-by-element arithmetic of two operands. */
import type { Node } from "../../../ir/graph.ts";
import { binary, clamp, qadd, qmul } from "../../../ir/ops/elementwise.ts";
import type { binaryFunctions } from "../../../ir/ops/plain.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import type { Operator } from "../context.ts";
import { additionOf, doubleFactor, realBounds, rescaleBy, storedBounds, subtractionOf } from "../recipes.ts";
import { quantizedDivision } from "./pairs.ts";
import { type Conversions, quantized } from "./table.ts";

/** A fused activation on plain numbers: a clamp, or the node itself. */
function activated(op: Operator, fn: keyof typeof binaryFunctions, fused: number): void {
  const activation = op.activation(fused);
  const [x, y] = [op.input(0), op.input(1)];
  const plain = activation === "NONE";
  const node = op.make(binary, { x, y }, { fn }, plain ? {} : { name: op.step(fn) });
  if (!plain && node.type.storage !== "f32") op.unsupported(`fused activation on ${node.type.storage}`);
  op.result(plain ? node : op.make(clamp, { x: node }, { range: realBounds(activation) }));
}

/** Result quantizer and bounds of an operator on 8 bits. */
function quantizedResult(op: Operator, fused: number) {
  const result = op.output();
  const to = op.perTensor(result);
  const range = storedBounds(op.activation(fused), result.storage!, to.scale, to.zero);
  return { to, range, hint: { storage: result.storage, quant: to } };
}

const isPlain = (x: Node) => x.type.storage === "f32" || x.type.storage === "i32" || x.type.storage === "i64";

function addOrSubtract(op: Operator, fn: "add" | "sub", fused: number): void {
  const [x, y] = [op.input(0), op.input(1)];
  if (isPlain(x)) {
    activated(op, fn, fused);
    return;
  }
  const { to, range, hint } = quantizedResult(op, fused);
  const recipe = fn === "add" ? additionOf : subtractionOf;
  const left = x.type.storage === "i16" ? 15 : 20;
  const by = recipe(op.perTensor(x).scale, op.perTensor(y).scale, to.scale, left);
  op.result(op.make(qadd, { x, y }, { by, clamp: range }, hint));
}

const plainNumbers = [...quantized, "FLOAT32", "INT32", "INT64"] as const;

export const elementwiseConversions: Conversions = {
  ADD: { types: plainNumbers, convert: (op) => addOrSubtract(op, "add", op.options("Add").fused) },
  SUB: { types: plainNumbers, convert: (op) => addOrSubtract(op, "sub", op.options("Sub").fused) },
  MUL: {
    types: plainNumbers,
    convert(op) {
      const { fused } = op.options("Mul");
      const [x, y] = [op.input(0), op.input(1)];
      if (isPlain(x)) {
        activated(op, "mul", fused);
        return;
      }
      const { to, range, hint } = quantizedResult(op, fused);
      const by = rescaleBy([doubleFactor(op.perTensor(x).scale, op.perTensor(y).scale, to.scale)]);
      const products = op.make(qmul, { x, y }, {}, { name: op.step("products") });
      op.result(op.make(requantize, { x: products }, { by, clamp: range }, hint));
    },
  },
  DIV: {
    types: ["INT8", "UINT8", "FLOAT32", "INT32"],
    convert(op) {
      const { fused } = op.options("Div");
      if (isPlain(op.input(0))) activated(op, "div", fused);
      else quantizedDivision(op, fused);
    },
  },
  FLOOR_DIV: { types: ["FLOAT32", "INT32", "INT64"], convert: (op) => activated(op, "floordiv", 0) },
};
