/** Rows of `sum`. */
import type { Node } from "../../../ir/graph.ts";
import { sizeOf, storages, type TensorType, zeroOf } from "../../../ir/type.ts";
import { byteStrides, loadElement, nest, pointer, storeElement, valueType } from "../access.ts";
import type { Func, Local, Share } from "../asm.ts";
import { chunks, intLanes, loadLanes, storeLanes, vec } from "../lanes.ts";
import type { Addresses } from "../operands.ts";
import { plainRow, scalarCost } from "./plain.ts";

/** For each dimension of x, bytes to move in the result: 0 along those that are summed. */
function sumStrides(node: Node): number[] {
  const { axes } = node.attrs as { axes: readonly number[] };
  const { shape } = node.in.x.type as TensorType;
  const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return byteStrides("i32", kept).map((s, i) => (axes.includes(i) ? 0 : s));
}

/** Channels of a chunk. */
const lanes = 16;

const clear = (f: Func, node: Node, at: Addresses): void =>
  f.do(f.m.memory.fill(f.get(at.result), f.m.i32.const(0), f.m.i32.const(sizeOf(node.type.shape) * 4)));

/** Zeros in a share of the sums. */
function clearShare(f: Func, result: Local, { first, count }: Share, channels: number): void {
  const { m, b } = f;
  const { i32 } = m;
  const begin = f.let(b.i32, i32.mul(f.get(first), i32.const(lanes)));
  const size = f.let(b.i32, i32.mul(f.get(count), i32.const(lanes)));
  const room = f.let(b.i32, i32.sub(i32.const(channels), f.get(begin)));
  f.set(size, m.select(i32.lt_u(f.get(size), f.get(room)), f.get(size), f.get(room)));
  const bytes = (v: Local): number => i32.shl(f.get(v), i32.const(2));
  f.do(m.memory.fill(i32.add(f.get(result), bytes(begin)), i32.const(0), bytes(size)));
}

export const sumKernels = [
  // Channels stay: rows of them are added to the result in order.
  plainRow({
    name: "x_sum_c16__wasmsimd",
    cost: 2,
    applies: (node) => {
      const { axes } = node.attrs as { axes: readonly number[] };
      const { shape } = node.in.x.type as TensorType;
      return shape.length > 0 && !axes.includes(shape.length - 1) && shape[shape.length - 1] >= 4;
    },
    emit(f, node, at) {
      const source = node.in.x.type as TensorType;
      const { storage, shape } = source;
      const float = storage === "f32";
      const zero = intLanes(f, float ? 0 : zeroOf(source));
      const channels = shape[shape.length - 1];
      // Threads share the channels where all else is summed.
      const share = sizeOf(node.type.shape) === channels ? f.split(Math.ceil(channels / lanes)) : undefined;
      if (share) clearShare(f, at.result, share, channels);
      else clear(f, node, at);
      if (sizeOf(shape) === 0) return;
      const x = { at: pointer(f, at.operands[0]), strides: byteStrides(storage, shape).slice(0, -1) };
      const y = { at: pointer(f, at.result), strides: sumStrides(node).slice(0, -1) };
      const { f32x4, i32x4, v128 } = f.m;
      const row = (): void => {
        const from = { at: pointer(f, x.at), bytes: storages[storage].bytes };
        const to = { at: pointer(f, y.at), bytes: 4 };
        const add = (count: number): void => {
          const sums = loadLanes(f, storage, from.at, count).map((v, g) => {
            const before = v128.load(16 * g, 1, f.get(to.at));
            return vec(f, float ? f32x4.add(before, f.get(v)) : i32x4.add(before, i32x4.sub(f.get(v), f.get(zero))));
          });
          storeLanes(f, "i32", to.at, sums, count);
        };
        chunks(f, channels, lanes, [from, to], add, share ? "split" : undefined);
      };
      nest(f, shape.slice(0, -1), [x, y], row);
    },
  }),
  plainRow({
    name: "x_sum__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const source = node.in.x.type as TensorType;
      const { storage, shape } = source;
      const { f32, i32 } = f.m;
      clear(f, node, at);
      const x = { at: pointer(f, at.operands[0]), strides: byteStrides(storage, shape) };
      const y = { at: pointer(f, at.result), strides: sumStrides(node) };
      nest(f, shape, [x, y], () => {
        const v = f.let(valueType(f, storage), loadElement(f, storage, f.get(x.at)));
        const next =
          storage === "f32"
            ? f32.add(f32.load(0, 1, f.get(y.at)), f.get(v))
            : i32.add(i32.load(0, 1, f.get(y.at)), i32.sub(f.get(v), i32.const(zeroOf(source))));
        storeElement(f, node.type.storage, f.get(y.at), next);
      });
    },
  }),
];
