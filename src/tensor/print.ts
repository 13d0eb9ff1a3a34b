/**
 * Tensors as text, in PyTorch's form: four digits, scientific notation where magnitudes differ by more than 1000, lines of
 * at most 80 columns, the middle left out beyond 1000 elements.
 */

import type { QTensor } from "./qtensor.ts";
import type { PerChannelAffineQuantizer, PerTensorAffineQuantizer } from "./quantizer.ts";
import { numelOf, rowMajorStrides, type Shape } from "./strided.ts";

const digits = 4;
const lineWidth = 80;
const threshold = 1000;
const edge = 3;
const prefix = "tensor(";

type Values = ArrayLike<number> | BigInt64Array;
type PlainDType = "float32" | "float64" | "uint8" | "int8" | "int32" | "int64";

/** `tensor([1., 2.])`: float32 and int64 print without their dtype, as PyTorch's defaults do. */
export function printPlain(data: Values, shape: Shape, dtype: PlainDType): string {
  const empty = numelOf(shape) === 0;
  const suffixes = empty && shape.length !== 1 ? [`size=${tuple(shape)}`] : [];
  if (dtype !== "float32" && (empty || dtype !== "int64")) suffixes.push(`dtype=torch.${dtype}`);
  return withSuffixes(prefix + body(data, shape, dtype), suffixes);
}

/** The values that the integers stand for, then size, dtype, scheme and its parameters. */
export function printQuantized(q: QTensor): string {
  const suffixes = [`size=${tuple(q.shape)}`, `dtype=torch.${q.dtype}`];
  if (q.qScheme() === "perTensorAffine") {
    const { scale, zeroPoint } = q.quantizer() as PerTensorAffineQuantizer;
    suffixes.push("quantization_scheme=torch.per_tensor_affine", `scale=${pythonFloat(scale)}`);
    suffixes.push(`zero_point=${zeroPoint}`);
  } else {
    const { scales, zeroPoints, axis } = q.quantizer() as PerChannelAffineQuantizer;
    suffixes.push("quantization_scheme=torch.per_channel_affine");
    suffixes.push(`scale=${printPlain(scales, [scales.length], "float64")}`);
    suffixes.push(`zero_point=${printPlain(zeroPoints, [scales.length], "int64")}`, `axis=${axis}`);
  }
  return withSuffixes(prefix + body(q.dequantize().data, q.shape, "float32"), suffixes);
}

/** The nested brackets. */
function body(data: Values, shape: Shape, dtype: PlainDType): string {
  if (numelOf(shape) === 0) return "[]";
  const summarize = numelOf(shape) > threshold;
  const strides = rowMajorStrides(shape);
  /** Indices of a dimension that are printed; undefined stands for the dots. */
  const shown = (size: number): (number | undefined)[] =>
    summarize && size > 2 * edge
      ? [0, 1, 2, undefined, size - 3, size - 2, size - 1]
      : Array.from({ length: size }, (_, i) => i);

  const visible: (number | bigint)[] = [];
  const collect = (depth: number, at: number): void => {
    if (depth === shape.length) visible.push(data[at]);
    else for (const i of shown(shape[depth])) if (i !== undefined) collect(depth + 1, at + i * strides[depth]);
  };
  collect(0, 0);
  const format = formatter(visible, dtype.startsWith("float"));

  const build = (depth: number, at: number): string => {
    if (depth === shape.length) return format.text(data[at]);
    const indent = prefix.length + depth;
    const indices = shown(shape[depth]);
    const newLine = `\n${" ".repeat(indent + 1)}`;
    if (depth < shape.length - 1) {
      const parts = indices.map((i) => (i === undefined ? "..." : build(depth + 1, at + i * strides[depth])));
      return `[${parts.join(`,${"\n".repeat(shape.length - depth - 2)}${newLine}`)}]`;
    }
    const parts = indices.map((i) => (i === undefined ? " ..." : format.text(data[at + i])));
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (format.width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,${newLine}`)}]`;
  };
  return build(0, 0);
}

/** How the numbers of one tensor print, all alike: as integers, with four digits, or in scientific notation. */
function formatter(values: readonly (number | bigint)[], float: boolean) {
  let one: (v: number) => string = String;
  let width = 1;
  let counted = values;
  if (float) {
    const finite = (values as number[]).filter((v) => Number.isFinite(v) && v !== 0);
    const sizes = finite.map(Math.abs);
    const max = sizes.reduce((a, b) => Math.max(a, b), 0);
    const min = sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const integers = finite.every(Number.isInteger);
    const scientific = max / min > 1000 || max > 1e8 || (!integers && min < 1e-4);
    counted = finite;
    one = finite.length > 0 && scientific ? exponential : integers ? (v) => `${sign(v)}${Math.abs(v)}.` : fixed;
  }
  const text = (v: number | bigint): string => {
    if (float && !Number.isFinite(v)) return Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    return typeof v === "bigint" ? String(v) : one(v);
  };
  for (const v of counted) width = Math.max(width, text(v).length);
  return { width, text: (v: number | bigint) => text(v).padStart(width) };
}

/** Appends `, suffix` for each, on a new line where it would pass the line width, and the closing parenthesis. */
function withSuffixes(text: string, suffixes: readonly string[]): string {
  let out = text;
  // One more than the true length of the last line, as PyTorch counts it.
  let last = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    const wrap = last + suffix.length + 2 > lineWidth;
    out += wrap ? `,\n${" ".repeat(prefix.length)}${suffix}` : `, ${suffix}`;
    last = (wrap ? prefix.length : last + 2) + suffix.length;
  }
  return `${out})`;
}

const tuple = (shape: Shape): string => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

/** `v` with four decimals. */
function fixed(v: number): string {
  const exact = Math.abs(v).toFixed(100);
  return sign(v) + (keptOnTie(exact, exact.length - 100 + digits) ?? Math.abs(v).toFixed(digits));
}

/** `1.2346e-05`: four decimals and at least two digits of exponent. */
function exponential(v: number): string {
  const [exact, exactPower] = Math.abs(v).toExponential(100).split("e");
  const kept = keptOnTie(exact, 2 + digits);
  const [mantissa, power] = kept ? [kept, exactPower] : Math.abs(v).toExponential(digits).split("e");
  return `${sign(v)}${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

/**
 * The digits of `exact` before `cut` if the rest is exactly half of the last of them and that one is even. Python rounds
 * such halves to even where toFixed and toExponential round them up.
 */
function keptOnTie(exact: string, cut: number): string | undefined {
  return /^50*$/.test(exact.slice(cut)) && "02468".includes(exact[cut - 1]) ? exact.slice(0, cut) : undefined;
}

const sign = (v: number): string => (v < 0 || Object.is(v, -0) ? "-" : "");

/** A double as Python prints it: 0.1, 1.0, 1e-05. */
function pythonFloat(v: number): string {
  const [mantissa, power] = v.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return Number.isInteger(v) ? `${v}.0` : String(v);
  return `${mantissa}e${power[0]}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
