/** Nodes for the rows of products, choices, reductions, tables of 16 bits and detections. */
import { make, type Node } from "../../src/ir/graph.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { kConv, kGemm } from "../../src/ir/ops/kernel.ts";
import { makeConst, makeParam } from "../../src/ir/ops/source.ts";
import { comparisons } from "../../src/ir/ops/where.ts";
import { quantizeMultiplier } from "../../src/ir/rescale.ts";
import { perAxis, perTensor, type Quant, type Storage, sizeOf, type TensorType } from "../../src/ir/type.ts";
import { random, randomValues } from "../fuzz/generate.ts";
import type { RowCase } from "./row-cases.ts";

const op = (name: string) => ops.get(name)!;
const zeros: Partial<Record<Storage, number>> = { i8: -17, u8: 131, i16: -300 };
const plain: readonly Storage[] = ["i32", "i64", "f32", "bool"];
const typeOf = (storage: Storage, shape: readonly number[], quant?: Quant): TensorType =>
  quant ? { storage, shape, quant } : { storage, shape };
const operandType = (s: Storage, shape: readonly number[]) =>
  typeOf(s, shape, plain.includes(s) ? undefined : perTensor(0.05, zeros[s] ?? 0));
const param = (s: Storage, shape: readonly number[], name = "x"): Node => makeParam(name, operandType(s, shape));
let seed = 1000;
const constant = (type: TensorType): Node => makeConst("c", type, randomValues(type, random(seed++)));

function* products(): Generator<RowCase> {
  const shapes = [
    [
      [3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    [
      [1, 1],
      [2, 1, 1],
    ],
    [
      [2, 5, 16],
      [2, 16, 17],
    ],
  ];
  for (const [a, b] of shapes)
    for (const [s, t] of [
      ["i8", "i8"],
      ["u8", "i8"],
      ["i16", "i16"],
      ["i16", "i8"],
      ["f32", "f32"],
    ] as const)
      for (const sums of s === "i16" ? ["i32", "i64"] : ["i32"]) {
        const x = param(s, a);
        for (const y of [param(t, b, "y"), constant(operandType(t, b))]) {
          yield { title: `matmul ${s} ${t} ${sums}`, node: make(op("matmul"), { x, y }, { sums } as any) };
        }
      }
  const channels = { name: "w", scales: [0.1, 0.2, 0.3], zeros: [3, -4, 0] };
  const y = constant(typeOf("i8", [4, 3], perAxis(channels, 1)));
  yield { title: "matmul by channels", node: make(op("matmul"), { x: param("i8", [2, 4]), y }, {}) };
}

function* wideSums(): Generator<RowCase> {
  const rules = [1, 3].map((n) => {
    const pairs = [0.0003, 0.0001, 0.00005].slice(0, n).map(quantizeMultiplier);
    return { rule: "q15_single", a: pairs.map(([a]) => a), b: pairs.map(([, b]) => b) } as const;
  });
  const quant = perTensor(0.1);
  for (const by of rules)
    for (const bias of [undefined, constant(typeOf("i64", [3])), constant(typeOf("i32", [3]))]) {
      const stage = { kind: "requantize", by, zero: 0, clamp: [-32768, 30000] } as const;
      for (const epilogue of [[], [stage]]) {
        const hint = epilogue.length ? ({ storage: "i16", quant } as const) : ({ storage: "i64" } as const);
        const attrs = { sums: "i64", epilogue } as any;
        const w = constant(typeOf("i8", [3, 2, 2, 2], perTensor(0.01)));
        const window = { stride: [2, 1], pad: [1, 0, 0, 1], dilation: [1, 1] };
        const x = param("i16", [1, 4, 5, 2]);
        yield { title: "k.conv i64", node: make(kConv, { x, w, bias }, { ...window, ...attrs }, hint) };
        const rows = constant(typeOf("i8", [3, 7], perTensor(0.01)));
        yield { title: "k.gemm i64", node: make(kGemm, { x: param("i16", [2, 7]), w: rows, bias }, attrs, hint) };
      }
    }
  for (const by of rules) {
    const x = makeParam("x", typeOf("i64", [5, 3], perTensor(1)));
    const attrs = { by, clamp: [-32768, 32767] } as any;
    yield { title: "requantize i64", node: make(op("requantize"), { x }, attrs, { storage: "i16", quant }) };
  }
}

function* choices(): Generator<RowCase> {
  const storages: readonly Storage[] = ["i8", "u8", "i16", "i32", "i64", "f32", "bool"];
  for (const s of storages) {
    for (const fn of Object.keys(comparisons)) {
      for (const shape of [[3, 7], [7], [3, 1]]) {
        const node = make(op("compare"), { x: param(s, [3, 7]), y: param(s, shape, "y") }, { fn } as any);
        yield { title: `compare ${fn} ${s}`, node };
      }
    }
    const condition = param("bool", [3, 1], "c");
    yield {
      title: `where ${s}`,
      node: make(op("where"), { condition, x: param(s, [7]), y: param(s, [3, 7], "y") }, {}),
    };
    yield { title: `broadcast ${s}`, node: make(op("broadcast"), { x: param(s, [3, 1, 5]) }, { shape: [2, 3, 4, 5] }) };
    for (const fn of ["max", "min", "prod"]) {
      if (fn === "prod" && !["i32", "i64", "f32"].includes(s)) continue;
      for (const axes of [[1, 2], [0], [3], [0, 1, 2, 3], [1, 3]]) {
        const attrs = { fn, axes, keepDims: axes.length > 1 } as any;
        yield { title: `reduce ${fn} ${s}`, node: make(op("reduce"), { x: param(s, [2, 3, 4, 5]) }, attrs) };
      }
    }
  }
  for (const axes of [[0], [1, 2]]) {
    yield { title: "sum i32", node: make(op("sum"), { x: makeParam("x", typeOf("i32", [3, 4, 5])) }, { axes }) };
  }
}

function* tables(): Generator<RowCase> {
  for (const to of ["i8", "u8", "i16", "bool"] as const) {
    const t = constant(typeOf(to, [65536]));
    const hint = to === "bool" ? {} : { quant: perTensor(0.1) };
    for (const [s, u] of [
      ["i8", "i8"],
      ["u8", "i8"],
      ["i8", "u8"],
    ] as const) {
      const operands = { x: param(s, [3, 7]), y: param(u, [7], "y"), t };
      yield { title: `wide_table ${s} ${u} ${to}`, node: make(op("wide_table"), operands, {}, hint) };
    }
    yield { title: `wide_table i16 ${to}`, node: make(op("wide_table"), { x: param("i16", [37]), t }, {}, hint) };
  }
  for (const [row, factor] of [
    [1, 3],
    [10, 0.7],
    [300, 20],
    [7, 0.01],
  ]) {
    const k = quantizeMultiplier(factor);
    const hint = { storage: "i16", quant: perTensor(1 / 32768) } as const;
    const x = makeParam("x", typeOf("i16", [3, row], perTensor(0.001)));
    yield { title: "softmax lut16", node: make(op("softmax"), { x }, { by: { rule: "lut16", k } }, hint) };
  }
  for (const s of ["i8", "u8"] as const)
    for (const row of [1, 5, 64, 40000]) {
      const hint = { quant: perTensor(1 / 128, s === "i8" ? 0 : 128) };
      yield { title: `l2_normalize ${s} ${row}`, node: make(op("l2_normalize"), { x: param(s, [2, row]) }, {}, hint) };
    }
}

function* detections(): Generator<RowCase> {
  for (const n of [1, 9, 40])
    for (const perClass of [0, 1, 3])
      for (const count of [1, 5, 20])
        for (const background of [false, true]) {
          const classes = 3;
          const scores = makeParam("s", typeOf("f32", [1, n, classes + Number(background)]));
          const boxes = makeParam("b", typeOf("f32", [1, n, 5]));
          const anchor = Float32Array.from({ length: 4 * n }, (_, i) => (i % 4 < 2 ? (i % 7) / 7 : 0.2 + (i % 5) / 10));
          const anchors = makeConst("a", typeOf("f32", [n, 4]), anchor);
          const scales = { yScale: 300, xScale: 300, hScale: 60, wScale: 60 };
          const attrs = { count, classes, perClass, least: -20, overlap: Math.fround(0.3), background, ...scales };
          yield { title: `detect ${sizeOf([n, count])}`, node: make(op("detect"), { boxes, scores, anchors }, attrs) };
        }
}

/** Cases by family. */
export const tfliteFamilies: Readonly<Record<string, () => Generator<RowCase>>> = {
  products,
  wideSums,
  choices,
  tables,
  detections,
};
