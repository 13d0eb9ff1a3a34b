/** Rows of `unary`, `binary` and `cast`: plain numbers. */
import { type Node, operandsOf } from "../../../ir/graph.ts";
import type { BinaryFunction, unaryFunctions } from "../../../ir/ops/plain.ts";
import type { Storage } from "../../../ir/type.ts";
import type { Expr, Func, Local } from "../asm.ts";
import { floatLanes } from "../lanes.ts";
import { exp32, sigmoid32, tanh32 } from "../real.ts";
import { erf32, log32, narrow32, pow32, range32, roundaway32, wave32 } from "../real-functions.ts";
import { eachElement, eachLane, lanesFit, lanesScratch, plainRow, scalarCost } from "./plain.ts";

type Unary = keyof typeof unaryFunctions;
type Binary = BinaryFunction;

const fnOf = <T>(node: Node): T => (node.attrs as { fn: T }).fn;

/** Functions of an f32 by name. */
const unary: Record<Unary, (f: Func, x: Local) => Expr> = {
  sqrt: (f, x) => f.m.f32.sqrt(f.get(x)),
  rsqrt: (f, x) => f.m.f32.div(f.m.f32.const(1), f.m.f32.sqrt(f.get(x))),
  abs: (f, x) => f.m.f32.abs(f.get(x)),
  neg: (f, x) => f.m.f32.neg(f.get(x)),
  floor: (f, x) => f.m.f32.floor(f.get(x)),
  ceil: (f, x) => f.m.f32.ceil(f.get(x)),
  round: (f, x) => f.m.f32.nearest(f.get(x)),
  roundaway: (f, x) => roundaway32(f, f.get(x)),
  half: (f, x) => narrow32(f, f.get(x), "half"),
  bf16: (f, x) => narrow32(f, f.get(x), "bf16"),
  e4m3fn: (f, x) => narrow32(f, f.get(x), "e4m3fn"),
  e4m3fnuz: (f, x) => narrow32(f, f.get(x), "e4m3fnuz"),
  e5m2: (f, x) => narrow32(f, f.get(x), "e5m2"),
  e5m2fnuz: (f, x) => narrow32(f, f.get(x), "e5m2fnuz"),
  e2m1: (f, x) => narrow32(f, f.get(x), "e2m1"),
  square: (f, x) => f.m.f32.mul(f.get(x), f.get(x)),
  exp: (f, x) => exp32(f, f.get(x)),
  sigmoid: (f, x) => sigmoid32(f, f.get(x)),
  tanh: (f, x) => tanh32(f, f.get(x)),
  log: (f, x) => log32(f, f.get(x)),
  erf: (f, x) => erf32(f, f.get(x)),
  sin: (f, x) => wave32(f, f.get(x), 0),
  cos: (f, x) => wave32(f, f.get(x), 1),
};

/** The ones that lanes have an instruction for. */
const unaryLanes: Partial<Record<Unary, (f: Func, x: Local, one: Local) => Expr>> = {
  sqrt: (f, x) => f.m.f32x4.sqrt(f.get(x)),
  rsqrt: (f, x, one) => f.m.f32x4.div(f.get(one), f.m.f32x4.sqrt(f.get(x))),
  abs: (f, x) => f.m.f32x4.abs(f.get(x)),
  neg: (f, x) => f.m.f32x4.neg(f.get(x)),
  floor: (f, x) => f.m.f32x4.floor(f.get(x)),
  ceil: (f, x) => f.m.f32x4.ceil(f.get(x)),
  round: (f, x) => f.m.f32x4.nearest(f.get(x)),
  square: (f, x) => f.m.f32x4.mul(f.get(x), f.get(x)),
};

export const unaryKernels = [
  plainRow({
    name: "f32_vunary_x16__wasmsimd",
    cost: 1,
    inPlace: [0],
    applies: (node) => unaryLanes[fnOf<Unary>(node)] !== undefined,
    emit(f, node, at) {
      const one = floatLanes(f, 1);
      eachLane(f, node, at, ([x]) => unaryLanes[fnOf<Unary>(node)]!(f, x, one));
    },
  }),
  plainRow({
    name: "f32_vunary__scalar",
    cost: scalarCost,
    inPlace: [0],
    emit: (f, node, at) => eachElement(f, node, at, ([x]) => unary[fnOf<Unary>(node)](f, x)),
  }),
];

/** A function of two f32. */
function binarySingle(f: Func, fn: Binary, x: Local, y: Local): Expr {
  const { f32, f64 } = f.m;
  const [a, b] = [f.get(x), f.get(y)];
  switch (fn) {
    case "floordiv":
      // Of the quotient as a double; after rounding to f32 it may have reached the next whole number.
      return f32.demote(f64.floor(f64.div(f64.promote(a), f64.promote(b))));
    case "pow":
      return pow32(f, a, b);
    case "rangescale":
    case "rangezero":
      return range32(f, fn, a, b);
    case "and":
    case "or":
    case "xor":
    case "divu":
      throw new Error(`${fn} is of integers`);
    default:
      return f32[fn](a, b);
  }
}

/** A function of two integers of 32 or 64 bits, modulo their width; a quotient by 0 is 0. */
function binaryInteger(f: Func, fn: Binary, wide: boolean, x: Local, y: Local): Expr {
  const { m } = f;
  const i = wide ? m.i64 : m.i32;
  const [a, b] = [() => f.get(x), () => f.get(y)];
  switch (fn) {
    case "add":
    case "sub":
    case "mul":
    case "and":
    case "or":
    case "xor":
      return i[fn](a(), b());
    case "min":
      return m.select(i.lt_s(a(), b()), a(), b());
    case "max":
      return m.select(i.gt_s(a(), b()), a(), b());
    case "div":
    case "floordiv":
    case "divu":
      return quotient(f, fn, wide, x, y);
    case "pow":
    case "rangescale":
    case "rangezero":
      throw new Error(`${fn} is of f32`);
  }
  throw new Error(fn satisfies never);
}

/** Quotients in 64 bits, with the two divisors that the instruction traps on taken out: 0, and -1 of the lowest number. */
function quotient(f: Func, fn: "div" | "floordiv" | "divu", wide: boolean, x: Local, y: Local): Expr {
  const { b, m } = f;
  const { i64 } = m;
  const long = (v: number): Expr => i64.const(BigInt(v) as never);
  const [p, q] = [x, y].map((l) => (wide ? l : f.let(b.i64, i64.extend_s(f.get(l)))));
  const zero = f.let(b.i32, i64.eqz(f.get(q)));
  if (fn === "divu") {
    const divisor = m.select(f.get(zero), long(1), f.get(q));
    return m.select(f.get(zero), long(0), i64.div_u(f.get(p), divisor));
  }
  const minus = f.let(b.i32, i64.eq(f.get(q), long(-1)));
  const divisor = f.let(b.i64, m.select(m.i32.or(f.get(zero), f.get(minus)), long(1), f.get(q)));
  const r = f.let(b.i64, i64.div_s(f.get(p), f.get(divisor)));
  if (fn === "floordiv") {
    const rest = f.let(b.i64, i64.sub(f.get(p), i64.mul(f.get(r), f.get(divisor))));
    const apart = i64.lt_s(i64.xor(f.get(rest), f.get(divisor)), long(0));
    const less = m.i32.and(i64.ne(f.get(rest), long(0)), apart);
    f.set(r, i64.sub(f.get(r), i64.extend_u(less)));
  }
  f.set(r, m.select(f.get(minus), i64.sub(long(0), f.get(p)), f.get(r)));
  const whole = m.select(f.get(zero), long(0), f.get(r));
  return wide ? whole : m.i32.wrap(whole);
}

const laneBinaries = ["add", "sub", "mul", "div", "min", "max"] as const;

export const binaryKernels = [
  plainRow({
    name: "f32_vbinary_x16__wasmsimd",
    cost: 1,
    inPlace: [0, 1],
    applies: (node) => node.type.storage === "f32" && lanesFit(node) && laneBinaries.some((fn) => fn === fnOf(node)),
    scratch: lanesScratch,
    emit(f, node, at) {
      const fn = fnOf<(typeof laneBinaries)[number]>(node);
      eachLane(f, node, at, ([x, y]) => f.m.f32x4[fn](f.get(x), f.get(y)));
    },
  }),
  plainRow({
    name: "x_vbinary__scalar",
    cost: scalarCost,
    inPlace: [0, 1],
    emit(f, node, at) {
      const { storage } = node.type;
      eachElement(f, node, at, ([x, y]) =>
        storage === "f32"
          ? binarySingle(f, fnOf<Binary>(node), x, y)
          : binaryInteger(f, fnOf<Binary>(node), storage === "i64", x, y),
      );
    },
  }),
];

/** An f32 truncated, modulo 2^64; 0 for what is not finite: how JavaScript's integer arrays take numbers. */
function wholeOf(f: Func, x: Local): Expr {
  const { b, m } = f;
  const { i64 } = m;
  const long = (v: number): Expr => i64.const(BigInt(v) as never);
  const bits = f.let(b.i64, i64.extend_u(m.i32.reinterpret(f.get(x))));
  // From 2^63 on a number is its 24-bit mantissa shifted left by 40 and more; the exponent of what is not finite shifts by 105.
  const shift = f.let(b.i64, i64.sub(i64.and(i64.shr_u(f.get(bits), long(23)), long(255)), long(150)));
  const mantissa = i64.or(i64.and(f.get(bits), long(0x7fffff)), long(0x800000));
  const magnitude = m.select(i64.lt_s(f.get(shift), long(64)), i64.shl(mantissa, f.get(shift)), long(0));
  const big = f.let(b.i64, magnitude);
  const signed = m.select(m.f32.lt(f.get(x), m.f32.const(0)), i64.sub(long(0), f.get(big)), f.get(big));
  return m.select(i64.ge_s(f.get(shift), long(40)), signed, i64.trunc_s_sat.f32(f.get(x)));
}

/** An element of one storage as an element of another. */
function castElement(f: Func, from: Storage, to: Storage, x: Local): Expr {
  const { m } = f;
  const v = (): Expr => f.get(x);
  if (from === "f32") {
    if (to === "f32") return v();
    if (to === "bool") return m.f32.ne(v(), m.f32.const(0));
    const whole = wholeOf(f, x);
    return to === "i64" ? whole : m.i32.wrap(whole);
  }
  if (from === "i64") {
    if (to === "i64") return v();
    // By way of a double, as JavaScript's Number does; both steps round.
    if (to === "f32") return m.f32.demote(m.f64.convert_s.i64(v()));
    return to === "bool" ? m.i64.ne(v(), m.i64.const(0n as never)) : m.i32.wrap(v());
  }
  if (to === "f32") return m.f32.convert_s.i32(v());
  if (to === "i64") return m.i64.extend_s(v());
  return to === "bool" ? m.i32.ne(v(), m.i32.const(0)) : v();
}

export const castKernels = [
  plainRow({
    name: "x_vcast__scalar",
    cost: scalarCost,
    inPlace: [0],
    emit(f, node, at) {
      const [x] = operandsOf(node);
      eachElement(f, node, at, ([v]) => castElement(f, x.type.storage, node.type.storage, v));
    },
  }),
];
