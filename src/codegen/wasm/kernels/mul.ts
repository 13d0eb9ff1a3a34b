/** Rows of `qmul` (sums of 32 bits) and `k.mul` (requantized). */
import type { Epilogue, Stage } from "../../../ir/epilogue.ts";
import type { Node } from "../../../ir/graph.ts";
import { storages, type TensorType, zeroOf } from "../../../ir/type.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { intLanes } from "../lanes.ts";
import { hasLaneRescale, laneRescale, rescaleConstant, rescaleFunction } from "../rescale.ts";
import { eachElement, eachLane, lanesFit, lanesScratch, plainRow, scalarCost } from "./plain.ts";

const isByte = (t: TensorType): boolean => storages[t.storage].bytes === 1;

const stageOf = (node: Node) =>
  (node.attrs as { epilogue: Epilogue }).epilogue[0] as Extract<Stage, { kind: "requantize" }>;

/** (x - zero)(y - zero) of scalar i32. */
function product(f: Func, node: Node, x: Local, y: Local): Expr {
  const { i32 } = f.m;
  const centered = (v: Local, t: TensorType) => i32.sub(f.get(v), i32.const(zeroOf(t)));
  return i32.mul(centered(x, node.in.x.type), centered(y, node.in.y.type));
}

/** The same in lanes; constants first. */
function laneProduct(f: Func, node: Node): (x: Local, y: Local) => Expr {
  const { i32x4 } = f.m;
  const [zx, zy] = [node.in.x, node.in.y].map((n: Node) => intLanes(f, zeroOf(n.type)));
  return (x, y) => i32x4.mul(i32x4.sub(f.get(x), f.get(zx)), i32x4.sub(f.get(y), f.get(zy)));
}

export const productKernels = [
  plainRow({
    name: "qs_vmul_s32_x16__wasmsimd",
    cost: 2,
    applies: lanesFit,
    scratch: lanesScratch,
    emit(f, node, at) {
      const times = laneProduct(f, node);
      eachLane(f, node, at, ([x, y]) => times(x, y));
    },
  }),
  plainRow({
    name: "qs_vmul_s32__scalar",
    cost: scalarCost,
    emit: (f, node, at) => eachElement(f, node, at, ([x, y]) => product(f, node, x, y)),
  }),
];

export const mulKernels = [
  plainRow({
    name: "qs8_vmul_x16__wasmsimd",
    cost: 4,
    inPlace: [0, 1],
    applies: (node) =>
      lanesFit(node) &&
      [node, node.in.x, node.in.y].every((n: Node) => isByte(n.type)) &&
      hasLaneRescale(stageOf(node).by, ...stageOf(node).clamp),
    scratch: lanesScratch,
    emit(f, node, at) {
      const { by, zero, clamp } = stageOf(node);
      const times = laneProduct(f, node);
      const finish = laneRescale(f, by, zero, clamp)!;
      eachLane(f, node, at, ([x, y]) => finish(times(x, y)));
    },
  }),
  plainRow({
    name: "qs_vmul__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f, node, at) {
      const { by, zero, clamp } = stageOf(node);
      const { m, b } = f;
      const rescale = rescaleFunction(f, by.rule);
      eachElement(f, node, at, ([x, y]) =>
        m.call(
          rescale,
          [
            product(f, node, x, y),
            rescaleConstant(f, by.rule, by.a[0]),
            rescaleConstant(f, by.rule, by.b[0] ?? 0),
            m.i32.const(zero),
            m.i32.const(clamp[0]),
            m.i32.const(clamp[1]),
          ],
          b.i32,
        ),
      );
    },
  }),
];
