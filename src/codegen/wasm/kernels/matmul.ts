/** The row of `matmul`: loops as the meaning has them, over operands that may both be computed. */
import { sizeOf, storages, type TensorType, zeroOf, zeroOfChannel } from "../../../ir/type.ts";
import { broadcastStrides, byteStrides, loadElement, nest, pointer, storeElement, valueType } from "../access.ts";
import type { Expr, Local } from "../asm.ts";
import { pack } from "../operands.ts";
import { plainRow, scalarCost } from "./plain.ts";

export const matmulKernels = [
  plainRow({
    name: "x_matmul__scalar",
    cost: scalarCost,
    // The zero point of each column of y.
    pack: (node) => {
      const { shape, quant, ...y } = node.in.y.type as TensorType;
      const zero = (c: number) => (y.storage === "f32" ? 0 : zeroOfChannel({ ...y, shape, quant }, c));
      return [pack(Int32Array.from({ length: shape[shape.length - 1] }, (_, c) => zero(c)))];
    },
    emit(f, node, at) {
      const { m } = f;
      const [x, y] = [node.in.x.type, node.in.y.type] as TensorType[];
      const { storage, shape } = node.type;
      const float = storage === "f32";
      const type = valueType(f, storage);
      const [rows, columns] = shape.slice(-2);
      const depth = x.shape[x.shape.length - 1];
      const batch = shape.slice(0, -2);
      /** Strides of the batch dimensions, then of rows and columns of the result. */
      const walker = (from: Local, t: TensorType, row: number, column: number) => {
        const matrix = sizeOf(t.shape.slice(-2));
        const outer = broadcastStrides(t.storage, t.shape.slice(0, -2), batch).map((s) => s * matrix);
        const { bytes } = storages[t.storage];
        return { at: pointer(f, from), strides: [...outer, row * bytes, column * bytes] };
      };
      const xs = walker(at.operands[0], x, depth, 0);
      const ys = walker(at.operands[1], y, 0, 1);
      const zeros = { at: pointer(f, at.packs[0]), strides: [...batch.map(() => 0), 0, 4] };
      const out = { at: pointer(f, at.result), strides: byteStrides(storage, shape) };
      const xZero = float ? 0 : zeroOf(x);
      const sum = f.local(type);
      const element = (): void => {
        f.set(sum, float ? m.f32.const(0) : storage === "i64" ? m.i64.const(0n as never) : m.i32.const(0));
        const [p, q] = [pointer(f, xs.at), pointer(f, ys.at)];
        const yZero = f.let(f.b.i32, m.i32.load(0, 1, f.get(zeros.at)));
        f.repeat(depth, () => {
          const [a, b] = [loadElement(f, x.storage, f.get(p)), loadElement(f, y.storage, f.get(q))];
          let next: Expr;
          if (float) next = m.f32.add(f.get(sum), m.f32.mul(a, b));
          else {
            const product = m.i32.mul(m.i32.sub(a, m.i32.const(xZero)), m.i32.sub(b, f.get(yZero)));
            next = storage === "i64" ? m.i64.add(f.get(sum), m.i64.extend_s(product)) : m.i32.add(f.get(sum), product);
          }
          f.set(sum, next);
          f.add(p, storages[x.storage].bytes);
          f.add(q, columns * storages[y.storage].bytes);
        });
        storeElement(f, storage, f.get(out.at), f.get(sum));
      };
      nest(f, [...batch, rows, columns], [xs, ys, zeros, out], element, "split");
    },
  }),
];
