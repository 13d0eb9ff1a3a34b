/** MODEL on a command line: a file that becomes a graph, or a program that is compiled already. */
import { extname } from "node:path";
import { ModelError } from "../errors.ts";
import type { FileOperator, Tensor } from "../import/onnx/index.ts";
import type { Graph } from "../ir/graph.ts";
import { ParseError } from "../ir/lex.ts";
import type { Storage } from "../ir/type.ts";
import { verified } from "../ir/verify.ts";
import { didYouMean, inModel } from "./failure.ts";
import { readBytes, readText } from "./files.ts";
import { readNpy } from "./npy.ts";
import { findPort, type InputOption, type Port } from "./ports.ts";

/** How to read a model, as stated by the user. */
export interface LoadOptions {
  /** The arithmetic to import it with. */
  readonly numerics?: string;
  /** Shapes of inputs, and sizes of dimensions that an ONNX model names. */
  readonly shapes?: readonly ShapeOption[];
  /** Files with the values of inputs of an ONNX model that are to be constants. */
  readonly values?: readonly InputOption[];
  /** Called with each operator of an ONNX file. */
  readonly onOperator?: (operator: FileOperator) => void;
  /** The signature of a TFLite model. */
  readonly signature?: string;
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
      return { kind: "graph", path, graph: inProfile(await readTflite(path, options), path, options) };
    case ".onnx":
      return { kind: "graph", path, graph: inProfile(await readOnnx(path, options), path, options) };
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

async function readOnnx(
  path: string,
  { numerics, shapes = [], values = [], signature, onOperator, onWarning }: LoadOptions,
): Promise<Graph> {
  if (signature !== undefined) throw new ModelError(path, `--signature ${signature}: ONNX models have no signatures`);
  const bytes = await readBytes(path);
  const { importOnnx, numericsOf } = await import("../import/onnx/index.ts");
  const { besideModel } = await import("./external.ts");
  const stated = Object.fromEntries(shapes.map(({ name, shape }) => [name, shape]));
  const constants: Record<string, Tensor> = {};
  for (const { name, file } of values) {
    const { storage, shape, data } = readNpy(await readBytes(file), file);
    constants[name] = { element: onnxElements[storage], shape, data };
  }
  return inModel(path, () =>
    importOnnx(bytes, {
      numerics: numericsOf(numerics),
      shapes: stated,
      values: constants,
      externalData: besideModel(path),
      onOperator,
      onWarning,
    }),
  );
}

/** ONNX's element types by storage. */
const onnxElements: Readonly<Record<Storage, Tensor["element"]>> = {
  i8: "INT8",
  u8: "UINT8",
  i16: "INT16",
  u16: "UINT16",
  i32: "INT32",
  i64: "INT64",
  f32: "FLOAT",
  bool: "BOOL",
};

async function readTflite(path: string, { shapes = [], signature, onWarning }: LoadOptions): Promise<Graph> {
  const bytes = await readBytes(path);
  const { importTflite } = await import("../import/tflite/index.ts");
  const stated = Object.fromEntries(shapes.map(({ name, shape }) => [name, shape]));
  return inModel(path, () =>
    importTflite(bytes, { shapes: stated, ...(signature === undefined ? {} : { signature }), onWarning }),
  );
}

/** The graph itself if it has the stated arithmetic. Throws ModelError. */
function inProfile(graph: Graph, path: string, { numerics }: LoadOptions): Graph {
  const { profile } = graph.meta;
  if (numerics === undefined || numerics === profile) return graph;
  throw new ModelError(path, `--numerics ${numerics}: this model's arithmetic is ${profile ?? "not named"}`);
}

/** The same for a graph whose shapes are fixed, if it has the stated ones. */
function fitted(graph: Graph, path: string, options: LoadOptions): Graph {
  const inputs = graphInputs(graph);
  for (const { name, shape } of options.shapes ?? []) {
    const port = findPort(inputs, name, "--shape");
    const { shape: fixed } = port.type;
    if (fixed.length !== shape.length || fixed.some((d, i) => d !== shape[i])) {
      throw new ModelError(
        path,
        `--shape ${name}=${shape.join("x")}: input ${port.name} has the fixed shape ${fixed.join("x")}`,
      );
    }
  }
  return inProfile(graph, path, options);
}
