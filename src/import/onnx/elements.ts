/** Element types: which are carried, in which storage of the IR, and how a file's bytes become values. */
import { ModelError } from "../../errors.ts";
import { allocate, type Storage, sizeOf, storages, type TypedArray } from "../../ir/type.ts";
import { type FloatFormat, floatFormats, fromBits, fromExponent } from "../narrow.ts";
import { type Element, elements, type Message } from "./schema.ts";

/** How values of an element type are kept. */
export interface Carrier {
  readonly storage: Storage;
  /** Bytes of an element in a file; 4-bit and 2-bit elements are two and four to a byte, the first in the lowest bits. */
  readonly bytes: number;
  /** The integers that it holds, where the storage holds more. */
  readonly range?: readonly [number, number];
  /** Said once of a model that has such values, where they are kept in less than they have. */
  readonly warning?: string;
}

/**
 * The element types that are converted. Narrower floats are kept in f32 and rounded to their own bits after each operator;
 * UINT32 is kept in i64, reduced modulo 2^32 after each operator; UINT64 shares its bits with i64.
 */
export const carriers: Readonly<Partial<Record<Element, Carrier>>> = {
  FLOAT: { storage: "f32", bytes: 4 },
  UINT8: { storage: "u8", bytes: 1 },
  INT8: { storage: "i8", bytes: 1 },
  UINT16: { storage: "u16", bytes: 2 },
  INT16: { storage: "i16", bytes: 2 },
  INT32: { storage: "i32", bytes: 4 },
  INT64: { storage: "i64", bytes: 8 },
  BOOL: { storage: "bool", bytes: 1 },
  FLOAT16: { storage: "f32", bytes: 2 },
  BFLOAT16: { storage: "f32", bytes: 2 },
  FLOAT8E4M3FN: { storage: "f32", bytes: 1 },
  FLOAT8E4M3FNUZ: { storage: "f32", bytes: 1 },
  FLOAT8E5M2: { storage: "f32", bytes: 1 },
  FLOAT8E5M2FNUZ: { storage: "f32", bytes: 1 },
  FLOAT8E8M0: { storage: "f32", bytes: 1 },
  FLOAT4E2M1: { storage: "f32", bytes: 0.5 },
  DOUBLE: { storage: "f32", bytes: 8, warning: "DOUBLE values are kept and computed in float32" },
  UINT32: { storage: "i64", bytes: 4, range: [0, 4294967295] },
  UINT64: { storage: "i64", bytes: 8 },
  UINT4: { storage: "u8", bytes: 0.5, range: [0, 15] },
  INT4: { storage: "i8", bytes: 0.5, range: [-8, 7] },
  UINT2: { storage: "u8", bytes: 0.25, range: [0, 3] },
  INT2: { storage: "i8", bytes: 0.25, range: [-2, 1] },
};

/** Element types by kind, for the rows of the operator table. */
export const floats: readonly Element[] = ["FLOAT", "FLOAT16", "DOUBLE", "BFLOAT16"];
/** Floats that values are stored in and never computed in. */
export const float8: readonly Element[] = [
  "FLOAT8E4M3FN",
  "FLOAT8E4M3FNUZ",
  "FLOAT8E5M2",
  "FLOAT8E5M2FNUZ",
  "FLOAT4E2M1",
];
/** Integers of fewer than 8 bits, likewise. */
export const packedIntegers: readonly Element[] = ["INT4", "UINT4", "INT2", "UINT2"];
export const signed: readonly Element[] = ["INT8", "INT16", "INT32", "INT64"];
export const integers: readonly Element[] = [...signed, "UINT8", "UINT16", "UINT32", "UINT64"];
export const numbers: readonly Element[] = [...floats, ...integers];
export const everything: readonly Element[] = [...numbers, "BOOL", ...packedIntegers, ...float8, "FLOAT8E8M0"];

/** The element type that a file numbers so. Throws ModelError for a number that the format does not have. */
export function elementOf(number: number, where: string): Element {
  const name = elements[number];
  if (name === undefined || name === "UNDEFINED")
    throw new ModelError(where, `has element type ${number}, which is none`);
  return name;
}

/** More elements than this are refused before anything is allocated. */
export const maxElements = 2 ** 28;

/** A shape out of a file. Throws ModelError if it is absurd. */
export function shapeOf(dims: readonly bigint[], where: string): number[] {
  if (dims.length > 16) throw new ModelError(where, `wants at most 16 dimensions, found ${dims.length}`);
  const shape = new Array<number>(dims.length);
  let sound = true;
  for (let i = 0; i < dims.length; i++) {
    shape[i] = Number(dims[i]);
    sound &&= shape[i] >= 0 && shape[i] <= maxElements;
  }
  if (!sound || sizeOf(shape) > maxElements) {
    throw new ModelError(where, `wants dimensions of at most ${maxElements} elements in all, found [${shape}]`);
  }
  return shape;
}

/** A tensor of known value. */
export interface Tensor {
  readonly element: Element;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** Gives the bytes of a file beside the model, by the path that the model states. */
export type ExternalData = (path: string) => Uint8Array;

/**
 * A tensor of the file; large ones may be views of its bytes, which `settled` copies in the end if they are still there.
 * Throws ModelError where its data does not fit its shape, Error where its type is not carried. */
export function readTensor(t: Message<"Tensor">, where: string, external?: ExternalData): Tensor {
  const element = elementOf(t.dataType, where);
  const carrier = carriers[element];
  if (!carrier) throw new NotCarried(element);
  const shape = shapeOf(t.dims, where);
  const size = sizeOf(shape);
  const raw = t.dataLocation === 1 ? new Uint8Array(externalBytes(t, where, external)) : t.rawData;
  const data =
    raw.length > 0 ? fromRaw(raw, element, carrier, size, where) : fromFields(t, element, carrier, size, where);
  return { element, shape, data };
}

/** An element type that is not converted. */
export class NotCarried extends Error {
  readonly element: Element;
  constructor(element: Element) {
    super(`element type ${element}`);
    this.element = element;
  }
}

function externalBytes(t: Message<"Tensor">, where: string, external: ExternalData | undefined): Uint8Array {
  const entries = new Map(t.externalData.map((e) => [e.key, e.value]));
  const location = entries.get("location");
  if (location === undefined) throw new ModelError(where, "has external data without a location");
  if (!isContained(location)) {
    throw new ModelError(where, `wants external data inside the model's folder, found ${JSON.stringify(location)}`);
  }
  if (!external)
    throw new ModelError(where, `has its data in ${location}, and no way to read it was given (externalData)`);
  const file = external(location);
  const offset = wholeNumber(entries.get("offset") ?? "0", where);
  const length = entries.has("length") ? wholeNumber(entries.get("length")!, where) : file.length - offset;
  if (offset > file.length || length < 0 || offset + length > file.length) {
    throw new ModelError(where, `wants bytes ${offset} to ${offset + length} of ${location}, which has ${file.length}`);
  }
  return file.subarray(offset, offset + length);
}

/** Whether a path stays inside the folder that it is relative to, on any system. */
const isContained = (path: string): boolean =>
  path !== "" && !/^[/\\]|^[A-Za-z]:|\0/.test(path) && !path.split(/[/\\]/).includes("..");

function wholeNumber(text: string, where: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(n)) {
    throw new ModelError(where, `wants an offset or length in bytes, found ${JSON.stringify(text)}`);
  }
  return n;
}

function fromRaw(
  raw: Uint8Array,
  element: Element,
  { storage, bytes }: Carrier,
  size: number,
  where: string,
): TypedArray {
  const wanted = Math.ceil(size * bytes);
  if (raw.length !== wanted)
    throw new ModelError(where, `wants ${wanted} bytes for ${size} of ${element}, found ${raw.length}`);
  if (bytes < 1) return unpacked(raw, element, size);
  const meaning = meaningOf(element);
  if (!meaning && element !== "BOOL" && element !== "DOUBLE" && element !== "UINT32") {
    const { array } = storages[storage];
    const aligned = raw.byteOffset % bytes === 0;
    // Not `slice`, which copies nothing of one of Node's buffers.
    const { buffer, byteOffset } = aligned ? raw : new Uint8Array(raw);
    return new array(buffer as ArrayBuffer, byteOffset, size);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const out = allocate(storage, size);
  if (meaning) {
    for (let i = 0; i < size; i++) out[i] = meaning(bytes === 2 ? view.getUint16(2 * i, true) : raw[i]);
    return out;
  }
  switch (element) {
    case "BOOL":
      for (let i = 0; i < size; i++) out[i] = Number(raw[i] !== 0);
      return out;
    case "DOUBLE":
      for (let i = 0; i < size; i++) out[i] = view.getFloat64(8 * i, true);
      return out;
  }
  for (let i = 0; i < size; i++) out[i] = BigInt(view.getUint32(4 * i, true));
  return out;
}

/** What an element's bits mean, for element types that are kept in another form; undefined for the others. */
function meaningOf(element: Element): ((bits: number) => number) | undefined {
  if (element === "FLOAT8E8M0") return fromExponent;
  const format = formatOf(element);
  return format && ((bits) => fromBits(bits, format));
}

/** The format of a float that is kept in a wider one. */
export const formatOf = (element: Element): FloatFormat | undefined =>
  (floatFormats as Partial<Record<Element, FloatFormat>>)[element];

/** Elements that share bytes, the first in the lowest bits. */
function unpacked(raw: Uint8Array, element: Element, size: number): TypedArray {
  const { storage, bytes, range } = carriers[element]!;
  const bits = 8 * bytes;
  const meaning = meaningOf(element) ?? ((v: number) => (v > range![1] ? v - 2 ** bits : v));
  const out = allocate(storage, size);
  for (let i = 0; i < size; i++) out[i] = meaning((raw[Math.floor(i * bytes)] >> ((i * bits) % 8)) & (2 ** bits - 1));
  return out;
}

/** Values out of the typed fields: 32 bits and below in `int32Data` (narrow floats by their bits, shared bytes as they are). */
function fromFields(t: Message<"Tensor">, element: Element, carrier: Carrier, size: number, where: string): TypedArray {
  const fields: Partial<Record<Element, ArrayLike<number | bigint>>> = {
    FLOAT: t.floatData,
    DOUBLE: t.doubleData,
    INT64: t.int64Data,
    UINT32: t.uint64Data,
    UINT64: t.uint64Data,
  };
  const list = fields[element] ?? t.int32Data;
  const shared = carrier.bytes < 1;
  const wanted = shared ? Math.ceil(size * carrier.bytes) : size;
  if (list.length !== wanted) throw new ModelError(where, `wants ${wanted} values of ${element}, found ${list.length}`);
  if (shared) return unpacked(Uint8Array.from(list as number[]), element, size);
  const out = allocate(carrier.storage, size);
  const meaning = meaningOf(element);
  for (let i = 0; i < size; i++) {
    const v = list[i];
    if (out instanceof BigInt64Array) out[i] = BigInt(v);
    else if (meaning) out[i] = meaning(Number(v) & (2 ** (8 * carrier.bytes) - 1));
    else if (element === "BOOL") out[i] = Number(v !== 0);
    else out[i] = Number(v);
  }
  return out;
}
