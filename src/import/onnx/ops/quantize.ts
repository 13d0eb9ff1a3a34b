/** QuantizeLinear and DequantizeLinear, the ends of quantized groups. */
import type { Node } from "../../../ir/graph.ts";
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { binary, cast, unary } from "../../../ir/ops/elementwise.ts";
import { dequantize, quantize } from "../../../ir/ops/quant.ts";
import { reshape, slice } from "../../../ir/ops/shape.ts";
import { compare, where } from "../../../ir/ops/where.ts";
import { perTensor, sameShape, sizeOf, type TensorType } from "../../../ir/type.ts";
import { inverseScale } from "../../../tensor/arith.ts";
import type { Operator } from "../context.ts";
import { carriers, float8, floats, packedIntegers } from "../elements.ts";
import { checkAxis, type Params, quantOf, readParams } from "../params.ts";
import { fused, type Target } from "../qdq.ts";
import type { Element } from "../schema.ts";
import { elements } from "../schema.ts";
import { narrowed, resultHeld } from "./convert.ts";
import { fusions } from "./fusions.ts";
import { moved } from "./moved.ts";
import { limited, rangeOf, retyped } from "./stored.ts";
import type { Rows } from "./table.ts";

const quantizable: readonly Element[] = ["UINT8", "INT8", "UINT16", "INT16", ...packedIntegers];
const stored: readonly Element[] = [...quantizable, ...float8];

/** Where one scale stands for several elements of an axis, each element has it: a tensor that broadcasts. */
interface Layout {
  /** A parameter list as a constant that broadcasts to the data. */
  spread(what: string, list: ArrayLike<number>): Node;
}

/** How the parameters of inputs 1 and 2 lie on x: per tensor, along an axis, or in blocks along one. */
function layoutOf(op: Operator, x: TensorType): { axis: number | undefined; layout: Layout } {
  const scale = op.input(1).type.shape;
  const size = sizeOf(scale);
  const block = op.int("block_size", 0);
  const rank = x.shape.length;
  if (block < 0) op.fail(`wants a block size of at least 0, found ${block}`);
  if (op.has(2) && !sameShape(op.input(2).type.shape, scale)) {
    op.fail(`wants zero points in the shape of the scales [${scale}], found [${op.input(2).type.shape}]`);
  }
  if (block === 0) {
    if (size === 1 && scale.length <= 1) {
      return { axis: undefined, layout: { spread: (what, l) => op.scalar("f32", l[0], what) } };
    }
    const axis = op.axis(op.int("axis", 1), rank);
    if (scale.length !== 1 || scale[0] !== x.shape[axis]) {
      op.fail(`wants a scale for each index of axis ${axis} of [${x.shape}], found scales of [${scale}]`);
    }
    const shape = x.shape.map((d, i) => (i < axis ? 1 : i === axis ? d : 1)).slice(axis);
    return {
      axis,
      layout: { spread: (what, l) => op.constantNode(what, "f32", shape, Float32Array.from(l)) },
    };
  }
  const axis = op.axis(op.int("axis", 1), rank);
  const wanted = x.shape.map((d, i) => (i === axis ? Math.ceil(d / block) : d));
  if (scale.join() !== wanted.join()) op.fail(`wants scales of [${wanted}] for blocks of ${block}, found [${scale}]`);
  // Each block's number stands beside itself as often as the block has elements; the last block may be cut short.
  const each = Math.min(block, x.shape[axis]);
  const around = (...at: number[]) => [...wanted.slice(0, axis), ...at, ...wanted.slice(axis + 1)];
  const spread = (what: string, list: ArrayLike<number>): Node => {
    const name = { name: `${op.name}/${what}` };
    const single = op.constantNode(what, "f32", around(wanted[axis], 1), Float32Array.from(list));
    const repeated = op.make(broadcast, { x: single }, { shape: around(wanted[axis], each) }, name);
    const whole = op.make(reshape, { x: repeated }, { shape: around(wanted[axis] * each) }, name);
    if (wanted[axis] * each === x.shape[axis]) return whole;
    const [begin, step] = [x.shape.map(() => 0), x.shape.map(() => 1)];
    return op.make(slice, { x: whole }, { begin, size: x.shape, step }, name);
  };
  return { axis: undefined, layout: { spread } };
}

/** Whether scales and zero points of a node are computed at run time, as DynamicQuantizeLinear does. */
const isDynamic = (op: Operator): boolean =>
  op.constant(1) === undefined || (op.has(2) && op.constant(2) === undefined);

/** The element type of a quantize's result. */
function targetElement(op: Operator): Element {
  const stated = op.int("output_dtype", 0);
  const element = op.has(2) ? op.element(2) : stated ? (elements[stated] ?? "UNDEFINED") : "UINT8";
  if (stated && elements[stated] !== element)
    op.fail(`wants output_dtype as the zero point's type ${element}, found ${stated}`);
  if (!stored.includes(element)) op.unsupported(`results of type ${element}`);
  return element;
}

function quantizeLinear(op: Operator): void {
  const x = op.input(0);
  const element = targetElement(op);
  const { storage } = carriers[element]!;
  const precision = op.int("precision", 0);
  if (precision > 1) op.unsupported(`precision ${elements[precision]}`);
  if (isDynamic(op)) {
    op.result(quantizeAtRunTime(op, x, element), element);
    return;
  }
  const { axis, layout } = layoutOf(op, x.type);
  const params = paramsOf(op, axis, x.type);
  const step = (fn: "div" | "add", a: Node, b: Node) => op.make(binary, { x: a, y: b }, { fn });
  if (float8.includes(element)) {
    const { scales, zeros } = readParams(op, 1, 2);
    const scaled = step("div", x, layout.spread("scale", scales));
    const shifted = zeros.some((z) => z !== 0) ? step("add", scaled, layout.spread("zero", zeros)) : scaled;
    op.result(narrowed(op, shifted, element), element);
    return;
  }
  const range = rangeOf(element);
  if (params && params.axis === undefined) {
    const quant = perTensor(params.scales[0], params.zeros[0]);
    const target: Target = { storage: storage as Target["storage"], quant, clamp: range };
    const integer = fused(op, target, fusions) ?? moved(x, target, op.model.numerics);
    if (integer) {
      op.result(integer, element);
      return;
    }
    const pytorch = op.model.numerics === "pytorch" && element !== "INT16" && element !== "UINT16";
    const rule = pytorch
      ? ({ by: "recip_even", k: inverseScale(quant.scale), infinityLow: true } as const)
      : ({ by: "div_even", k: quant.scale } as const);
    op.result(op.make(quantize, { x }, { ...rule, clamp: range }, { storage, quant }), element);
    return;
  }
  // Several scales: the same arithmetic, one operation at a time.
  const { scales, zeros } = readParams(op, 1, 2);
  const rounded = op.make(unary, { x: step("div", x, layout.spread("scale", scales)) }, { fn: "round" });
  const shifted = step("add", rounded, layout.spread("zero", zeros));
  const quant = params && quantOf(params, op.name);
  op.result(limited(op, noNumberLow(op, shifted, range[0]), range, storage, quant), element);
}

/** x with not-a-number as the lowest value, which is what ONNX Runtime's quantize makes of it. */
function noNumberLow(op: Operator, x: Node, low: number): Node {
  const condition = op.make(compare, { x, y: op.scalar("f32", low, "lowest") }, { fn: "ge" });
  return op.make(where, { condition, x, y: op.scalar("f32", low, "lowest") });
}

/** The parameters of inputs 1 and 2 where the IR's types can hold them: not in blocks. */
function paramsOf(op: Operator, axis: number | undefined, x: TensorType): Params | undefined {
  if (op.int("block_size", 0) > 0) return undefined;
  const params = readParams(op, 1, 2, axis);
  checkAxis(op, params, x.shape);
  return params;
}

function quantizeAtRunTime(op: Operator, x: Node, element: Element): Node {
  const [scale, zero] = runTimeParams(op);
  const scaled = op.make(binary, { x, y: scale }, { fn: "div" });
  if (float8.includes(element)) return narrowed(op, scaled, element);
  const rounded = op.make(unary, { x: scaled }, { fn: "round" });
  const shifted = zero ? op.make(binary, { x: rounded, y: zero }, { fn: "add" }) : rounded;
  const range = rangeOf(element);
  return limited(op, noNumberLow(op, shifted, range[0]), range, carriers[element]!.storage);
}

/** Scale and zero point as f32 values of one element. */
function runTimeParams(op: Operator): [Node, Node | undefined] {
  for (const i of op.has(2) ? [1, 2] : [1]) {
    const { shape } = op.input(i).type;
    if (shape.some((d) => d !== 1)) op.known(1, "several scales");
    if (shape.some((d) => d !== 1)) op.known(i, "several zero points");
  }
  const zero = op.has(2) ? real(op, op.input(2), `${op.name}/zero`) : undefined;
  return [op.input(1), zero];
}

/** Stored numbers in f32. */
const real = (op: Operator, x: Node, name: string): Node =>
  x.type.storage === "f32" ? x : op.make(cast, { x }, {}, { storage: "f32", name });

function dequantizeLinear(op: Operator): void {
  const x = op.input(0);
  const element = op.element(1);
  const stated = op.int("output_dtype", 0);
  if (stated && elements[stated] !== element) op.unsupported(`output_dtype ${elements[stated]}`);
  if (isDynamic(op)) {
    const [scale, zero] = runTimeParams(op);
    const plain = real(op, x, `${op.name}/stored`);
    const centred = zero ? op.make(binary, { x: plain, y: zero }, { fn: "sub" }) : plain;
    resultHeld(op, op.make(binary, { x: centred, y: scale }, { fn: "mul" }), element);
    return;
  }
  const { axis, layout } = layoutOf(op, x.type);
  const params = x.type.storage === "f32" ? undefined : paramsOf(op, axis, x.type);
  if (params) {
    // The quantizer that a value came from is that of its dequantize, unless the file contradicts itself.
    const q = retyped(op, x, quantOf(params, op.inputs[0]));
    resultHeld(op, op.make(dequantize, { x: q }), element);
    return;
  }
  const { scales, zeros } = readParams(op, 1, 2);
  const plain = real(op, x, `${op.name}/stored`);
  const centred = op.make(binary, { x: plain, y: layout.spread("zero", zeros) }, { fn: "sub" });
  resultHeld(op, op.make(binary, { x: centred, y: layout.spread("scale", scales) }, { fn: "mul" }), element);
}

export const quantizeRows: Rows = {
  QuantizeLinear: {
    versions: [10],
    types: floats,
    limits: "several scales computed at run time",
    convert: quantizeLinear,
  },
  DequantizeLinear: {
    versions: [10],
    types: [...stored, "INT32"],
    limits: "several scales computed at run time",
    convert: dequantizeLinear,
  },
  "com.microsoft.QuantizeLinear": { versions: [1], types: floats, convert: quantizeLinear },
  "com.microsoft.DequantizeLinear": { versions: [1], types: [...stored, "INT32"], convert: dequantizeLinear },
};
