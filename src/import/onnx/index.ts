/**
 * Import of ONNX models: file bytes to an IR graph, in the arithmetic of ONNX Runtime's x86 kernels (profile `ort`) or of the
 * quantized PyTorch model that was exported (profile `pytorch`). Parameters and weights are kept exactly; names are the
 * model's. docs/numerics.md has the recipes.
 */
import { ModelError } from "../../errors.ts";
import { Graph, type Node } from "../../ir/graph.ts";
import { makeConst, makeParam } from "../../ir/ops/source.ts";
import { sizeOf, type TypedArray } from "../../ir/type.ts";
import { VerifyFailure, verified } from "../../ir/verify.ts";
import { Operator, whereOf } from "./context.ts";
import { carriers, type ExternalData, elementOf, NotCarried, readTensor, shapeOf, type Tensor } from "./elements.ts";
import { settled } from "./inputs.ts";
import { type Model, maxFolded, NeedsValues, type Numerics, Unsupported, type Value } from "./model.ts";
import { type FileOperator, fileOperator } from "./operators.ts";
import { rows } from "./ops/index.ts";
import { decode } from "./proto.ts";
import { type Element, elements, type Message } from "./schema.ts";
import { InputShapes } from "./shapes.ts";

export type { ExternalData, Tensor } from "./elements.ts";
export type { Numerics } from "./model.ts";
export type { FileOperator } from "./operators.ts";

export interface OnnxOptions {
  /** Whose arithmetic; unless stated, PyTorch's for a quantized file that PyTorch wrote, else ONNX Runtime's. */
  readonly numerics?: Numerics;
  /**
   * Shapes of graph inputs by name, for those with dimensions that the file leaves open, and sizes of dimensions that the file
   * names, as shapes of one number. Open first dimensions are 1 otherwise.
   */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Values of graph inputs that are to be constants, such as shapes and scales: they are no parameters of the graph then. */
  readonly values?: Readonly<Record<string, Tensor>>;
  /** The bytes of a file of the model's folder, for models that keep tensors outside. */
  readonly externalData?: ExternalData;
  /** Where the bytes came from, for errors and `graph.meta.source`. */
  readonly source?: string;
  /** Called with one line for each thing that the user should know. */
  readonly onWarning?: (message: string) => void;
  /** Called with each operator of the file, in its order, when all are converted. */
  readonly onOperator?: (operator: FileOperator) => void;
}

/** What a model uses that is not supported, all of it. `inputs` are graph inputs whose values would have helped. */
export class UnsupportedModel extends ModelError {
  readonly problems: readonly string[];
  readonly inputs: readonly string[];
  constructor(where: string, problems: readonly string[], inputs: readonly string[]) {
    super(where, `${problems.length} unsupported:\n  ${problems.join("\n  ")}`);
    this.problems = problems;
    this.inputs = inputs;
  }
}

/** The graph of a model. Throws ModelError if the file is damaged, UnsupportedModel if it uses what is not supported. */
export function importOnnx(bytes: Uint8Array, options: OnnxOptions = {}): Graph {
  const where = options.source ?? "ONNX model";
  const file = decode("Model", bytes, where);
  const { graph } = file;
  if (!graph) throw new ModelError(where, "has no graph");
  const warned = new Set<string>();
  const problems: string[] = [];
  const model: Model = {
    numerics: options.numerics ?? (isFromPytorch(file) ? "pytorch" : "ort"),
    values: new Map(),
    uses: usesOf(graph),
    opsets: opsetsOf(file, where),
    folded: new Map(),
    foldable: maxFolded,
    warn(message) {
      if (!warned.has(message)) options.onWarning?.(message);
      warned.add(message);
    },
    ...(options.externalData ? { external: options.externalData } : {}),
  };
  for (const { domain, name } of file.functions) problems.push(`function ${domain}.${name}: functions of a model`);
  for (const s of graph.sparseInitializer) problems.push(`initializer ${s.values?.name ?? ""}: sparse tensors`);
  addInitializers(graph, model, problems);
  for (const { node } of model.values.values()) model.foldable += 8 * sizeOf(node.type.shape);
  const params = addInputs(graph, model, options, problems);
  const helpful = convertAll(graph, model, problems);
  for (const [i, node] of options.onOperator ? graph.node.entries() : []) {
    options.onOperator!(fileOperator(new Operator(node, i, model)));
  }
  const outputs = graph.output.map(({ name }) => {
    const value = model.values.get(name) ?? fail(`output ${name}`, "is made by no node");
    return { name, value };
  });
  if (outputs.length === 0) fail(where, "has no outputs");
  if (problems.length) throw new UnsupportedModel(where, problems, helpful);
  const meta = { profile: model.numerics, ...(options.source ? { source: options.source } : {}) };
  const named = outputs.map(({ name, value }) => ({ name, node: value.node }));
  try {
    return verified(settled(new Graph(graph.name || "main", params, named, meta), bytes.buffer));
  } catch (error) {
    if (error instanceof VerifyFailure) throw new ModelError(where, error.message);
    throw error;
  }
}

/** The profile of a name. Throws ModelError for one that ONNX models cannot have. */
export function numericsOf(name: string | undefined): Numerics | undefined {
  if (name === undefined || name === "ort" || name === "pytorch") return name;
  throw new ModelError("numerics", `wants ort or pytorch for ONNX models, found ${name}`);
}

const fail = (where: string, message: string): never => {
  throw new ModelError(where, message);
};

/** Whether PyTorch exported a quantized model: its nodes then stand for qnnpack's. */
const isFromPytorch = (file: Message<"Model">): boolean =>
  file.producerName === "pytorch" && (file.graph?.node.some((n) => n.opType === "DequantizeLinear") ?? false);

function opsetsOf(file: Message<"Model">, where: string): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of file.opsetImport) {
    opsets.set(domain === "ai.onnx" ? "" : domain, Number(version));
  }
  if (!opsets.has("")) {
    const other = file.graph?.node.some((n) => n.domain === "" || n.domain === "ai.onnx");
    if (other) fail(where, "imports no version of ONNX's operators");
  }
  return opsets;
}

function usesOf(graph: Message<"Graph">): Map<string, number> {
  const uses = new Map<string, number>();
  const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.node) node.input.forEach(count);
  for (const { name } of graph.output) count(name);
  return uses;
}

/** Adds a value that no node makes. */
function define(model: Model, name: string, value: Value, what: string): void {
  if (model.values.has(name)) fail(`${what} ${name}`, "has a name that is taken already");
  model.values.set(name, value);
}

const plainConstant = (name: string, { element, shape, data }: Tensor): Node =>
  makeConst(name, { storage: carriers[element]!.storage, shape }, data, name);

function addInitializers(graph: Message<"Graph">, model: Model, problems: string[]): void {
  for (const t of graph.initializer) {
    const where = `initializer ${t.name}`;
    try {
      const tensor = readTensor(t, where, model.external);
      warnOf(model, tensor.element);
      define(model, t.name, { node: plainConstant(t.name, tensor), element: tensor.element }, "initializer");
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      problems.push(`${where}: ${error.message}`);
      define(model, t.name, standIn(t.name, error.element, shapeOf(t.dims, where), error.message), "initializer");
    }
  }
}

function warnOf(model: Model, element: Element): void {
  const { warning } = carriers[element] ?? {};
  if (warning) model.warn(warning);
}

/** What takes the place of a value that cannot be converted. */
function standIn(name: string, element: Element, shape: readonly number[], problem: string): Value {
  return { node: makeParam(name, { storage: carriers[element]?.storage ?? "f32", shape }), element, problem };
}

/** The graph's inputs that are not initialized: its parameters, but for those whose values are given. */
function addInputs(graph: Message<"Graph">, model: Model, options: OnnxOptions, problems: string[]): Node[] {
  const params: Node[] = [];
  const initialized = new Set(graph.initializer.map((t) => t.name));
  const known = new Set(graph.input.map((i) => i.name));
  for (const name of Object.keys(options.values ?? {})) {
    if (!known.has(name)) fail(`input ${name}`, `does not exist; the inputs are ${[...known].join(", ")}`);
  }
  const shapes = new InputShapes(
    graph.input.filter((i) => !initialized.has(i.name)),
    options.shapes ?? {},
  );
  for (const input of graph.input) {
    const where = `input ${input.name}`;
    if (initialized.has(input.name)) continue;
    const tensor = input.type?.tensorType;
    if (!tensor) {
      problems.push(`${where}: values that are no tensors (sequences, maps, optional or sparse ones)`);
      define(model, input.name, standIn(input.name, "FLOAT", [], "no tensor"), "input");
      continue;
    }
    const element = elementOf(tensor.elemType, where);
    const given = options.values && Object.hasOwn(options.values, input.name) ? options.values[input.name] : undefined;
    if (given) {
      if (given.element !== element) fail(where, `wants a value of ${element}, found ${given.element}`);
      define(model, input.name, { node: plainConstant(input.name, given), element }, "input");
      continue;
    }
    const shape = shapes.of(input.name, tensor);
    if (!carriers[element]) {
      problems.push(`${where}: element type ${element}`);
      define(model, input.name, standIn(input.name, element, shape, `element type ${element}`), "input");
      continue;
    }
    warnOf(model, element);
    const node = makeParam(input.name, { storage: carriers[element].storage, shape }, input.name);
    define(model, input.name, { node, element }, "input");
    params.push(node);
  }
  return params;
}

/** Converts every node; what is unsupported goes to `problems`. Returns the graph inputs whose values would have helped. */
function convertAll(graph: Message<"Graph">, model: Model, problems: string[]): string[] {
  const helpful = new Set<string>();
  for (let index = 0; index < graph.node.length; index++) {
    if (takeConstant(graph.node[index], index, model)) continue;
    const op = new Operator(graph.node[index], index, model);
    for (const name of op.outputs) {
      if (name !== "" && model.values.has(name)) op.fail(`makes ${name}, which already has a value`);
    }
    try {
      convert(op);
      for (const name of op.outputs) {
        if (name !== "" && !model.values.has(name) && model.uses.has(name)) op.unsupported(`its result ${name}`);
      }
    } catch (error) {
      if (!(error instanceof Unsupported) && !(error instanceof NotCarried)) throw error;
      if (error instanceof NeedsValues) for (const name of error.inputs) helpful.add(name);
      setAside(op, error.message, problems);
    }
  }
  return [...helpful];
}

/**
 * Takes a Constant that is nothing but a tensor, as if it were an initializer: exporters write their weights, scales and zero
 * points so, which makes them most of the nodes. False for any other node, also for one with something wrong.
 */
function takeConstant(node: Message<"Node">, index: number, model: Model): boolean {
  if (node.opType !== "Constant" || (node.domain !== "" && node.domain !== "ai.onnx")) return false;
  if (node.input.length || node.output.length !== 1 || node.attribute.length !== 1) return false;
  const name = node.output[0];
  const { name: kind, type, t, refAttrName } = node.attribute[0];
  if (kind !== "value" || type !== 4 || !t || refAttrName !== "" || name === "" || model.values.has(name)) return false;
  const element = elements[t.dataType];
  const carrier = element && carriers[element];
  if (!carrier) return false;
  const where = whereOf(node, index);
  const { shape, data } = readTensor(t, `${where} value`, model.external);
  model.values.set(name, { node: makeConst(name, { storage: carrier.storage, shape }, data, where), element });
  return true;
}

/** Notes why an operator could not be converted, and lets others read its results as if it had been. */
function setAside(op: Operator, problem: string, problems: string[]): void {
  const types = inputsOf(op).map((v) => v.element);
  if (problem !== poisoned) problems.push(`${op.where}: ${problem} (inputs ${types.join(", ") || "none"})`);
  const { values } = op.model;
  for (const name of op.outputs) {
    if (name !== "" && !values.has(name)) values.set(name, standIn(name, "FLOAT", [], problem));
  }
}

/** Said of nodes that read what could not be converted; they are no problems of their own. */
const poisoned = "reads an unsupported value";

/** Operators that are refused for what they are. */
const refusals: Readonly<Record<string, string>> = Object.fromEntries([
  ...["If", "Loop", "Scan"].map((type) => [type, "control flow"]),
  ...["LSTM", "GRU", "RNN"].map((type) => [type, "a recurrent operator"]),
  ...["NonZero", "Unique", "Compress", "NonMaxSuppression"].map((type) => [
    type,
    "a result whose size depends on values",
  ]),
]);

/** The inputs that an operator has, none of them left out. */
const inputsOf = (op: Operator): Value[] => op.inputs.flatMap((name, i) => (name === "" ? [] : [op.value(i)]));

function convert(op: Operator): void {
  let readsProblem = false;
  for (let i = 0; i < op.inputs.length; i++) {
    if (op.inputs[i] !== "" && op.value(i).problem !== undefined) readsProblem = true;
  }
  const key = op.domain === "" ? op.type : `${op.domain}.${op.type}`;
  const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
  if (!row) op.unsupported(refusals[key] ?? `no conversion${op.domain ? ` of the domain ${op.domain}` : ""}`);
  if (readsProblem) op.unsupported(poisoned);
  const first = row.versions[0];
  const last = row.versions[1];
  if (op.version < first || (last !== undefined && op.version > last)) {
    op.unsupported(`version ${op.version} of its operator set (supported: ${first} to ${last ?? "the newest"})`);
  }
  if (op.has(0) && !row.types.includes(op.element(0))) {
    op.unsupported(`inputs of type ${op.element(0)} (supported: ${row.types.join(", ")})`);
  }
  row.convert(op);
}

/** A TensorProto on its own, as test data is stored. Throws ModelError, also for element types that are not carried. */
export function readTensorFile(bytes: Uint8Array, where = "tensor"): Tensor & { readonly data: TypedArray } {
  const t = decode("Tensor", bytes, where);
  try {
    const tensor = readTensor(t, where);
    return { ...tensor, data: tensor.data.slice() };
  } catch (error) {
    if (error instanceof NotCarried) throw new ModelError(where, `has ${elements[t.dataType]} values`);
    throw error;
  }
}
