/**
 * Where golden vectors and models live, and how tensors in the vectors decode. The PyTorch vectors are part of this
 * repository (test/vectors/pytorch, with the script that made them); the others are read from ../shared if it exists.
 * QJIT_GOLDEN_DIR and QJIT_MODELS_DIR name other roots of the same form.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The folder of one set of vectors (`pytorch`, `onnx-node`, `tflite-kernels`, ...), or undefined if it is not there. */
export function goldenDir(set: string): string | undefined {
  const root = process.env.QJIT_GOLDEN_DIR;
  const candidates = root ? [join(root, set)] : [join(here, "vectors", set), resolve(here, "../../shared/golden", set)];
  return candidates.find((dir) => existsSync(dir));
}

/** The folder of third-party models, or undefined if it is not there. */
export function modelsDir(): string | undefined {
  const dir = process.env.QJIT_MODELS_DIR || resolve(here, "../../shared/models");
  return existsSync(dir) ? dir : undefined;
}

const arrays = {
  u8: Uint8Array,
  i8: Int8Array,
  i32: Int32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

type Arrays = { [D in keyof typeof arrays]: InstanceType<(typeof arrays)[D]> };

/** A tensor as the PyTorch vectors hold it: little-endian row-major data, and the quantizer if it is quantized. */
export interface GoldenTensor {
  shape: number[];
  dt: keyof Arrays;
  b64: string;
  q?: "quint8" | "qint8" | "qint32";
  scale?: number;
  zp?: number;
  scales?: number[];
  zps?: number[];
  axis?: number;
  scheme?: string;
}

/** One case of a PyTorch vector file; make_golden.py documents the fields. */
export interface GoldenCase {
  op: string;
  name: string;
  engine: string;
  recipe: string | null;
  params: Record<string, any>;
  inputs: Record<string, GoldenTensor>;
  expect: GoldenTensor;
  self_check: number | null;
  also?: Record<string, GoldenTensor>;
  note?: string;
}

/** The data of a golden tensor, an array of its own. */
export function decode<D extends keyof Arrays>(t: GoldenTensor & { dt: D }): { shape: number[]; data: Arrays[D] } {
  const bytes = new Uint8Array(Buffer.from(t.b64, "base64"));
  return { shape: t.shape, data: new arrays[t.dt](bytes.buffer) as Arrays[D] };
}

/** All cases of one file of the PyTorch vectors. */
export function pytorchCases(dir: string, file: string): GoldenCase[] {
  return JSON.parse(readFileSync(join(dir, `${file}.json`), "utf8")).cases;
}
