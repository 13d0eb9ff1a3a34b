/** MODEL on a command line: a file that becomes a graph, or a program that is compiled already. */
import { extname } from "node:path";
import { ModelError } from "../errors.ts";
import type { Graph } from "../ir/graph.ts";
import { ParseError } from "../ir/lex.ts";
import { verified } from "../ir/verify.ts";
import { didYouMean, inModel } from "./failure.ts";
import { readBytes, readText } from "./files.ts";
import { findPort, type Port } from "./ports.ts";

/** How to read a model: the arithmetic to import it with and the shapes to give its inputs, both as stated by the user. */
export interface LoadOptions {
  readonly numerics?: string;
  readonly shapes?: readonly ShapeOption[];
  readonly onWarning: (message: string) => void;
}

/** A `--shape NAME=1x3x224x224` of the command line. */
export interface ShapeOption {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A model file as it was read. */
export type Model =
  | { readonly kind: "graph"; readonly path: string; readonly graph: Graph }
  | { readonly kind: "compiled"; readonly path: string; readonly bytes: Uint8Array };

/** Reads a model file by its extension. Throws ModelError. */
export async function loadModel(path: string, options: LoadOptions): Promise<Model> {
  switch (extname(path).toLowerCase()) {
    case ".wasm":
      return { kind: "compiled", path, bytes: await readBytes(path) };
    case ".qir":
      return { kind: "graph", path, graph: fitted(await readQir(path), path, options) };
    case ".tflite":
      return { kind: "graph", path, graph: fitted(await readTflite(path, options), path, options) };
    case ".onnx":
      return { kind: "graph", path, graph: fitted(await readOnnx(path, options), path, options) };
    default:
      throw new ModelError(path, "wants a file that ends in .onnx, .tflite, .qir or .wasm");
  }
}

/** Reads a model that still has a graph. Throws ModelError for a compiled one. */
export async function loadGraph(path: string, options: LoadOptions): Promise<Graph> {
  const model = await loadModel(path, options);
  if (model.kind === "compiled") throw new ModelError(path, "is compiled already; wants a .onnx, .tflite or .qir file");
  return model.graph;
}

/** The parameters of a graph as ports. */
export const graphInputs = (graph: Graph): Port[] => graph.params.map((p) => ({ name: graph.nameOf(p), type: p.type }));

/** The outputs of a graph as ports. */
export const graphOutputs = (graph: Graph): Port[] => graph.outputs.map((o) => ({ name: o.name, type: o.node.type }));

async function readQir(path: string): Promise<Graph> {
  const text = await readText(path);
  const { parse } = await import("../ir/parse.ts");
  return inModel(path, async () => {
    try {
      return verified(parse(text));
    } catch (error) {
      throw error instanceof ParseError ? new ModelError(path, await withSuggestion(error.message)) : error;
    }
  });
}

/** A parse error, with the closest op where it is about an op that does not exist. */
async function withSuggestion(message: string): Promise<string> {
  const unknown = /unknown op (\S+)$/.exec(message);
  if (!unknown) return message;
  const { ops } = await import("../ir/ops/index.ts");
  return message + didYouMean(unknown[1], ops.keys());
}

async function readOnnx(path: string, { numerics, shapes = [], onWarning }: LoadOptions): Promise<Graph> {
  const bytes = await readBytes(path);
  const { importOnnx, numericsOf } = await import("../import/onnx/index.ts");
  const { besideModel } = await import("./external.ts");
  const stated = Object.fromEntries(shapes.map(({ name, shape }) => [name, shape]));
  return inModel(path, () =>
    importOnnx(bytes, { numerics: numericsOf(numerics), shapes: stated, externalData: besideModel(path), onWarning }),
  );
}

async function readTflite(path: string, { onWarning }: LoadOptions): Promise<Graph> {
  const bytes = await readBytes(path);
  const { importTflite } = await import("../import/tflite/index.ts");
  return inModel(path, () => importTflite(bytes, { onWarning }));
}

/** The graph itself if it has the stated arithmetic and shapes. Throws ModelError. */
function fitted(graph: Graph, path: string, { numerics, shapes = [] }: LoadOptions): Graph {
  const { profile } = graph.meta;
  if (numerics !== undefined && numerics !== profile) {
    throw new ModelError(path, `--numerics ${numerics}: this model's arithmetic is ${profile ?? "not named"}`);
  }
  const inputs = graphInputs(graph);
  for (const { name, shape } of shapes) {
    const port = findPort(inputs, name, "--shape");
    const { shape: fixed } = port.type;
    if (fixed.length !== shape.length || fixed.some((d, i) => d !== shape[i])) {
      throw new ModelError(
        path,
        `--shape ${name}=${shape.join("x")}: input ${port.name} has the fixed shape ${fixed.join("x")}`,
      );
    }
  }
  return graph;
}
