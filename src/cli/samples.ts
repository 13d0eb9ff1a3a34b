/** Sets of inputs for a model: from a folder of .npy files, from `--input`, or drawn from a generator. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ModelError } from "../errors.ts";
import { realsOf, storedOf } from "../inspect/layer-values.ts";
import { randomValues } from "../inspect/random.ts";
import { sizeOf, storages, type TypedArray } from "../ir/type.ts";
import { readBytes, reasonOf } from "./files.ts";
import { type NpyArray, readNpy } from "./npy.ts";
import { findPort, type InputOption, type Port } from "./ports.ts";

/** Values for each input of a model, in order: as they are stored, and the real numbers that they stand for. */
export interface Sample {
  readonly name: string;
  readonly stored: readonly TypedArray[];
  readonly reals: readonly ArrayLike<number>[];
}

/** Where samples come from. */
export interface SampleOptions {
  readonly inputs?: string;
  readonly input?: readonly InputOption[];
  readonly seed: number;
  readonly samples: number;
}

/**
 * Up to `samples` sets of inputs. A file holds one value of an input or many one after another along its first axis. Files of the
 * input's own type hold stored values; of any other type they hold real numbers, which the input's quantizer stores. A model with
 * several inputs wants files called by name or position. Throws ModelError.
 */
export async function readSamples(
  ports: readonly Port[],
  { inputs, input = [], seed, samples }: SampleOptions,
  note: (text: string) => void,
): Promise<Sample[]> {
  if (inputs === undefined && input.length === 0) {
    const names = ports.map((p) => p.name).join(", ");
    note(`random inputs, seeds ${seed} to ${seed + samples - 1}: ${names}`);
    return Array.from({ length: samples }, (_, i) =>
      sampleOf(
        `seed ${seed + i}`,
        ports.map((p, k) => ({ stored: randomValues(p.type, seed + i, k) })),
        ports,
        note,
      ),
    );
  }
  const lists = inputs === undefined ? await fromOptions(ports, input) : await fromFolder(ports, inputs, note);
  const count = Math.min(...lists.map((l) => l.length));
  const longest = Math.max(...lists.map((l) => l.length));
  if (count !== longest)
    throw new ModelError(
      inputs ?? "--input",
      `inputs want as many values each, found ${lists.map((l) => l.length).join(", ")}`,
    );
  if (count > samples) note(`${samples} of ${count} samples (--samples ${count} takes all)`);
  return Array.from({ length: Math.min(count, samples) }, (_, i) =>
    sampleOf(
      lists[0][i].name,
      lists.map((l) => l[i]),
      ports,
      note,
    ),
  );
}

/** One value of an input: stored, or real numbers. */
type Value = { readonly stored: TypedArray } | { readonly reals: Float64Array };

type Named = Value & { readonly name: string };

async function fromOptions(ports: readonly Port[], options: readonly InputOption[]): Promise<Named[][]> {
  const lists = new Map<Port, Named[]>();
  for (const { name, file } of options) {
    const port = findPort(ports, name, "--input");
    const array = readNpy(await readBytes(file), file);
    const values = valuesOf(port, array, file);
    if (!values) throw new ModelError(file, misfit(port, array));
    lists.set(port, values);
  }
  const missing = ports.filter((p) => !lists.has(p));
  if (missing.length) throw new ModelError("--input", `wants values of ${missing.map((p) => p.name).join(", ")} too`);
  return ports.map((p) => lists.get(p)!);
}

async function fromFolder(ports: readonly Port[], dir: string, note: (text: string) => void): Promise<Named[][]> {
  const files = await npyFiles(dir);
  const lists = ports.map(() => [] as Named[]);
  const skipped: string[] = [];
  for (const path of files) {
    const file = basename(path);
    const array = readNpy(await readBytes(path), path);
    const stem = plain(basename(file, ".npy"));
    const wanted = ports.length === 1 ? 0 : ports.findIndex((p, i) => plain(p.name) === stem || String(i) === stem);
    const values = wanted < 0 ? undefined : valuesOf(ports[wanted], array, path);
    if (values) lists[wanted].push(...values);
    else skipped.push(`${file} (${array.storage}[${array.shape.join(",")}])`);
  }
  if (skipped.length)
    note(`not an input of the model, left out: ${skipped.slice(0, 4).join(", ")}${skipped.length > 4 ? ", ..." : ""}`);
  const empty = ports.find((_, i) => lists[i].length === 0);
  if (empty) {
    const how = ports.length === 1 ? "" : ` called ${plain(empty.name)}.npy or ${ports.indexOf(empty)}.npy`;
    throw new ModelError(
      dir,
      `wants .npy files${how} for input ${empty.name} of shape [${empty.type.shape.join(",")}], found none`,
    );
  }
  return lists;
}

/** The .npy files of a folder in order of their names, or the one file that the path names. Throws ModelError. */
export async function npyFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((n) => n.endsWith(".npy"));
    return names.sort().map((n) => join(path, n));
  } catch (error) {
    throw new ModelError(path, reasonOf(error));
  }
}

/** A name as files can have it. */
export const plain = (name: string): string => name.replace(/[^\w.-]+/g, "_");

const misfit = ({ name, type }: Port, { storage, shape }: NpyArray): string =>
  `input ${name} wants [${type.shape.join(",")}], or several of these along the first axis, found ${storage}[${shape.join(",")}]`;

/** The values in an array, or undefined if its shape is not that of the input. */
function valuesOf({ type }: Port, array: NpyArray, path: string): Named[] | undefined {
  const size = sizeOf(type.shape);
  const inner = type.shape.slice(1).join();
  const one = array.shape.join() === type.shape.join() || array.shape.join() === inner;
  const batch =
    array.shape.join() === [array.shape[0], ...type.shape].join() ||
    (array.shape.slice(1).join() === inner && array.shape[0] % (type.shape[0] ?? 1) === 0 && array.shape.length > 0);
  if (!one && !batch) return undefined;
  const count = array.data.length / size;
  return Array.from({ length: count }, (_, i) => {
    const data = array.data.slice(i * size, (i + 1) * size) as TypedArray;
    const name = count === 1 ? path : `${path}[${i}]`;
    return array.storage === type.storage
      ? { name, stored: data }
      : { name, reals: Float64Array.from(data as Int8Array, Number) };
  });
}

/** Both forms of a set of values. Says so if storing real numbers cuts many of them off. */
function sampleOf(
  name: string,
  values: readonly Value[],
  ports: readonly Port[],
  note: (text: string) => void,
): Sample {
  const stored = values.map((v, i) => ("stored" in v ? v.stored : storedOf(v.reals, ports[i].type)));
  for (const [i, v] of values.entries()) {
    const { type } = ports[i];
    if ("stored" in v || type.storage === "f32") continue;
    const { min, max } = storages[type.storage];
    const cut = (stored[i] as Int8Array).filter((q) => q === min || q === max).length;
    if (cut > stored[i].length / 4)
      note(
        `${name}: ${Math.round((100 * cut) / stored[i].length)} % of the real numbers are at the ends of input ${ports[i].name}'s range; are these stored values?`,
      );
  }
  const reals = values.map((v, i) => ("reals" in v ? v.reals : realsOf(v.stored, ports[i].type)));
  return { name, stored, reals };
}

/** A sample for another model, whose inputs may be quantized otherwise or not at all. */
export const storedFor = (sample: Sample, ports: readonly Port[]): TypedArray[] =>
  ports.map((p, i) => storedOf(sample.reals[i], p.type));
