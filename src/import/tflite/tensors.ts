/** Tensors of a TFLite subgraph: storage, shape, quantizer and stored data, checked against each other. */
import { ModelError } from "../../errors.ts";
import {
  allocate,
  type Quant,
  type Storage,
  sizeOf,
  storages,
  type TensorType,
  type TypedArray,
} from "../../ir/type.ts";
import { floatFormats, fromBits } from "../narrow.ts";
import type { Decoded } from "./reader.ts";
import { elementTypes, type model } from "./schema.ts";

export type Model = Decoded<typeof model>;
export type Subgraph = Model["subgraphs"][number];
type TensorTable = Subgraph["tensors"][number];

/** The largest tensor that is taken, in elements; a hostile shape must not cost memory. */
export const maxElements = 2 ** 28;

/** One tensor of the file. */
export interface Tensor {
  readonly index: number;
  readonly name: string;
  /** Where errors say it is: `tensor 12 (conv/kernel)`. */
  readonly where: string;
  /** The format's name of the element type, e.g. `INT8`. */
  readonly element: string;
  /** Its storage in the IR; undefined for element types that the IR does not have. 4-bit weights are stored unpacked. */
  readonly storage: Storage | undefined;
  readonly shape: readonly number[];
  /** False where the file leaves dimensions open (a shape signature with -1, or no shape at all). */
  readonly fixed: boolean;
  /** Which dimensions are open; the shape has 1 for them. */
  readonly open: readonly boolean[];
  readonly quant: Quant | undefined;
  /** Raw little-endian bytes of a constant. */
  readonly bytes: Uint8Array | undefined;
  /** Whether its value is kept from run to run. */
  readonly variable: boolean;
  /** Why the tensor cannot be used, if so: a feature of the format that is not supported. */
  readonly obstacle: string | undefined;
}

const storageOf: Record<string, Storage> = {
  FLOAT32: "f32",
  INT32: "i32",
  UINT8: "u8",
  INT64: "i64",
  BOOL: "bool",
  INT16: "i16",
  INT8: "i8",
  UINT16: "u16",
  INT4: "i8",
};

/** Reads and checks one tensor. */
export function readTensor(m: Model, file: Uint8Array, table: TensorTable, index: number): Tensor {
  const where = `tensor ${index}${table.name ? ` (${table.name})` : ""}`;
  const element = elementTypes[table.type];
  if (element === undefined)
    throw new ModelError(where, `wants an element type below ${elementTypes.length}, found ${table.type}`);
  const bytes = bufferOf(m, file, table.buffer, where);
  // 16-bit floats exist as constants only, which are read as the f32 numbers that they are.
  const storage = element === "FLOAT16" && bytes ? "f32" : storageOf[element];
  const shape = table.shape ?? [];
  if (shape.some((d) => d < 0)) throw new ModelError(where, `wants dimensions of at least 0, found [${shape}]`);
  if (shape.length > 8 || sizeOf(shape) > maxElements) {
    throw new ModelError(where, `wants at most 8 dimensions and ${maxElements} elements, found [${shape}]`);
  }
  if (bytes && storage) {
    const each = element === "FLOAT16" ? 2 : storages[storage].bytes;
    const want = element === "INT4" ? Math.ceil(sizeOf(shape) / 2) : sizeOf(shape) * each;
    if (bytes.length !== want) {
      throw new ModelError(where, `wants ${want} bytes of ${element} data for [${shape}], found ${bytes.length}`);
    }
  }
  const obstacle =
    table.sparsity !== undefined
      ? "sparse tensors are not supported"
      : table.quantization?.detailsType
        ? "custom and blockwise quantization is not supported"
        : undefined;
  return {
    index,
    name: table.name || `t${index}`,
    where,
    element,
    storage,
    shape,
    fixed: table.shape !== undefined && !table.shapeSignature?.some((d) => d < 0),
    open: shape.map((_, i) => (table.shapeSignature?.[i] ?? 0) < 0),
    quant: storage && storage !== "f32" && storage !== "bool" ? quantOf(table, shape, storage, where) : undefined,
    bytes,
    variable: table.isVariable,
    obstacle,
  };
}

function bufferOf(m: Model, file: Uint8Array, index: number, where: string): Uint8Array | undefined {
  const buffer = m.buffers[index];
  if (!buffer) throw new ModelError(where, `wants a buffer below ${m.buffers.length}, found ${index}`);
  // Models beyond 2 GB keep data after the flatbuffer, at an offset from the file's start; 0 and 1 mean there is none.
  if (buffer.offset > 1) {
    if (buffer.offset + buffer.size > file.length) {
      throw new ModelError(where, `wants ${buffer.size} bytes at offset ${buffer.offset}, the file has ${file.length}`);
    }
    return file.subarray(buffer.offset, buffer.offset + buffer.size);
  }
  return buffer.data?.length ? buffer.data : undefined;
}

function quantOf(table: TensorTable, shape: readonly number[], storage: Storage, where: string): Quant | undefined {
  const scales = table.quantization?.scale ?? [];
  if (scales.length === 0) return undefined;
  const given = table.quantization?.zeroPoint ?? [];
  const zeros = given.length === 0 ? scales.map(() => 0) : given;
  if (zeros.length !== scales.length) {
    throw new ModelError(where, `wants a zero point for each of ${scales.length} scales, found ${zeros.length}`);
  }
  const badScale = scales.find((s) => !(s > 0) || !Number.isFinite(s));
  if (badScale !== undefined) throw new ModelError(where, `wants finite scales above 0, found ${badScale}`);
  const { min, max } = storages[storage];
  const badZero = zeros.find((z) => z < min || z > max);
  if (badZero !== undefined) throw new ModelError(where, `wants zero points in [${min}, ${max}], found ${badZero}`);
  if (scales.length === 1) return { kind: "tensor", scale: scales[0], zero: zeros[0] };
  // Converters leave the filter's dimension on per-channel biases, which have only one.
  const axis = shape.length === 1 ? 0 : (table.quantization?.dimension ?? 0);
  if (axis < 0 || axis >= shape.length) {
    throw new ModelError(where, `wants a quantized dimension below ${shape.length}, found ${axis}`);
  }
  if (scales.length !== shape[axis]) {
    throw new ModelError(where, `wants ${shape[axis]} scales along dimension ${axis}, found ${scales.length}`);
  }
  return { kind: "axis", channels: { name: shortName(table.name) || "channels", scales, zeros }, axis };
}

/** The type of a tensor as the file declares it. */
export function declaredType(t: Tensor): TensorType {
  if (!t.storage) throw new ModelError(t.where, `wants an element type that the IR has, found ${t.element}`);
  return t.quant ? { storage: t.storage, shape: t.shape, quant: t.quant } : { storage: t.storage, shape: t.shape };
}

/** 4-bit integers, two to a byte, the first one low, as int8. */
export function unpackInt4(bytes: Uint8Array, size: number): Int8Array {
  return Int8Array.from({ length: size }, (_, i) => ((i % 2 ? bytes[i >> 1] : bytes[i >> 1] << 4) << 24) >> 28);
}

/** Little-endian 16-bit floats as f32, each exactly. */
export const unpackHalf = (bytes: Uint8Array, size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => fromBits(bytes[2 * i] | (bytes[2 * i + 1] << 8), floatFormats.FLOAT16));

/** A constant's data as an array of its own; 4-bit integers are unpacked. */
export function constantData(t: Tensor): TypedArray {
  const { storage, bytes } = t;
  if (!storage || !bytes) throw new ModelError(t.where, "wants constant data, found none");
  const size = sizeOf(t.shape);
  if (t.element === "FLOAT16") return unpackHalf(bytes, size);
  if (t.element === "INT4") return unpackInt4(bytes, size);
  const data = allocate(storage, size);
  new Uint8Array(data.buffer).set(bytes);
  return data;
}

/** The converter joins the names of all layers that it fused with `;`. The first, the layer whose result this is, will do. */
export const shortName = (name: string): string => name.split(";", 1)[0];
