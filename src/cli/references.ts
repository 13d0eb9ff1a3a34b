/** Arrays that another framework made, as files: one .npy for an output or an inner value, with a sample after another along the first axis. */
import { basename } from "node:path";
import { ModelError } from "../errors.ts";
import { type Reference, referenceNamed, referenceSize } from "../inspect/compare-outputs.ts";
import type { Graph } from "../ir/graph.ts";
import type { TypedArray } from "../ir/type.ts";
import { readBytes } from "./files.ts";
import { readNpy } from "./npy.ts";
import { npyFiles, plain } from "./samples.ts";

/** Reads a folder of references, or one file for the first output. Throws ModelError. */
export async function readReferences(
  graph: Graph,
  path: string,
  samples: number,
  note: (text: string) => void,
): Promise<Reference[]> {
  const files = await npyFiles(path);
  const references: Reference[] = [];
  const strange: string[] = [];
  for (const file of files) {
    const of = file === path ? 0 : referenceNamed(graph, plain(basename(file, ".npy")), plain);
    if (of === undefined) {
      strange.push(basename(file));
      continue;
    }
    const array = readNpy(await readBytes(file), file);
    const size = referenceSize(graph, of);
    const count = array.data.length / size;
    if (count < samples || !Number.isInteger(count)) {
      const name = typeof of === "number" ? graph.outputs[of].name : of.name;
      throw new ModelError(file, `wants ${samples} x ${size} values of ${name}, found ${array.data.length}`);
    }
    const { type } = typeof of === "number" ? graph.outputs[of].node : of.node;
    references.push({
      of,
      file,
      stored: array.storage === type.storage && type.storage !== "f32",
      values: Array.from({ length: samples }, (_, i) => array.data.slice(i * size, (i + 1) * size) as TypedArray),
    });
  }
  if (strange.length)
    note(`not a value of the model, left out: ${strange.slice(0, 4).join(", ")}${strange.length > 4 ? ", ..." : ""}`);
  if (references.length === 0)
    throw new ModelError(path, "wants out0.npy, or .npy files called by an output or a layer of the model, found none");
  return references;
}
