/** Where values come from: parameters of the graph and constants. */
import type { Attr } from "../attr.ts";
import type { Node } from "../graph.ts";
import { defineOp } from "../op.ts";
import { sizeOf, type TensorType, type TypedArray } from "../type.ts";

const stated = (): never => {
  throw new Error("the type of a parameter or constant is stated, not inferred");
};

export const param = defineOp("param", {
  doc: "A parameter of the graph.",
  operands: {},
  attrs: {},
  kind: "source",
  level: "both",
  quant: "free",
  storage: "free",
  shape: stated,
  eval: () => {
    throw new Error("a parameter has no value of its own");
  },
});

const data: Attr<TypedArray> = {
  print: (v, to) => (to as unknown as DataPrinter).data(v),
  read: (from) => (from as unknown as DataReader).data(),
  sample: () => new Int8Array(0),
};

/** The extra services that constants ask of the printer and the parser. */
export interface DataPrinter {
  data(value: TypedArray): string;
}
export interface DataReader {
  data(): TypedArray;
}

export const constant = defineOp("const", {
  doc: "A constant: short ones are written in place, long ones as `data` in a section after the function.",
  operands: {},
  attrs: { value: data },
  kind: "source",
  level: "both",
  quant: "free",
  storage: "free",
  shape: stated,
  verify: [
    {
      id: "size",
      says: "as many values as the type has elements",
      holds: (_, { value }, type) => value.length === sizeOf(type.shape),
    },
  ],
  eval: (_, { value }) => value,
});

/** A new parameter node. */
export function makeParam(name: string, type: TensorType, source?: string): Node {
  return { op: param, in: {}, attrs: {}, type, name, ...(source ? { source } : {}) };
}

/** A new constant node; `value` is row-major and is not copied. */
export function makeConst(name: string, type: TensorType, value: TypedArray, source?: string): Node {
  if (value.length !== sizeOf(type.shape)) {
    throw new Error(`${name} wants ${sizeOf(type.shape)} values, found ${value.length}`);
  }
  return { op: constant, in: {}, attrs: { value }, type, name, ...(source ? { source } : {}) };
}

/** The value of a node if it is a constant. */
export function constantOf(node: Node | undefined): TypedArray | undefined {
  return node?.op === constant ? (node.attrs as { value: TypedArray }).value : undefined;
}
