/** Inputs and outputs of a model as the command line names, reads and shows them. */
import { ArgumentError, ModelError } from "../errors.ts";
import { randomValues } from "../inspect/random.ts";
import type { Quant, TensorType, TypedArray } from "../ir/type.ts";
import { didYouMean, UsageError } from "./failure.ts";
import { readBytes } from "./files.ts";
import { descrOf, readNpy } from "./npy.ts";

/** A named input or output. */
export interface Port {
  readonly name: string;
  readonly type: TensorType;
}

/** An `--input NAME=FILE` of the command line. */
export interface InputOption {
  readonly name: string;
  readonly file: string;
}

/** An input that a run gets: its values, and the file or generator they come from. */
export interface BoundInput extends Port {
  readonly data: TypedArray;
  readonly from: string;
}

/** Reads the given inputs and draws the missing ones from a generator. In the order of `ports`. */
export async function bindInputs(
  ports: readonly Port[],
  given: readonly InputOption[],
  seed: number,
): Promise<BoundInput[]> {
  const files = new Map<Port, InputOption>();
  for (const option of given) {
    const port = findPort(ports, option.name, "--input");
    const other = files.get(port);
    if (other) {
      throw new UsageError(`--input ${option.name}: input ${port.name} is given twice (${other.file}, ${option.file})`);
    }
    files.set(port, option);
  }
  const bound: BoundInput[] = [];
  for (const [i, port] of ports.entries()) {
    const option = files.get(port);
    if (option) bound.push({ ...port, data: await readInput(port, option.file), from: option.file });
    else bound.push({ ...port, data: randomValues(port.type, seed, i), from: `random seed ${seed}` });
  }
  return bound;
}

/** The input with this name or, if none has it, at this position. Throws ArgumentError listing what there is. */
export function findPort(ports: readonly Port[], name: string, option: string): Port {
  const named = ports.find((p) => p.name === name);
  if (named) return named;
  if (/^\d+$/.test(name) && Number(name) < ports.length) return ports[Number(name)];
  const names = ports.map((p, i) => `${i}=${p.name}`).join(", ");
  const hint = didYouMean(
    name,
    ports.map((p) => p.name),
  );
  throw new ArgumentError(option, `one of the model's inputs (${names || "it has none"})`, `${name}${hint}`);
}

async function readInput({ name, type }: Port, file: string): Promise<TypedArray> {
  const array = readNpy(await readBytes(file), file);
  const shapeText = (shape: readonly number[]) => `[${shape.join(",")}]`;
  const sameShape = array.shape.length === type.shape.length && array.shape.every((d, i) => d === type.shape[i]);
  if (array.storage !== type.storage || !sameShape) {
    const want = `${type.storage}${shapeText(type.shape)} (.npy ${descrOf(type.storage)})`;
    throw new ModelError(file, `input ${name} wants ${want}, found ${array.storage}${shapeText(array.shape)}`);
  }
  return array.data;
}

/** A port in `--json` output: name, shape, dtype (the IR's storage name), quantizer or null. */
export function portJson({ name, type }: Port) {
  return { name, shape: [...type.shape], dtype: type.storage, quantizer: quantizerJson(type.quant) };
}

/** A quantizer in `--json` output; scales are the exact values as doubles. */
export function quantizerJson(quant: Quant | undefined) {
  switch (quant?.kind) {
    case undefined:
      return null;
    case "tensor":
      return { scheme: "per_tensor_affine", scale: quant.scale, zeroPoint: quant.zero };
    case "axis": {
      const { scales, zeros } = quant.channels;
      return { scheme: "per_channel_affine", axis: quant.axis, scales: [...scales], zeroPoints: [...zeros] };
    }
    case "product":
      return quant.b.kind === "scale"
        ? { scheme: "product", factors: [quant.a, quant.b.scale] }
        : { scheme: "product", factors: [quant.a, [...quant.b.channels.scales]], axis: quant.b.axis };
  }
}
