/** What lowering makes of convolutions and products: the same sums, finished by an epilogue before they are stored. */
import { epilogue, finish } from "../epilogue.ts";
import { type Constraint, defineOp, maybe, type PerOperand, tensor } from "../op.ts";
import { sameShape, sizeOf, type TensorType } from "../type.ts";
import { convolve, convShape, linearShape, multiplyMatrix, sumsAttr, sumsOf16, windowAttrs } from "./conv.ts";
import { qmul } from "./elementwise.ts";

const operands = {
  x: tensor("i8", "u8", "i16", "f32"),
  w: tensor("i8", "u8", "f32"),
  bias: maybe("i32", "i64", "f32"),
  residual: maybe("i8", "u8", "i16"),
  table: maybe("i8", "u8"),
} as const;

type Types = PerOperand<typeof operands, TensorType>;

const constraints: readonly Constraint<typeof operands, any>[] = [
  {
    id: "residual",
    says: "a residual of the result's shape exactly where the epilogue adds one",
    holds: ({ residual }: Types, { epilogue: then }, result) =>
      (residual !== undefined) === then.some((s: { kind: string }) => s.kind === "add") &&
      (!residual || (sameShape(residual.shape, result.shape) && residual.quant?.kind === "tensor")),
  },
  {
    id: "table",
    says: "a table of 256 entries exactly where the epilogue looks one up",
    holds: ({ table }: Types, { epilogue: then }) =>
      (table !== undefined) === then.some((s: { kind: string }) => s.kind === "table") &&
      (!table || sizeOf(table.shape) === 256),
  },
  {
    id: "stored",
    says: "sums stored as they are unless the epilogue requantizes them",
    holds: ({ x }: Types, { epilogue: then, sums }, result) =>
      then.some((s: { kind: string }) => s.kind === "requantize")
        ? result.storage !== "f32" && x.storage !== "f32"
        : result.storage === (x.storage === "f32" ? "f32" : sums),
  },
  {
    id: "channels",
    says: "rescaling constants for the tensor or for each output channel",
    holds: (_: Types, { epilogue: then }, result) =>
      then.every(
        (s: any) =>
          s.kind !== "requantize" || s.by.a.length === 1 || s.by.a.length === result.shape[result.shape.length - 1],
      ),
  },
  sumsOf16,
  {
    id: "wide",
    says: "64-bit sums requantized by the rule q15_single only",
    holds: (_: Types, { epilogue: then, sums }) =>
      sums === "i32" || then.every((s: any) => s.kind !== "requantize" || s.by.rule === "q15_single"),
  },
];

export const kConv = defineOp("k.conv", {
  doc: "conv2d finished by an epilogue.",
  operands,
  attrs: { ...windowAttrs, ...sumsAttr, epilogue: epilogue() },
  kind: "reduction",
  level: "kernel",
  quant: "free",
  storage: "free",
  shape: convShape,
  verify: constraints,
  eval: ({ x, w, bias, residual, table }, { epilogue: then, stride, pad, dilation, sums }, type) =>
    finish(then, convolve({ x, w, bias }, { stride, pad, dilation, sums }, type.shape), type, { residual, table }),
  macs: ({ w }, _, result) => sizeOf(result.shape) * w.shape[1] * w.shape[2] * w.shape[3],
});

export const kGemm = defineOp("k.gemm", {
  doc: "linear finished by an epilogue.",
  operands,
  attrs: { ...sumsAttr, epilogue: epilogue() },
  kind: "reduction",
  level: "kernel",
  quant: "free",
  storage: "free",
  shape: linearShape,
  verify: constraints,
  eval: ({ x, w, bias, residual, table }, { epilogue: then, sums }, type) =>
    finish(then, multiplyMatrix({ x, w, bias }, { sums }, type.shape), type, { residual, table }),
  macs: ({ x }, _, result) => sizeOf(result.shape) * x.shape[x.shape.length - 1],
});

export const kMul = defineOp("k.mul", {
  doc: "qmul requantized.",
  operands: { x: tensor("i8", "u8", "i16"), y: tensor("i8", "u8", "i16") },
  attrs: { epilogue: epilogue() },
  kind: "elementwise",
  level: "kernel",
  quant: "free",
  storage: "free",
  shape: qmul.shape,
  verify: [
    {
      id: "stages",
      says: "one requantize stage",
      holds: (_, { epilogue: then }) => then.length === 1 && then[0].kind === "requantize" && then[0].by.a.length === 1,
    },
  ],
  eval: ({ x, y }, { epilogue: then }, type) => finish(then, qmul.eval({ x, y }, {}, type), type, {}),
});
