/** A model made ready to run on a back end. */
import { ModelError } from "../errors.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import type { TypedArray } from "../ir/type.ts";
import type { Progress } from "./io.ts";
import { graphInputs, graphOutputs, type Model } from "./model.ts";
import type { BackendOption } from "./options.ts";
import type { Port } from "./ports.ts";

/** A model made ready. Arrays are row-major, in the order of the ports. */
export interface Executor {
  readonly backend: "wasm" | "interpreter";
  /** The instructions used (`simd128`, `relaxed`); null where that means nothing. */
  readonly level: string | null;
  readonly profile: string | null;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  run(inputs: readonly TypedArray[]): TypedArray[];
  dispose(): void;
}

/** What to run on, and whom to tell. */
export interface PrepareOptions {
  readonly backend: BackendOption;
  readonly threads: number;
  readonly progress: Progress;
  readonly onWarning: (message: string) => void;
}

/** Makes a model ready. Throws ModelError if the back end cannot run it. */
export async function prepare(model: Model, options: PrepareOptions): Promise<Executor> {
  const { backend, threads, onWarning } = options;
  if (backend === "native")
    throw new ModelError("--backend native", "the native back end is not built; wants wasm or interpreter");
  if (threads > 1) onWarning(`--threads ${threads}: only the native back end has threads; running on 1`);
  if (model.kind === "compiled") {
    if (backend === "interpreter") {
      throw new ModelError(model.path, "is compiled for wasm; the interpreter wants a .onnx, .tflite or .qir file");
    }
    throw new ModelError(model.path, "running compiled modules is not built; wants a .onnx, .tflite or .qir file");
  }
  if (backend === "wasm") throw new ModelError("--backend wasm", "the wasm back end is not built; wants interpreter");
  if (backend === "auto") onWarning("running on the interpreter, which is slow: the wasm back end is not built");
  return interpreter(model.graph, options);
}

/** The graph as it was imported, by its ops' reference meaning. */
function interpreter(graph: Graph, { progress }: PrepareOptions): Executor {
  const count = graph.nodes.length;
  return {
    backend: "interpreter",
    level: null,
    profile: graph.meta.profile ?? null,
    inputs: graphInputs(graph),
    outputs: graphOutputs(graph),
    run(inputs) {
      let done = 0;
      const observe = (node: Node) => {
        done++;
        progress.step(() => `interpreting: ${done} of ${count} nodes (${node.op.name})`);
      };
      try {
        return interpret(graph, inputs, { observe });
      } finally {
        progress.done();
      }
    },
    dispose() {},
  };
}
