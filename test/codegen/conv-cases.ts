/** Convolutions and products of every form that the kernel rows know, with random constants. */
import { expect } from "vitest";
import type { WasmKernel, WasmTarget } from "../../src/codegen/wasm/kernel.ts";
import { storedRange } from "../../src/codegen/wasm/stored-range.ts";
import type { Epilogue } from "../../src/ir/epilogue.ts";
import { make, type Node } from "../../src/ir/graph.ts";
import { evaluate } from "../../src/ir/interpret.ts";
import { clamp } from "../../src/ir/ops/elementwise.ts";
import { kConv, kGemm } from "../../src/ir/ops/kernel.ts";
import { constantOf, makeConst, makeParam } from "../../src/ir/ops/source.ts";
import { quantizeMultiplier } from "../../src/ir/rescale.ts";
import { perTensor, sizeOf, type TypedArray, tensorType } from "../../src/ir/type.ts";
import { bytesOf, load, random } from "./kernel-harness.ts";

export interface ConvCase {
  x?: "i8" | "u8";
  w?: "i8" | "u8";
  out?: "i8" | "u8" | "i32";
  shape: [number, number, number, number];
  window: [number, number];
  o: number;
  i?: number;
  stride?: [number, number];
  pad?: [number, number, number, number];
  dilation?: [number, number];
  gemm?: boolean;
  rule?: "q31_double" | "f32_rne" | "q31_single" | "f64_away" | "f32_rne_zp" | "f32_dequant_quant" | "q15_single";
  relu?: boolean;
  add?: "f32" | "f32_fma" | "fixed_away" | "fixed_up" | "q31_three" | "q31_three_sub";
  table?: boolean;
  /** A residual stage whose sums come within a millionth of a tie. */
  grid?: boolean;
  /** Weights are divided by two, so that no engine's dot instruction saturates. */
  small?: boolean;
  /** Runs of the weights are -128: pairs of them are the only ones of which signed products do not fit 16 bits. */
  low?: boolean;
  /** What a clamp before the node leaves of the image's bytes. */
  range?: [number, number];
  /** Multipliers times this. */
  scale?: number;
}

const zeroOf = (s: "i8" | "u8") => (s === "i8" ? -7 : 131);

/** A k.conv or k.gemm node with random constants, and its parameters' types in slot order. */
export function convNode(c: ConvCase, seed = 1): Node {
  const next = random(seed);
  const { x: xs = "i8", w: ws = "i8", out = "i8", shape, window, o } = c;
  const i = c.i ?? shape[3];
  const wShape = c.gemm ? [o, i] : [o, ...window, i];
  const wq = ws === "u8" ? perTensor(0.01, 121) : perTensor(0.01);
  const image = makeParam(
    "x",
    tensorType(xs, c.gemm ? [shape[1] * shape[2], shape[3]] : shape, perTensor(0.05, zeroOf(xs))),
  );
  const x = c.range ? make(clamp as any, { x: image }, { range: c.range }) : image;
  const size = sizeOf(wShape);
  const values = bytesOf(ws, size, next) as Int8Array;
  if (c.small) for (let k = 0; k < size; k++) values[k] = Number(values[k]) >> 1;
  if (c.low) for (let k = 0; k < size; k += 11) values.fill(-128, k, k + 5);
  // Steps of 9-bit weights are multiplied in parts; here some that do not saturate either, their neighbours being zero.
  if (c.small && ws === "u8") for (let k = 0; k < size; k += 37) values.fill(64, k - (k % 2), k - (k % 2) + 2)[k] = 255;
  const w = makeConst("w", tensorType(ws, wShape, ws === "u8" && c.small ? perTensor(0.01, 64) : wq), values);
  const bias = makeConst(
    "bias",
    tensorType("i32", [o]),
    Int32Array.from({ length: o }, () => (next() - 0.5) * 20000),
  );
  const operands: Record<string, Node> = { x, w, bias };
  const stages: any[] = [];
  const reach = 40 * 75 * Math.sqrt(size / o);
  if (out !== "i32") {
    const rule = c.rule ?? "q31_double";
    const factor = () => ((c.scale ?? 1) * (0.5 + next()) * 128) / reach;
    const a: number[] = [];
    const b: number[] = [];
    for (let k = 0; k < o; k++) {
      const m = factor();
      if (rule.startsWith("q")) {
        const [q, e] = quantizeMultiplier(m);
        a.push(q);
        b.push(e);
      } else {
        a.push(rule === "f64_away" ? m : Math.fround(rule === "f32_dequant_quant" ? m * 7 : m));
        if (rule === "f32_dequant_quant") b.push(Math.fround(1 / 7));
      }
    }
    const zero = zeroOf(out) + 4;
    const [low, high] = out === "i8" ? [-128, 127] : [0, 255];
    stages.push({ kind: "requantize", by: { rule, a, b }, zero, clamp: c.relu ? [zero, high - 20] : [low, high] });
    if (c.add) {
      const k = {
        f32: [0.03, 0.05, 20].map(Math.fround),
        f32_fma: [0.6137, 1.0519, zero - 3 - 0.6137 * zero - 1.0519 * 5].map(Math.fround),
        fixed_away: [600000, 900000, 20],
        fixed_up: [600000, 900000, 20],
        q31_three: c.grid
          ? [20, 1 << 30, 0, 1921681490, -1, 1087021813, -18]
          : [20, ...quantizeMultiplier(0.6), ...quantizeMultiplier(0.5), ...quantizeMultiplier(1.3 / 2 ** 20)],
        q31_three_sub: [
          20,
          ...quantizeMultiplier(0.6),
          ...quantizeMultiplier(0.5),
          ...quantizeMultiplier(1.3 / 2 ** 20),
        ],
      }[c.add];
      stages.push({ kind: "add", by: { rule: c.add, k }, zero: zero - 3, clamp: [low, high] });
    }
    if (c.table) {
      stages.push({ kind: "table", lowest: low });
      operands.table = makeConst("table", tensorType(out, [256]), bytesOf(out, 256, next));
    }
  }
  const resultType = { storage: out, quant: perTensor(0.1, 0) } as const;
  const attrs = c.gemm
    ? { epilogue: stages as Epilogue }
    : {
        epilogue: stages as Epilogue,
        stride: c.stride ?? [1, 1],
        pad: c.pad ?? [0, 0, 0, 0],
        dilation: c.dilation ?? [1, 1],
      };
  const op = c.gemm ? kGemm : kConv;
  const plain = make(op as any, operands, { ...attrs, epilogue: [] }, { ...resultType, storage: "i32" });
  if (c.add) operands.residual = makeParam("residual", tensorType(out as "i8", plain.type.shape, perTensor(0.07, 5)));
  return make(op as any, operands, attrs, resultType);
}

/** Runs a row on random and extreme operands and compares every byte with the node's meaning. */
export function check(kernel: WasmKernel, node: Node, target: WasmTarget): void {
  const loaded = [1, 2, 3].map((threads) => load(kernel, node, target, threads));
  const inputs = ["x", "residual"].map((k) => node.in[k] as Node | undefined).filter((n) => n !== undefined);
  const next = random(99);
  for (const fill of [undefined, "min", "max"] as const) {
    const values = inputs.map((n) => {
      const storage = n.type.storage as "i8" | "u8";
      const [min, max] = storedRange(n);
      const bytes = bytesOf(storage, sizeOf(n.type.shape), next, fill && { min, max }[fill]);
      return (bytes as Int8Array).map((v) => Math.max(min, Math.min(max, v)));
    });
    const want = evaluate(node, (n: Node): TypedArray => constantOf(n) ?? values[inputs.indexOf(n)]);
    for (const l of loaded) {
      l.set(values);
      l.call();
      expect(l.result()).toEqual(want);
    }
  }
}

/** The cases by name. */
export const cases: Record<string, ConvCase> = {};
for (const [pixels, o, c] of [
  [1, 1, 1],
  [4, 7, 3],
  [5, 8, 8],
  [6, 9, 5],
  [13, 17, 24],
  [64, 16, 70],
  [49, 40, 33],
  [3, 33, 130],
]) {
  cases[`1x1 ${pixels} x ${c} -> ${o}`] = { shape: [1, pixels, 1, c], window: [1, 1], o };
  cases[`gemm ${pixels} x ${c} -> ${o}`] = {
    shape: [1, pixels, 1, c],
    window: [1, 1],
    o,
    gemm: true,
    x: "u8",
    out: "u8",
  };
}
Object.assign(cases, {
  "3x3 pad 1": { shape: [1, 9, 9, 8], window: [3, 3], o: 16, pad: [1, 1, 1, 1] },
  "3x3 first layer": {
    shape: [1, 16, 14, 3],
    window: [3, 3],
    o: 12,
    stride: [2, 2],
    pad: [0, 0, 1, 1],
    x: "u8",
    out: "u8",
  },
  "5x2 one channel": { shape: [2, 11, 7, 1], window: [5, 2], o: 5, pad: [2, 1, 2, 0] },
  "10x4 stride 2": { shape: [1, 25, 10, 1], window: [10, 4], o: 64, stride: [2, 2], pad: [4, 1, 5, 1] },
  "3x3 dilated": { shape: [1, 9, 11, 6], window: [3, 3], o: 10, dilation: [2, 3], pad: [2, 3, 2, 3] },
  "3x3 long window": { shape: [1, 5, 6, 40], window: [3, 3], o: 24, pad: [1, 1, 1, 1] },
  "1x1 stride 2": { shape: [1, 8, 8, 16], window: [1, 1], o: 24, stride: [2, 2] },
  "batch 3": { shape: [3, 4, 4, 5], window: [2, 2], o: 9 },
  "two groups": { shape: [1, 6, 6, 8], window: [3, 3], o: 20, i: 4, pad: [1, 1, 1, 1] },
  "groups of one, multiplier 2": { shape: [1, 6, 6, 5], window: [3, 3], o: 10, i: 1, pad: [1, 1, 1, 1] },
  "sums as they are": { shape: [1, 5, 5, 6], window: [3, 3], o: 11, out: "i32" },
  "u8 weights": { shape: [1, 5, 5, 6], window: [3, 3], o: 11, x: "u8", w: "u8", out: "u8", pad: [1, 1, 1, 1] },
  "u8 weights, product": { shape: [1, 17, 1, 50], window: [1, 1], o: 20, x: "u8", w: "u8", gemm: true },
  "u8 weights, one row": { shape: [1, 1, 1, 50], window: [1, 1], o: 20, x: "u8", w: "u8", gemm: true },
  "u8 weights, dilated": { shape: [1, 9, 9, 6], window: [3, 3], o: 11, w: "u8", dilation: [2, 2] },
  "pairs of -128": { shape: [1, 6, 6, 21], window: [3, 3], o: 19, pad: [1, 1, 1, 1], low: true },
  "pairs of -128, one row": { shape: [1, 1, 1, 50], window: [1, 1], o: 20, x: "u8", gemm: true, low: true },
  relu: { shape: [1, 12, 12, 20], window: [1, 1], o: 24, relu: true },
  table: { shape: [1, 7, 5, 9], window: [1, 1], o: 13, table: true },
  "small factors": { shape: [1, 7, 5, 90], window: [1, 1], o: 24, scale: 0.01 },
  "residual on a grid of ties": { shape: [1, 7, 5, 30], window: [1, 1], o: 24, add: "q31_three", grid: true },
  "factors above one": { shape: [1, 7, 5, 1], window: [1, 1], o: 24, scale: 2000 },
  "large factors": { shape: [1, 7, 5, 9], window: [1, 1], o: 24, scale: 30 },
} satisfies Record<string, ConvCase>);
for (const [h, w, c, o, pad] of [
  [4, 4, 8, 8, 1],
  [7, 9, 16, 11, 1],
  [6, 14, 24, 16, 0],
  [13, 5, 40, 20, 2],
] as const) {
  const of = { shape: [1, h, w, c], window: [3, 3], o, pad: [pad, pad, pad, pad] } as ConvCase;
  cases[`filtered ${h}x${w}x${c} -> ${o}, padding ${pad}`] = of;
  cases[`filtered ${h}x${w}x${c} -> ${o}, padding ${pad}, u8, residual`] = { ...of, x: "u8", out: "u8", add: "f32" };
}
Object.assign(cases, {
  "filtered, uneven padding": { shape: [1, 9, 10, 8], window: [3, 3], o: 8, pad: [0, 2, 1, 0], x: "u8", relu: true },
  "filtered, batch": { shape: [2, 6, 7, 8], window: [3, 3], o: 10, pad: [1, 1, 1, 1], table: true },
  "filtered, sums": { shape: [1, 6, 7, 16], window: [3, 3], o: 12, pad: [1, 1, 1, 1], out: "i32", x: "u8" },
  "filtered, many chunks": { shape: [1, 40, 60, 64], window: [3, 3], o: 8, pad: [1, 1, 1, 1], x: "u8" },
} satisfies Record<string, ConvCase>);
// Image bytes of few values: products of pairs and more add up in 16 bits, some only in parts.
for (const [name, range] of [
  ["7 bits", [-128, -1]],
  ["few", [-12, 70]],
  ["zero point outside", [3, 60]],
  ["one value", [9, 9]],
] as [string, [number, number]][]) {
  cases[`range of ${name}, 1x1`] = { shape: [1, 7, 9, 44], window: [1, 1], o: 25, range };
  cases[`range of ${name}, 3x3`] = { shape: [1, 8, 7, 19], window: [3, 3], o: 16, range, pad: [1, 1, 1, 1] };
}
Object.assign(cases, {
  "range in u8, in place": { shape: [1, 5, 9, 20], window: [3, 3], o: 18, x: "u8", range: [0, 127], out: "u8" },
  "range in u8, u8 weights": {
    shape: [1, 9, 11, 36],
    window: [1, 1],
    o: 24,
    x: "u8",
    w: "u8",
    out: "u8",
    range: [131, 240],
  },
  "range, long window": { shape: [1, 5, 6, 40], window: [3, 3], o: 24, pad: [1, 1, 1, 1], range: [-7, 90] },
  "range, groups": { shape: [2, 6, 6, 8], window: [3, 3], o: 20, i: 4, pad: [1, 1, 1, 1], range: [-7, 60] },
} satisfies Record<string, ConvCase>);
for (const rule of ["f32_rne", "q31_single", "f64_away", "f32_rne_zp", "f32_dequant_quant", "q15_single"] as const) {
  cases[`rule ${rule}`] = { shape: [1, 6, 6, 20], window: [1, 1], o: 18, rule };
}
for (const add of ["f32", "f32_fma", "fixed_away", "fixed_up", "q31_three", "q31_three_sub"] as const) {
  cases[`add ${add}`] = { shape: [1, 6, 6, 20], window: [1, 1], o: 19, add };
  cases[`add ${add} u8 table`] = { shape: [1, 6, 6, 20], window: [1, 1], o: 6, add, out: "u8", table: true };
}

for (const c of [2, 7, 8, 9, 16, 27, 40]) {
  for (const stride of [1, 2]) {
    cases[`depthwise 3x3 ${c} channels stride ${stride}`] = {
      shape: [1, 9, 8, c],
      window: [3, 3],
      o: c,
      i: 1,
      stride: [stride, stride],
      pad: [stride - 1, 1, 1, 1],
      relu: c % 2 === 0,
    };
  }
}
Object.assign(cases, {
  "depthwise 5x5": { shape: [1, 9, 9, 16], window: [5, 5], o: 16, i: 1, pad: [2, 2, 2, 2] },
  "depthwise 4x1": { shape: [2, 9, 5, 12], window: [4, 1], o: 12, i: 1, x: "u8", out: "u8" },
  "depthwise 1x4 narrow": { shape: [1, 9, 5, 12], window: [1, 4], o: 12, i: 1 },
  "depthwise dilated": { shape: [1, 12, 13, 10], window: [3, 3], o: 10, i: 1, dilation: [2, 2], pad: [2, 2, 2, 2] },
  "depthwise u8 weights": {
    shape: [1, 9, 9, 16],
    window: [3, 3],
    o: 16,
    i: 1,
    x: "u8",
    w: "u8",
    out: "u8",
    pad: [1, 1, 1, 1],
  },
  "depthwise pairs of -128": { shape: [1, 9, 9, 16], window: [3, 3], o: 16, i: 1, pad: [1, 1, 1, 1], low: true },
  "depthwise, 7 bits": {
    shape: [1, 9, 10, 24],
    window: [3, 3],
    o: 24,
    i: 1,
    pad: [1, 1, 1, 1],
    range: [-7, 120],
  },
  "depthwise, few": { shape: [2, 7, 9, 13], window: [3, 3], o: 13, i: 1, stride: [2, 2], range: [-12, 40] },
  "depthwise 5x4, few": { shape: [1, 9, 9, 16], window: [5, 4], o: 16, i: 1, pad: [2, 2, 2, 2], range: [-7, 3] },
  "depthwise 1x2, u8": { shape: [1, 4, 6, 9], window: [1, 2], o: 9, i: 1, x: "u8", range: [131, 250] },
  "depthwise 3x1, pairs of -128": {
    shape: [1, 9, 9, 16],
    window: [3, 1],
    o: 16,
    i: 1,
    low: true,
    range: [-128, -1],
    pad: [2, 0, 2, 0],
  },
  "depthwise residual": { shape: [1, 9, 9, 16], window: [3, 3], o: 16, i: 1, add: "q31_three", pad: [1, 1, 1, 1] },
  "depthwise sums": { shape: [1, 9, 9, 11], window: [3, 3], o: 11, i: 1, out: "i32", pad: [1, 1, 1, 1] },
} satisfies Record<string, ConvCase>);
