/** Operand types for the fuzzer's samples: values the graph has already, or small fresh ones. */
import type { Rand } from "./attr.ts";
import type { SamplePool } from "./op.ts";
import { perAxis, perTensor, productOf, type Storage, type TensorType, tensorType } from "./type.ts";

const bytes: readonly Storage[] = ["i8", "u8"];

const isByte = (t: TensorType) => bytes.includes(t.storage) && t.quant?.kind === "tensor";

/** An 8-bit NHWC image of up to 1x7x7x9. */
export function image(rand: Rand, pool: SamplePool): TensorType {
  return pool.pick(
    (t) => isByte(t) && t.shape.length === 4 && t.shape[1] <= 12 && t.shape[2] <= 12 && t.shape[3] <= 40,
    () => {
      const storage = bytes[rand(0, 1)];
      return tensorType(storage, [1, rand(1, 7), rand(1, 7), rand(1, 9)], pool.quant(storage));
    },
  );
}

/** An 8-bit value of any rank from 1 on. */
export function byteValue(rand: Rand, pool: SamplePool): TensorType {
  return pool.pick(
    (t) => isByte(t) && t.shape.length > 0,
    () => image(rand, pool),
  );
}

/** An 8-bit value that can stand beside `x`: the same shape and storage, perhaps another quantizer. */
export function partner(x: TensorType, pool: SamplePool): TensorType {
  return pool.pick(
    (t) =>
      isByte(t) &&
      t.storage === x.storage &&
      t.shape.length === x.shape.length &&
      t.shape.every((d, i) => d === x.shape[i]),
    () => tensorType(x.storage, x.shape, pool.quant(x.storage)),
  );
}

/** 8-bit weights of a shape whose first dimension is the output channel, per tensor or per channel. */
export function weights(rand: Rand, pool: SamplePool, shape: readonly number[]): TensorType {
  if (rand(0, 3) === 0) return tensorType("u8", shape, pool.quant("u8"));
  if (rand(0, 1) === 0) return tensorType("i8", shape, perTensor(pool.quant("i8").scale));
  return tensorType("i8", shape, perAxis(pool.channels(shape[0]), 0));
}

/** A bias for sums of x and w, or none. */
export function biasFor(rand: Rand, x: TensorType, w: TensorType): TensorType | undefined {
  if (rand(0, 3) === 0 || !x.quant || !w.quant) return undefined;
  return tensorType("i32", [w.shape[0]], productOf(x.quant, w.quant, 0));
}

/** A plain f32 NHWC image, where floats are wanted for once. */
export function floatImage(rand: Rand, pool: SamplePool): TensorType {
  return pool.pick(
    (t) => t.storage === "f32" && t.shape.length === 4,
    () => tensorType("f32", [1, rand(1, 5), rand(1, 5), rand(1, 6)]),
  );
}
