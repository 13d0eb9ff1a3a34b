/**
 * Functions of plain numbers. Each f32 function is specified down to its bits, so that every back end can return the same:
 * those built from + - * / sqrt round to f32 at each step, the others are the polynomials of `math.ts`.
 */
import { expf, sigmoidf, tanhf } from "../math.ts";

const f = Math.fround;

export const unaryFunctions = {
  sqrt: (x: number) => f(Math.sqrt(x)),
  rsqrt: (x: number) => f(1 / f(Math.sqrt(x))),
  abs: (x: number) => Math.abs(x),
  neg: (x: number) => -x,
  floor: (x: number) => Math.floor(x),
  square: (x: number) => f(x * x),
  exp: expf,
  sigmoid: sigmoidf,
  tanh: tanhf,
} as const;

export const binaryFunctions = {
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  floordiv: (x: number, y: number) => Math.floor(x / y),
  min: (x: number, y: number) => Math.min(x, y),
  max: (x: number, y: number) => Math.max(x, y),
} as const;
