/** Writes ONNX files for tests: a graph as nodes, tensors and inputs, encoded by the protobuf library. */
import { create, toBinary } from "@bufbuild/protobuf";
import { type Element, elements } from "../../src/import/onnx/schema.ts";
import { messageSchema } from "../onnx-schema.ts";

/** A tensor of the file by its values, or by its raw bytes. */
export interface FileTensor {
  readonly element: Element;
  readonly dims: readonly number[];
  readonly values?: readonly number[];
  readonly raw?: Uint8Array;
  readonly external?: Readonly<Record<string, string>>;
}

type Attribute =
  | number
  | string
  | readonly number[]
  | FileTensor
  | { readonly float: number }
  | { readonly graph: true };

export interface FileNode {
  readonly op: string;
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly domain?: string;
  readonly name?: string;
  /** Whole numbers are ints, `{ float }` is a float, lists are ints. */
  readonly attrs?: Readonly<Record<string, Attribute>>;
}

export interface FileGraph {
  readonly nodes: readonly FileNode[];
  readonly initializers?: Readonly<Record<string, FileTensor>>;
  /** Element type and dimensions; a text is an open dimension, `undefined` no shape at all. */
  readonly inputs: Readonly<Record<string, readonly [Element, readonly (number | string)[] | undefined]>>;
  readonly outputs: readonly string[];
  readonly outputTypes?: Readonly<Record<string, Element>>;
  readonly opset?: number;
  readonly producer?: string;
}

const number = (e: Element): number => elements.indexOf(e);

/** Tensors that fit in the wide typed fields; everything else goes through `int32Data` as the format wants. */
function tensor(name: string, t: FileTensor) {
  const base = { name, dataType: number(t.element), dims: t.dims.map(BigInt) };
  if (t.external) {
    const externalData = Object.entries(t.external).map(([key, value]) => ({ key, value }));
    return { ...base, dataLocation: 1, externalData };
  }
  if (t.raw) return { ...base, rawData: t.raw };
  const values = [...(t.values ?? [])];
  if (t.element === "FLOAT") return { ...base, floatData: values };
  if (t.element === "DOUBLE") return { ...base, doubleData: values };
  if (t.element === "INT64") return { ...base, int64Data: values.map(BigInt) };
  if (t.element === "UINT32" || t.element === "UINT64") return { ...base, uint64Data: values.map(BigInt) };
  return { ...base, int32Data: values };
}

function attribute(name: string, v: Attribute) {
  if (typeof v === "number") return { name, type: 2, i: BigInt(v) };
  if (typeof v === "string") return { name, type: 3, s: new TextEncoder().encode(v) };
  if (Array.isArray(v)) return { name, type: 7, ints: v.map(BigInt) };
  if ("float" in v) return { name, type: 1, f: v.float };
  if ("graph" in v) return { name, type: 5, g: {} };
  return { name, type: 4, t: tensor("", v as FileTensor) };
}

/** The bytes of a model file. */
export function onnxFile(g: FileGraph): Uint8Array {
  const typed = (name: string, element: Element, dims: readonly (number | string)[] | undefined) => ({
    name,
    type: {
      tensorType: {
        elemType: number(element),
        ...(dims
          ? { shape: { dim: dims.map((d) => (typeof d === "string" ? { dimParam: d } : { dimValue: BigInt(d) })) } }
          : {}),
      },
    },
  });
  const schema = messageSchema("Model");
  const model = create(schema, {
    irVersion: 8n,
    producerName: g.producer ?? "test",
    opsetImport: [
      { domain: "", version: BigInt(g.opset ?? 21) },
      { domain: "com.microsoft", version: 1n },
    ],
    graph: {
      name: "test",
      node: g.nodes.map((n) => ({
        opType: n.op,
        name: n.name ?? "",
        input: [...n.in],
        output: [...n.out],
        domain: n.domain ?? "",
        attribute: Object.entries(n.attrs ?? {}).map(([k, v]) => attribute(k, v)),
      })),
      initializer: Object.entries(g.initializers ?? {}).map(([k, t]) => tensor(k, t)),
      input: Object.entries(g.inputs).map(([k, [element, dims]]) => typed(k, element, dims)),
      output: g.outputs.map((name) => typed(name, g.outputTypes?.[name] ?? "FLOAT", undefined)),
    },
  } as never);
  return toBinary(schema, model);
}
