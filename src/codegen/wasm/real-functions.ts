/** The longer functions of `ir/math.ts` in wasm: the same doubles in the same order, so the same bits. */
import {
  atanhSeries,
  cosineSeries,
  halfPi,
  ln2High,
  ln2Low,
  narrowFormats,
  rounder,
  sineSeries,
  twoBySqrtPi,
} from "../../ir/math.ts";
import { type Expr, Func, type Local } from "./asm.ts";
import { exp64 } from "./real.ts";

/** A module function of f64 parameters with an f64 result, added at first use; `body` makes the result. */
function defined(f: Func, name: string, params: number, body: (g: Func) => Expr): string {
  if (!f.m.getFunction(name)) {
    const g = new Func(f.b, f.m, name, new Array<number>(params).fill(f.b.f64));
    const value = body(g);
    g.end(value, f.b.f64);
  }
  return name;
}

/** Calls such a function on f32 values, its result rounded to f32. */
function onSingles(f: Func, name: string, ...x: Expr[]): Expr {
  const { f32, f64 } = f.m;
  return f32.demote(
    f.m.call(
      name,
      x.map((v) => f64.promote(v)),
      f.b.f64,
    ),
  );
}

/** l = value if the condition holds. */
function setIf(g: Func, condition: Expr, l: Local, value: Expr): void {
  g.set(l, g.m.select(condition, value, g.get(l)));
}

/** p = p z + c for each coefficient, from a first one on. */
function polynomial(g: Func, first: number, coefficients: readonly number[], z: Local): Local {
  const { f64 } = g.m;
  const p = g.let(g.b.f64, f64.const(first));
  for (const c of coefficients) g.set(p, f64.add(f64.mul(g.get(p), g.get(z)), f64.const(c)));
  return p;
}

/** ln of a positive finite f64 that is an f32: `log`. */
const logarithm = (f: Func): string =>
  defined(f, "real.log", 1, (g) => {
    const { f64 } = g.m;
    const k = (v: number): Expr => f64.const(v);
    const [m] = g.params;
    const n = g.let(g.b.f64, k(0));
    const move = (condition: () => Expr, factor: number, by: number): void => {
      setIf(g, condition(), n, f64.add(g.get(n), k(by)));
      setIf(g, condition(), m, f64.mul(g.get(m), k(factor)));
    };
    for (const e of [64, 32, 16, 8, 4, 2, 1]) move(() => f64.ge(g.get(m), k(2 ** e)), 2 ** -e, e);
    for (const e of [128, 64, 32, 16, 8, 4, 2, 1]) move(() => f64.lt(g.get(m), k(2 ** (1 - e))), 2 ** e, -e);
    move(() => f64.gt(g.get(m), k(Math.SQRT2)), 0.5, 1);
    const s = g.let(g.b.f64, f64.div(f64.sub(g.get(m), k(1)), f64.add(g.get(m), k(1))));
    const z = g.let(g.b.f64, f64.mul(g.get(s), g.get(s)));
    const p = polynomial(g, 1 / 23, atanhSeries, z);
    const twice = (): Expr => f64.mul(k(2), g.get(s));
    const small = f64.add(f64.mul(twice(), f64.mul(g.get(p), g.get(z))), f64.mul(g.get(n), k(ln2Low)));
    return f64.add(f64.mul(g.get(n), k(ln2High)), f64.add(twice(), small));
  });

/** `logf`. */
export const log32 = (f: Func, x: Expr): Expr =>
  onSingles(
    f,
    defined(f, "real.logf", 1, (g) => {
      const { m } = g;
      const { f64 } = m;
      const [x] = g.params;
      const special = m.select(f64.eq(g.get(x), f64.const(0)), f64.const(-Infinity), f64.const(Number.NaN));
      g.if(m.i32.eqz(f64.gt(g.get(x), f64.const(0))), () => g.do(m.return(special)));
      g.if(f64.eq(g.get(x), f64.const(Infinity)), () => g.do(m.return(g.get(x))));
      return m.call(logarithm(g), [g.get(x)], g.b.f64);
    }),
    x,
  );

/** `powf`. */
export const pow32 = (f: Func, x: Expr, y: Expr): Expr =>
  onSingles(
    f,
    defined(f, "real.powf", 2, (g) => {
      const { m, b } = g;
      const { f64, i32 } = m;
      const [x, y] = g.params;
      const k = (v: number): Expr => f64.const(v);
      const is = (l: Local, v: number): Expr => f64.eq(g.get(l), k(v));
      const leave = (condition: Expr, value: () => Expr): void => g.if(condition, () => g.do(m.return(value())));
      const nan = (l: Local): Expr => f64.ne(g.get(l), g.get(l));
      leave(i32.or(is(y, 0), is(x, 1)), () => k(1));
      leave(i32.or(nan(x), nan(y)), () => k(Number.NaN));
      leave(is(y, 1), () => g.get(x));
      leave(is(y, 2), () => f64.mul(g.get(x), g.get(x)));
      leave(is(y, -1), () => f64.div(k(1), g.get(x)));
      leave(i32.and(is(y, 0.5), f64.ge(g.get(x), k(0))), () => f64.sqrt(g.get(x)));
      const whole = g.let(b.i32, f64.eq(f64.trunc(g.get(y)), g.get(y)));
      const pairs = f64.mul(f64.trunc(f64.div(g.get(y), k(2))), k(2));
      const odd = g.let(b.i32, i32.and(g.get(whole), f64.ne(pairs, g.get(y))));
      const a = g.let(b.f64, f64.abs(g.get(x)));
      const below = i32.and(f64.lt(g.get(x), k(0)), i32.and(i32.eqz(g.get(whole)), f64.ne(g.get(a), k(Infinity))));
      leave(below, () => k(Number.NaN));
      const r = g.local(b.f64);
      const end = i32.or(is(a, 0), is(a, Infinity));
      g.if(
        is(a, 1),
        () => g.set(r, k(1)),
        () =>
          g.if(
            end,
            () => g.set(r, m.select(i32.eq(is(a, 0), f64.gt(g.get(y), k(0))), k(0), k(Infinity))),
            () => {
              const e = g.let(b.f64, f64.mul(g.get(y), m.call(logarithm(g), [g.get(a)], b.f64)));
              g.set(r, m.select(f64.gt(g.get(e), k(100)), k(Infinity), exp64(g, g.get(e))));
            },
          ),
      );
      // The sign bit of x, which -0 has too.
      const signed = i32.wrap(m.i64.shr_u(m.i64.reinterpret(g.get(x)), m.i64.const(63n as never)));
      return m.select(i32.and(g.get(odd), signed), f64.neg(g.get(r)), g.get(r));
    }),
    x,
    y,
  );

/** `erff`. */
export const erf32 = (f: Func, x: Expr): Expr =>
  onSingles(
    f,
    defined(f, "real.erff", 1, (g) => {
      const { m, b } = g;
      const { f64 } = m;
      const [x] = g.params;
      const k = (v: number): Expr => f64.const(v);
      const a = g.let(b.f64, f64.abs(g.get(x)));
      const negative = (): Expr => f64.lt(g.get(x), k(0));
      g.if(f64.ne(g.get(x), g.get(x)), () => g.do(m.return(g.get(x))));
      g.if(f64.ge(g.get(a), k(4)), () => g.do(m.return(m.select(negative(), k(-1), k(1)))));
      const z = g.let(b.f64, f64.mul(g.get(a), g.get(a)));
      const e = g.let(b.f64, exp64(g, f64.neg(g.get(z))));
      const i = g.local(b.f64);
      g.if(f64.lt(g.get(a), k(2)), () => {
        const term = g.let(b.f64, k(1));
        const sum = g.let(b.f64, k(1));
        g.set(i, k(1));
        g.repeat(40, () => {
          const next = f64.mul(g.get(term), f64.mul(k(2), g.get(z)));
          g.set(term, f64.div(next, f64.add(f64.mul(k(2), g.get(i)), k(1))));
          g.set(sum, f64.add(g.get(sum), g.get(term)));
          g.set(i, f64.add(g.get(i), k(1)));
        });
        g.do(m.return(f64.mul(f64.mul(f64.mul(g.get(x), k(twoBySqrtPi)), g.get(e)), g.get(sum))));
      });
      const t = g.let(b.f64, g.get(a));
      g.set(i, k(60));
      g.repeat(60, () => {
        g.set(t, f64.add(g.get(a), f64.div(f64.div(g.get(i), k(2)), g.get(t))));
        g.set(i, f64.sub(g.get(i), k(1)));
      });
      const c = g.let(b.f64, f64.div(f64.mul(g.get(e), k(twoBySqrtPi / 2)), g.get(t)));
      return m.select(negative(), f64.sub(g.get(c), k(1)), f64.sub(k(1), g.get(c)));
    }),
    x,
  );

/** `sinf` (quarter 0) and `cosf` (quarter 1). */
export const wave32 = (f: Func, x: Expr, quarter: 0 | 1): Expr =>
  onSingles(
    f,
    defined(f, `real.wave${quarter}`, 1, (g) => {
      const { m, b } = g;
      const { f64, i32 } = m;
      const [x] = g.params;
      const k = (v: number): Expr => f64.const(v);
      const n = g.let(b.f64, f64.sub(f64.add(f64.div(g.get(x), k(halfPi[0])), k(rounder)), k(rounder)));
      const r = g.let(b.f64, g.get(x));
      for (const part of halfPi) g.set(r, f64.sub(g.get(r), f64.mul(g.get(n), k(part))));
      const turn = g.let(b.f64, f64.add(g.get(n), k(quarter)));
      const q = g.let(b.f64, f64.sub(g.get(turn), f64.mul(k(4), f64.floor(f64.div(g.get(turn), k(4))))));
      const z = g.let(b.f64, f64.mul(g.get(r), g.get(r)));
      const v = g.local(b.f64);
      g.if(
        i32.or(f64.eq(g.get(q), k(1)), f64.eq(g.get(q), k(3))),
        () => {
          const p = polynomial(g, 0, cosineSeries, z);
          g.set(v, f64.add(k(1), f64.mul(g.get(p), g.get(z))));
        },
        () => {
          const p = polynomial(g, 0, sineSeries, z);
          g.set(v, f64.add(g.get(r), f64.mul(g.get(r), f64.mul(g.get(p), g.get(z)))));
        },
      );
      return m.select(f64.ge(g.get(q), k(2)), f64.neg(g.get(v)), g.get(v));
    }),
    x,
  );

/** `narrow` to one of its formats. */
export const narrow32 = (f: Func, x: Expr, name: keyof typeof narrowFormats): Expr =>
  onSingles(
    f,
    defined(f, `real.${name}`, 1, (g) => {
      const { m, b } = g;
      const { f64 } = m;
      const { bits, least, end } = narrowFormats[name];
      const [x] = g.params;
      const k = (v: number): Expr => f64.const(v);
      const a = g.let(b.f64, f64.abs(g.get(x)));
      const give = (condition: Expr, v: Expr): void => g.if(condition, () => g.do(m.return(f64.copysign(v, g.get(x)))));
      give(m.i32.eqz(f64.lt(g.get(a), k(end))), f64.mul(g.get(a), k(Infinity)));
      const unit = 2 ** (least + 1 - bits);
      const whole = f64.sub(f64.add(f64.div(g.get(a), k(unit)), k(rounder)), k(rounder));
      give(f64.lt(g.get(a), k(2 ** least)), f64.mul(whole, k(unit)));
      const c = g.let(b.f64, f64.mul(g.get(a), k(2 ** (53 - bits) + 1)));
      return f64.copysign(f64.sub(g.get(c), f64.sub(g.get(c), g.get(a))), g.get(x));
    }),
    x,
  );

/** `roundawayf`. */
export function roundaway32(f: Func, x: Expr): Expr {
  const { f32, f64 } = f.m;
  const v = f.let(f.b.f64, f64.promote(x));
  return f32.demote(f64.trunc(f64.add(f.get(v), f64.copysign(f64.const(0.5), f.get(v)))));
}

/** `rangeScalef` and `rangeZerof`. */
export const range32 = (f: Func, which: "rangescale" | "rangezero", low: Expr, high: Expr): Expr =>
  onSingles(
    f,
    defined(f, `real.${which}`, 2, (g) => {
      const { m, b } = g;
      const { f64 } = m;
      const k = (v: number): Expr => f64.const(v);
      const [low, high] = g.params;
      const from = g.let(b.f64, m.select(f64.lt(g.get(low), k(0)), g.get(low), k(0)));
      const to = g.let(b.f64, m.select(f64.gt(g.get(high), k(0)), g.get(high), k(0)));
      g.if(f64.eq(g.get(from), g.get(to)), () => g.do(m.return(k(which === "rangescale" ? 1 : 0))));
      const scale = g.let(b.f64, f64.div(f64.sub(g.get(to), g.get(from)), k(255)));
      if (which === "rangescale") return g.get(scale);
      const [atLow, atHigh] = [from, to].map((end) => g.let(b.f64, f64.div(g.get(end), g.get(scale))));
      const error = (limit: number, end: Local): Expr => f64.add(k(limit), f64.abs(g.get(end)));
      const nearLow = f64.lt(error(128, atLow), error(127, atHigh));
      const zero = g.let(b.f64, m.select(nearLow, f64.sub(k(-128), g.get(atLow)), f64.sub(k(127), g.get(atHigh))));
      g.if(f64.le(g.get(zero), k(-128)), () => g.do(m.return(k(-128))));
      g.if(f64.ge(g.get(zero), k(127)), () => g.do(m.return(k(127))));
      return f64.trunc(f64.add(g.get(zero), f64.copysign(k(0.5), g.get(zero))));
    }),
    low,
    high,
  );
