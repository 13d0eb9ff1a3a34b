/** Files beside an ONNX model, which hold its large tensors. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { ModelError } from "../errors.ts";
import type { ExternalData } from "../import/onnx/elements.ts";

/**
 * Reads files of the model's folder, once each. The importer lets no path out of the folder by its text; a link that leads
 * out is refused here. Throws ModelError.
 */
export function besideModel(model: string): ExternalData {
  const folder = realpathSync(dirname(model));
  const read = new Map<string, Uint8Array>();
  return (path) => {
    const known = read.get(path);
    if (known) return known;
    let bytes: Uint8Array;
    try {
      const real = realpathSync(join(folder, path));
      const inner = relative(folder, real);
      if (inner === ".." || inner.startsWith(`..${sep}`) || inner === "") {
        throw new ModelError(path, "leads out of the model's folder");
      }
      if (!statSync(real).isFile()) throw new ModelError(path, "is no file");
      const { buffer, byteOffset, byteLength } = readFileSync(real);
      bytes = new Uint8Array(buffer, byteOffset, byteLength);
    } catch (error) {
      if (error instanceof ModelError) throw error;
      throw new ModelError(path, `is external data of the model, and cannot be read: ${(error as Error).message}`);
    }
    read.set(path, bytes);
    return bytes;
  };
}
