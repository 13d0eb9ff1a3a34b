/** Save and load on disk. Apart from the rest of the tensor room, which also runs in a page, this needs Node. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { ModelError } from "../errors.ts";
import { type AnyTensor, load, type NamedTensors, save } from "./safetensors.ts";

/** Writes one or many tensors to `path` in the safetensors container: the whole file, or on an error none. */
export async function saveFile(path: string, tensors: AnyTensor | NamedTensors): Promise<void> {
  const bytes = save(tensors);
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } catch (e) {
    await rm(part, { force: true });
    throw e;
  }
}

/** The tensors of the file at `path` by name; a ModelError that names the file if it cannot be read as one. */
export async function loadFile(path: string): Promise<Map<string, AnyTensor>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (e) {
    throw new ModelError(path, `cannot be read (${(e as Error).message})`);
  }
  try {
    return load(bytes);
  } catch (e) {
    throw e instanceof ModelError ? new ModelError(path, e.message) : e;
  }
}
