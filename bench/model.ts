/** What the benches of one model share: its options, and the graph of a .tflite, .onnx or .qir file. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { importOnnx } from "../src/import/onnx/index.ts";
import { importTflite } from "../src/import/tflite/index.ts";
import type { Graph } from "../src/ir/graph.ts";
import { parse } from "../src/ir/parse.ts";

/** A bench's options with their defaults; numbers are whole and positive. */
type Defaults = Readonly<Record<string, number | string>>;

/** Ends with what is wrong with the command line. */
function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

/** The model that the command line names, and the options as they are there or by default. */
export function modelOptions<D extends Defaults>(usage: string, defaults: D): { graph: Graph; options: D } {
  const known = Object.entries(defaults).map(
    ([key, value]) => [key, { type: "string", default: String(value) }] as const,
  );
  let given: ReturnType<typeof parseArgs>;
  try {
    given = parseArgs({ allowPositionals: true, options: Object.fromEntries(known) });
  } catch (error) {
    refuse(`${(error as Error).message}\n${usage}`);
  }
  const { values, positionals } = given;
  if (positionals.length !== 1) refuse(usage);
  const options = Object.entries(defaults).map(([key, value]) => {
    if (typeof value === "string") return [key, values[key]];
    const number = Number(values[key]);
    if (!Number.isInteger(number) || number < 1)
      refuse(`--${key} wants a whole number from 1 on, found ${values[key]}`);
    return [key, number];
  });
  return { graph: graphOf(positionals[0]), options: Object.fromEntries(options) };
}

function graphOf(path: string): Graph {
  const bytes = readFileSync(path);
  if (path.endsWith(".tflite")) return importTflite(bytes);
  if (path.endsWith(".onnx")) return importOnnx(bytes);
  return parse(bytes.toString());
}

/** The value below which a part `q` of a list lies. */
export function quantile(list: readonly number[], q: number): number {
  return [...list].sort((a, b) => a - b)[Math.floor(q * (list.length - 1))];
}
