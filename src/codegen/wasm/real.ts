/** The functions of real numbers of `ir/math.ts` in wasm: the same doubles in the same order, so the same bits. */

import { ln2High, ln2Low, log2e, rounder, taylor } from "../../ir/math.ts";
import type { Expr, Func } from "./asm.ts";

/** Locals of the functions here: 0 is the argument, the others are scratch. */
const [n, r, p, scale] = [1, 2, 3, 4];

/**
 * Adds a function f64 -> f64 to the module: `exp` is scale q + scale, `expm1` is scale q + (scale - 1), of an argument that
 * is first limited to [-150, 150]. See `parts` in `ir/math.ts`.
 */
function exponential(f: Func, which: "exp" | "expm1"): string {
  const name = `real.${which}`;
  const { b, m } = f;
  if (m.getFunction(name)) return name;
  const d = m.f64;
  const get = (i: number): Expr => m.local.get(i, b.f64);
  const set = (i: number, v: Expr): Expr => m.local.set(i, v);
  const k = (v: number): Expr => d.const(v);
  // 2^n by its bits; n is whole and within [-217, 217]. Not-a-number becomes some scale, and stays in q.
  const exponent = m.i64.add(m.i64.trunc_s_sat.f64(get(n)), m.i64.const(1023n as never));
  const power = d.reinterpret(m.i64.shl(exponent, m.i64.const(52n as never)));
  const limit = (test: Expr, v: number): Expr => set(0, m.select(test, k(v), get(0)));
  const body = m.block(
    null,
    [
      limit(d.lt(get(0), k(-150)), -150),
      limit(d.gt(get(0), k(150)), 150),
      set(n, d.sub(d.add(d.mul(get(0), k(log2e)), k(rounder)), k(rounder))),
      set(r, d.sub(d.sub(get(0), d.mul(get(n), k(ln2High))), d.mul(get(n), k(ln2Low)))),
      set(p, k(1 / 39916800)),
      ...taylor.map((c) => set(p, d.add(d.mul(get(p), get(r)), k(c)))),
      set(scale, power),
      d.add(d.mul(get(scale), d.mul(get(p), get(r))), which === "exp" ? get(scale) : d.sub(get(scale), k(1))),
    ],
    b.f64,
  );
  m.addFunction(name, b.createType([b.f64]), b.f64, [b.f64, b.f64, b.f64, b.f64], body);
  return name;
}

/** e^x of an f64, as an f64. */
export const exp64 = (f: Func, x: Expr): Expr => f.m.call(exponential(f, "exp"), [x], f.b.f64);

/** e^x of an f32, rounded to f32. */
export const exp32 = (f: Func, x: Expr): Expr => f.m.f32.demote(exp64(f, f.m.f64.promote(x)));

/** 1 / (1 + e^-x) of an f32, rounded to f32. */
export function sigmoid32(f: Func, x: Expr): Expr {
  const { f32, f64 } = f.m;
  const e = exp64(f, f64.neg(f64.promote(x)));
  return f32.demote(f64.div(f64.const(1), f64.add(f64.const(1), e)));
}

/** tanh x = m / (m + 2) with m = e^(2x) - 1 of an f32, rounded to f32. */
export function tanh32(f: Func, x: Expr): Expr {
  const { m, b } = f;
  const { f32, f64 } = m;
  const v = f.let(b.f64, f64.promote(x));
  const limit = (test: Expr, to: number): void => f.set(v, m.select(test, f64.const(to), f.get(v)));
  limit(f64.lt(f.get(v), f64.const(-10)), -10);
  limit(f64.gt(f.get(v), f64.const(10)), 10);
  const e = f.let(b.f64, m.call(exponential(f, "expm1"), [f64.mul(f64.const(2), f.get(v))], b.f64));
  return f32.demote(f64.div(f.get(e), f64.add(f.get(e), f64.const(2))));
}
