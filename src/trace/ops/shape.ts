/** Ops that move elements and change none. On tensors with values they are QTensor's own: views of the same storage. */
import { ArgumentError } from "../../errors.ts";
import type { Node } from "../../ir/graph.ts";
import { concat, reshape as irReshape, slice as irSlice, transpose as irTranspose } from "../../ir/ops/shape.ts";
import { sizeOf } from "../../ir/type.ts";
import { qrange } from "../../tensor/dtype.ts";
import { type Index, resolveSlice } from "../../tensor/indexing.ts";
import { QTensor } from "../../tensor/qtensor.ts";
import { checkDim, inferShape, type Shape } from "../../tensor/strided.ts";
import { type Build, type CallOptions, call, within } from "../call.ts";
import { isFloating, isQuantized, type OutputParams, outputOf, perTensorOf } from "../check.ts";
import type { Quantized, Tensor } from "../symbolic.ts";
import { clampNode } from "./activation.ts";
import { onQuantizer, sameDType } from "./convert.ts";

function tensor(x: unknown, argument = "x"): Tensor {
  if (!isQuantized(x) && !isFloating(x)) throw new ArgumentError(argument, "a tensor", x);
  return x;
}

/** A movement of one tensor: QTensor's own view, or nodes. */
function move<T extends Tensor>(
  op: string,
  x: T,
  options: CallOptions | undefined,
  view: (x: QTensor) => QTensor,
  body: (b: Build, x: Node) => Node,
): T {
  if (x instanceof QTensor) return within(op, [x], () => view(x)) as T;
  return call(op, options, [x], (b) => {
    const node = b.value(tensor(x));
    if (node.type.quant?.kind === "axis") perTensorOf(x as Quantized, "x");
    return body(b, node);
  }) as T;
}

/** The dimensions in another order: dimension i of the result is dimension dims[i] of x. */
export function permute<T extends Tensor>(x: T, dims: readonly number[], options?: CallOptions): T {
  return move(
    "permute",
    x,
    options,
    (q) => q.permute(dims),
    (b, node) => {
      const n = node.type.shape.length;
      const perm = Array.isArray(dims) ? dims.map((d) => checkDim(d, n, "dims")) : [];
      if (perm.length !== n || new Set(perm).size !== n)
        throw new ArgumentError("dims", `a permutation of ${n} dimensions`, dims);
      return b.emit(irTranspose, { x: node }, { perm });
    },
  );
}

/** Two dimensions exchanged. */
export function transpose<T extends Tensor>(x: T, a: number, b: number, options?: CallOptions): T {
  return move(
    "transpose",
    x,
    options,
    (q) => q.transpose(a, b),
    (build, node) => {
      const perm = [...node.type.shape.keys()];
      const [i, j] = [checkDim(a, perm.length, "a"), checkDim(b, perm.length, "b")];
      [perm[i], perm[j]] = [perm[j], perm[i]];
      return build.emit(irTranspose, { x: node }, { perm });
    },
  );
}

/** The same elements in row-major order under another shape; one size may be -1. */
export function reshape<T extends Tensor>(x: T, shape: Shape, options?: CallOptions): T {
  return move(
    "reshape",
    x,
    options,
    (q) => q.reshape(shape),
    (b, node) => b.emit(irReshape, { x: node }, { shape: inferShape(shape, sizeOf(node.type.shape), "shape") }),
  );
}

/** Dimensions `start` to `end`, both included, as one; a scalar becomes one dimension of size 1. */
export function flatten<T extends Tensor>(x: T, start = 0, end = -1, options?: CallOptions): T {
  return move(
    "flatten",
    x,
    options,
    (q) => q.flatten(start, end),
    (b, node) => {
      const { shape } = node.type;
      if (shape.length === 0) return b.emit(irReshape, { x: node }, { shape: [1] });
      const from = checkDim(start, shape.length, "start");
      const to = checkDim(end, shape.length, "end");
      if (from > to) throw new ArgumentError("end", `a dimension not before start ${start}`, end);
      const flat = [...shape.slice(0, from), sizeOf(shape.slice(from, to + 1)), ...shape.slice(to + 1)];
      return b.emit(irReshape, { x: node }, { shape: flat });
    },
  );
}

/** Index `i` of dimension `dim`, which disappears. */
export function select<T extends Tensor>(x: T, dim: number, i: number, options?: CallOptions): T {
  return move(
    "select",
    x,
    options,
    (q) => q.select(dim, i),
    (b, node) => {
      const { shape } = node.type;
      const d = checkDim(dim, shape.length, "dim");
      const at = checkDim(i, shape[d], "index");
      const one = sliceNode(b, node, d, at, 1, 1, `${b.name}.slice`);
      return b.emit(irReshape, { x: one }, { shape: shape.filter((_, j) => j !== d) });
    },
  );
}

/** Indices start, start + step, ... before `end` of dimension `dim`; bounds clamp to the dimension. */
export function slice<T extends Tensor>(
  x: T,
  dim: number,
  start?: number,
  end?: number,
  step?: number,
  options?: CallOptions,
): T {
  return move(
    "slice",
    x,
    options,
    (q) => q.slice(dim, start, end, step),
    (b, node) => {
      const d = checkDim(dim, node.type.shape.length, "dim");
      const range = resolveSlice({ start, end, step }, node.type.shape[d]);
      return sliceNode(b, node, d, range.count > 0 ? range.start : 0, range.step, range.count);
    },
  );
}

/** `length` indices of dimension `dim` from `start`, all of which must exist. */
export function narrow<T extends Tensor>(x: T, dim: number, start: number, length: number, options?: CallOptions): T {
  return move(
    "narrow",
    x,
    options,
    (q) => q.narrow(dim, start, length),
    (b, node) => {
      const d = checkDim(dim, node.type.shape.length, "dim");
      const size = node.type.shape[d];
      const from = start < 0 ? start + size : start;
      if (!Number.isInteger(from) || from < 0 || from > size)
        throw new ArgumentError("start", `an integer from ${-size} to ${size}`, start);
      if (!Number.isInteger(length) || length < 0 || from + length > size)
        throw new ArgumentError("length", `an integer from 0 to ${size - from}`, length);
      return sliceNode(b, node, d, from, 1, length);
    },
  );
}

/** One entry per leading dimension, as PyTorch's x[...]: a number selects, ":" keeps, {start, end, step} slices, "..." skips. */
export function index<T extends Tensor>(x: T, ...entries: readonly Index[]): T {
  return within("index", [x], () => {
    const n = tensor(x).shape.length;
    const rest = entries.indexOf("...");
    if (rest !== entries.lastIndexOf("...")) throw new ArgumentError("index", 'at most one "..."', entries);
    const given = entries.length - (rest < 0 ? 0 : 1);
    if (given > n) throw new ArgumentError("index", `at most ${n} entries`, given);
    let view = x;
    let d = 0;
    for (const entry of entries) {
      if (entry === "...") d += n - given;
      else if (entry === ":") d++;
      else if (typeof entry === "number") view = select(view, d, entry);
      else if (typeof entry === "object" && entry !== null && !Array.isArray(entry))
        view = slice(view, d++, entry.start, entry.end, entry.step);
      else throw new ArgumentError("index", 'a number, ":", "..." or {start, end, step}', entry);
    }
    return view;
  });
}

function sliceNode(b: Build, x: Node, dim: number, start: number, step: number, count: number, name?: string): Node {
  const { shape } = x.type;
  const at = <V>(value: V, other: (d: number) => V) => shape.map((size, d) => (d === dim ? value : other(size)));
  const attrs = { begin: at(start, () => 0), size: at(count, (size) => size), step: at(step, () => 1) };
  return b.emit(irSlice, { x }, attrs, name ? { name } : {});
}

export type CatOptions = CallOptions & { readonly dim?: number } & (OutputParams | { readonly scale?: undefined });

/** Tensors side by side along `dim` (0) on the quantizer stated, or on that of the first; each is requantized to it. */
export function cat<T extends Quantized>(xs: readonly T[], options: CatOptions = {}): T {
  return catThen("cat", xs, options, false);
}

/** `cat` with negative values as 0. */
export function catRelu<T extends Quantized>(xs: readonly T[], options: CatOptions = {}): T {
  return catThen("catRelu", xs, options, true);
}

function catThen<T extends Quantized>(op: string, xs: readonly T[], options: CatOptions, relu: boolean): T {
  return call(op, options, Array.isArray(xs) ? xs : [], (b) => {
    if (!Array.isArray(xs) || xs.length === 0) throw new ArgumentError("xs", "a list of at least one tensor", xs);
    const dtype = sameDType(xs, (i) => `xs[${i}]`);
    const { scale, quantizer } = options as Partial<OutputParams>;
    const to = scale === undefined && !quantizer ? perTensorOf(xs[0], "xs[0]") : outputOf(options, dtype);
    const { shape } = xs[0];
    const axis = checkDim(options.dim ?? 0, shape.length, "dim");
    for (const [i, x] of xs.entries()) {
      if (x.shape.length !== shape.length || x.shape.some((d: number, j: number) => j !== axis && d !== shape[j])) {
        const wanted = `the shape of xs[0], [${shape.join(", ")}], but for dimension ${axis}`;
        throw new ArgumentError(`xs[${i}]`, wanted, `[${x.shape.join(", ")}]`);
      }
    }
    const parts = xs.map((x, i) => onQuantizer(b, x, to, `xs[${i}]`, `${b.name}.${i}`));
    const joined = b.emit(concat, { xs: parts }, { axis: [axis] }, relu ? { name: `${b.name}.linear` } : {});
    return relu ? clampNode(b, joined, [to.zeroPoint, qrange(dtype)[1]]) : joined;
  }) as T;
}
