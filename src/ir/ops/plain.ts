/**
 * Functions of plain numbers. Each f32 function is specified as its double value rounded to f32 once, so that every back
 * end can return the same bits: those built from + - * / sqrt round at each step, the others are computed in double here
 * and reach back ends as tables or through the same polynomial (docs/numerics.md).
 */
const f = Math.fround;

export const unaryFunctions = {
  sqrt: (x: number) => f(Math.sqrt(x)),
  rsqrt: (x: number) => f(1 / f(Math.sqrt(x))),
  abs: (x: number) => Math.abs(x),
  neg: (x: number) => -x,
  floor: (x: number) => Math.floor(x),
  square: (x: number) => f(x * x),
  exp: (x: number) => f(Math.exp(x)),
  sigmoid: (x: number) => f(1 / f(1 + f(Math.exp(-x)))),
  tanh: (x: number) => f(Math.tanh(x)),
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
