/** Element types: which are carried, in which storage of the IR, and how a file's bytes become values. */
import { ModelError } from "../../errors.ts";
import { allocate, type Storage, sizeOf, type TypedArray } from "../../ir/type.ts";
import { type Element, elements, type Message } from "./schema.ts";

/** How values of an element type are kept. */
export interface Carrier {
  readonly storage: Storage;
  /** Bytes of an element in a file; 4-bit elements are two to a byte, the first in the low half. */
  readonly bytes: number;
  /** The integers that it holds, where the storage holds more. */
  readonly range?: readonly [number, number];
  /** Said once of a model that has such values, where they are kept in less than they have. */
  readonly warning?: string;
}

/**
 * The element types that are converted. FLOAT16 is kept in f32 and rounded to 16 bits after each operator; UINT32 is kept in
 * i64, reduced modulo 2^32 after each operator; UINT64 shares its bits with i64.
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
  DOUBLE: { storage: "f32", bytes: 8, warning: "DOUBLE values are kept and computed in float32" },
  UINT32: { storage: "i64", bytes: 4, range: [0, 4294967295] },
  UINT64: { storage: "i64", bytes: 8 },
  UINT4: { storage: "u8", bytes: 0.5, range: [0, 15] },
  INT4: { storage: "i8", bytes: 0.5, range: [-8, 7] },
};

/** Element types by kind, for the rows of the operator table. */
export const floats: readonly Element[] = ["FLOAT", "FLOAT16", "DOUBLE"];
export const signed: readonly Element[] = ["INT8", "INT16", "INT32", "INT64"];
export const integers: readonly Element[] = [...signed, "UINT8", "UINT16", "UINT32", "UINT64"];
export const numbers: readonly Element[] = [...floats, ...integers];
export const everything: readonly Element[] = [...numbers, "BOOL", "INT4", "UINT4"];

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
  const shape = dims.map(Number);
  if (shape.some((d) => !(d >= 0 && d <= maxElements)) || sizeOf(shape) > maxElements) {
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

/** A tensor of the file. Throws ModelError where its data does not fit its shape, Error where its type is not carried. */
export function readTensor(t: Message<"Tensor">, where: string, external?: ExternalData): Tensor {
  const element = elementOf(t.dataType, where);
  const carrier = carriers[element];
  if (!carrier) throw new NotCarried(element);
  const shape = shapeOf(t.dims, where);
  const size = sizeOf(shape);
  const raw = t.dataLocation === 1 ? externalBytes(t, where, external) : t.rawData;
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
  if (bytes === 0.5) return unpackNibbles(raw, element, size);
  // A copy of one's own is aligned, and does not keep the file alive.
  const own = new Uint8Array(raw);
  const view = new DataView(own.buffer);
  const out = allocate(storage, size);
  switch (element) {
    case "BOOL":
      return own.map((v) => Number(v !== 0));
    case "FLOAT16":
      for (let i = 0; i < size; i++) out[i] = fromHalf(view.getUint16(2 * i, true));
      return out;
    case "DOUBLE":
      for (let i = 0; i < size; i++) out[i] = view.getFloat64(8 * i, true);
      return out;
    case "UINT32":
      for (let i = 0; i < size; i++) out[i] = BigInt(view.getUint32(4 * i, true));
      return out;
  }
  return new (out.constructor as Float32ArrayConstructor)(own.buffer, 0, size);
}

function unpackNibbles(raw: Uint8Array, element: Element, size: number): TypedArray {
  const out = element === "INT4" ? new Int8Array(size) : new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const v = (raw[i >> 1] >> (4 * (i & 1))) & 15;
    out[i] = element === "INT4" && v > 7 ? v - 16 : v;
  }
  return out;
}

/** Values out of the typed fields: 32 bits and below in `int32Data` (16-bit floats by their bits, nibbles in pairs). */
function fromFields(t: Message<"Tensor">, element: Element, carrier: Carrier, size: number, where: string): TypedArray {
  const fields: Partial<Record<Element, ArrayLike<number | bigint>>> = {
    FLOAT: t.floatData,
    DOUBLE: t.doubleData,
    INT64: t.int64Data,
    UINT32: t.uint64Data,
    UINT64: t.uint64Data,
  };
  const list = fields[element] ?? t.int32Data;
  const wanted = carrier.bytes === 0.5 ? Math.ceil(size / 2) : size;
  if (list.length !== wanted) throw new ModelError(where, `wants ${wanted} values of ${element}, found ${list.length}`);
  if (carrier.bytes === 0.5) return unpackNibbles(Uint8Array.from(list as number[]), element, size);
  const out = allocate(carrier.storage, size);
  for (let i = 0; i < size; i++) {
    const v = list[i];
    if (out instanceof BigInt64Array) out[i] = BigInt(v);
    else if (element === "FLOAT16") out[i] = fromHalf(Number(v) & 0xffff);
    else if (element === "BOOL") out[i] = Number(v !== 0);
    else out[i] = Number(v);
  }
  return out;
}

/** The value of a 16-bit float by its bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
