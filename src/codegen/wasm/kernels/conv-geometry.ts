/** What a k.conv or k.gemm computes, in the numbers that kernels are made of: one description for both ops. */
import type { Epilogue } from "../../../ir/epilogue.ts";
import type { Node } from "../../../ir/graph.ts";
import { kConv } from "../../../ir/ops/kernel.ts";
import { constantOf } from "../../../ir/ops/source.ts";
import { sizeOf, type TensorType, type TypedArray, zeroOf, zeroOfChannel } from "../../../ir/type.ts";
import type { Expr, Func } from "../asm.ts";
import { storedRange } from "../stored-range.ts";

/** A convolution of 8-bit x [n, h, w, c] with constant 8-bit weights [o, kh, kw, i]; a matrix product is a 1x1 one. */
export interface Conv {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly oh: number;
  readonly ow: number;
  readonly o: number;
  readonly kh: number;
  readonly kw: number;
  /** Input channels of one group. */
  readonly i: number;
  readonly groups: number;
  readonly stride: readonly [number, number];
  readonly pad: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
  readonly xSigned: boolean;
  readonly xZero: number;
  /** The least and greatest stored value of x, padding included. */
  readonly xRange: readonly [number, number];
  /** Stored weights minus their zero points, [o, kh, kw, i]. */
  readonly weights: Int16Array;
  readonly bias: Int32Array;
  readonly epilogue: Epilogue;
  readonly result: TensorType;
  readonly residual: TensorType | undefined;
  readonly table: TypedArray | undefined;
}

const cache = new WeakMap<Node, Conv | undefined>();

/** The description of a node, or undefined if it is not an 8-bit convolution with constant weights. */
export function convOf(node: Node): Conv | undefined {
  if (!cache.has(node)) cache.set(node, describe(node));
  return cache.get(node);
}

function describe(node: Node): Conv | undefined {
  const { x, w, bias, residual, table } = node.in as Record<string, Node | undefined>;
  const values = constantOf(w);
  const biases = constantOf(bias);
  const entries = constantOf(table);
  const xt = x!.type;
  const wt = w!.type;
  const bytes = (t: TensorType) => t.storage === "i8" || t.storage === "u8";
  if (!values || (bias && !biases) || (table && !entries) || !bytes(xt) || !bytes(wt)) return undefined;
  if (node.type.storage !== "i32" && !bytes(node.type)) return undefined;
  if (residual && !bytes(residual.type)) return undefined;
  const o = wt.shape[0];
  const spatial = node.op === kConv;
  const c = xt.shape[xt.shape.length - 1];
  const rows = sizeOf(xt.shape) / c;
  const [n, h, wide] = spatial ? xt.shape : [1, 1, rows];
  const [kh, kw, i] = spatial ? wt.shape.slice(1) : [1, 1, c];
  const per = values.length / o;
  const widened = (): Int16Array => {
    const weights = new Int16Array(values as Int8Array | Uint8Array);
    for (let channel = 0; channel < o; channel++) {
      const zero = zeroOfChannel(wt, channel);
      if (zero !== 0) for (let k = channel * per; k < (channel + 1) * per; k++) weights[k] -= zero;
    }
    return weights;
  };
  let weights: Int16Array | undefined;
  const attrs = node.attrs as Record<string, any>;
  const [least, most] = storedRange(x!);
  const padded = spatial && attrs.pad.some((p: number) => p > 0);
  const xZero = zeroOf(xt);
  return {
    n,
    h,
    w: wide,
    c,
    oh: spatial ? node.type.shape[1] : 1,
    ow: spatial ? node.type.shape[2] : rows,
    o,
    kh,
    kw,
    i,
    groups: c / i,
    stride: spatial ? attrs.stride : [1, 1],
    pad: spatial ? attrs.pad : [0, 0, 0, 0],
    dilation: spatial ? attrs.dilation : [1, 1],
    xSigned: xt.storage === "i8",
    xZero,
    xRange: padded ? [Math.min(least, xZero), Math.max(most, xZero)] : [least, most],
    // Made when asked for: they are most of a model, and not every back end looks at them.
    get weights() {
      weights ??= widened();
      return weights;
    },
    bias: (biases as Int32Array | undefined) ?? new Int32Array(o),
    epilogue: attrs.epilogue,
    result: node.type,
    residual: residual?.type,
    table: entries,
  };
}

/** Everything of a Conv that emitted code depends on besides its epilogue. */
export function geometryKey(g: Conv): string {
  const residual = g.residual ? `+${g.residual.storage}` : "";
  return `${g.n}x${g.h}x${g.w}x${g.c} ${g.o}x${g.kh}x${g.kw}x${g.i} s${g.stride} p${g.pad} d${g.dilation} ${
    g.xSigned ? "i8" : "u8"
  }${residual} ${g.result.storage}`;
}

/** The numbers of a convolution's row. */
export const convNumbers = (node: Node): readonly number[] => [convOf(node)!.xZero];

/** The zero point of the image, which is a parameter of a convolution's function, plus `more`. */
export function zeroOfImage(f: Func, g: Conv, more = 0): Expr {
  const zero = f.get(convParams(f, g).zero);
  return more ? f.m.i32.add(zero, f.m.i32.const(more)) : zero;
}

/** The parameters of a convolution's function; scratch memory is the last one. */
export function convParams(f: Func, g: Conv) {
  const [result, x, ...rest] = f.params;
  const [residual, pack, zero, kept] = g.residual ? rest : [undefined, ...rest];
  return { result, x, residual, pack: pack!, zero: zero!, kept: kept!, scratch: rest[rest.length - 1] };
}

/** The least and greatest sum that an output channel can reach, bias included. */
export function reachOf(g: Conv, channel: number): [number, number] {
  const [low, high] = g.xSigned ? [-128 - g.xZero, 127 - g.xZero] : [-g.xZero, 255 - g.xZero];
  const per = g.kh * g.kw * g.i;
  const { weights } = g;
  let sum = 0;
  let magnitudes = 0;
  for (let j = channel * per; j < (channel + 1) * per; j++) {
    const w = weights[j];
    sum += w;
    magnitudes += w < 0 ? -w : w;
  }
  const positive = (magnitudes + sum) / 2;
  const negative = (sum - magnitudes) / 2;
  const bias = g.bias[channel];
  // Padding adds zero, which low and high enclose.
  return [bias + positive * low + negative * high, bias + positive * high + negative * low];
}

/** A bound of `reachOf` that needs no look at the weights: no factor of a sum is above 255. */
export function roughReachOf(g: Conv, channel: number): [number, number] {
  const most = g.kh * g.kw * g.i * 255 * 255;
  return [g.bias[channel] - most, g.bias[channel] + most];
}
