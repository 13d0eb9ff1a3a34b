/** Rows of `clamp`, `table` and `extremum`: stored values in, stored values of the same scale (or a table's) out. */
import { type Node, operandsOf } from "../../../ir/graph.ts";
import { sizeOf, storages } from "../../../ir/type.ts";
import { loadElement, pointer, storeFirst } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { chunks, floatLanes, vec } from "../lanes.ts";
import type { Addresses } from "../operands.ts";
import { eachElement, plainRow, sameShapes, scalarCost } from "./plain.ts";

const rangeOf = (node: Node) => (node.attrs as { range: readonly [number, number] }).range;
const maximum = (node: Node): boolean => (node.attrs as { fn: "max" | "min" }).fn === "max";

/** min and max of whole vectors of a storage's lanes. */
function lanesOf(f: Func, storage: string): { min: (a: Expr, b: Expr) => Expr; max: (a: Expr, b: Expr) => Expr } {
  const { m } = f;
  switch (storage) {
    case "i8":
      return { min: m.i8x16.min_s, max: m.i8x16.max_s };
    case "u8":
      return { min: m.i8x16.min_u, max: m.i8x16.max_u };
    case "i16":
      return { min: m.i16x8.min_s, max: m.i16x8.max_s };
    case "i32":
      return { min: m.i32x4.min_s, max: m.i32x4.max_s };
    // min(v, high) is high < v ? high : v, which keeps not-a-number, and so does max(v, low).
    case "f32":
      return { min: m.f32x4.pmin, max: m.f32x4.pmax };
  }
  throw new Error(`no lanes of ${storage}`);
}

/** A constant in all lanes of a storage. */
function splat(f: Func, storage: string, v: number): Local {
  const { m } = f;
  if (storage === "f32") return floatLanes(f, v);
  const c = m.i32.const(v);
  const bytes = storages[storage as "i8"].bytes;
  return vec(f, bytes === 1 ? m.i8x16.splat(c) : bytes === 2 ? m.i16x8.splat(c) : m.i32x4.splat(c));
}

/** A whole vector of the result from a whole vector of each operand, in memory order. */
function eachVector(f: Func, node: Node, at: Addresses, value: (x: Local[]) => Expr): void {
  const { bytes } = storages[node.type.storage];
  const result = { at: pointer(f, at.result), bytes };
  const sources = operandsOf(node).map((_, i) => ({ at: pointer(f, at.operands[i]), bytes }));
  const step = (count: number): void => {
    const x = sources.map((s) => vec(f, f.m.v128.load(0, 1, f.get(s.at))));
    storeFirst(f, result.at, 0, vec(f, value(x)), count * bytes);
  };
  chunks(f, sizeOf(node.type.shape), 16 / bytes, [result, ...sources], step, "split");
}

export const clampKernels = [
  plainRow({
    name: "x_vclamp__wasmsimd",
    cost: 1,
    inPlace: [0],
    emit(f, node, at) {
      const { storage } = node.type;
      const [low, high] = rangeOf(node).map((v) => splat(f, storage, v));
      const lane = lanesOf(f, storage);
      eachVector(f, node, at, ([x]) => lane.min(lane.max(f.get(x), f.get(low)), f.get(high)));
    },
  }),
];

export const extremumKernels = [
  plainRow({
    name: "x_vextremum__wasmsimd",
    cost: 1,
    inPlace: [0, 1],
    applies: sameShapes,
    emit(f, node, at) {
      const lane = lanesOf(f, node.type.storage);
      const pick = maximum(node) ? lane.max : lane.min;
      eachVector(f, node, at, ([x, y]) => pick(f.get(x), f.get(y)));
    },
  }),
  plainRow({
    name: "x_vextremum__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f, node, at) {
      const { i32, select } = f.m;
      eachElement(f, node, at, ([x, y]) => {
        const test = (maximum(node) ? i32.gt_s : i32.lt_s)(f.get(x), f.get(y));
        return select(test, f.get(x), f.get(y));
      });
    },
  }),
];

/** Table lookups a loop turn. */
const unroll = 16;

export const tableKernels = [
  plainRow({
    name: `x8_lut_x${unroll}__scalar`,
    cost: 2,
    inPlace: [0],
    emit(f, node, at) {
      const { m } = f;
      const from = { at: pointer(f, at.operands[0]), bytes: 1 };
      const to = { at: pointer(f, at.result), bytes: 1 };
      // Entries are indexed from the storage's lowest value on.
      const table = pointer(f, at.operands[1], -storages[node.in.x.type.storage as "i8"].min);
      const { storage } = node.in.x.type;
      const look = (count: number): void => {
        for (let i = 0; i < count; i++) {
          const entry = m.i32.add(f.get(table), loadElement(f, storage, f.get(from.at), i));
          f.do(m.i32.store8(i, 1, f.get(to.at), m.i32.load8_u(0, 1, entry)));
        }
      };
      chunks(f, sizeOf(node.type.shape), unroll, [from, to], look, "split");
    },
  }),
];
