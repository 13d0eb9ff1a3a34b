/** Arithmetic on two operands, element by element. */
import type { Node } from "../../../ir/graph.ts";
import { binary, qadd, qmul } from "../../../ir/ops/elementwise.ts";
import type { BinaryFunction } from "../../../ir/ops/plain.ts";
import { requantize } from "../../../ir/ops/quant.ts";
import { sameShape } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { floats, integers, numbers } from "../elements.ts";
import { perTensorBehind, type Target } from "../qdq.ts";
import { mulRescale, ortAddition, pytorchAddition } from "../recipes.ts";
import type { Element } from "../schema.ts";
import { resultHeld } from "./convert.ts";
import type { Row, Rows } from "./table.ts";

const bytes = ["i8", "u8"];

/** Both operands of a group with one quantizer each, of the target's 8-bit storage. */
function operandsOf(op: Operator, target: Target) {
  const [x, y] = [perTensorBehind(op.input(0)), perTensorBehind(op.input(1))];
  if (!x || !y || !bytes.includes(target.storage)) return undefined;
  return [x, y].every((v) => v.type.storage === target.storage) ? { x, y } : undefined;
}

/** Add between dequantize and quantize. */
export function addFusion(op: Operator, target: Target): Node | undefined {
  const both = operandsOf(op, target);
  return both && integerAdd(op, both.x, both.y, target);
}

/** The sum of two quantized values on the target's quantizer. */
export function integerAdd(op: Operator, x: Node, y: Node, { storage, quant, clamp }: Target): Node | undefined {
  const [a, b] = [x.type.quant, y.type.quant];
  if (a?.kind !== "tensor" || b?.kind !== "tensor") return undefined;
  const same = sameShape(x.type.shape, y.type.shape);
  const by =
    op.model.numerics === "ort"
      ? ortAddition(a, b, quant)
      : pytorchAddition(a.scale, b.scale, quant.scale, storage, same);
  return op.make(qadd, { x, y }, { by, clamp }, { storage, quant });
}

/** Mul between dequantize and quantize. */
export function mulFusion(op: Operator, target: Target): Node | undefined {
  const both = operandsOf(op, target);
  return both && integerMul(op, both.x, both.y, target);
}

/** The product of two quantized values on the target's quantizer. */
export function integerMul(op: Operator, x: Node, y: Node, { storage, quant, clamp }: Target): Node | undefined {
  const [a, b] = [x.type.quant, y.type.quant];
  if (a?.kind !== "tensor" || b?.kind !== "tensor") return undefined;
  const products = op.make(qmul, { x, y }, {}, { name: `${op.name}/products` });
  const by = mulRescale(op.model.numerics, a.scale, b.scale, quant.scale, storage === "i8" && quant.zero < 127);
  return op.make(requantize, { x: products }, { by, clamp }, { storage, quant });
}

/** A function of two numbers; unsigned 64-bit quotients have one of their own. */
function arithmetic(fn: BinaryFunction, types: readonly Element[] = numbers): Row {
  return {
    versions: [7],
    types,
    convert(op) {
      const element = op.element(0);
      const of = fn === "div" && element === "UINT64" ? "divu" : fn;
      resultHeld(op, op.make(binary, { x: op.input(0), y: op.input(1) }, { fn: of }), element);
    },
  };
}

export const arithmeticRows: Rows = {
  Add: arithmetic("add"),
  Sub: arithmetic("sub"),
  Mul: arithmetic("mul"),
  Div: arithmetic("div"),
  BitwiseAnd: { ...arithmetic("and", integers), versions: [18] },
  BitwiseOr: { ...arithmetic("or", integers), versions: [18] },
  BitwiseXor: { ...arithmetic("xor", integers), versions: [18] },
  And: arithmetic("and", ["BOOL"]),
  Or: arithmetic("or", ["BOOL"]),
  Xor: arithmetic("xor", ["BOOL"]),
  Pow: {
    versions: [7],
    types: floats,
    limits: "integer bases",
    convert(op) {
      if (!floats.includes(op.element(1))) {
        const { value } = { value: op.known(1, "an integer exponent") };
        const y = op.constantNode(
          "exponent",
          "f32",
          op.input(1).type.shape,
          Float32Array.from(value as Int32Array, Number),
        );
        resultHeld(op, op.make(binary, { x: op.input(0), y }, { fn: "pow" }), op.element(0));
        return;
      }
      resultHeld(op, op.make(binary, { x: op.input(0), y: op.input(1) }, { fn: "pow" }), op.element(0));
    },
  },
};
