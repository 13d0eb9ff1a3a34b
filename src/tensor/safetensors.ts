/**
 * Tensors in the safetensors container: 8 bytes of header length (little-endian), a JSON header that names each tensor's
 * dtype, shape and bytes, then the bytes. Integers of quantized tensors are stored plainly, row-major, so that any reader
 * of the format sees them; their quantizers are JSON text under "qjit.quantizers" in the header's metadata:
 *
 *   { "channels":   [{ "dtype": "qint8", "scales": [...], "zeroPoints": [...] }],
 *     "quantizers": [{ "dtype": "quint8", "scale": 0.1, "zeroPoint": 3 }, { "channels": 0, "axis": 1 }],
 *     "tensors":    { "x": 0, "w": 1 } }
 *
 * Tensors that name one quantizer share it after loading too, and so do axes of the same channels. JSON keeps doubles
 * exactly. Typed arrays are written as they lie in memory, which is little-endian wherever WebAssembly runs fast.
 */
import { ArgumentError, ModelError } from "../errors.ts";
import { qdtypes } from "./dtype.ts";
import { parseJson } from "./json.ts";
import { QTensor } from "./qtensor.ts";
import {
  type ChannelParams,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  type Quantizer,
} from "./quantizer.ts";
import { numelOf, type Shape } from "./strided.ts";
import { FloatTensor, IntTensor, type PlainIntArray } from "./tensor.ts";

/** What a file can hold. */
export type AnyTensor = QTensor | FloatTensor | IntTensor;

/** Named tensors: a record, a Map or any list of [name, tensor]. */
export type NamedTensors = Readonly<Record<string, AnyTensor>> | Iterable<readonly [string, AnyTensor]>;

const metadataKey = "qjit.quantizers";
const soleName = "tensor";
const headerLimit = 100_000_000;
const rankLimit = 64;

const fileTypes = {
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
  I8: Int8Array,
} as const;
type FileType = keyof typeof fileTypes;

const isTensor = (v: unknown): v is AnyTensor =>
  v instanceof QTensor || v instanceof FloatTensor || v instanceof IntTensor;

/** The bytes of a file that holds one tensor (under the name "tensor") or many. */
export function save(tensors: AnyTensor | NamedTensors): Uint8Array {
  const entries = namedEntries(tensors);
  const quantizers = new QuantizerTable();
  const parts: { name: string; type: FileType; shape: Shape; bytes: Uint8Array }[] = [];
  const names = new Set<string>();
  for (const [name, t] of entries) {
    if (typeof name !== "string" || name === "__metadata__" || names.has(name))
      throw new ArgumentError("tensors", 'names that differ from each other and from "__metadata__"', name);
    names.add(name);
    if (!isTensor(t)) throw new ArgumentError(`tensors.${name}`, "a QTensor, FloatTensor or IntTensor", t);
    const data = t instanceof QTensor ? t.ints() : t.data;
    if (t instanceof QTensor) quantizers.add(name, t.quantizer());
    const type = (Object.keys(fileTypes) as FileType[]).find((k) => data instanceof fileTypes[k])!;
    parts.push({ name, type, shape: t.shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) });
  }
  // Widest elements first, so that every tensor is aligned to its element size.
  parts.sort((a, b) => fileTypes[b.type].BYTES_PER_ELEMENT - fileTypes[a.type].BYTES_PER_ELEMENT);

  const header: [string, unknown][] = quantizers.empty ? [] : [["__metadata__", { [metadataKey]: quantizers.text() }]];
  let end = 0;
  for (const { name, type, shape, bytes } of parts) {
    header.push([name, { dtype: type, shape, data_offsets: [end, (end += bytes.length)] }]);
  }
  const text = new TextEncoder().encode(jsonObject(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength).set(text, 8);
  let at = 8 + headerLength;
  for (const { bytes } of parts) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** The tensors of a file by name; a ModelError that says what is wrong if it is not such a file. */
export function load(bytes: Uint8Array): Map<string, AnyTensor> {
  if (!(bytes instanceof Uint8Array)) throw new ArgumentError("bytes", "a Uint8Array", bytes);
  const { header, data } = readHeader(bytes);
  const { __metadata__: metadata, ...infos } = header;
  const parts = Object.entries(infos).map(([name, info]) => readInfo(name, info));
  checkCoverage(parts, data.length);
  const quantizers = readQuantizers(metadata, new Set(parts.map((p) => p.name)));
  return new Map(parts.map((part) => [part.name, readTensor(part, data, quantizers.get(part.name))]));
}

/** The tensor of a file that holds exactly one. */
export function loadTensor(bytes: Uint8Array): AnyTensor {
  const tensors = load(bytes);
  if (tensors.size !== 1) throw new ModelError("safetensors header", `wanted one tensor, found ${tensors.size}`);
  return tensors.values().next().value!;
}

interface Part {
  readonly name: string;
  readonly type: FileType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  const where = "safetensors header";
  if (bytes.length < 8) throw new ModelError(where, `wanted 8 bytes of header length, found ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const limit = Math.min(bytes.length - 8, headerLimit);
  if (length > BigInt(limit)) throw new ModelError(where, `wanted a header of at most ${limit} bytes, found ${length}`);
  const end = 8 + Number(length);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, end));
  } catch {
    throw new ModelError(where, "wanted UTF-8 text, found other bytes");
  }
  return { header: jsonRecord(parseJson(text, where), where), data: bytes.subarray(end) };
}

/** One tensor's entry of the header: dtype, shape and bytes agree with each other. */
function readInfo(name: string, info: unknown): Part {
  const where = `tensor ${JSON.stringify(name)}`;
  const { dtype, shape, data_offsets: offsets } = jsonRecord(info, where);
  if (typeof dtype !== "string" || !Object.hasOwn(fileTypes, dtype))
    throw new ModelError(where, `wanted dtype ${Object.keys(fileTypes).join(", ")}, found ${JSON.stringify(dtype)}`);
  const type = dtype as FileType;
  if (!isSizes(shape) || shape.length > rankLimit)
    throw new ModelError(where, `wanted a shape of at most ${rankLimit} integers >= 0, found ${brief(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw new ModelError(where, `wanted data_offsets [begin, end], found ${brief(offsets)}`);
  const [begin, end] = offsets;
  const wanted = numelOf(shape) * fileTypes[type].BYTES_PER_ELEMENT;
  if (!Number.isSafeInteger(numelOf(shape.map((d) => Math.max(d, 1)))) || end - begin !== wanted)
    throw new ModelError(where, `wanted ${wanted} bytes for ${type} ${brief(shape)}, found offsets ${brief(offsets)}`);
  return { name, type, shape, begin, end };
}

/** The tensors tile the data: no overlap, no hole, nothing outside. */
function checkCoverage(parts: readonly Part[], length: number): void {
  let at = 0;
  for (const { name, begin, end } of [...parts].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const where = `tensor ${JSON.stringify(name)}`;
    if (begin !== at) throw new ModelError(where, `wanted data from byte ${at}, where the last ended, found ${begin}`);
    if (end > length) throw new ModelError(where, `wanted data up to byte ${end}, found ${length} bytes in the file`);
    at = end;
  }
  if (at !== length) throw new ModelError("safetensors data", `wanted ${at} bytes, found ${length}`);
}

function readTensor(part: Part, data: Uint8Array, quantizer: Quantizer | undefined): AnyTensor {
  const copy = data.slice(part.begin, part.end);
  const values = new fileTypes[part.type](copy.buffer, copy.byteOffset, numelOf(part.shape));
  if (!quantizer) {
    if (values instanceof Float32Array) return new FloatTensor(part.shape, values);
    return new IntTensor(values as PlainIntArray, part.shape);
  }
  const where = `quantizer of tensor ${JSON.stringify(part.name)}`;
  if (!(values instanceof qdtypes[quantizer.dtype].array))
    throw new ModelError(where, `wanted one for ${part.type} integers, found ${quantizer.dtype}`);
  return orModelError(where, () => QTensor.dense(values, part.shape, quantizer));
}

/** The quantizer of each tensor that the metadata gives one. */
function readQuantizers(metadata: unknown, names: ReadonlySet<string>): Map<string, Quantizer> {
  const result = new Map<string, Quantizer>();
  if (metadata === undefined) return result;
  const strings = jsonRecord(metadata, "__metadata__");
  for (const [key, value] of Object.entries(strings)) {
    if (typeof value !== "string")
      throw new ModelError("__metadata__", `wanted text under ${key}, found ${brief(value)}`);
  }
  if (!Object.hasOwn(strings, metadataKey)) return result;
  const table = jsonRecord(parseJson(strings[metadataKey] as string, metadataKey), metadataKey);
  const channels = jsonList(table.channels, "channels").map((c, i) => {
    const where = `channels[${i}]`;
    const { dtype, scales, zeroPoints } = jsonRecord(c, where) as any;
    return orModelError(where, () => new PerChannelAffineQuantizer(scales, zeroPoints, 0, dtype));
  });
  const quantizers = jsonList(table.quantizers, "quantizers").map((q, i) => {
    const where = `quantizers[${i}]`;
    const { dtype, scale, zeroPoint, channels: id, axis } = jsonRecord(q, where) as any;
    if (id === undefined) return orModelError(where, () => new PerTensorAffineQuantizer(scale, zeroPoint, dtype));
    return orModelError(where, () => at(channels, id, where).withAxis(axis));
  });
  for (const [name, id] of Object.entries(jsonRecord(table.tensors, "tensors"))) {
    const where = `quantizer of tensor ${JSON.stringify(name)}`;
    if (!names.has(name)) throw new ModelError(where, "wanted a tensor of that name, found none");
    result.set(name, at<Quantizer>(quantizers, id, where));
  }
  return result;
}

/** Collects the quantizers of the tensors to save, each object once. */
class QuantizerTable {
  readonly #channels = new Map<ChannelParams, { id: number; json: unknown }>();
  readonly #quantizers = new Map<Quantizer, { id: number; json: unknown }>();
  readonly #tensors: [string, number][] = [];

  get empty(): boolean {
    return this.#tensors.length === 0;
  }

  add(name: string, q: Quantizer): void {
    this.#tensors.push([name, once(this.#quantizers, q, () => this.#json(q))]);
  }

  text(): string {
    const list = (m: ReadonlyMap<unknown, { json: unknown }>) => JSON.stringify([...m.values()].map((v) => v.json));
    const tensors = jsonObject(this.#tensors);
    return `{"channels":${list(this.#channels)},"quantizers":${list(this.#quantizers)},"tensors":${tensors}}`;
  }

  #json(q: Quantizer): unknown {
    if (q instanceof PerTensorAffineQuantizer) return { dtype: q.dtype, scale: q.scale, zeroPoint: q.zeroPoint };
    if (!(q instanceof PerChannelAffineQuantizer)) throw new ArgumentError("tensors", "a known quantizer", String(q));
    const { scales, zeroPoints } = q.channels;
    return { channels: once(this.#channels, q.channels, () => ({ dtype: q.dtype, scales, zeroPoints })), axis: q.axis };
  }
}

/** The id of `key` in `table`, which it joins with the JSON that `make` gives if it is new. */
function once<K>(table: Map<K, { id: number; json: unknown }>, key: K, make: () => unknown): number {
  let entry = table.get(key);
  if (!entry) table.set(key, (entry = { id: table.size, json: make() }));
  return entry.id;
}

function namedEntries(tensors: AnyTensor | NamedTensors): Iterable<readonly [string, AnyTensor]> {
  if (isTensor(tensors)) return [[soleName, tensors]];
  if (typeof tensors !== "object" || tensors === null) throw new ArgumentError("tensors", "tensors by name", tensors);
  return Symbol.iterator in tensors ? tensors : Object.entries(tensors);
}

/** JSON text of an object. Written by hand because assigning a key such as "__proto__" would not make a property. */
const jsonObject = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(",")}}`;

function jsonRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ModelError(where, `wanted a JSON object, found ${brief(value)}`);
}

function jsonList(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new ModelError(where, `wanted a JSON list, found ${brief(value)}`);
}

function at<T>(list: readonly T[], id: unknown, where: string): T {
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < list.length) return list[id as number];
  throw new ModelError(where, `wanted an id from 0 to ${list.length - 1}, found ${brief(id)}`);
}

const isSizes = (v: unknown): v is number[] => Array.isArray(v) && v.every((d) => Number.isSafeInteger(d) && d >= 0);

const brief = (v: unknown): string => {
  const text = JSON.stringify(v) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

/** `make()`, with its complaint about an argument turned into one about the file. */
function orModelError<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (e) {
    throw e instanceof ArgumentError ? new ModelError(where, e.message) : e;
  }
}
