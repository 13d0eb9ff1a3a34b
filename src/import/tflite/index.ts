/**
 * Import of TFLite models: file bytes to an IR graph in the profile `tflite`, the arithmetic of TFLite's reference kernels
 * (where TensorFlow's and tflite-micro's differ, of tflite-micro's: docs/numerics.md). Parameters, quantizers and weights
 * are kept exactly; names are the model's.
 */
import { ModelError } from "../../errors.ts";
import { Graph, uniqueNames } from "../../ir/graph.ts";
import { makeParam } from "../../ir/ops/source.ts";
import { stateMeta } from "../../ir/state.ts";
import { VerifyFailure, verified } from "../../ir/verify.ts";
import { Operator, Unsupported } from "./context.ts";
import { customConversions } from "./ops/detection.ts";
import { conversions } from "./ops/index.ts";
import type { Conversion } from "./ops/table.ts";
import { Reader } from "./reader.ts";
import { model as modelTable, operatorNames } from "./schema.ts";
import { type Model, readTensor, type Subgraph } from "./tensors.ts";
import { Values } from "./values.ts";

export interface TfliteOptions {
  /** Where the bytes came from, for errors and `graph.meta.source`. */
  readonly source?: string;
  /** Called with one line for each thing that the user should know: what was left out, what contradicts itself. */
  readonly onWarning?: (message: string) => void;
  /** Names of operators before which the graph ends: their computed inputs become outputs in place of their results. */
  readonly endBefore?: readonly string[];
  /** Shapes of inputs by name or position, for those with dimensions that the file leaves open; 1 is taken for these otherwise. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** The signature to import, by its key; its names become those of parameters and outputs. Left out: the first subgraph. */
  readonly signature?: string;
}

/** The graph of a model. Throws ModelError if the file is damaged, or uses what is not supported (all of it is named). */
export function importTflite(bytes: Uint8Array, options: TfliteOptions = {}): Graph {
  const reader = new Reader(bytes);
  const m = readModel(reader);
  const signature = signatureOf(m, options.signature);
  const main = m.subgraphs[signature?.subgraph ?? 0];
  if (!main)
    throw new ModelError("signature", `wants a subgraph below ${m.subgraphs.length}, found ${signature?.subgraph}`);
  const warn = options.onWarning ?? (() => {});
  const values = new Values(main.tensors.map((t, i) => readTensor(m, bytes, t, i)));
  const inputs = signature ? signature.inputs.map((t) => t.tensor) : (main.inputs ?? []);
  const inputNames = inputs.map((i, k) => signature?.inputs[k].name || values.tensor(i, "the graph's inputs").name);
  const shapes = statedShapes(inputNames, options.shapes ?? {});
  const params = inputs.map((i, k) => values.addParam(i, inputNames[k], shapes.get(k)));
  const { problems, ends } = convertAll(m, main, values, reader, warn, options.endBefore ?? []);
  if (problems.length) {
    throw new ModelError(
      options.source ?? "TFLite model",
      `${problems.length} unsupported:\n  ${problems.join("\n  ")}`,
    );
  }
  const given = signature ? signature.outputs.map((t) => t.tensor) : (main.outputs ?? []);
  const outputs = outputsOf(given, values, ends);
  const meta = {
    profile: "tflite",
    ...(options.source ? { source: options.source } : {}),
    ...(options.signature ? { signature: options.signature } : {}),
    ...(ends.size ? { omitted: options.endBefore!.join(" ") } : {}),
  };
  const carried = [...values.variables.values()].flatMap(({ param, value, latest, start }) =>
    param ? [{ param, next: latest ?? value!, start }] : [],
  );
  const results = [
    ...outputs.map((index, i) => ({
      name: signature && !ends.size ? signature.outputs[i].name : values.tensors[index].name,
      node: values.node(index, "the graph's outputs"),
    })),
    ...carried.map(({ param, next }) => ({ name: `${param.name}/next`, node: next })),
  ];
  const names = uniqueNames(results.keys(), (i) => results[i].name);
  const named = results.map(({ node }, i) => ({ name: names.get(i)!, node }));
  const all = [...params, ...carried.map(({ param }) => param)];
  try {
    const graph = new Graph(main.name || "main", all, named, meta);
    const states = carried.map(({ param, start }, i) => ({
      param: graph.nameOf(param),
      output: named[outputs.length + i].name,
      start,
    }));
    return verified(new Graph(graph.name, all, named, { ...meta, ...stateMeta(states) }));
  } catch (error) {
    if (error instanceof VerifyFailure) throw new ModelError(options.source ?? "TFLite model", error.message);
    throw error;
  }
}

/** Stated shapes by the position of their input. Throws ModelError for a name that no input has. */
function statedShapes(names: readonly string[], stated: NonNullable<TfliteOptions["shapes"]>) {
  const shapes = new Map<number, readonly number[]>();
  for (const [name, shape] of Object.entries(stated)) {
    const at = names.indexOf(name);
    const position = at < 0 && /^\d+$/.test(name) && Number(name) < names.length ? Number(name) : at;
    if (position < 0) throw new ModelError(`input ${name}`, `does not exist; the inputs are ${names.join(", ")}`);
    shapes.set(position, shape);
  }
  return shapes;
}

/** The signature of a key. Throws ModelError naming those that there are. */
function signatureOf(m: Model, key: string | undefined): Model["signatures"][number] | undefined {
  if (key === undefined) return undefined;
  const found = m.signatures.find((s) => s.key === key);
  if (found) return found;
  const keys = m.signatures.map((s) => s.key).join(", ");
  throw new ModelError("signature", `wants one of ${keys || "none (the model has no signatures)"}, found ${key}`);
}

function readModel(reader: Reader): Model {
  const identifier = String.fromCharCode(...reader.bytes.subarray(4, 8));
  if (identifier !== "TFL3") {
    throw new ModelError("TFLite file", `wants the identifier TFL3 at byte 4, found ${JSON.stringify(identifier)}`);
  }
  const m = reader.table(modelTable, reader.follow(0, "model"), "model");
  if (m.version !== 3) throw new ModelError("model.version", `wants version 3, found ${m.version}`);
  if (m.subgraphs.length === 0) throw new ModelError("model.subgraphs", "wants at least one subgraph, found none");
  return m;
}

/** Tensors that take the place of others as graph outputs, where the graph ends early. */
type Ends = Map<number, readonly number[]>;

function convertAll(
  m: Model,
  main: Subgraph,
  values: Values,
  reader: Reader,
  warn: (message: string) => void,
  endBefore: readonly string[],
) {
  const problems: string[] = [];
  const ends: Ends = new Map();
  main.operators.forEach((table, index) => {
    const code = m.operatorCodes[table.opcode];
    if (!code)
      throw new ModelError(
        `operator ${index}`,
        `wants an operator code below ${m.operatorCodes.length}, found ${table.opcode}`,
      );
    // Numbers up to 127 are stored in both fields, larger ones in the newer only.
    const number = Math.max(code.deprecated, code.builtin);
    const name =
      number === operatorNames.indexOf("CUSTOM")
        ? `custom operator ${code.custom}`
        : (operatorNames[number] ?? `operator number ${number}`);
    const op = new Operator(name, index, table, values, reader, warn, (i, at) => initializations(m, reader, i, at));
    if (endBefore.includes(number === operatorNames.indexOf("CUSTOM") ? code.custom : name)) {
      const computed = op.inputs.filter((i) => i !== -1 && !values.tensors[i].bytes);
      for (const i of op.outputs) ends.set(i, computed);
      warn(
        `${op.where}: left out; its inputs ${computed.map((i) => values.tensors[i].name).join(" and ")} are the outputs`,
      );
      return;
    }
    try {
      convert(
        op,
        values,
        number === operatorNames.indexOf("CUSTOM") ? customConversions[code.custom] : conversions[name],
      );
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      const types = op.inputs.map((i) => (i === -1 ? "none" : values.tensors[i].element));
      problems.push(`${op.where}: ${error.message} (inputs ${types.join(", ") || "none"})`);
      // Stand-ins let the rest be checked, so that everything unsupported is reported at once.
      for (const i of op.outputs) {
        const t = values.tensors[i];
        const storage = t.storage ?? "f32";
        values.define(
          i,
          makeParam(t.name, { storage, shape: t.shape, ...(t.quant ? { quant: t.quant } : {}) }),
          op.where,
        );
      }
    }
  });
  return { problems, ends };
}

/** Operators that are refused for what they are. */
const refusals: Readonly<Record<string, string>> = Object.fromEntries([
  ...["IF", "WHILE", "CALL"].map((name) => [name, "control flow"]),
  ...operatorNames.filter((name) => /(LSTM|RNN)$/.test(name)).map((name) => [name, "a recurrent operator"]),
  ...["WHERE", "UNIQUE", "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5"].map((name) => [
    name,
    "a result whose size depends on values",
  ]),
]);

function convert(op: Operator, values: Values, conversion: Conversion | undefined): void {
  if (!conversion) op.unsupported(refusals[op.name] ?? "no conversion");
  for (const i of [...op.inputs, ...op.outputs]) {
    const t = values.tensors[i];
    if (!t || (conversion.handles && t.element === "RESOURCE")) continue;
    if (t.obstacle) op.unsupported(`${t.where}: ${t.obstacle}`);
    if (!t.storage) op.unsupported(`${t.where} of type ${t.element}`);
  }
  const element = conversion.types.length ? op.inputTensor(conversion.data ?? 0).element : undefined;
  if (element !== undefined && !conversion.types.includes(element)) {
    op.unsupported(`input of type ${element} (supported: ${conversion.types.join(", ")})`);
  }
  conversion.convert(op);
}

/** The constants that a subgraph of initializations assigns to variables; it may do nothing else. */
function initializations(m: Model, reader: Reader, index: number, op: Operator) {
  const graph = m.subgraphs[index];
  if (!graph) op.fail(`wants a subgraph below ${m.subgraphs.length}, found ${index}`);
  const values = new Values(graph.tensors.map((t, i) => readTensor(m, reader.bytes, t, i)));
  graph.operators.forEach((table, i) => {
    const code = m.operatorCodes[table.opcode];
    const name = code ? operatorNames[Math.max(code.deprecated, code.builtin)] : undefined;
    if (name !== "VAR_HANDLE" && name !== "ASSIGN_VARIABLE") op.unsupported(`initialization by ${name}`);
    convert(
      new Operator(
        name,
        i,
        table,
        values,
        reader,
        () => {},
        () => [],
      ),
      values,
      conversions[name],
    );
  });
  return [...values.variables].map(([variable, { latest }]) => {
    const value = latest && values.fold(latest);
    if (!value) op.unsupported("initial values that are not constant");
    return { variable, value };
  });
}

function outputsOf(given: readonly number[], values: Values, ends: Ends): number[] {
  const outputs: number[] = [];
  for (const i of given) {
    values.tensor(i, "the graph's outputs");
    for (const j of ends.get(i) ?? [i]) if (!(ends.has(i) && outputs.includes(j))) outputs.push(j);
  }
  if (outputs.length === 0) throw new ModelError("the graph's outputs", "wants at least one output, found none");
  return outputs;
}
