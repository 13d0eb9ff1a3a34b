/**
 * Functions of plain numbers. Each f32 function is specified down to its bits, so that every back end can return the same:
 * those built from + - * / sqrt round to f32 at each step, the others are the polynomials of `math.ts`.
 */
import {
  cosf,
  erff,
  expf,
  logf,
  narrow,
  narrowFormats,
  powf,
  rangeScalef,
  rangeZerof,
  roundawayf,
  roundf,
  sigmoidf,
  sinf,
  tanhf,
} from "../math.ts";

const f = Math.fround;

export const unaryFunctions = {
  sqrt: (x: number) => f(Math.sqrt(x)),
  rsqrt: (x: number) => f(1 / f(Math.sqrt(x))),
  abs: (x: number) => Math.abs(x),
  neg: (x: number) => -x,
  floor: (x: number) => Math.floor(x),
  ceil: (x: number) => Math.ceil(x),
  /** To the nearest whole number, halves to even. */
  round: roundf,
  /** To the nearest whole number, halves away from zero. */
  roundaway: roundawayf,
  /** To the nearest 16-bit float (11 significant bits), halves to even. */
  half: (x: number) => narrow(x, narrowFormats.half),
  /** To the nearest number of a narrower float format, halves to even, as if the format had no largest number. */
  bf16: (x: number) => narrow(x, narrowFormats.bf16),
  e4m3fn: (x: number) => narrow(x, narrowFormats.e4m3fn),
  e4m3fnuz: (x: number) => narrow(x, narrowFormats.e4m3fnuz),
  e5m2: (x: number) => narrow(x, narrowFormats.e5m2),
  e5m2fnuz: (x: number) => narrow(x, narrowFormats.e5m2fnuz),
  e2m1: (x: number) => narrow(x, narrowFormats.e2m1),
  square: (x: number) => f(x * x),
  exp: expf,
  sigmoid: sigmoidf,
  tanh: tanhf,
  log: logf,
  erf: erff,
  sin: sinf,
  cos: cosf,
} as const;

/** Functions of two f32, each result rounded once. */
export const binaryFunctions = {
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  floordiv: (x: number, y: number) => Math.floor(x / y),
  min: (x: number, y: number) => Math.min(x, y),
  max: (x: number, y: number) => Math.max(x, y),
  pow: powf,
  /** Scale and zero point of a signed 8-bit quantizer for values from x to y, by TFLite's recipe for values of run time. */
  rangescale: rangeScalef,
  rangezero: rangeZerof,
} as const;

/** Functions that are of f32 only. */
export const floatOnly: readonly string[] = ["pow", "rangescale", "rangezero"];

type Integers = Readonly<Record<string, (x: bigint, y: bigint) => bigint>>;

/** The quotient of the real numbers, floored; 0 of a division by 0. */
const floorDivide = (x: bigint, y: bigint): bigint => {
  if (y === 0n) return 0n;
  const q = x / y;
  return q * y !== x && x < 0n !== y < 0n ? q - 1n : q;
};

/** Functions of two integers; what the storage cannot hold wraps around. A quotient by 0 is 0. Of bool: the bitwise ones. */
export const integerFunctions = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => (y === 0n ? 0n : x / y),
  floordiv: floorDivide,
  min: (x, y) => (y < x ? y : x),
  max: (x, y) => (y > x ? y : x),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  /** The quotient of the same bits as unsigned 64-bit integers. */
  divu: (x, y) => (y === 0n ? 0n : BigInt.asUintN(64, x) / BigInt.asUintN(64, y)),
} as const satisfies Integers;

/** Every function of two plain numbers. Those of `floatOnly` are of f32; `and`, `or`, `xor` and `divu` are of integers only. */
export type BinaryFunction = keyof typeof binaryFunctions | keyof typeof integerFunctions;
