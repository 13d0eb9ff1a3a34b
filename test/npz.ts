/** NumPy's .npz files: zip archives of .npy arrays, stored or deflated. */
import { inflateRawSync } from "node:zlib";
import { type NpyArray, readNpy } from "../src/cli/npy.ts";

/** The arrays of an archive by name. Throws where the archive is not a zip of .npy files. */
export function readNpz(bytes: Buffer): Map<string, NpyArray> {
  const end = bytes.lastIndexOf("PK\x05\x06", "latin1");
  if (end < 0) throw new Error("wants a zip archive");
  const arrays = new Map<string, NpyArray>();
  let at = bytes.readUInt32LE(end + 16);
  for (let i = bytes.readUInt16LE(end + 10); i > 0; i--) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + size);
    arrays.set(name.replace(/\.npy$/, ""), readNpy(method === 8 ? inflateRawSync(packed) : packed, name));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return arrays;
}
