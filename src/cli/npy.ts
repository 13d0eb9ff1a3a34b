/**
 * NumPy's .npy files: one dense array each. Versions 1.0 to 3.0 are read, C and Fortran order; 1.0 in C order is written.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { ModelError } from "../errors.ts";
import { bytesOf } from "../ir/print.ts";
import { type Storage, sizeOf, storages, stridesOf, type TypedArray } from "../ir/type.ts";

/** A row-major array with its element storage and shape. */
export interface NpyArray {
  readonly storage: Storage;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

const descrs: Readonly<Record<Storage, string>> = {
  i8: "|i1",
  u8: "|u1",
  i16: "<i2",
  u16: "<u2",
  i32: "<i4",
  i64: "<i8",
  f32: "<f4",
  bool: "|b1",
};

/** NumPy's type code of a storage: `|u1`, `<f4`, ... */
export const descrOf = (storage: Storage): string => descrs[storage];

const magic = "\x93NUMPY";

/** The array in a file's bytes. `where` (a path) names it in errors. Throws ModelError. */
export function readNpy(bytes: Uint8Array, where: string): NpyArray {
  const fail = (message: string): never => {
    throw new ModelError(where, message);
  };
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 6)) !== magic) {
    return fail("wants a .npy file, found other bytes at its beginning");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3 || bytes[7] !== 0) fail(`wants .npy version 1.0 to 3.0, found ${major}.${bytes[7]}`);
  const headerAt = major === 1 ? 10 : 12;
  if (bytes.length < headerAt) fail("the .npy header is cut off");
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataAt = headerAt + headerLength;
  if (dataAt > bytes.length) {
    fail(`the .npy header wants ${headerLength} bytes, found ${bytes.length - headerAt} (a truncated file?)`);
  }
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(bytes.subarray(headerAt, dataAt));
  const { descr, fortran, shape } = readHeader(text, fail);
  const storage = storageOf(descr);
  if (!storage) {
    return fail(`wants an array of ${Object.values(descrs).join(", ")} (little-endian), found ${descr}`);
  }
  const size = sizeOf(shape);
  const want = size * storages[storage].bytes;
  const found = bytes.length - dataAt;
  if (!Number.isSafeInteger(want) || want !== found) {
    fail(`shape (${shape.join(", ")}) of ${descr} wants ${want} bytes of data, found ${found}`);
  }
  // A copy, because the data of a file need not be aligned.
  const data = new storages[storage].array(new Uint8Array(bytes.subarray(dataAt)).buffer);
  if (storage === "bool") {
    const bad = (data as Uint8Array).findIndex((v) => v > 1);
    if (bad >= 0) fail(`wants 0 or 1 in an array of ${descr}, found ${data[bad]} at element ${bad}`);
  }
  return { storage, shape, data: fortran ? fromFortran(data, shape) : data };
}

/** The bytes of a file of version 1.0 that holds a row-major array. */
export function writeNpy({ storage, shape, data }: NpyArray): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${descrs[storage]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // Data begins at a multiple of 64 bytes; spaces fill up, a newline ends the header.
  const dataAt = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const raw = bytesOf(data);
  const bytes = new Uint8Array(dataAt + raw.length);
  const header = `${magic}\x01\x00\0\0${dict}`.padEnd(dataAt - 1, " ");
  for (let i = 0; i < header.length; i++) bytes[i] = header.charCodeAt(i);
  bytes[dataAt - 1] = 0x0a;
  new DataView(bytes.buffer).setUint16(8, dataAt - 10, true);
  bytes.set(raw, dataAt);
  return bytes;
}

function storageOf(descr: string): Storage | undefined {
  const entries = Object.entries(descrs) as [Storage, string][];
  const exact = entries.find(([, d]) => d === descr);
  if (exact) return exact[0];
  // Byte order means nothing for one byte, and some writers name one.
  return /^[<>=][iub]1$/.test(descr) ? entries.find(([, d]) => d === `|${descr.slice(1)}`)?.[0] : undefined;
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

const token = /\s*('[^'\\\n]*'|"[^"\\\n]*"|\d+|True|False|[{}(),:])/y;

/** The three entries of the header's Python dictionary, read as text and never evaluated. */
function readHeader(text: string, fail: (message: string) => never): Header {
  let at = 0;
  const next = (): string => {
    token.lastIndex = at;
    const m = token.exec(text);
    if (m) at = token.lastIndex;
    return m ? m[1] : fail(`bad .npy header near ${JSON.stringify(text.slice(at, at + 20).trim())}`);
  };
  const expect = (want: string, found = next()) => {
    if (found !== want) fail(`bad .npy header: wants ${want}, found ${found}`);
  };
  let descr: string | undefined;
  let fortran: boolean | undefined;
  let shape: number[] | undefined;
  expect("{");
  for (let key = next(); key !== "}"; ) {
    const name = key.slice(1, -1);
    expect(":");
    const value = next();
    if (name === "descr" && descr === undefined) {
      if (!/^['"]/.test(value)) fail("wants an array of plain numbers, found a structured .npy type");
      descr = value.slice(1, -1);
    } else if (name === "fortran_order" && fortran === undefined) {
      if (value !== "True" && value !== "False") fail(`fortran_order wants True or False, found ${value}`);
      fortran = value === "True";
    } else if (name === "shape" && shape === undefined) {
      expect("(", value);
      shape = [];
      for (let t = next(); t !== ")"; ) {
        if (!/^\d{1,15}$/.test(t)) fail(`shape wants dimensions of at least 0, found ${t}`);
        shape.push(Number(t));
        if ((t = next()) === ",") t = next();
        else if (t !== ")") fail(`bad .npy header: wants , or ), found ${t}`);
      }
    } else fail(`the .npy header wants descr, fortran_order and shape once each, found ${key}`);
    if ((key = next()) === ",") key = next();
    else if (key !== "}") fail(`bad .npy header: wants , or }, found ${key}`);
  }
  if (text.slice(at).trim() !== "") fail("bad .npy header: wants nothing after }");
  if (descr === undefined || fortran === undefined || shape === undefined) {
    return fail("the .npy header wants descr, fortran_order and shape");
  }
  return { descr, fortran, shape };
}

/** The same array with its first axis varying slowest instead of fastest. */
function fromFortran(data: TypedArray, shape: readonly number[]): TypedArray {
  const out = data.slice() as Int8Array;
  const source = data as Int8Array;
  const strides = stridesOf([...shape].reverse()).reverse();
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = source[from];
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}
