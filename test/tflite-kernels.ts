/**
 * The integer kernel goldens as IR graphs: constants of the rounding rules are given as multiplier and shift, so that
 * scales play no part (all are 1 here). The folder's README describes the fields.
 */
import { Graph, type MakeOptions, make, type Node } from "../src/ir/graph.ts";
import { conv2d, linear } from "../src/ir/ops/conv.ts";
import { cast, qadd, qmul } from "../src/ir/ops/elementwise.ts";
import { avgPool, maxPool } from "../src/ir/ops/pool.ts";
import { requantize } from "../src/ir/ops/quant.ts";
import { extremum } from "../src/ir/ops/select.ts";
import { pad, reshape, transpose } from "../src/ir/ops/shape.ts";
import { softmax } from "../src/ir/ops/softmax.ts";
import { makeConst, makeParam } from "../src/ir/ops/source.ts";
import type { Rescale } from "../src/ir/rescale.ts";
import { perTensor, type Storage, sizeOf, storages, type TensorType, type TypedArray } from "../src/ir/type.ts";
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

/** Why a family is not run, by the beginning of its name; undefined where it is. */
export function notRun(family: string): string | undefined {
  const reasons: Record<string, string> = {
    SVDF: "stateful operators are not imported yet",
    BATCH_MATMUL: "products of two computed operands are not imported yet",
    TRANSPOSE_CONV: "transposed convolutions are not imported yet",
    SOFTMAX_s16: "softmax of 16-bit operands is not imported yet",
  };
  return Object.entries(reasons).find(([prefix]) => family.startsWith(prefix))?.[1];
}

const storageOf: Record<string, Storage> = { int8: "i8", int16: "i16", int32: "i32", int4: "i8", uint8: "u8" };

const array = (t: GoldenData): TypedArray => new storages[storageOf[t.dtype] as "i8"].array(t.data);

const typed = (t: GoldenData, zero: number): TensorType => ({
  storage: storageOf[t.dtype],
  shape: t.shape,
  quant: perTensor(1, zero),
});

const q31 = (a: number | number[], b: number | number[]): Rescale => ({
  rule: "q31_double",
  a: [a].flat(),
  b: [b].flat(),
});

type Layer = { op: string; params: Record<string, any>; tensors: Record<string, GoldenData | null> };

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
function layerNode({ op, params: p, tensors }: Layer, x: Node, y: Node | undefined, storage: Storage): Node {
  const clamp: [number, number] = [p.activation_min, p.activation_max];
  const result: MakeOptions = { storage, quant: perTensor(1, p.output_offset ?? 0) };
  const constant = (name: string, t: GoldenData, zero = 0) => makeConst(name, typed(t, zero), array(t));
  const bias = tensors.bias
    ? makeConst("bias", { storage: "i32", shape: tensors.bias.shape }, Int32Array.from(tensors.bias.data))
    : undefined;
  const by = () => q31(p.output_multiplier, p.output_shift);
  switch (op) {
    case "CONV_2D":
    case "DEPTHWISE_CONV_2D": {
      const given = tensors.weights!;
      const w = constant("w", op === "CONV_2D" ? given : depthwise(given), -(p.filter_offset ?? 0));
      const window = { stride: p.strides, dilation: p.dilations, pad: padOf(p, w.type.shape.slice(1, 3)) };
      return make(requantize, { x: make(conv2d, { x, w, bias }, window) }, { by: by(), clamp }, result);
    }
    case "FULLY_CONNECTED": {
      const w = constant("w", tensors.weights!, -(p.filter_offset ?? 0));
      const rows = make(reshape, { x }, { shape: p.input_shape });
      const sums = make(linear, { x: rows, w, bias });
      if (p.output_offset <= storages[storage].max) return make(requantize, { x: sums }, { by: by(), clamp }, result);
      // One case has a zero point beyond its int8: 16 bits hold it, and the clamped result is taken as it is.
      const wide = make(requantize, { x: sums }, { by: by(), clamp }, { ...result, storage: "i16" });
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
    case "PADV2": {
      const [before, after] = [0, 1].map((i) => p.paddings.map((pair: number[]) => pair[i]));
      return make(pad, { x }, { before, after, value: [p.pad_value] });
    }
    case "TRANSPOSE":
      return make(transpose, { x }, { perm: p.perm });
    case "SOFTMAX": {
      const k = [p.input_multiplier, p.input_left_shift, p.diff_min];
      const quant = perTensor(p.output_scale, p.output_zero_point);
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

/** The graph of a case whose family is run (`notRun`). */
export function kernelGraph(c: KernelCase): KernelGraph {
  const given = ["input", "input1", "input2"].flatMap((key) => (c.tensors[key] ? [{ key, t: c.tensors[key] }] : []));
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
