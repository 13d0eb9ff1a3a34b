/** jit: a function of tensors that compiles itself, once for each signature that it is called with. */
import { type CompileOptions, compile, type Program } from "../compile.ts";
import { ArgumentError } from "../errors.ts";
import type { TypedArray } from "../ir/type.ts";
import { QTensor } from "../tensor/qtensor.ts";
import { type PerChannelAffineQuantizer, PerTensorAffineQuantizer, type Quantizer } from "../tensor/quantizer.ts";
import { FloatTensor } from "../tensor/tensor.ts";
import { tensorOf } from "./call.ts";
import type { Floating, Quantized } from "./symbolic.ts";
import { type Traceable, type Traced, type TraceOptions, traceTree } from "./trace.ts";
import { leavesOf, rebuild, type Tree } from "./tree.ts";

export type JitOptions = TraceOptions & CompileOptions;

/** The tensors with values in place of those that may be traced ones. */
export type Concrete<T> = 0 extends 1 & T
  ? any
  : T extends Quantized
    ? QTensor
    : T extends Floating
      ? FloatTensor
      : { [K in keyof T]: Concrete<T[K]> };

/** A jitted function. Specialisations are keyed by the structure, shapes, dtypes and quantizers of the inputs. */
export interface Jitted<F extends Traceable> {
  /** The function's result; the first call with a signature traces and compiles. */
  (...inputs: Concrete<Parameters<F>>): Promise<Concrete<ReturnType<F>>>;
  /** The program for inputs like these, compiled if it is not yet. */
  specialize(...inputs: Concrete<Parameters<F>>): Promise<Program>;
  /** How many signatures have been compiled. */
  readonly size: number;
  /** Disposes all programs; later calls compile anew. */
  dispose(): void;
}

interface Specialization {
  readonly traced: Traced;
  readonly program: Promise<Program>;
}

type Value = QTensor | FloatTensor;
const isValue = (v: unknown): v is Value => v instanceof QTensor || v instanceof FloatTensor;

/** `fn`, traced and compiled on its first call for each signature. Later calls with one run what was compiled. */
export function jit<F extends Traceable>(fn: F, options: JitOptions = {}): Jitted<F> {
  if (typeof fn !== "function") throw new ArgumentError("fn", "a function of tensors", fn);
  const known = new Map<string, Specialization>();
  const specialization = (inputs: readonly unknown[], key: string): Specialization => {
    let found = known.get(key);
    if (!found) {
      const traced = traceTree(fn, inputs as readonly Tree<Value>[], options);
      found = { traced, program: compile(traced.graph, options) };
      known.set(key, found);
      // A failed compilation is not kept.
      found.program.catch(() => known.delete(key));
    }
    return found;
  };
  const jitted = async (...inputs: unknown[]): Promise<unknown> => {
    const values = valuesOf(inputs);
    const { traced, program } = specialization(inputs, signature(inputs, values));
    return assemble(traced, await (await program).run(values.map(dataOf)));
  };
  const dispose = () => {
    for (const { program } of known.values())
      program.then(
        (p) => p.dispose(),
        () => {},
      );
    known.clear();
  };
  const specialize = async (...inputs: unknown[]): Promise<Program> =>
    specialization(inputs, signature(inputs, valuesOf(inputs))).program;
  return Object.defineProperty(Object.assign(jitted, { specialize, dispose }), "size", {
    get: () => known.size,
  }) as unknown as Jitted<F>;
}

const valuesOf = (inputs: readonly unknown[]): Value[] =>
  leavesOf(inputs, isValue, (value, path) => {
    const at = path.map((p) => (/^\d+$/.test(p) ? `[${p}]` : `.${p}`)).join("");
    throw new ArgumentError(`inputs${at}`, "a QTensor or FloatTensor, or arrays and records of them", value);
  }).map((leaf) => leaf.value);

const dataOf = (t: Value): TypedArray => (t instanceof QTensor ? t.ints() : t.data);

/** Everything that a trace depends on, as text. */
function signature(inputs: readonly unknown[], values: readonly Value[]): string {
  const structure = rebuild(inputs, isValue, () => 0);
  return JSON.stringify([
    structure,
    values.map((v) => [v.shape, v instanceof QTensor ? quantizerKey(v.quantizer()) : 0]),
  ]);
}

const quantizerKey = (q: Quantizer): unknown[] =>
  q instanceof PerTensorAffineQuantizer
    ? [q.dtype, q.scale, q.zeroPoint]
    : [q.dtype, (q as PerChannelAffineQuantizer).axis, (q as PerChannelAffineQuantizer).channels];

/** The function's result out of the program's. */
function assemble({ graph, outputs }: Traced, results: readonly TypedArray[]): unknown {
  const isIndex = (v: unknown): v is number => typeof v === "number";
  return rebuild(outputs, isIndex, (i) => tensorOf(graph.outputs[i].node.type, results[i]));
}
