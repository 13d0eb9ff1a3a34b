/** The models of the comparisons: third-party files and files that a script makes, found by folder. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const shared = process.env.QJIT_MODELS_DIR ?? path.join(here, "../../../shared/models");
const made = process.env.QJIT_BENCH_MODELS;

const relative = (folder) => path.relative(process.cwd(), folder);

/** Where a model is. Throws Error saying what to set if it is nowhere. */
export function modelPath(name) {
  const places = [path.join(shared, name), path.join(shared, "pytorch-export", name)];
  if (made) places.push(path.join(made, name));
  const found = places.find(existsSync);
  if (found) return found;
  const hint = made ? "" : "; make_models.py beside the models makes it, QJIT_BENCH_MODELS says where it is";
  throw new Error(`no ${name} in ${[shared, made].filter(Boolean).map(relative).join(" or ")}${hint}`);
}

/** The input of the ImageNet models, `[1,3,224,224]`: the file that was made with the model. */
export function imageInput() {
  const bytes = readFileSync(modelPath("mobilenet_v2_in.npy"));
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}

export const imageShape = [1, 3, 224, 224];
