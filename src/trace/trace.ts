/** Tracing: a function of tensors, run once on symbolic ones, becomes a graph. */
import { ArgumentError } from "../errors.ts";
import { Graph, type Node } from "../ir/graph.ts";
import { makeParam } from "../ir/ops/source.ts";
import { type TensorType, tensorType } from "../ir/type.ts";
import { verified } from "../ir/verify.ts";
import { QTensor } from "../tensor/qtensor.ts";
import { Quantizer } from "../tensor/quantizer.ts";
import { checkShape, type Shape } from "../tensor/strided.ts";
import { FloatTensor } from "../tensor/tensor.ts";
import { type Floating, type Quantized, SymFloatTensor, SymQTensor, SymTensor, type Tensor } from "./symbolic.ts";
import { checkEngine, defaultEngine, type Engine, Tracing } from "./tracing.ts";
import { isRecord, type Leaf, leavesOf, rebuild, type Tree } from "./tree.ts";
import { quantizedType } from "./types.ts";

/** What an input will be: float32 without a quantizer. `name` names it in the graph. */
export interface InputType {
  readonly shape: Shape;
  readonly quantizer?: Quantizer;
  readonly dtype?: string;
  readonly name?: string;
}

/** An input's type, or a tensor that has it. */
export type InputExample = InputType | QTensor | FloatTensor;

export interface TraceOptions {
  /** The graph's name; "main" unless stated. */
  readonly name?: string;
  /** Whose arithmetic the ops follow unless a call says otherwise; "qnnpack" unless stated. */
  readonly engine?: Engine;
}

/** A function that can be traced: of any number of tensors, or nested arrays and records of them, to the same. */
export type Traceable = (...inputs: any[]) => Tree<Tensor>;

/** A graph with the structure of the traced function's result. */
export interface Traced {
  readonly graph: Graph;
  /** The result with a number, the index of a graph output, at each leaf. */
  readonly outputs: Tree<number>;
}

/**
 * The graph of `fn`, run once with a symbolic tensor for each of `inputs` (one entry per parameter of the function, itself
 * perhaps nested). Tensors with values that it uses become constants. Throws ArgumentError naming the user's line where an
 * op is used wrongly.
 */
export function trace(fn: Traceable, inputs: readonly Tree<InputExample>[], options: TraceOptions = {}): Graph {
  return traceTree(fn, inputs, options).graph;
}

/** `trace`, and how the outputs of the graph make up the function's result. */
export function traceTree(fn: Traceable, inputs: readonly Tree<InputExample>[], options: TraceOptions = {}): Traced {
  if (typeof fn !== "function") throw new ArgumentError("fn", "a function of tensors", fn);
  if (!Array.isArray(inputs)) throw new ArgumentError("inputs", "a list with the type of each input", inputs);
  const engine = options.engine === undefined ? defaultEngine : checkEngine(options.engine);
  const tracing = new Tracing(options.name ?? (fn.name || "main"), engine);
  const leaves = leavesOf(inputs, isInput, (value, path) => {
    throw new ArgumentError(`inputs${pathText(path)}`, "{ shape, quantizer? } or a tensor", value);
  });
  const params = leaves.map((leaf) => makeParam(inputName(leaf, inputs.length), inputType(leaf)));
  let next = 0;
  const symbolic = rebuild(inputs, isInput, () => symbolOf(params[next++], tracing)) as unknown[];
  try {
    const result: unknown = fn(...symbolic);
    if (result instanceof Promise)
      throw new ArgumentError("fn", "a function that is not async", "one that returns a Promise");
    const outputs = leavesOf(result, isTensor, (value, path) => {
      throw new ArgumentError(`result${pathText(path)}`, "tensors, or arrays and records of them", value);
    });
    if (outputs.length === 0) throw new ArgumentError("result", "at least one tensor", result);
    const named = outputs.map((leaf, i) => ({
      name: outputName(leaf, i, outputs.length),
      node: nodeOf(leaf, tracing),
    }));
    const meta = { profile: "pytorch", ...(engine === defaultEngine ? {} : { engine }) };
    let at = 0;
    return {
      graph: verified(new Graph(tracing.name, params, named, meta), "trace"),
      outputs: rebuild(result, isTensor, () => at++) as Tree<number>,
    };
  } finally {
    tracing.open = false;
  }
}

export const isTensor = (v: unknown): v is Tensor =>
  v instanceof QTensor || v instanceof FloatTensor || v instanceof SymTensor;

const isInput = (v: unknown): v is InputExample =>
  v instanceof QTensor || v instanceof FloatTensor || (isRecord(v) && Array.isArray(v.shape));

const pathText = (path: readonly string[]): string => path.map((p) => (/^\d+$/.test(p) ? `[${p}]` : `.${p}`)).join("");

function inputType({ value, path }: Leaf<InputExample>): TensorType {
  const at = `inputs${pathText(path)}`;
  if (value instanceof QTensor) return quantizedType(value.quantizer(), value.shape, "input");
  if (value instanceof FloatTensor) return tensorType("f32", value.shape);
  const shape = checkShape(value.shape, `${at}.shape`);
  const { quantizer, dtype } = value;
  if (quantizer === undefined) {
    if (dtype !== undefined && dtype !== "float32")
      throw new ArgumentError(`${at}.quantizer`, `a quantizer, since the dtype is ${dtype}`, "none");
    return tensorType("f32", shape);
  }
  if (!(quantizer instanceof Quantizer)) throw new ArgumentError(`${at}.quantizer`, "a Quantizer", quantizer);
  if (dtype !== undefined && dtype !== quantizer.dtype)
    throw new ArgumentError(`${at}.dtype`, `${quantizer.dtype}, the quantizer's`, dtype);
  quantizer.checkShape(shape, `${at}.shape`);
  return quantizedType(quantizer, shape, "input");
}

/** The stated name, else the keys that lead to the input behind `x` and, if there are several parameters, its number. */
function inputName({ value, path: [first, ...rest] }: Leaf<InputExample>, parameters: number): string {
  if (!(value instanceof QTensor) && !(value instanceof FloatTensor) && value.name !== undefined) return value.name;
  const prefix = parameters > 1 ? `x${first}` : "x";
  return rest.length === 0 ? prefix : parameters === 1 ? rest.join(".") : [prefix, ...rest].join(".");
}

/** The keys that lead to the output, `output` if there is one only. */
function outputName({ path }: Leaf<Tensor>, index: number, count: number): string {
  const keys = path.join(".");
  if (keys === "" || (count === 1 && /^\d+$/.test(keys))) return "output";
  return /^\d+$/.test(keys) ? `output${index}` : keys;
}

function symbolOf(param: Node, tracing: Tracing): Quantized | Floating {
  return param.type.storage === "f32" ? new SymFloatTensor(param, tracing) : new SymQTensor(param, tracing);
}

function nodeOf({ value, path }: Leaf<Tensor>, tracing: Tracing): Node {
  if (!(value instanceof SymTensor)) return tracing.constant(value, "constant");
  if (value.tracing === tracing) return value.node;
  throw new ArgumentError(
    `result${pathText(path)}`,
    `a tensor of the trace ${tracing.name}`,
    `one of ${value.tracing.name}`,
  );
}
