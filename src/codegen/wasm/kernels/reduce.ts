/** The row of `reduce`. */
import { type Storage, storages, stridesOf, type TensorType } from "../../../ir/type.ts";
import { loadElement, nest, pointer, storeElement, valueType } from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { plainRow, scalarCost } from "./plain.ts";

type Fn = "max" | "min" | "prod";

/** One step of a reduction. */
function step(f: Func, fn: Fn, storage: Storage, acc: Local, v: Local): Expr {
  const { m } = f;
  const [a, b] = [() => f.get(acc), () => f.get(v)];
  if (storage === "f32") return m.f32[fn === "prod" ? "mul" : fn](a(), b());
  const i = storage === "i64" ? m.i64 : m.i32;
  if (fn === "prod") return i.mul(a(), b());
  return m.select(fn === "max" ? i.gt_s(b(), a()) : i.lt_s(b(), a()), b(), a());
}

export const reduceKernels = [
  plainRow({
    name: "x_reduce__scalar",
    cost: scalarCost,
    emit(f, node, at) {
      const { fn, axes } = node.attrs as unknown as { fn: Fn; axes: readonly number[] };
      const { shape, storage } = node.in.x.type as TensorType;
      const { bytes } = storages[storage];
      const type = valueType(f, storage);
      const strides = stridesOf(shape).map((s) => s * bytes);
      const dims = [...shape.keys()];
      const kept = dims.filter((d) => !axes.includes(d));
      const reduced = dims.filter((d) => axes.includes(d));
      const keptShape = kept.map((d) => shape[d]);
      const x = { at: pointer(f, at.operands[0]), strides: kept.map((d) => strides[d]) };
      const out = { at: pointer(f, at.result), strides: stridesOf(keptShape).map((s) => s * bytes) };
      const acc = f.local(type);
      const element = (): void => {
        // Extremes begin with the first element and meet it again, which changes nothing; products begin with 1.
        const one =
          type === f.b.f32 ? f.m.f32.const(1) : type === f.b.i64 ? f.m.i64.const(1n as never) : f.m.i32.const(1);
        f.set(acc, fn === "prod" ? one : loadElement(f, storage, f.get(x.at)));
        const inner = { at: pointer(f, x.at), strides: reduced.map((d) => strides[d]) };
        nest(
          f,
          reduced.map((d) => shape[d]),
          [inner],
          () => {
            const v = f.let(type, loadElement(f, storage, f.get(inner.at)));
            f.set(acc, step(f, fn, storage, acc, v));
          },
        );
        storeElement(f, storage, f.get(out.at), f.get(acc));
      };
      nest(f, keptShape, [x, out], element, "split");
    },
  }),
];
