/**
 * One layer under all op functions. An op function describes its result in IR ops through a Build; if an operand is
 * symbolic the nodes become part of its trace, otherwise each is evaluated at once by the interpreter's own `eval`, and
 * the result is a tensor with values. Errors say which op was called, and in a trace also on which line of the user's.
 */
import { ArgumentError, QjitError } from "../errors.ts";
import { type MakeOptions, make, type Node } from "../ir/graph.ts";
import { evaluate } from "../ir/interpret.ts";
import type { Attrs, AttrValues, OpDef, PerOperand, Slots } from "../ir/op.ts";
import { makeConst } from "../ir/ops/source.ts";
import type { TensorType, TypedArray } from "../ir/type.ts";
import type { IntArray } from "../tensor/dtype.ts";
import { QTensor } from "../tensor/qtensor.ts";
import { FloatTensor } from "../tensor/tensor.ts";
import { userSource } from "./source.ts";
import { SymFloatTensor, SymQTensor, SymTensor, type Tensor } from "./symbolic.ts";
import { checkEngine, constantNode, defaultEngine, type Engine, type Tracing } from "./tracing.ts";
import { quantizerOf } from "./types.ts";

/** What every op function takes besides its own options. */
export interface CallOptions {
  /** What the result's node is called in the graph; the op's name if absent. */
  readonly name?: string;
}

/** For ops whose arithmetic depends on the engine. */
export interface EngineOptions extends CallOptions {
  readonly engine?: Engine;
}

/** Makes the nodes of one call. */
export interface Build {
  /** What the result's node is to be called. */
  readonly name: string;
  readonly engine: Engine;
  /** The node of an operand. */
  value(tensor: Tensor, name?: string): Node;
  constant(name: string, type: TensorType, value: TypedArray): Node;
  /** A node. Without a name in `options` it gets the call's. */
  emit<O extends Slots, A extends Attrs>(
    op: OpDef<O, A>,
    operands: { [K in keyof PerOperand<O, Node>]?: PerOperand<O, Node>[K] },
    attrs?: Partial<AttrValues<A>>,
    options?: MakeOptions,
  ): Node<O, A>;
}

/**
 * Runs one op function: `body` makes nodes and returns the last. `tensors` are the operands, in which symbolic ones are
 * looked for. Throws ArgumentError with the op's name, and in a trace the user's line, in front of its message.
 */
export function call(
  op: string,
  options: EngineOptions | undefined,
  tensors: readonly unknown[],
  body: (build: Build) => Node,
): Tensor {
  const symbolic = tensors.filter((t) => t instanceof SymTensor);
  const source = symbolic.length > 0 ? userSource() : undefined;
  try {
    const tracing = tracingOf(symbolic);
    const name = options?.name ?? op;
    const engine = options?.engine === undefined ? (tracing?.engine ?? defaultEngine) : checkEngine(options.engine);
    return tracing ? record(tracing, name, engine, source, body) : run(name, engine, body);
  } catch (error) {
    throw located(error, op, source);
  }
}

/** `check` with errors that name the op, for what runs before or outside `call`. */
export function within<T>(op: string, tensors: readonly unknown[], check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw located(error, op, tensors.some((t) => t instanceof SymTensor) ? userSource() : undefined);
  }
}

/** The error with its place in front; one that has a place already stays. */
function located(error: unknown, op: string, source: string | undefined): unknown {
  const where = source === undefined ? op : `${source}: ${op}`;
  if (error instanceof ArgumentError) {
    if (places.has(error)) return error;
    return placed(new ArgumentError(error.argument, error.wanted, error.got, where));
  }
  if (error instanceof QjitError || !(error instanceof Error)) return error;
  // What an IR op wants of its operands is an Error of the form "wants ..., found ...".
  if (/\bwants\b/.test(error.message)) return placed(new QjitError(`${where}: ${error.message}`));
  return error;
}

const places = new WeakSet<Error>();
function placed<E extends Error>(error: E): E {
  places.add(error);
  return error;
}

/** The one trace that the symbolic operands belong to, which must be in progress. */
function tracingOf(symbolic: readonly SymTensor[]): Tracing | undefined {
  const [first] = symbolic;
  for (const t of symbolic) {
    if (!t.tracing.open)
      throw new ArgumentError(
        "x",
        "a tensor of a trace in progress",
        `one of the trace ${t.tracing.name}, which is over`,
      );
    if (t.tracing !== first.tracing)
      throw new ArgumentError("x", `tensors of one trace, ${first.tracing.name}`, `one of the trace ${t.tracing.name}`);
  }
  return first?.tracing;
}

function record(
  tracing: Tracing,
  name: string,
  engine: Engine,
  source: string | undefined,
  body: (build: Build) => Node,
): Tensor {
  const node = body({
    name,
    engine,
    value: (t, as = `${name}.x`) => (t instanceof SymTensor ? t.node : tracing.constant(t, as, source)),
    constant: (as, type, value) => makeConst(as, type, value, source),
    emit: (op, operands, attrs, options) => make(op, operands, attrs, { name, source, ...options }),
  });
  return node.type.storage === "f32" ? new SymFloatTensor(node, tracing) : new SymQTensor(node, tracing);
}

function run(name: string, engine: Engine, body: (build: Build) => Node): Tensor {
  const values = new Map<Node, TypedArray>();
  const keep = <N extends Node>(node: N): N => {
    values.set(
      node,
      evaluate(node, (n) => values.get(n)!),
    );
    return node;
  };
  const node = body({
    name,
    engine,
    value: (t, as = `${name}.x`) => keep(constantNode(t as QTensor | FloatTensor, as)),
    constant: (as, type, value) => keep(makeConst(as, type, value)),
    emit: (op, operands, attrs, options) => keep(make(op, operands, attrs, { name, ...options })),
  });
  return tensorOf(node.type, values.get(node)!);
}

/** A tensor of the API over a value of the IR, which is not copied. */
export function tensorOf(type: TensorType, data: TypedArray): QTensor | FloatTensor {
  if (type.storage === "f32") return new FloatTensor(type.shape, data as Float32Array);
  const quantizer = quantizerOf(type);
  if (!quantizer) throw new QjitError(`a result of type ${type.storage} without one quantizer is not a tensor`);
  return QTensor.dense(data as IntArray, type.shape, quantizer);
}
