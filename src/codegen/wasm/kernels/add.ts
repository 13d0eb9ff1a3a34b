/** Rows of `qadd`. */
import type { Addition, AdditionZeros } from "../../../ir/addition.ts";
import type { Node } from "../../../ir/graph.ts";
import { storages, type TensorType, zeroOf } from "../../../ir/type.ts";
import { addScalar, hasLaneAddition, laneAddition } from "../addition.ts";
import type { Func } from "../asm.ts";
import { floatLanes } from "../lanes.ts";
import type { Addresses } from "../operands.ts";
import { proveAddition, type SumFit } from "../proof-add.ts";
import { eachElement, eachLane, lanesFit, lanesScratch, plainRow, scalarCost } from "./plain.ts";

const zerosOf = (node: Node): AdditionZeros => ({
  x: zeroOf(node.in.x.type),
  y: zeroOf(node.in.y.type),
  result: zeroOf(node.type),
});

const attrsOf = (node: Node) => node.attrs as { by: Addition; clamp: readonly [number, number] };

const isByte = (t: TensorType): boolean => storages[t.storage].bytes === 1;
const isShort = (t: TensorType): boolean => storages[t.storage].bytes <= 2;

/** How far stored values can be from their zero point. */
function reach(t: TensorType): number {
  const { min, max } = storages[t.storage];
  return Math.max(max - zeroOf(t), zeroOf(t) - min);
}

/** The float formula of an 8-bit addition, if one is proven equal on all pairs. */
function fitOf(node: Node): SumFit | undefined {
  const { by, clamp } = attrsOf(node);
  const [x, y] = [node.in.x.type, node.in.y.type];
  const { min, max } = storages[x.storage as "i8"];
  const before = {
    kind: "requantize",
    by: { rule: "f32_rne", a: [1], b: [] },
    zero: zeroOf(x),
    clamp: [min, max],
  } as const;
  return proveAddition({ kind: "add", by, zero: zeroOf(node.type), clamp }, before, y);
}

function emitFit(f: Func, node: Node, at: Addresses): void {
  const fit = fitOf(node)!;
  const { m } = f;
  const [low, high] = attrsOf(node).clamp;
  const zero = zeroOf(node.type);
  const [a, b, c, least, most] = [fit.a, fit.b, fit.c, low - zero, high - zero].map((v) => floatLanes(f, v));
  const zeros = f.let(f.b.v128, m.i32x4.splat(m.i32.const(zero)));
  const [distance, sign] = [floatLanes(f, fit.away), floatLanes(f, -0)];
  const { f32x4, i32x4, v128 } = m;
  eachLane(f, node, at, ([x, y]) => {
    const times = (v: typeof x, k: typeof a) => f32x4.mul(f32x4.convert_i32x4_s(f.get(v)), f.get(k));
    const sum = f.let(f.b.v128, f32x4.add(times(x, a), f32x4.add(times(y, b), f.get(c))));
    // copysign(away, sum)
    const away = v128.or(v128.and(f.get(sum), f.get(sign)), f.get(distance));
    const moved = f32x4.nearest(fit.away ? f32x4.add(f.get(sum), away) : f.get(sum));
    const limited = f32x4.pmin(f32x4.pmax(moved, f.get(least)), f.get(most));
    return i32x4.add(i32x4.trunc_sat_f32x4_s(limited), f.get(zeros));
  });
}

export const addKernels = [
  // A float formula that a proof over all 65536 pairs shows equal to the rule.
  plainRow({
    name: "qs8_vadd_f32_x16__wasmsimd",
    cost: 2,
    inPlace: [0, 1],
    applies: (node) =>
      [node, node.in.x, node.in.y].every((n: Node) => isByte(n.type)) && lanesFit(node) && fitOf(node) !== undefined,
    scratch: lanesScratch,
    emit: emitFit,
  }),
  plainRow({
    name: "qs_vadd_x16__wasmsimd",
    cost: 6,
    inPlace: [0, 1],
    applies: (node) =>
      [node, node.in.x, node.in.y].every((n: Node) => isShort(n.type)) &&
      lanesFit(node) &&
      hasLaneAddition(attrsOf(node).by, [reach(node.in.x.type), reach(node.in.y.type)]),
    scratch: lanesScratch,
    emit(f, node, at) {
      const { by, clamp } = attrsOf(node);
      const add = laneAddition(f, by, zerosOf(node), clamp);
      eachLane(f, node, at, ([x, y]) => add(x, y));
    },
  }),
  plainRow({
    name: "qs_vadd__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f, node, at) {
      const { by, clamp } = attrsOf(node);
      eachElement(f, node, at, ([x, y]) => addScalar(f, by, x, y, zerosOf(node), clamp));
    },
  }),
];
