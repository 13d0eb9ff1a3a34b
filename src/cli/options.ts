/** Options that several commands share, and how their values are read. A bad value is a bad command line. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "./failure.ts";
import type { LoadOptions, ShapeOption } from "./model.ts";
import type { InputOption } from "./ports.ts";

export const backends = ["auto", "wasm", "native", "interpreter"] as const;
export type BackendOption = (typeof backends)[number];

/** An integer of at least `min` and at most `max`. */
export const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It wants an integer from ${min} to ${max}.`);
    }
    return value;
  };

/** An option that takes one of some words, with the closest one suggested for another. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description).choices(choices);
  return option.argParser((word: string) => {
    if (choices.includes(word)) return word;
    throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}${didYouMean(word, choices)}.`);
  });
}

/** A name for files, without a folder. */
export const fileName = (text: string): string => {
  const bad = [...text].some((c) => c < " " || c === "/" || c === "\\");
  if (bad || text === "" || text === "." || text === "..") {
    throw new InvalidArgumentError("It wants a file name without a folder.");
  }
  return text;
};

const inputOption = (text: string, before: readonly InputOption[] = []): InputOption[] => {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError("It wants NAME=FILE.npy or POSITION=FILE.npy.");
  return [...before, { name: text.slice(0, at), file: text.slice(at + 1) }];
};

const shapeOption = (text: string, before: readonly ShapeOption[] = []): ShapeOption[] => {
  const m = /^(.+)=([1-9]\d{0,8}(?:x[1-9]\d{0,8})*)$/.exec(text);
  if (!m) throw new InvalidArgumentError("It wants NAME=1x3x224x224.");
  return [...before, { name: m[1], shape: m[2].split("x").map(Number) }];
};

/** What `importOptions` adds. */
export interface ImportOptions {
  readonly numerics?: string;
  readonly shape?: readonly ShapeOption[];
  readonly value?: readonly InputOption[];
  readonly signature?: string;
}

/** How a command's import options read a model. */
export const loadOptions = (
  { numerics, shape, value, signature }: ImportOptions,
  onWarning: (message: string) => void,
): LoadOptions => ({ numerics, shapes: shape, values: value, signature, onWarning });

/** What `importOptions`, `inputOptions` and `backendOptions` add. */
export interface ModelOptions extends ImportOptions {
  readonly backend: BackendOption;
  readonly threads: number;
  readonly revectorize?: boolean;
  readonly input?: readonly InputOption[];
  readonly seed: number;
}

export const inputOptions = (command: Command): Command =>
  command
    .option("--input <NAME=FILE.npy>", "values of an input, by name or position; repeat for more", inputOption)
    .option("--seed <N>", "seed of the generator that missing inputs are drawn from", integer(0, 2 ** 32 - 1), 0);

export const backendOptions = (command: Command): Command =>
  command
    .addOption(choice("--backend <NAME>", "what runs the model", backends).default("auto"))
    .option("--threads <N>", "threads to run on; results do not depend on it", integer(1, 1024), 1)
    .option("--revectorize", "WebAssembly in vectors of 256 bits, an experiment of V8's (Node 24 and later, x86-64)");

export const importOptions = (command: Command): Command =>
  command
    .option("--numerics <PROFILE>", "arithmetic to import the model with (default: that of its framework)")
    .option(
      "--shape <NAME=1x3x224x224>",
      "shape of an input, or size of a dimension that the model leaves open; repeat for more",
      shapeOption,
    )
    .option("--value <NAME=FILE.npy>", "make an ONNX input a constant of this value; repeat for more", inputOption)
    .option("--signature <NAME>", "the signature of a .tflite model to take");
