/** Ops that work element by element: quantized add, mul, clamp and table; plain arithmetic on numbers. */

import { addBy } from "../addition.ts";
import { adding, oneOf, range, string } from "../attr.ts";
import { broadcastIndex, broadcastShape } from "../broadcast.ts";
import { defineOp, tensor } from "../op.ts";
import { clamp as limit } from "../rescale.ts";
import { byteValue, partner } from "../sample.ts";
import { allocate, sizeOf, storages, type TypedArray, zeroOf } from "../type.ts";
import { type BinaryFunction, binaryFunctions, floatOnly, integerFunctions, unaryFunctions } from "./plain.ts";

const clampInStorage = {
  id: "clamp",
  says: "bounds within the storage",
  holds: (
    _: unknown,
    { clamp: [lo, hi] }: { clamp: readonly [number, number] },
    r: { storage: keyof typeof storages },
  ) => lo >= storages[r.storage].min && hi <= storages[r.storage].max,
} as const;

export const qadd = defineOp("qadd", {
  doc: "Sum of two quantized values on the result's scale by a named rule, clamped; shapes broadcast.",
  operands: { x: tensor("i8", "u8", "i16", "i32"), y: tensor("i8", "u8", "i16", "i32") },
  attrs: { by: adding(), clamp: range() },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "quantizers",
      says: "operands and result with one scale and zero point each",
      holds: ({ x, y }, _, r) => [x, y, r].every((t) => t.quant?.kind === "tensor"),
    },
    clampInStorage,
  ],
  eval({ x, y }, { by, clamp: [lo, hi] }, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const [xs, ys] = [x.data as Int8Array, y.data as Int8Array];
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const zeros = { x: zeroOf(x.type), y: zeroOf(y.type), result: zeroOf(type) };
    for (let i = 0; i < out.length; i++) out[i] = limit(addBy(by, xs[xAt(i)], ys[yAt(i)], zeros), lo, hi);
    return out;
  },
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    return {
      operands: { x, y: partner(x, pool) },
      attrs: { clamp: rand(0, 1) ? [storages[x.storage].min, storages[x.storage].max] : [3, 90] },
      result: { storage: x.storage, quant: pool.quant(x.storage) },
    };
  },
});

export const qmul = defineOp("qmul", {
  doc: "Exact 32-bit products (x - zero)(y - zero) of two quantized values; shapes broadcast.",
  operands: { x: tensor("i8", "u8", "i16"), y: tensor("i8", "u8", "i16") },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: { product: ["x", "y"] },
  storage: "i32",
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    {
      id: "quantizers",
      says: "operands with one scale and zero point each",
      holds: ({ x, y }) => [x, y].every((t) => t.quant?.kind === "tensor"),
    },
  ],
  eval({ x, y }, _, type) {
    const out = new Int32Array(sizeOf(type.shape));
    const [xs, ys] = [x.data as Int8Array, y.data as Int8Array];
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    const [zx, zy] = [zeroOf(x.type), zeroOf(y.type)];
    for (let i = 0; i < out.length; i++) out[i] = (xs[xAt(i)] - zx) * (ys[yAt(i)] - zy);
    return out;
  },
  sample: (rand, pool) => {
    const x = byteValue(rand, pool);
    return { operands: { x, y: partner(x, pool) }, attrs: {} };
  },
});

export const clamp = defineOp("clamp", {
  doc: "Stored values limited to a range on the same scale: relu is [zero point, max], relu6 and saturation are clamps too. On floats the bounds are real and not-a-number passes.",
  operands: { x: tensor("i8", "u8", "i16", "i32", "f32") },
  attrs: { range: range() },
  kind: "elementwise",
  level: "both",
  quant: { sameAs: "x" },
  storage: { sameAs: "x" },
  shape: ({ x }) => x.shape,
  verify: [
    {
      id: "range",
      says: "integer bounds within the storage",
      holds: ({ x }, { range: [lo, hi] }) =>
        x.storage === "f32" ||
        (Number.isInteger(lo) &&
          Number.isInteger(hi) &&
          lo >= storages[x.storage].min &&
          hi <= storages[x.storage].max),
    },
  ],
  eval({ x }, { range: [lo, hi] }, type) {
    const out = allocate(type.storage, x.data.length) as Int8Array;
    const data = x.data as Int8Array;
    for (let i = 0; i < out.length; i++) out[i] = limit(data[i], lo, hi);
    return out;
  },
  sample: (rand, pool) => {
    const x = pool.pick(
      (t) => t.storage === "f32" && rand(0, 1) === 0,
      () => byteValue(rand, pool),
    );
    if (x.storage === "f32") return { operands: { x }, attrs: { range: [0, [6, Infinity][rand(0, 1)]] } };
    const { min } = storages[x.storage];
    const lo = min + rand(0, 200);
    return { operands: { x }, attrs: { range: [lo, rand(lo, min + 255)] } };
  },
});

export const table = defineOp("table", {
  doc: "Every stored 8-bit value replaced through 256 entries, indexed by the value minus the storage's lowest.",
  operands: { x: tensor("i8", "u8"), t: tensor("i8", "u8") },
  attrs: { of: string({ default: "" }) },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: ({ t }) => t.storage,
  shape: ({ x }) => x.shape,
  verify: [{ id: "entries", says: "256 entries", holds: ({ t }) => t.shape.length === 1 && t.shape[0] === 256 }],
  eval({ x, t }, _, type) {
    const out = allocate(type.storage, x.data.length) as Int8Array;
    const lowest = storages[x.type.storage].min;
    const [data, entries] = [x.data as Int8Array, t.data as Int8Array];
    for (let i = 0; i < out.length; i++) out[i] = entries[data[i] - lowest];
    return out;
  },
  sample: (rand, pool) => ({
    operands: { x: byteValue(rand, pool), t: { storage: "i8", shape: [256] } },
    attrs: {},
    result: { quant: pool.quant("i8") },
  }),
});

export const unary = defineOp("unary", {
  doc: "A function of plain f32 numbers, element by element, rounded to f32 once (`plain.ts` defines each).",
  operands: { x: tensor("f32") },
  attrs: { fn: oneOf(Object.keys(unaryFunctions) as (keyof typeof unaryFunctions)[]) },
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: "f32",
  shape: ({ x }) => x.shape,
  eval({ x }, { fn }) {
    return (x.data as Float32Array).map((v) => unaryFunctions[fn](v));
  },
  sample: (rand, pool) => ({
    operands: {
      x: pool.pick(
        (t) => t.storage === "f32",
        () => ({ storage: "f32", shape: [rand(1, 3), rand(1, 5)] }),
      ),
    },
    attrs: {},
  }),
});

const integerStorages = ["i8", "u8", "i16", "u16", "i32", "i64", "bool"] as const;
const bitwise: readonly BinaryFunction[] = ["and", "or", "xor"];
const binaryNames = Object.keys({ ...binaryFunctions, ...integerFunctions }) as BinaryFunction[];

export const binary = defineOp("binary", {
  doc: "A function of two plain numbers of one storage, element by element; shapes broadcast; f32 rounds once, integers wrap (`plain.ts` defines each).",
  operands: { x: tensor("f32", ...integerStorages), y: tensor("f32", ...integerStorages) },
  attrs: { fn: oneOf(binaryNames) },
  kind: "elementwise",
  level: "both",
  quant: "none",
  storage: { sameAs: "x" },
  shape: ({ x, y }) => broadcastShape(x.shape, y.shape),
  verify: [
    { id: "storage", says: "operands of one storage", holds: ({ x, y }) => x.storage === y.storage },
    {
      id: "function",
      says: "pow, rangescale and rangezero of f32; bitwise functions of integers or bool, of which bool has no others; divu of i64",
      holds: ({ x }, { fn }) =>
        x.storage === "f32"
          ? Object.hasOwn(binaryFunctions, fn)
          : bitwise.includes(fn) ||
            (x.storage !== "bool" && !floatOnly.includes(fn) && (fn !== "divu" || x.storage === "i64")),
    },
  ],
  eval({ x, y }, { fn }, type) {
    const out = allocate(type.storage, sizeOf(type.shape));
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    if (type.storage === "f32") {
      const f = binaryFunctions[fn as keyof typeof binaryFunctions];
      for (let i = 0; i < out.length; i++) out[i] = f(Number(x.data[xAt(i)]), Number(y.data[yAt(i)]));
      return out;
    }
    const f = integerFunctions[fn as keyof typeof integerFunctions];
    for (let i = 0; i < out.length; i++) {
      const v = f(BigInt(x.data[xAt(i)]), BigInt(y.data[yAt(i)]));
      if (out instanceof BigInt64Array) out[i] = v;
      else out[i] = Number(BigInt.asIntN(32, v));
    }
    return out;
  },
  sample: (rand, pool) => {
    const x = pool.pick(
      (t) => !t.quant && t.storage !== "bool" && t.shape.length > 0,
      () => ({ storage: (["f32", "i32", "i64", "u8", "i16"] as const)[rand(0, 4)], shape: [rand(1, 3), rand(1, 5)] }),
    );
    const fn = (["add", "sub", "mul", "div", "min", "max"] as const)[rand(0, 5)];
    return { operands: { x, y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) } }, attrs: { fn } };
  },
});

export const cast = defineOp("cast", {
  doc: "Plain numbers of one storage as another: to integers by truncation with wrap-around, to f32 by rounding to nearest. Quantizers do not take part.",
  operands: { x: tensor("f32", "i8", "u8", "i16", "u16", "i32", "i64", "bool") },
  attrs: {},
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: "free",
  shape: ({ x }) => x.shape,
  eval({ x }, _, type) {
    const out = allocate(type.storage, x.data.length);
    // Up to 32 bits, what the arrays do by themselves.
    if (type.storage !== "bool" && !(x.data instanceof BigInt64Array) && !(out instanceof BigInt64Array)) {
      out.set(x.data);
      return out;
    }
    for (let i = 0; i < out.length; i++) {
      const long = x.data[i];
      const v = Number(long);
      if (type.storage === "f32" || type.storage === "bool")
        store(out, i, type.storage === "f32" ? v : Number(v !== 0));
      // 64 bits do not pass through a double.
      else if (typeof long === "bigint" && out instanceof BigInt64Array) out[i] = long;
      else store(out, i, typeof long === "bigint" ? Number(BigInt.asIntN(32, long)) : Math.trunc(v));
    }
    return out;
  },
  sample: (rand, pool) => ({
    operands: {
      x: pool.pick(
        (t) => t.storage === "f32" || (t.storage === "i32" && !t.quant),
        () => ({ storage: "i32", shape: [rand(1, 9)] }),
      ),
    },
    attrs: {},
    result: { storage: (["f32", "i32", "u8", "i64"] as const)[rand(0, 3)] },
  }),
});

function store(out: TypedArray, i: number, v: number): void {
  if (out instanceof BigInt64Array) out[i] = BigInt(Number.isFinite(v) ? v : 0);
  else out[i] = v;
}
