/** Nodes for every row of the kernel table: each op with each rule, storage and odd size, as parameters and constants. */
import type { Addition } from "../../src/ir/addition.ts";
import type { Averaging } from "../../src/ir/averaging.ts";
import { make, type Node, typesOf } from "../../src/ir/graph.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { kConv, kGemm, kMul } from "../../src/ir/ops/kernel.ts";
import { binaryFunctions, integerFunctions, unaryFunctions } from "../../src/ir/ops/plain.ts";
import { makeConst, makeParam } from "../../src/ir/ops/source.ts";
import { quantizeMultiplier, type Rescale } from "../../src/ir/rescale.ts";
import {
  allocate,
  type Channels,
  perAxis,
  perTensor,
  productOf,
  type Quant,
  type Storage,
  sizeOf,
  storages,
  type TensorType,
  type TypedArray,
} from "../../src/ir/type.ts";
import { random, randomValues } from "../fuzz/generate.ts";
import { tfliteFamilies } from "./tflite-row-cases.ts";

/** A node to compute, and what it is about. */
export interface RowCase {
  readonly title: string;
  readonly node: Node;
}

const f = Math.fround;
const op = (name: string) => ops.get(name)!;
const zeros: Partial<Record<Storage, number>> = { i8: -17, u8: 131, i16: -300, u16: 5, i32: 0 };
const quantOf = (s: Storage): Quant => perTensor(0.05, zeros[s] ?? 0);
const typeOf = (storage: Storage, shape: readonly number[], quant?: Quant): TensorType =>
  quant ? { storage, shape, quant } : { storage, shape };
const quantized = (s: Storage, shape: readonly number[]) => typeOf(s, shape, quantOf(s));
const param = (type: TensorType, name = "x") => makeParam(name, type);

let seed = 1;
const constant = (type: TensorType): Node => makeConst("c", type, randomValues(type, random(seed++)));

function* cross<T extends readonly (readonly unknown[])[]>(...lists: T): Generator<{ [K in keyof T]: T[K][number] }> {
  if (lists.length === 0) yield [] as never;
  else {
    const [first, ...rest] = lists;
    for (const head of first) for (const tail of cross(...rest)) yield [head, ...(tail as unknown[])] as never;
  }
}

/** Constants for sums of about `reach`; a few shifts on either side. */
export const rescales: readonly Rescale[] = [
  { rule: "f32_rne", a: [f(0.0123)], b: [] },
  { rule: "f32_rne", a: [1.7], b: [] },
  { rule: "f32_rne_zp", a: [f(0.0371)], b: [] },
  { rule: "f32_dequant_quant", a: [f(0.05)], b: [f(3.7)] },
  { rule: "q31_double", a: [1518500250], b: [-7] },
  { rule: "q31_double", a: [1073741824], b: [-1] },
  { rule: "q31_double", a: [1902364511], b: [0] },
  { rule: "q31_double", a: [1302364511], b: [3] },
  { rule: "q31_double", a: [1302364511], b: [-31] },
  { rule: "q31_single", a: [1518500250], b: [-6] },
  { rule: "q31_single", a: [1073741824], b: [0] },
  { rule: "q31_single", a: [1302364511], b: [2] },
  { rule: "q15_single", a: [1518500250], b: [-6] },
  { rule: "q15_single", a: [2147418113], b: [0] },
  { rule: "q15_single", a: [1302364511], b: [1] },
  { rule: "f64_away", a: [0.0123456789], b: [] },
  { rule: "f64_away", a: [0.5], b: [] },
];

const [m1, s1] = quantizeMultiplier(0.05 / (2 * 0.05));
const [m2, s2] = quantizeMultiplier(0.031 / (2 * 0.05));
const [m3, s3] = quantizeMultiplier((2 * 0.05) / (2 ** 20 * 0.07));
export const additions: readonly Addition[] = [
  { rule: "f32", k: [f(0.05), f(0.031), f(1 / 0.07)] },
  { rule: "f32", k: [0.05, 0.031, 1 / 0.07] },
  { rule: "fixed_away", k: [748982, 464369, 20] },
  { rule: "fixed_away", k: [3, 1, 1] },
  { rule: "fixed_up", k: [748982, 464369, 20] },
  { rule: "fixed_up", k: [2 ** 27, 2 ** 27, 28] },
  { rule: "q31_three", k: [20, m1, s1, m2, s2, m3, s3] },
  { rule: "q31_three_sub", k: [20, m1, s1, m2, s2, m3, s3] },
];

export const averagings: readonly Averaging[] = [
  { rule: "int_away", k: [] },
  { rule: "int_up", k: [] },
  { rule: "torch_nchw", k: [0.81234567] },
  { rule: "torch_nhwc", k: [0.81234567] },
  { rule: "torch_nchw_fixed", k: [f(0.1123)] },
  { rule: "raw_even", k: [f(0.125)] },
  { rule: "raw_div_even", k: [] },
  { rule: "qnnpack", k: [f(0.1123)] },
  { rule: "qnnpack", k: [0.1123] },
];

const bytes: readonly Storage[] = ["i8", "u8"];
const shorts: readonly Storage[] = ["i8", "u8", "i16"];
const integers: readonly Storage[] = ["i8", "u8", "i16", "i32"];
const every: readonly Storage[] = ["i8", "u8", "i16", "u16", "i32", "i64", "f32", "bool"];
const bounds = (s: Storage): [number, number] => [storages[s].min, storages[s].max];
const narrow = (s: Storage): [number, number] => (s === "u8" ? [20, 201] : [-90, 101]);
const sizes = [[1], [7], [16], [3, 11], [2, 5, 13]];

let turn = 0;
/** The next of a list, so that a crossed list need not be crossed once more. */
const next = <T>(list: readonly T[]): T => list[turn++ % list.length];

function* arithmetic(): Generator<RowCase> {
  for (const [by, from, to] of cross(rescales, integers, shorts)) {
    const attrs = { by, clamp: next([bounds(to), narrow(to)]) };
    const x = param(quantized(from, next(sizes)));
    yield {
      title: `requantize ${by.rule}`,
      node: make(op("requantize"), { x }, attrs, { storage: to, quant: quantOf(to) }),
    };
  }
  for (const [rule, from] of cross(["f32_rne", "q31_double", "q31_single", "f64_away"], ["i32", "i8"] as Storage[])) {
    const own = rescales.filter((r) => r.rule === rule);
    const per = (pick: (r: Rescale) => readonly number[]) =>
      Array.from({ length: 5 }, (_, i) => pick(own[i % own.length])[0]);
    const by = { rule, a: per((r) => r.a), b: own[0].b.length ? per((r) => r.b) : [] };
    const x = param(quantized(from, [3, 5]));
    yield {
      title: "requantize per channel",
      node: make(op("requantize"), { x }, { by, clamp: [-128, 127] }, { storage: "i8", quant: quantOf("i8") }),
    };
  }
  for (const by of rescales.filter((r) => r.rule === "q15_single")) {
    for (const count of [1, 5]) {
      const wide = { ...by, a: new Array(count).fill(by.a[0]), b: new Array(count).fill(by.b[0] - 9) };
      const attrs = { by: wide, clamp: bounds("i16") };
      const x = param(typeOf("i64", [3, 5], perTensor(0.01)));
      const result = { storage: "i16" as const, quant: quantOf("i16") };
      yield { title: "requantize i64", node: make(op("requantize"), { x }, attrs, result) };
    }
  }
  for (const [rule, s] of cross(additions, integers)) {
    // TFLite shifts 16 bits by 15; the sum of shifted operands must stay within 32 bits.
    const by = s === "i16" && rule.k.length > 3 ? { ...rule, k: [15, m1, s1, m2, s2, m3, s3 + 5] } : rule;
    if (s === "i32" && rule.k.length > 3) continue;
    for (const [a, b] of [
      [next(sizes)],
      [[2, 3, 4], [4]],
      [
        [1, 3, 1],
        [2, 1, 5],
      ],
    ]) {
      const [x, y] = [param(quantized(s, a)), param(quantized(s, b ?? a), "y")];
      const to = s === "i32" ? "i8" : s;
      const attrs = { by, clamp: next([bounds(to), narrow(to)]) };
      yield { title: `qadd ${by.rule}`, node: make(op("qadd"), { x, y }, attrs, { storage: to, quant: quantOf(to) }) };
    }
  }
  for (const [s, shape] of cross(shorts, [[37], [2, 3, 5]])) {
    const [x, y] = [param(quantized(s, shape)), param(quantized(s, next([shape, [shape[shape.length - 1]]])), "y")];
    yield { title: "qmul", node: make(op("qmul"), { x, y }) };
    const same = param(quantized(s, shape), "y");
    yield { title: "qmul", node: make(op("qmul"), { x, y: same }) };
    for (const by of rescales) {
      const to = next(bytes);
      const epilogue = [{ kind: "requantize", by, zero: zeros[to]!, clamp: next([bounds(to), narrow(to)]) }];
      yield {
        title: `k.mul ${by.rule}`,
        node: make(kMul, { x, y: next([y, same, same]) }, { epilogue } as any, { storage: to, quant: quantOf(to) }),
      };
    }
  }
}

function* pointwise(): Generator<RowCase> {
  for (const [s, shape] of cross([...integers, "f32"] as Storage[], sizes)) {
    const x = param(s === "f32" ? typeOf(s, shape) : quantized(s, shape));
    yield {
      title: `clamp ${s}`,
      node: make(
        op("clamp"),
        { x },
        {
          range:
            s === "f32"
              ? next([
                  [0, 6],
                  [0.1, Number.POSITIVE_INFINITY],
                ])
              : narrow(s),
        },
      ),
    };
  }
  for (const [s, t, shape] of cross(bytes, bytes, sizes)) {
    const [x, table] = [param(quantized(s, shape)), constant(quantized(t, [256]))];
    yield { title: "table", node: make(op("table"), { x, t: table }, {}, { storage: t, quant: quantOf(t) }) };
  }
  for (const [s, fn] of cross(shorts, ["max", "min"])) {
    for (const [a, b] of [
      [[37], [37]],
      [[2, 3, 5], [5]],
    ]) {
      yield {
        title: "extremum",
        node: make(op("extremum"), { x: param(quantized(s, a)), y: param(quantized(s, b), "y") }, { fn } as any),
      };
    }
  }
  for (const [fn, shape] of cross(Object.keys(unaryFunctions), [[37], [3, 300]])) {
    yield { title: `unary ${fn}`, node: make(op("unary"), { x: param(typeOf("f32", shape)) }, { fn } as any) };
  }
  for (const [fn, s] of cross(Object.keys({ ...binaryFunctions, ...integerFunctions }), every)) {
    for (const [a, b] of [
      [[307], [307]],
      [
        [2, 3, 5],
        [3, 1],
      ],
    ]) {
      const operands = { x: param(typeOf(s, a)), y: param(typeOf(s, b), "y") };
      const slots = op("binary").operands.x.storages;
      if (
        !slots.includes(s) ||
        op("binary").verify!.some((c) => !c.holds(typesOf(op("binary"), operands), { fn }, operands.x.type))
      )
        continue;
      yield { title: `binary ${fn} ${s}`, node: make(op("binary"), operands, { fn } as any) };
    }
  }
  const extremes = [-(2n ** 63n), 2n ** 63n - 1n, -1n, 0n, 7n];
  const grid = (pick: (i: number) => bigint) =>
    makeConst(
      "c",
      typeOf("i64", [25]),
      BigInt64Array.from({ length: 25 }, (_, i) => pick(i)),
    );
  const [x, y] = [grid((i) => extremes[i % 5]), grid((i) => extremes[Math.floor(i / 5)])];
  for (const fn of Object.keys(integerFunctions)) {
    yield { title: `binary ${fn} i64 extremes`, node: make(op("binary"), { x, y }, { fn } as any) };
  }
  for (const to of every) {
    yield { title: `cast i64 ${to} extremes`, node: make(op("cast"), { x }, {}, { storage: to }) };
  }
  for (const [from, to] of cross(every, every)) {
    yield {
      title: `cast ${from} ${to}`,
      node: make(op("cast"), { x: param(typeOf(from, [19])) }, {}, { storage: to }),
    };
  }
}

function* conversion(): Generator<RowCase> {
  const rules = ["recip_even", "div_even", "div_away"];
  for (const [by, to, nan, infinityLow, k] of cross(rules, integers, ["low", "high"], [false, true], [f(0.1), 0.1])) {
    const node = make(
      op("quantize"),
      { x: param(typeOf("f32", next(sizes))) },
      { by, k, clamp: to === "i32" ? bounds(to) : next([bounds(to), narrow(to)]), nan, infinityLow } as any,
      { storage: to, quant: quantOf(to) },
    );
    yield { title: `quantize ${by}`, node };
  }
  const channels: Channels = { name: "w", scales: [0.1, f(0.0371), 1 / 3], zeros: [3, -4, 0] };
  const plain: Channels = { ...channels, zeros: [0, 0, 0] };
  for (const s of ["i8", "u8", "i16", "u16", "i32"] as const) {
    yield { title: "dequantize", node: make(op("dequantize"), { x: param(quantized(s, [37])) }) };
  }
  for (const [axis, s] of cross([0, 1, 2], ["i8", "i32"] as Storage[])) {
    const shape = [2, 2, 2].map((d, i) => (i === axis ? 3 : d));
    yield {
      title: "dequantize axis",
      node: make(op("dequantize"), { x: param(typeOf(s, shape, perAxis(channels, axis))) }),
    };
  }
  for (const quant of [productOf(perTensor(0.3), perTensor(0.7), 1), productOf(perTensor(0.3), perAxis(plain, 0), 1)]) {
    yield { title: "dequantize product", node: make(op("dequantize"), { x: param(typeOf("i32", [5, 3], quant)) }) };
  }
}

const geometries = [
  { window: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], dilation: [1, 1] },
  { window: [2, 3], stride: [1, 2], pad: [0, 2, 1, 0], dilation: [1, 1] },
  { window: [2, 2], stride: [1, 1], pad: [1, 1, 2, 2], dilation: [2, 2] },
  { window: [5, 7], stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1] },
];

function* windows(): Generator<RowCase> {
  for (const [s, g, c] of cross([...shorts, "f32"] as Storage[], geometries, [1, 5, 16, 35])) {
    const x = param(s === "f32" ? typeOf(s, [2, 5, 7, c]) : quantized(s, [2, 5, 7, c]));
    yield { title: "max_pool", node: make(op("max_pool"), { x }, g) };
  }
  for (const [by, s, g, countPad] of cross(averagings, shorts, geometries, [false, true])) {
    const x = param(quantized(s, [1, 5, 7, next([1, 5, 16, 19])]));
    const attrs = { ...g, by, countPad, clamp: next([bounds(s), narrow(s)]) };
    yield { title: `avg_pool ${by.rule}`, node: make(op("avg_pool"), { x }, attrs, { quant: quantOf(s) }) };
  }
  for (const g of geometries) {
    const attrs = { ...g, by: { rule: "float", k: [] } };
    yield {
      title: "avg_pool float",
      node: make(op("avg_pool"), { x: param(typeOf("f32", [1, 5, 7, 3])) }, attrs as any),
    };
  }
  for (const [s, axes, keepDims] of cross(
    [...shorts, "f32"] as Storage[],
    [[1, 2], [3], [0], [0, 1, 2], [0, 1, 2, 3], [1, 3]],
    [true, false],
  )) {
    const shape = [2, 3, 4, next([5, 16, 21, 90])];
    const x = param(s === "f32" ? typeOf(s, shape) : quantized(s, shape));
    yield { title: "sum", node: make(op("sum"), { x }, { axes, keepDims }) };
  }
  for (const [by, s, alignCorners, halfPixel] of cross(
    ["nearest", "linear_1024", "linear_float", "linear_torch"],
    [...shorts, "f32"] as Storage[],
    [false, true],
    [false, true],
  )) {
    if (by.endsWith("1024") || by.endsWith("torch") ? s === "f32" : by === "linear_float" && s !== "f32" && s !== "u8")
      continue;
    const shape = [2, 3, 4, next([1, 5, 16, 21])];
    const x = param(s === "f32" ? typeOf(s, shape) : quantized(s, shape));
    const attrs = {
      size: next([
        [7, 5],
        [2, 9],
      ]),
      by,
      alignCorners,
      halfPixel,
    };
    yield { title: `resize ${by}`, node: make(op("resize"), { x }, attrs as any) };
  }
}

function* rows(): Generator<RowCase> {
  const quarter = { multiplier: 1717986918, shift: 22 };
  for (const [s, to, shape] of cross(bytes, ["i8", "u8", "i16"] as Storage[], [
    [3, 10],
    [1, 1],
    [2, 1000],
  ])) {
    const k = next([
      [quarter.multiplier, quarter.shift, -124],
      [1073741824, 25, -15],
      [1073741824, 5, -255],
    ]);
    const result = { storage: to, quant: perTensor(1 / 256, storages[to].min) };
    yield {
      title: "softmax",
      node: make(op("softmax"), { x: param(quantized(s, shape)) }, { by: { rule: "gemmlowp", k } } as any, result),
    };
  }
  for (const shape of [
    [3, 10],
    [1, 1],
  ]) {
    const by = { rule: "lut16", k: [1610612736, -1] };
    const result = { storage: "i16" as const, quant: perTensor(1 / 32768) };
    yield {
      title: "softmax lut16",
      node: make(op("softmax"), { x: param(quantized("i16", shape)) }, { by } as any, result),
    };
  }
  for (const beta of [1, f(0.3), 0.3]) {
    yield {
      title: "softmax float",
      node: make(op("softmax"), { x: param(typeOf("f32", [3, 11])) }, { by: { rule: "float", k: [beta] } } as any, {
        storage: "f32",
      }),
    };
  }
  for (const [s, fn, axis] of cross([...integers, "f32"] as Storage[], ["max", "min"], [0, 1, 2])) {
    const x = param(s === "f32" ? typeOf(s, [3, 4, 5]) : quantized(s, [3, 4, 5]));
    yield {
      title: "arg_extremum",
      node: make(op("arg_extremum"), { x }, { fn, axis } as any, { storage: next(["i32", "i64"] as Storage[]) }),
    };
  }
  for (const [s, index, axis] of cross(
    ["i8", "i16", "f32", "i64"] as Storage[],
    ["i32", "i64"] as Storage[],
    [0, 1, 2],
  )) {
    const x = param(typeOf(s, [3, 4, 5]));
    const indices = next([param, constant])(typeOf(index, [2, 3]));
    yield { title: "gather", node: make(op("gather"), { x, indices }, { axis } as any) };
    const tuples = next([param, constant])(typeOf(index, [4, axis + 1]));
    yield { title: "gather_nd", node: make(op("gather_nd"), { x, indices: tuples }) };
  }
}

function* movement(): Generator<RowCase> {
  for (const s of every) {
    const x = (shape: readonly number[]) => param(typeOf(s, shape));
    yield { title: "reshape", node: make(op("reshape"), { x: x([3, 7]) }, { shape: [7, 3] }) };
    for (const perm of [
      [0, 3, 1, 2],
      [3, 2, 1, 0],
      [0, 2, 1, 3],
    ]) {
      yield { title: "transpose", node: make(op("transpose"), { x: x([2, 3, 4, 5]) }, { perm }) };
    }
    const slices = [
      { begin: [0, 1, 2], size: [2, 2, 3], step: [1, 1, 1] },
      { begin: [2, 3, 4], size: [3, 2, 2], step: [-1, -2, -3] },
      { begin: [1, 0, 0], size: [1, 4, 5], step: [1, 1, 1] },
      { begin: [0, 0, 0], size: [2, 0, 5], step: [1, 1, 1] },
    ];
    for (const attrs of slices) yield { title: "slice", node: make(op("slice"), { x: x([3, 4, 5]) }, attrs) };
    for (const axis of [0, 1, 2]) {
      const part = (n: number) => [3, 4, 5].map((d, i) => (i === axis ? n : d));
      const xs = [x(part(2)), constant(typeOf(s, part(1))), x(part(17))];
      yield { title: "concat", node: make(op("concat"), { xs }, { axis: [axis] } as any) };
    }
    for (const value of s === "bool" ? [0, 1] : [0, 3, s === "f32" ? -0.5 : Math.max(storages[s].min, -3)]) {
      yield {
        title: "pad",
        node: make(op("pad"), { x: x([1, 3, 4, 5]) }, {
          before: [0, 1, 2, 0],
          after: [1, 0, 1, 3],
          value: [value],
        } as any),
      };
    }
  }
}

/** Epilogues of sums that give a byte of storage `to`. */
function epilogues(to: Storage, channels: number): any[][] {
  const clamp = bounds(to);
  const per = {
    rule: "q31_double",
    a: Array.from({ length: channels }, (_, i) => 1073741824 + i * 9876543),
    b: Array.from({ length: channels }, (_, i) => -6 - (i % 3)),
  };
  const zero = zeros[to]!;
  return [
    ...rescales.filter((_, i) => i % 3 === 0).map((by) => [{ kind: "requantize", by, zero, clamp }]),
    [{ kind: "requantize", by: per, zero, clamp: narrow(to) }],
    [
      { kind: "requantize", by: per, zero, clamp },
      { kind: "add", by: next(additions), zero, clamp },
      { kind: "clamp", clamp: narrow(to) },
    ],
    [
      { kind: "requantize", by: per, zero, clamp },
      { kind: "table", lowest: storages[to].min },
    ],
  ];
}

function* convolutions(): Generator<RowCase> {
  const shapes = [
    { x: [1, 5, 6, 4], w: [6, 3, 3, 4], ...geometries[0] },
    { x: [2, 5, 6, 4], w: [8, 2, 3, 2], ...geometries[1] },
    { x: [1, 5, 6, 5], w: [5, 2, 2, 1], ...geometries[2] },
    // Windows that miss the image altogether.
    { x: [1, 2, 2, 3], w: [4, 1, 1, 3], stride: [1, 1], pad: [2, 2, 1, 1], dilation: [1, 1] },
  ];
  for (const [s, ws, g] of cross(shorts, bytes, shapes)) {
    const { stride, pad, dilation } = g;
    const x = param(quantized(s, g.x));
    const weightQuant: Quant =
      ws === "i8"
        ? perAxis(
            {
              name: "w",
              scales: Array.from({ length: g.w[0] }, (_, i) => 0.1 + i),
              zeros: Array.from({ length: g.w[0] }, (_, i) => (i % 3) - 1),
            },
            0,
          )
        : quantOf(ws);
    const make_ = (fixed: boolean) => (fixed ? constant : param);
    const w = make_(next([true, true, false]))(typeOf(ws, g.w, weightQuant));
    const bias = next([undefined, constant, param])?.(typeOf("i32", [g.w[0]]));
    const sums = make(kConv, { x, w, bias }, { stride, pad, dilation, epilogue: [] }, { storage: "i32" });
    yield { title: "k.conv sums", node: sums };
    for (const to of bytes) {
      for (const epilogue of epilogues(to, g.w[0])) {
        const has = (kind: string) => epilogue.some((e) => e.kind === kind);
        const residual = has("add") ? param(quantized(to, sums.type.shape), "r") : undefined;
        const table = has("table") ? constant(quantized(to, [256])) : undefined;
        const node = make(
          kConv,
          { x, w, bias, residual, table },
          { stride, pad, dilation, epilogue },
          { storage: to, quant: quantOf(to) },
        );
        yield { title: `k.conv ${epilogue.map((e) => e.kind).join(" ")}`, node };
      }
    }
  }
  for (const [g, fixed] of cross(shapes, [true, false])) {
    const { stride, pad, dilation } = g;
    const x = param(quantized("i16", g.x));
    const w = constant(typeOf("i8", g.w, quantOf("i8")));
    const bias = fixed ? constant(typeOf("i64", [g.w[0]])) : param(typeOf("i64", [g.w[0]]));
    const by = {
      rule: "q15_single",
      a: g.w.slice(0, 1).flatMap((o) => Array.from({ length: o }, (_, i) => 1073741824 + i)),
      b: Array.from({ length: g.w[0] }, (_, i) => -5 - i),
    };
    const epilogue = fixed ? [{ kind: "requantize", by, zero: 0, clamp: bounds("i16") }] : [];
    const result = fixed ? { storage: "i16" as const, quant: perTensor(0.1) } : { storage: "i64" as const };
    const attrs = { stride, pad, dilation, sums: "i64", epilogue };
    yield { title: "k.conv wide", node: make(kConv, { x, w, bias }, attrs as any, result) };
  }
  for (const [s, rows, i, o] of cross(shorts, [1, 5], [3, 32], [1, 10])) {
    const [x, w] = [param(quantized(s, [rows, i])), constant(quantized("i8", [o, i]))];
    const epilogue = next(epilogues("i8", o).slice(0, -2));
    yield { title: "k.gemm", node: make(kGemm, { x, w }, { epilogue }, { storage: "i8", quant: quantOf("i8") }) };
  }
  for (const [g, clamp] of cross(shapes, [[], [{ kind: "clamp", clamp: [0, 6] }]])) {
    const { stride, pad, dilation } = g;
    const x = param(typeOf("f32", g.x));
    const w = next([constant, constant, param])(typeOf("f32", g.w));
    const bias = next([undefined, constant])?.(typeOf("f32", [g.w[0]]));
    const wide = constant(typeOf("f32", [37, ...g.w.slice(1, 3), g.x[3]]));
    yield {
      title: "k.conv float",
      node: make(kConv, { x, w, bias }, { stride, pad, dilation, epilogue: clamp } as any, { storage: "f32" }),
    };
    yield {
      title: "k.conv float wide",
      node: make(kConv, { x, w: wide }, { stride, pad, dilation, epilogue: clamp } as any, { storage: "f32" }),
    };
  }
  for (const [rows, i, o] of cross([1, 3], [1, 17], [3, 40])) {
    const [x, w, bias] = [
      param(typeOf("f32", [rows, i])),
      constant(typeOf("f32", [o, i])),
      constant(typeOf("f32", [o])),
    ];
    yield { title: "k.gemm float", node: make(kGemm, { x, w, bias }, { epilogue: [] }, { storage: "f32" }) };
  }
}

/** All cases by family. */
export const families: Readonly<Record<string, () => Generator<RowCase>>> = {
  arithmetic,
  pointwise,
  conversion,
  windows,
  rows,
  movement,
  convolutions,
  ...tfliteFamilies,
};

/** Values for an operand: random, all lowest, all highest, all zero points, or the strange ones. */
export function operandValues(type: TensorType, mode: number, rand: (lo: number, hi: number) => number): TypedArray {
  const data = allocate(type.storage, sizeOf(type.shape));
  const { min, max } = storages[type.storage];
  const set = (value: (i: number) => number): void => {
    for (let i = 0; i < data.length; i++) {
      if (data instanceof BigInt64Array) data[i] = BigInt(value(i));
      else data[i] = value(i);
    }
  };
  const strange = [
    0,
    -0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e-40,
    3e38,
    -3e38,
    2 ** 31,
    -(2 ** 31),
    2 ** 63,
    -(2 ** 63),
    1e25,
    100.3,
    -100.3,
    88.7,
    -103.9,
  ];
  switch (type.storage) {
    case "f32":
      if (mode === 1) set(() => strange[rand(0, strange.length - 1)]);
      else if (mode === 2) set(() => rand(-4, 4) / 2);
      else set(() => rand(-3000, 3000) / 64);
      break;
    case "i64":
      if (mode === 1) set(() => rand(-3, 3));
      else if (mode === 3) set(() => [-(2 ** 45), 2 ** 45 - 1, -1, 0, 7][rand(0, 4)]);
      else set(() => rand(-70000, 70000));
      break;
    case "i32":
      // Extremes of sums where they are quantized; indices and plain numbers stay small enough for exact products.
      if (type.quant && mode === 1) set(() => [min, max, min + 1, max - 1, 0, -1][rand(0, 5)]);
      else if (mode === 2) set(() => rand(-9, 9));
      else set(() => rand(-70000, 70000));
      break;
    case "bool":
      set(() => rand(0, 1));
      break;
    default:
      if (mode === 1) set(() => min);
      else if (mode === 2) set(() => max);
      else if (mode === 3) set(() => (type.quant?.kind === "tensor" ? type.quant.zero : 0));
      else set(() => rand(min, max));
  }
  return data;
}
