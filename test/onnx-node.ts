/**
 * ONNX's node tests: a folder each, with a model, inputs and outputs. Inputs whose values the importer needs (shapes, axes,
 * scales) become constants; the others stay parameters of the graph.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { importOnnx, readTensorFile, type Tensor, UnsupportedModel } from "../src/import/onnx/index.ts";
import { decode } from "../src/import/onnx/proto.ts";
import { type Element, elements, type Message } from "../src/import/onnx/schema.ts";
import type { Graph } from "../src/ir/graph.ts";
import type { TypedArray } from "../src/ir/type.ts";

/** Element types that qjit does not have: models with them are refused by name. */
export const refused: readonly Element[] = ["STRING", "COMPLEX64", "COMPLEX128"];

/** One test: its model and the files of its one data set. */
export interface NodeCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Message<"Graph">;
  /** The operator of the model's first node. */
  readonly op: string;
  /** Refused element types that the model's interface or attributes name. */
  readonly foreign: readonly Element[];
  inputs(): Tensor[];
  outputs(): Tensor[];
}

/** Every test under a folder, by name. */
export function nodeCases(dir: string): NodeCase[] {
  const names = readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory() && e.name.startsWith("test_"));
  return names.map((e) => nodeCase(join(dir, e.name), e.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function nodeCase(dir: string, name: string): NodeCase {
  const bytes = new Uint8Array(readFileSync(join(dir, "model.onnx")));
  const model = decode("Model", bytes, name).graph!;
  const used = new Set<Element>();
  const add = (n: number | undefined) => n !== undefined && used.add(elements[n]);
  for (const v of [...model.input, ...model.output]) add(v.type?.tensorType?.elemType);
  for (const t of model.initializer) add(t.dataType);
  for (const n of model.node) {
    for (const a of n.attribute) {
      add(a.t?.dataType);
      if (a.name === "to" || a.name === "output_dtype") add(Number(a.i));
    }
  }
  const read = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const file = join(dir, "test_data_set_0", `${kind}_${i}.pb`);
      return readTensorFile(new Uint8Array(readFileSync(file)), file);
    });
  return {
    name,
    bytes,
    model,
    op: model.node[0].opType,
    foreign: refused.filter((e) => used.has(e)),
    inputs: () => read("input", model.input.length),
    outputs: () => read("output", model.output.length),
  };
}

/** The graph of a test, with constants for the inputs that it needs at import, and values for the others. */
export function importCase(c: NodeCase): { graph: Graph; inputs: TypedArray[] } {
  const given = new Map(c.inputs().map((t, i) => [c.model.input[i].name, t]));
  const shapes = Object.fromEntries([...given].map(([name, t]) => [name, t.shape]));
  const values: Record<string, Tensor> = {};
  for (;;) {
    try {
      const graph = importOnnx(c.bytes, { shapes, values });
      const inputs = graph.params.map((p) => given.get(p.name)!.data);
      return { graph, inputs };
    } catch (error) {
      if (!(error instanceof UnsupportedModel)) throw error;
      const more = error.inputs.filter((name) => !(name in values));
      if (more.length === 0) throw error;
      for (const name of more) values[name] = given.get(name)!;
    }
  }
}

/**
 * The first differing elements, at most three; none where both are equal: integers exactly, floats within the tolerance of
 * ONNX's own test runner, |found - want| <= 1e-7 + 1e-3 |want|.
 */
export function differences(found: TypedArray, want: TypedArray): string[] {
  if (found.constructor !== want.constructor || found.length !== want.length) {
    return [`${found.constructor.name} of ${found.length} instead of ${want.constructor.name} of ${want.length}`];
  }
  const list: string[] = [];
  for (let i = 0; i < want.length && list.length < 3; i++) {
    const [a, b] = [found[i], want[i]];
    const near =
      Object.is(a, b) ||
      a === b ||
      (found instanceof Float32Array && Math.abs(Number(a) - Number(b)) <= 1e-7 + 1e-3 * Math.abs(Number(b)));
    if (!near) list.push(`[${i}] ${a} instead of ${b}`);
  }
  return list;
}
