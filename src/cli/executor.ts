/** A model made ready to run on a back end. */
import { load, type TensorInfo } from "../../runtime/index.ts";
import { ModelError } from "../errors.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import { StateValues } from "../ir/state.ts";
import type { Quant, TypedArray } from "../ir/type.ts";
import { inModel, isExpected, UsageError } from "./failure.ts";
import type { Progress } from "./io.ts";
import type { Model } from "./model.ts";
import type { BackendOption } from "./options.ts";
import type { Port } from "./ports.ts";

/** A model made ready. Arrays are row-major, in the order of the ports. */
export interface Executor {
  readonly backend: "native" | "wasm" | "interpreter";
  /** The instructions used (`simd128`, `relaxed`, `avx512vnni`, ...); null where that means nothing. */
  readonly level: string | null;
  readonly profile: string | null;
  /** Threads that share the work of a run. */
  readonly threads: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  run(inputs: readonly TypedArray[]): TypedArray[];
  dispose(): void;
}

/** What to run on, and whom to tell. */
export interface PrepareOptions {
  readonly backend: BackendOption;
  readonly threads: number;
  readonly revectorize?: boolean;
  readonly progress: Progress;
  readonly onWarning: (message: string) => void;
}

/** Makes a model ready. Throws ModelError if the back end cannot run it. */
export async function prepare(model: Model, options: PrepareOptions): Promise<Executor> {
  const { backend, onWarning } = options;
  const { path } = model;
  if (options.revectorize && (model.kind === "compiled" || backend === "native" || backend === "interpreter")) {
    const found = model.kind === "compiled" ? `${path}, which is compiled` : `--backend ${backend}`;
    throw new UsageError(`--revectorize wants a model that is compiled to WebAssembly here, found ${found}`);
  }
  if (model.kind === "compiled") {
    if (backend === "auto" || backend === "wasm") return inModel(path, () => compiled(path, model.bytes, options));
    throw new ModelError(path, `is compiled for wasm; --backend ${backend} wants a .onnx, .tflite or .qir file`);
  }
  if (backend === "interpreter") {
    if (options.threads > 1) onWarning(`--threads ${options.threads}: the interpreter has one`);
    return interpreter(model.graph, options);
  }
  try {
    return await inModel(path, () => compiledHere(model.graph, backend, options));
  } catch (error) {
    if (backend !== "auto" || options.revectorize || !isExpected(error)) throw error;
    onWarning(`running on the interpreter, which is slow: ${error.message}`);
    return interpreter(model.graph, options);
  }
}

/** The graph compiled for this machine. */
async function compiledHere(
  graph: Graph,
  target: "auto" | "native" | "wasm",
  { threads, revectorize, progress, onWarning }: PrepareOptions,
): Promise<Executor> {
  progress.begin("compiling");
  const { compile } = await import("../compile.ts");
  const program = await compile(graph, { target, threads, revectorize, onFallback: onWarning });
  progress.done();
  const used = program.threads ?? 1;
  return {
    backend: program.target,
    level: program.level ?? null,
    profile: graph.meta.profile ?? null,
    threads: used,
    inputs: program.inputs,
    outputs: program.outputs,
    run: (inputs) => program.runSync(inputs),
    dispose: () => program.dispose(),
  };
}

/** A module that `qjit compile` wrote. Throws ProgramError if it is not one. */
async function compiled(path: string, bytes: Uint8Array, { threads, onWarning }: PrepareOptions): Promise<Executor> {
  const program = await load(bytes as Uint8Array<ArrayBuffer>, { threads, note: onWarning });
  const port = ({ name, dtype, shape, quantizer }: TensorInfo): Port => ({
    name,
    type: { storage: dtype, shape, ...(quantizer ? { quant: quantOf(path, name, quantizer) } : {}) },
  });
  return {
    backend: "wasm",
    level: program.description.level,
    profile: program.description.profile ?? null,
    threads: program.threads,
    inputs: program.inputs.map(port),
    outputs: program.outputs.map(port),
    run(inputs) {
      try {
        return program.runSync(inputs);
      } catch (error) {
        throw new ModelError(path, `failed while running: ${(error as Error).message}`);
      }
    },
    dispose: () => program.dispose(),
  };
}

/** The quantizer that a module's description states, which nobody has checked yet. */
function quantOf(path: string, name: string, stated: unknown): Quant {
  const numbers = (v: unknown) => Array.isArray(v) && v.every((x) => typeof x === "number");
  const axis = (q: any) =>
    q?.kind === "axis" &&
    Number.isInteger(q.axis) &&
    typeof q.channels?.name === "string" &&
    numbers(q.channels.scales) &&
    numbers(q.channels.zeros);
  const q = stated as any;
  const sound =
    (q?.kind === "tensor" && numbers([q.scale, q.zero])) ||
    axis(q) ||
    (q?.kind === "product" && numbers([q.a]) && (axis(q.b) || (q.b?.kind === "scale" && numbers([q.b.scale]))));
  if (!sound) throw new ModelError(path, `the qjit section is damaged: the quantizer of ${name} is none`);
  return q;
}

/** The graph as it was imported, by its ops' reference meaning. */
function interpreter(graph: Graph, { progress }: PrepareOptions): Executor {
  const count = graph.nodes.length;
  const states = new StateValues(graph);
  return {
    backend: "interpreter",
    level: null,
    profile: graph.meta.profile ?? null,
    threads: 1,
    inputs: states.inputs,
    outputs: states.outputs,
    run(inputs) {
      let done = 0;
      const observe = (node: Node) => {
        done++;
        progress.step(() => `interpreting: ${done} of ${count} nodes (${node.op.name})`);
      };
      try {
        return states.after(interpret(graph, states.before(inputs), { observe }));
      } finally {
        progress.done();
      }
    },
    dispose() {},
  };
}
