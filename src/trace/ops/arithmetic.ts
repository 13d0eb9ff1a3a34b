/** Sums and products of quantized tensors, and with real numbers. */

import { ArgumentError } from "../../errors.ts";
import { broadcastShape } from "../../ir/broadcast.ts";
import type { Node } from "../../ir/graph.ts";
import { binary, cast, clamp as irClamp, qadd, qmul } from "../../ir/ops/elementwise.ts";
import { dequantize as irDequantize, requantize as irRequantize } from "../../ir/ops/quant.ts";
import { roundHalfEven } from "../../tensor/arith.ts";
import { qdtypes, qrange } from "../../tensor/dtype.ts";
import { PerTensorAffineQuantizer } from "../../tensor/quantizer.ts";
import { sameShape } from "../../tensor/strided.ts";
import { shapeText } from "../../tensor/tensor.ts";
import { type Build, type CallOptions, call, type EngineOptions } from "../call.ts";
import { bytes, finite, type OutputParams, outputOf, perTensorOf } from "../check.ts";
import { additionBy, productMultiplier, rescalesSafely } from "../recipes.ts";
import type { Quantized, SymQTensor } from "../symbolic.ts";
import { quantOf } from "../types.ts";
import { clampNode, tableNode } from "./activation.ts";
import { quantizeNode, sameDType } from "./convert.ts";

const f = Math.fround;

export type BinaryOptions = EngineOptions & OutputParams;

/** x + y on the quantizer stated. Shapes broadcast. */
export const add = <T extends Quantized, U extends Quantized>(x: T, y: U, options: BinaryOptions): Both<T, U> =>
  addThen("add", x, y, options, false);

/** max(x + y, 0). */
export const addRelu = <T extends Quantized, U extends Quantized>(x: T, y: U, options: BinaryOptions): Both<T, U> =>
  addThen("addRelu", x, y, options, true);

/** x * y on the quantizer stated, quint8 or qint8. Shapes broadcast. */
export const mul = <T extends Quantized, U extends Quantized>(x: T, y: U, options: BinaryOptions): Both<T, U> =>
  mulThen("mul", x, y, options, false);

/** max(x * y, 0). */
export const mulRelu = <T extends Quantized, U extends Quantized>(x: T, y: U, options: BinaryOptions): Both<T, U> =>
  mulThen("mulRelu", x, y, options, true);

/** Symbolic if one of the operands is. */
export type Both<T extends Quantized, U extends Quantized> = T extends SymQTensor ? T : U;

function operands(x: Quantized, y: Quantized) {
  sameDType([x, y], (i) => (i === 0 ? "x" : "y"));
  try {
    broadcastShape(x.shape, y.shape);
  } catch {
    throw new ArgumentError("y", `a shape that broadcasts with x's ${shapeText(x.shape)}`, shapeText(y.shape));
  }
  return [perTensorOf(x, "x"), perTensorOf(y, "y")] as const;
}

/** What holds results of the quantizer: storage and quantizer for `emit`. */
const on = (to: PerTensorAffineQuantizer) => ({ storage: qdtypes[to.dtype].storage, quant: quantOf(to) });

const boundsOf = (to: PerTensorAffineQuantizer, relu: boolean): readonly [number, number] => {
  const [lo, hi] = qrange(to.dtype);
  return [relu ? to.zeroPoint : lo, hi];
};

function addThen<T extends Quantized, U extends Quantized>(
  op: string,
  x: T,
  y: U,
  options: BinaryOptions,
  relu: boolean,
): Both<T, U> {
  return call(op, options, [x, y], (b) => {
    const [qx, qy] = operands(x, y);
    const to = outputOf(options, qx.dtype);
    const nodes = { x: b.value(x, `${b.name}.x`), y: b.value(y, `${b.name}.y`) };
    const safe = [qx, qy].every((q) => rescalesSafely(q.scale, to.scale));
    if (qx.dtype === "qint32" || !safe) return addReals(b, nodes, to, relu);
    const by = additionBy(b.engine, qx.dtype, qx.scale, qy.scale, to.scale, sameShape(x.shape, y.shape));
    return b.emit(qadd, nodes, { by, clamp: boundsOf(to, relu) }, on(to));
  }) as unknown as Both<T, U>;
}

/** The scalar kernel step by step, where an integer addition could leave its range. */
function addReals(b: Build, { x, y }: { x: Node; y: Node }, to: PerTensorAffineQuantizer, relu: boolean): Node {
  const real = (node: Node, name: string) => b.emit(irDequantize, { x: node }, {}, { name: `${b.name}.${name}` });
  const sum = b.emit(binary, { x: real(x, "x"), y: real(y, "y") }, { fn: "add" }, { name: `${b.name}.sum` });
  const range = [0, Number.POSITIVE_INFINITY] as const;
  return quantizeNode(b, relu ? b.emit(irClamp, { x: sum }, { range }, { name: `${b.name}.relu` }) : sum, to);
}

function mulThen<T extends Quantized, U extends Quantized>(
  op: string,
  x: T,
  y: U,
  options: BinaryOptions,
  relu: boolean,
): Both<T, U> {
  return call(op, options, [x, y], (b) => {
    perTensorOf(x, "x", bytes);
    const [qx, qy] = operands(x, y);
    const to = outputOf(options, qx.dtype);
    const nodes = { x: b.value(x, `${b.name}.x`), y: b.value(y, `${b.name}.y`) };
    const products = b.emit(qmul, nodes, {}, { name: `${b.name}.products` });
    const by = { rule: "f32_rne", a: [productMultiplier(qx.scale, qy.scale, to)], b: [] } as const;
    return b.emit(irRequantize, { x: products }, { by, clamp: boundsOf(to, relu) }, on(to));
  }) as unknown as Both<T, U>;
}

/** x + c by moving the zero point where it stays in the dtype; else on a wider scale. The result has its own quantizer. */
export const addScalar = <T extends Quantized>(x: T, c: number, options?: CallOptions): T =>
  addScalarThen("addScalar", x, c, options, false);
export const addScalarRelu = <T extends Quantized>(x: T, c: number, options?: CallOptions): T =>
  addScalarThen("addScalarRelu", x, c, options, true);

function addScalarThen<T extends Quantized>(
  op: string,
  x: T,
  c: number,
  options: CallOptions | undefined,
  relu: boolean,
): T {
  return call(op, options, [x], (b) => {
    const from = perTensorOf(x, "x", bytes);
    const { scale, zeroPoint, dtype } = from;
    const [lo, hi] = qrange(dtype);
    const steps = roundHalfEven(finite(c, "c") / scale);
    const zero = zeroPoint - steps;
    if (zero >= lo && zero <= hi) {
      const to = new PerTensorAffineQuantizer(scale, zero, dtype);
      const moved = b.emit(cast, { x: b.value(x) }, {}, { ...on(to), name: relu ? `${b.name}.linear` : b.name });
      return relu ? clampNode(b, moved, boundsOf(to, true)) : moved;
    }
    const reach = zero < lo ? hi - zero : zero - lo;
    const to = new PerTensorAffineQuantizer((reach / (hi - lo)) * scale, zero < lo ? lo : hi, dtype);
    const multiplier = f(f(scale) * f(1 / f(to.scale)));
    const [low, high] = boundsOf(to, relu);
    return tableNode(b, x, to, op, (q) => {
      const v = roundHalfEven(f((q - zeroPoint + steps) * multiplier)) + to.zeroPoint;
      return Math.min(Math.max(v, low), high);
    });
  }) as T;
}

/** x * c by changing the scale; the integers change only where c <= 0. The result has its own quantizer. */
export const mulScalar = <T extends Quantized>(x: T, c: number, options?: CallOptions): T =>
  mulScalarThen("mulScalar", x, c, options, false);
export const mulScalarRelu = <T extends Quantized>(x: T, c: number, options?: CallOptions): T =>
  mulScalarThen("mulScalarRelu", x, c, options, true);

function mulScalarThen<T extends Quantized>(
  op: string,
  x: T,
  c: number,
  options: CallOptions | undefined,
  relu: boolean,
): T {
  return call(op, options, [x], (b) => {
    const { scale, zeroPoint, dtype } = perTensorOf(x, "x", bytes);
    const [lo, hi] = qrange(dtype);
    finite(c, "c");
    if (c === 0) return tableNode(b, x, new PerTensorAffineQuantizer(1, 0, dtype), op, () => 0);
    const to =
      c > 0
        ? new PerTensorAffineQuantizer(scale * c, zeroPoint, dtype)
        : new PerTensorAffineQuantizer(scale * -c, hi - (zeroPoint - lo), dtype);
    const [low] = boundsOf(to, relu);
    if (c < 0) return tableNode(b, x, to, op, (q) => Math.max(hi + lo - q, low));
    const scaled = b.emit(cast, { x: b.value(x) }, {}, { ...on(to), name: relu ? `${b.name}.linear` : b.name });
    return relu ? clampNode(b, scaled, boundsOf(to, true)) : scaled;
  }) as T;
}
