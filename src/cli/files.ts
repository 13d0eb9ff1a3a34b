/** Files in and out: reading with errors that name the file, and writing all or nothing. */
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ModelError } from "../errors.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EISDIR: "is a folder, wants a file",
  ENOTDIR: "is in something that is not a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EEXIST: "exists and is not a folder",
  ENOSPC: "no space left",
  EROFS: "is on a read-only file system",
};

/** Why a file operation failed, in words. */
export const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && reasons[code]) || message;
};

/** The bytes of a file, as a plain array (a Buffer's `slice` does not copy). Throws ModelError that names it. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    throw new ModelError(path, reasonOf(error));
  }
}

/** The text of a UTF-8 file. Throws ModelError that names it. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ModelError(path, "wants UTF-8 text, found other bytes");
  }
}

/** A file to be: its name within the folder, and its content. */
export interface NewFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

/**
 * Writes files into `dir`, which is made if it is missing. Each is complete under another name before the first gets its own, so
 * that a failure leaves nothing new behind and nothing half written. Returns the paths. Throws ModelError.
 */
export async function writeAll(dir: string, files: readonly NewFile[]): Promise<string[]> {
  const paths = files.map((f) => join(dir, f.name));
  const parts = paths.map((p) => `${p}.${process.pid}.part`);
  let at = dir;
  let made: string | undefined;
  try {
    made = await makeFolders(resolve(dir));
    for (const path of paths) {
      at = path;
      if (await isFolder(path)) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    }
    for (let i = 0; i < files.length; i++) {
      at = paths[i];
      await writeFile(parts[i], files[i].content);
    }
    for (let i = 0; i < files.length; i++) {
      at = paths[i];
      await rename(parts[i], paths[i]);
    }
    return paths;
  } catch (error) {
    for (const part of parts) await rm(part, { force: true }).catch(() => {});
    if (made) await removeEmpty(resolve(dir), made);
    throw new ModelError(at, `cannot be written: ${reasonOf(error)}`);
  }
}

/**
 * Makes a folder and those that it is in. Returns the outermost one that was made. (Node's own recursive mkdir does not end on
 * file systems that refuse new folders as ENOENT, such as /proc.)
 */
async function makeFolders(dir: string): Promise<string | undefined> {
  if (await isFolder(dir)) return undefined;
  const above = dirname(dir) === dir ? undefined : await makeFolders(dirname(dir));
  try {
    await mkdir(dir);
  } catch (error) {
    if (above) await removeEmpty(dirname(dir), above);
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await isFolder(dir))) throw error;
  }
  return above ?? dir;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Removes the folders from `dir` up to `top`, as far as they are empty. */
async function removeEmpty(dir: string, top: string): Promise<void> {
  try {
    for (let d = dir; d.startsWith(top); d = dirname(d)) await rmdir(d);
  } catch {
    // Something else has put a file there meanwhile: the folder stays.
  }
}
