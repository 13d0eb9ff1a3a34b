/**
 * The integer kernel goldens as IR graphs: constants of the rounding rules are given as multiplier and shift, so that
 * scales play no part (all are 1 here). The folder's README describes the fields.
 */
import { svdfStep } from "../src/import/tflite/svdf.ts";
import { type Make, transposedConv } from "../src/import/transposed-conv.ts";
import { Graph, type MakeOptions, make, type Node } from "../src/ir/graph.ts";
import { conv2d, linear } from "../src/ir/ops/conv.ts";
import { cast, qadd, qmul } from "../src/ir/ops/elementwise.ts";
import { matmul } from "../src/ir/ops/matmul.ts";
import { avgPool, maxPool } from "../src/ir/ops/pool.ts";
import { requantize } from "../src/ir/ops/quant.ts";
import { extremum } from "../src/ir/ops/select.ts";
import { pad, reshape, slice, transpose } from "../src/ir/ops/shape.ts";
import { softmax } from "../src/ir/ops/softmax.ts";
import { makeConst, makeParam } from "../src/ir/ops/source.ts";
import type { Rescale } from "../src/ir/rescale.ts";
import { perTensor, type Storage, sizeOf, storages, type TensorType, type TypedArray, zeroOf } from "../src/ir/type.ts";
import { verified } from "../src/ir/verify.ts";

interface GoldenData {
  dtype: string;
  shape: number[];
  data: number[];
}

export interface KernelCase {
  name: string;
  op: string;
  family: string;
  dtypes: Record<string, string>;
  rounding: string;
  params: Record<string, any>;
  tensors: Record<string, GoldenData | null>;
  layers?: { op: string; params: Record<string, any>; tensors: Record<string, GoldenData | null> }[];
}

/** A case's graph, its inputs in the order of the parameters, and the result that it must give. */
export interface KernelGraph {
  readonly graph: Graph;
  readonly inputs: readonly TypedArray[];
  readonly want: TypedArray;
}

const storageOf: Record<string, Storage> = {
  int8: "i8",
  int16: "i16",
  int32: "i32",
  int64: "i64",
  int4: "i8",
  uint8: "u8",
};

function array(t: GoldenData): TypedArray {
  if (t.dtype === "int64") return BigInt64Array.from(t.data, BigInt);
  return new storages[storageOf[t.dtype] as "i8"].array(t.data);
}

const typed = (t: GoldenData, zero: number): TensorType => ({
  storage: storageOf[t.dtype],
  shape: t.shape,
  quant: perTensor(1, zero),
});

const q31 = (a: number | number[], b: number | number[], rule: Rescale["rule"] = "q31_double"): Rescale => ({
  rule,
  a: [a].flat(),
  b: [b].flat(),
});

type Layer = Pick<KernelCase, "op" | "params" | "tensors"> & { rounding?: string };

/** Padding [top, left, bottom, right]: the first two are given, the others follow from the output. */
function padOf(p: Layer["params"], kernel: number[]): number[] {
  const after = [0, 1].map((d) => {
    const span = (kernel[d] - 1) * (p.dilations?.[d] ?? 1) + 1;
    return Math.max(
      0,
      (p.output_shape[1 + d] - 1) * p.strides[d] + span - p.input_shape[1 + d] - p.padding_top_left[d],
    );
  });
  return [...p.padding_top_left, ...after];
}

/** One layer on the value `x`; operands are consumed from `x` on, `y` being the second one where there are two. */
function layerNode({ op, params: p, tensors, rounding }: Layer, x: Node, y: Node | undefined, storage: Storage): Node {
  const clamp: [number, number] = [p.activation_min, p.activation_max];
  const result: MakeOptions = { storage, quant: perTensor(1, p.output_offset ?? 0) };
  const constant = (name: string, t: GoldenData, zero = 0) => makeConst(name, typed(t, zero), array(t));
  const bias = tensors.bias
    ? makeConst("bias", { storage: storageOf[tensors.bias.dtype], shape: tensors.bias.shape }, array(tensors.bias))
    : undefined;
  // 16-bit operands have sums of 64 bits and their own rounding, unless their bias type has 32.
  const wide = rounding === "int64_reduced16";
  const sums = { sums: wide ? ("i64" as const) : ("i32" as const) };
  const rule = wide ? "q15_single" : "q31_double";
  const by = (times = 1) => {
    const [a, b] = [p.output_multiplier, p.output_shift].map((list) =>
      Array.from({ length: times }, () => list).flat(),
    );
    return q31(a, b, rule);
  };
  switch (op) {
    case "CONV_2D":
    case "DEPTHWISE_CONV_2D": {
      const given = tensors.weights!;
      const w = constant("w", op === "CONV_2D" ? given : depthwise(given), -(p.filter_offset ?? 0));
      const window = { stride: p.strides, dilation: p.dilations, pad: padOf(p, w.type.shape.slice(1, 3)), ...sums };
      return make(requantize, { x: make(conv2d, { x, w, bias }, window) }, { by: by(), clamp }, result);
    }
    case "TRANSPOSE_CONV": {
      const w = constant("w", tensors.weights!, -(p.filter_offset ?? 0));
      const size = p.output_shape.slice(1, 3);
      return transposedConv({ x, w, bias, stride: p.strides, pad: p.padding_top_left, size, ...sums }, (s, phases) =>
        make(requantize, { x: s }, { by: by(phases), clamp }, result),
      );
    }
    case "BATCH_MATMUL": {
      const flipped = (n: Node) => {
        const rank = n.type.shape.length;
        return make(transpose, { x: n }, { perm: [...Array(rank - 2).keys(), rank - 1, rank - 2] });
      };
      const product = make(matmul, { x: p.adj_x ? flipped(x) : x, y: p.adj_y ? flipped(y!) : y! }, sums);
      return make(requantize, { x: product }, { by: by(), clamp }, result);
    }
    case "FULLY_CONNECTED": {
      const w = constant("w", tensors.weights!, -(p.filter_offset ?? 0));
      const rows = make(reshape, { x }, { shape: p.input_shape });
      const products = make(linear, { x: rows, w, bias }, sums);
      if (p.output_offset <= storages[storage].max)
        return make(requantize, { x: products }, { by: by(), clamp }, result);
      // One case has a zero point beyond its int8: 16 bits hold it, and the clamped result is taken as it is.
      const wide = make(requantize, { x: products }, { by: by(), clamp }, { ...result, storage: "i16" });
      return make(cast, { x: wide }, {}, { storage });
    }
    case "ADD": {
      const k = [
        p.left_shift,
        ...[p.input1_multiplier, p.input1_shift],
        ...[p.input2_multiplier, p.input2_shift],
        ...[p.output_multiplier, p.output_shift],
      ];
      return make(qadd, { x, y: y! }, { by: { rule: "q31_three", k }, clamp }, result);
    }
    case "MUL":
      return make(requantize, { x: make(qmul, { x, y: y! }) }, { by: by(), clamp }, result);
    case "MAXIMUM":
    case "MINIMUM":
      return make(extremum, { x, y: y! }, { fn: op === "MAXIMUM" ? "max" : "min" });
    case "AVERAGE_POOL_2D": {
      const attrs = { window: p.filter_size, stride: p.strides, pad: padOf(p, p.filter_size), clamp };
      return make(avgPool, { x }, { ...attrs, by: { rule: "int_away", k: [] } }, { quant: x.type.quant });
    }
    case "MAX_POOL_2D": {
      const attrs = { window: p.filter_size, stride: p.strides, pad: padOf(p, p.filter_size) };
      const bounds = q31(2 ** 30, 1);
      const zero = x.type.quant?.kind === "tensor" ? x.type.quant.zero : 0;
      return make(
        requantize,
        { x: make(maxPool, { x }, attrs) },
        { by: bounds, clamp },
        { storage, quant: perTensor(1, zero) },
      );
    }
    case "PAD":
    case "PADV2": {
      const [before, after] = [0, 1].map((i) => p.paddings.map((pair: number[]) => pair[i]));
      return make(pad, { x }, { before, after, value: [p.pad_value ?? zeroOf(x.type)] });
    }
    case "TRANSPOSE":
      return make(transpose, { x }, { perm: p.perm });
    case "SOFTMAX": {
      const k = [p.input_multiplier, p.input_left_shift, p.diff_min];
      const quant = perTensor(p.output_scale, p.output_zero_point);
      if (x.type.storage === "i16") {
        return make(softmax, { x }, { by: { rule: "lut16", k: k.slice(0, 2) } }, { storage, quant });
      }
      return make(softmax, { x }, { by: { rule: "gemmlowp", k } }, { storage, quant });
    }
  }
  throw new Error(`no graph for ${op}`);
}

/** A filter [1, H, W, O] as [O, H, W, 1]. */
function depthwise({ dtype, shape: [, h, w, o], data }: GoldenData): GoldenData {
  const moved = Array.from({ length: o * h * w }, (_, i) => data[(i % (h * w)) * o + Math.floor(i / (h * w))]);
  return { dtype, shape: [o, h, w, 1], data: moved };
}

/** SVDF: all steps of the sequence in one graph, the state handed on from step to step. */
function svdfGraph({ name, params: p, tensors }: KernelCase): KernelGraph {
  const sequence = tensors.input_sequence!;
  const [steps, batch, size] = sequence.shape;
  const all = makeParam("input", typed(sequence, p.input_zero_point));
  const weights = (key: string) => makeConst(key, typed(tensors[key]!, 0), array(tensors[key]!));
  const bias = tensors.bias && makeConst("bias", { storage: "i32", shape: tensors.bias.shape }, array(tensors.bias));
  let state: Node = makeConst("state", typed(tensors.state!, 0), array(tensors.state!));
  let result: Node | undefined;
  for (let t = 0; t < steps; t++) {
    const part = make(slice, { x: all }, { begin: [t, 0, 0], size: [1, batch, size], step: [1, 1, 1] });
    const step = {
      x: make(reshape, { x: part }, { shape: [batch, size] }),
      state,
      feature: weights("weights_feature"),
      time: weights("weights_time"),
      bias: bias ?? undefined,
      rank: p.rank,
      rescale: {
        feature: q31(p.feature_multiplier, p.feature_shift),
        result: q31(p.output_multiplier, p.output_shift),
        storage: "i8" as const,
        quant: perTensor(1, p.output_zero_point),
        clamp: [p.activation_min, p.activation_max] as const,
      },
    };
    ({ state, result } = svdfStep(step, make as Make));
  }
  const graph = new Graph(name, [all], [{ name: "output", node: result! }], { profile: "tflite" });
  return { graph: verified(graph), inputs: [array(sequence)], want: array(tensors.output!) };
}

/** The graph of a case. */
export function kernelGraph(c: KernelCase): KernelGraph {
  if (c.op === "SVDF") return svdfGraph(c);
  const given = ["input", "input1", "input2", "lhs", "rhs"].flatMap((key) =>
    c.tensors[key] ? [{ key, t: c.tensors[key] }] : [],
  );
  const first = c.layers ? c.layers[0].params : c.params;
  const params = given.map(({ key, t }) => makeParam(key, typed(t, -(first[`${key}_offset`] ?? 0))));
  const want = c.tensors.output!;
  let value: Node = params[0];
  const layers: Layer[] = c.layers ?? [c];
  for (const [i, layer] of layers.entries()) {
    const last = i === layers.length - 1;
    value = layerNode(layer, value, params[1], last ? storageOf[want.dtype] : "i8");
  }
  if (sizeOf(value.type.shape) !== want.data.length) throw new Error(`${c.name} gives [${value.type.shape}]`);
  return {
    graph: verified(new Graph(c.name, params, [{ name: "output", node: value }], { profile: "tflite" })),
    inputs: given.map(({ t }) => array(t)),
    want: array(want),
  };
}
