import { ArgumentError } from "../errors.ts";

/** Element type of a quantized tensor, by PyTorch's names: stored as uint8, int8 and int32. */
export type QDType = "quint8" | "qint8" | "qint32";

/** Storage of a quantized tensor: one integer per element. */
export type IntArray = Uint8Array | Int8Array | Int32Array;

/** Storage names of the IR and of files. */
export type StorageName = "u8" | "i8" | "i32";

interface DTypeInfo {
  readonly storage: StorageName;
  readonly qmin: number;
  readonly qmax: number;
  readonly array: Uint8ArrayConstructor | Int8ArrayConstructor | Int32ArrayConstructor;
}

/** What each dtype is stored as, and its integer range, both ends included. */
export const qdtypes: Readonly<Record<QDType, DTypeInfo>> = {
  quint8: { storage: "u8", qmin: 0, qmax: 255, array: Uint8Array },
  qint8: { storage: "i8", qmin: -128, qmax: 127, array: Int8Array },
  qint32: { storage: "i32", qmin: -2147483648, qmax: 2147483647, array: Int32Array },
};

/** The integer range of a dtype as [qmin, qmax]. */
export const qrange = (dtype: QDType): readonly [number, number] => [qdtypes[dtype].qmin, qdtypes[dtype].qmax];

/** A zeroed array of `length` stored integers. */
export const allocateInts = (dtype: QDType, length: number): IntArray => new qdtypes[dtype].array(length);

/** The dtype whose storage is called `storage`. */
export function dtypeOfStorage(storage: StorageName): QDType {
  return storage === "u8" ? "quint8" : storage === "i8" ? "qint8" : "qint32";
}

/** The dtype that an integer array stands for: Uint8Array is quint8, Int8Array qint8, Int32Array qint32. */
export function dtypeOfArray(ints: unknown, argument = "ints"): QDType {
  if (ints instanceof Uint8Array) return "quint8";
  if (ints instanceof Int8Array) return "qint8";
  if (ints instanceof Int32Array) return "qint32";
  throw new ArgumentError(argument, "a Uint8Array (quint8), Int8Array (qint8) or Int32Array (qint32)", ints);
}

/** `dtype` itself if it is one of the three; an ArgumentError otherwise. */
export function checkDType(dtype: unknown, argument = "dtype"): QDType {
  if (typeof dtype === "string" && Object.hasOwn(qdtypes, dtype)) return dtype as QDType;
  throw new ArgumentError(argument, '"quint8", "qint8" or "qint32"', dtype);
}
