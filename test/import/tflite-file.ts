/** Writes TFLite files for tests: a description of tensors and operators to the bytes of a model. */
import { Builder } from "flatbuffers";
import { elementTypes, operatorNames, optionTables } from "../../src/import/tflite/schema.ts";

export interface TensorSpec {
  name: string;
  type: string;
  shape: number[];
  scale?: number[];
  zeroPoint?: number[];
  dimension?: number;
  data?: ArrayBufferView;
  isVariable?: boolean;
  /** The shape with -1 for dimensions that are open. */
  shapeSignature?: number[];
}

export interface OperatorSpec {
  /** A builtin operator's name, or `custom:Name`. */
  name: string;
  inputs: number[];
  outputs: number[];
  options?: { [K in keyof typeof optionTables]?: Record<string, number | boolean | string | number[]> };
  customOptions?: Uint8Array;
}

export interface ModelSpec {
  tensors: TensorSpec[];
  inputs: number[];
  outputs: number[];
  operators: OperatorSpec[];
  /** Further subgraphs, each with tensors of its own; the signatures name them from 1 on. */
  subgraphs?: Omit<ModelSpec, "subgraphs" | "signatures">[];
  signatures?: { key: string; subgraph: number; inputs: [string, number][]; outputs: [string, number][] }[];
}

/** A table of offsets and scalars: `fields[slot]` adds the slot's value. */
function table(b: Builder, slots: number, fields: Record<number, () => void>): number {
  b.startObject(slots);
  for (const add of Object.values(fields)) add();
  return b.endObject();
}

function ints(b: Builder, values: readonly number[]): number {
  b.startVector(4, values.length, 4);
  for (const v of [...values].reverse()) b.addInt32(v);
  return b.endVector();
}

function floats(b: Builder, values: readonly number[]): number {
  b.startVector(4, values.length, 4);
  for (const v of [...values].reverse()) b.addFloat32(v);
  return b.endVector();
}

function longs(b: Builder, values: readonly number[]): number {
  b.startVector(8, values.length, 8);
  for (const v of [...values].reverse()) b.addInt64(BigInt(v));
  return b.endVector();
}

function offsets(b: Builder, values: readonly number[]): number {
  b.startVector(4, values.length, 4);
  for (const v of [...values].reverse()) b.addOffset(v);
  return b.endVector();
}

function bytes(b: Builder, data: ArrayBufferView): number {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  b.startVector(1, raw.length, 16);
  for (let i = raw.length - 1; i >= 0; i--) b.addInt8((raw[i] << 24) >> 24);
  return b.endVector();
}

function tensorTable(b: Builder, t: TensorSpec, buffer: number): number {
  const name = b.createString(t.name);
  const shape = ints(b, t.shape);
  const signature = t.shapeSignature ? ints(b, t.shapeSignature) : 0;
  let quantization = 0;
  if (t.scale) {
    const scale = floats(b, t.scale);
    const zero = longs(b, t.zeroPoint ?? t.scale.map(() => 0));
    quantization = table(b, 7, {
      2: () => b.addFieldOffset(2, scale, 0),
      3: () => b.addFieldOffset(3, zero, 0),
      6: () => b.addFieldInt32(6, t.dimension ?? 0, 0),
    });
  }
  return table(b, 8, {
    0: () => b.addFieldOffset(0, shape, 0),
    1: () => b.addFieldInt8(1, elementTypes.indexOf(t.type), 0),
    2: () => b.addFieldInt32(2, buffer, 0),
    3: () => b.addFieldOffset(3, name, 0),
    4: () => b.addFieldOffset(4, quantization, 0),
    5: () => b.addFieldInt8(5, t.isVariable ? 1 : 0, 0),
    7: () => b.addFieldOffset(7, signature, 0),
  });
}

function optionsTable(
  b: Builder,
  kind: keyof typeof optionTables,
  values: Record<string, number | boolean | string | number[]>,
) {
  const { type, fields } = optionTables[kind];
  const vectors = new Map<string, number>();
  for (const [key, v] of Object.entries(values)) {
    if (Array.isArray(v)) vectors.set(key, ints(b, v));
    else if (typeof v === "string") vectors.set(key, b.createString(v));
  }
  b.startObject(8);
  for (const [key, [slot, field]] of Object.entries(fields)) {
    const v = values[key];
    if (v === undefined) continue;
    if (vectors.has(key)) b.addFieldOffset(slot, vectors.get(key)!, 0);
    else if (field.bytes === 1) b.addFieldInt8(slot, Number(v), 0);
    else if (key === "beta" || key === "alpha") b.addFieldFloat32(slot, Number(v), 0);
    else b.addFieldInt32(slot, Number(v), field.absent as number);
  }
  return { type, offset: b.endObject() };
}

/** The bytes of a model. */
export function tfliteFile(m: ModelSpec): Uint8Array {
  const b = new Builder(1024);
  const buffers = [table(b, 1, {})];
  const graphs = [m, ...(m.subgraphs ?? [])];
  const names = [...new Set(graphs.flatMap((g) => g.operators.map((o) => o.name)))];
  const codes = names.map((name) => {
    const custom = name.startsWith("custom:") ? b.createString(name.slice(7)) : 0;
    const number = operatorNames.indexOf(custom ? "CUSTOM" : name);
    return table(b, 4, {
      0: () => b.addFieldInt8(0, Math.min(number, 127), 0),
      1: () => b.addFieldOffset(1, custom, 0),
      3: () => b.addFieldInt32(3, number, 0),
    });
  });
  const graphTables = graphs.map((g) => subgraphTable(b, g, names, buffers));
  const named = (list: [string, number][]): number =>
    offsets(
      b,
      list.map(([name, tensor]) => {
        const text = b.createString(name);
        return table(b, 2, { 0: () => b.addFieldOffset(0, text, 0), 1: () => b.addFieldInt32(1, tensor, 0) });
      }),
    );
  const signatures = (m.signatures ?? []).map((s) => {
    const [inputs, outputs, key] = [named(s.inputs), named(s.outputs), b.createString(s.key)];
    return table(b, 5, {
      0: () => b.addFieldOffset(0, inputs, 0),
      1: () => b.addFieldOffset(1, outputs, 0),
      2: () => b.addFieldOffset(2, key, 0),
      4: () => b.addFieldInt32(4, s.subgraph, 0),
    });
  });
  const [codesAt, subgraphs, buffersAt] = [offsets(b, codes), offsets(b, graphTables), offsets(b, buffers)];
  const signaturesAt = offsets(b, signatures);
  const root = table(b, 8, {
    0: () => b.addFieldInt32(0, 3, 0),
    1: () => b.addFieldOffset(1, codesAt, 0),
    2: () => b.addFieldOffset(2, subgraphs, 0),
    4: () => b.addFieldOffset(4, buffersAt, 0),
    7: () => b.addFieldOffset(7, signaturesAt, 0),
  });
  b.finish(root, "TFL3");
  return b.asUint8Array().slice();
}

function subgraphTable(b: Builder, m: ModelSpec, names: readonly string[], buffers: number[]): number {
  const tensors = m.tensors.map((t) => {
    if (!t.data) return tensorTable(b, t, 0);
    const data = bytes(b, t.data);
    buffers.push(table(b, 1, { 0: () => b.addFieldOffset(0, data, 0) }));
    return tensorTable(b, t, buffers.length - 1);
  });
  const operators = m.operators.map((o) => {
    const inputs = ints(b, o.inputs);
    const outputs = ints(b, o.outputs);
    const [given] = Object.entries(o.options ?? {});
    const options = given ? optionsTable(b, given[0] as keyof typeof optionTables, given[1]) : undefined;
    const custom = o.customOptions ? bytes(b, o.customOptions) : 0;
    return table(b, 6, {
      0: () => b.addFieldInt32(0, names.indexOf(o.name), 0),
      1: () => b.addFieldOffset(1, inputs, 0),
      2: () => b.addFieldOffset(2, outputs, 0),
      3: () => b.addFieldInt8(3, options?.type ?? 0, 0),
      4: () => b.addFieldOffset(4, options?.offset ?? 0, 0),
      5: () => b.addFieldOffset(5, custom, 0),
    });
  });
  const parts = { tensors: offsets(b, tensors), operators: offsets(b, operators) };
  const [inputs, outputs] = [ints(b, m.inputs), ints(b, m.outputs)];
  return table(b, 5, {
    0: () => b.addFieldOffset(0, parts.tensors, 0),
    1: () => b.addFieldOffset(1, inputs, 0),
    2: () => b.addFieldOffset(2, outputs, 0),
    3: () => b.addFieldOffset(3, parts.operators, 0),
  });
}
