/**
 * A thin hand on Binaryen: functions written as statements, with locals as objects and loops as callbacks. Expressions are
 * Binaryen's own references (`f.m.i32.add(...)`); each may be used once, so a local's value is asked for anew with `get`.
 */
import type binaryen from "binaryen";

export type Binaryen = typeof binaryen;
export type Module = binaryen.Module;
/** A Binaryen expression, to be used once. */
export type Expr = number;

/** A local variable or parameter of a function under construction. */
export interface Local {
  readonly index: number;
  readonly type: number;
}

/** A function under construction: statements go to the innermost open block. */
export class Func {
  readonly b: Binaryen;
  readonly m: Module;
  readonly name: string;
  readonly params: readonly Local[];
  readonly #locals: number[] = [];
  #statements: Expr[] = [];
  #labels = 0;

  /** Begins a function of so many i32 parameters, or of parameters of these types. */
  constructor(b: Binaryen, m: Module, name: string, params: number | readonly number[]) {
    this.b = b;
    this.m = m;
    this.name = name;
    const types = typeof params === "number" ? new Array<number>(params).fill(b.i32) : params;
    this.params = types.map((type, index) => ({ index, type }));
  }

  local(type: number = this.b.i32): Local {
    this.#locals.push(type);
    return { index: this.params.length + this.#locals.length - 1, type };
  }

  /** A local that starts with a value. */
  let(type: number, value: Expr): Local {
    const l = this.local(type);
    this.set(l, value);
    return l;
  }

  get(l: Local): Expr {
    return this.m.local.get(l.index, l.type);
  }

  set(l: Local, value: Expr): void {
    this.do(this.m.local.set(l.index, value));
  }

  /** l += step (a constant; nothing for 0). */
  add(l: Local, step: number): void {
    if (step !== 0) this.set(l, this.m.i32.add(this.get(l), this.m.i32.const(step)));
  }

  /** Appends a statement. */
  do(statement: Expr): void {
    this.#statements.push(statement);
  }

  /** A local plus a constant, as an expression. */
  plus(l: Local, offset: number): Expr {
    return offset === 0 ? this.get(l) : this.m.i32.add(this.get(l), this.m.i32.const(offset));
  }

  /** What `body` emits, as one expression. */
  block(body: () => void): Expr {
    const outer = this.#statements;
    this.#statements = [];
    body();
    const inner = this.#statements;
    this.#statements = outer;
    return inner.length === 1 ? inner[0] : this.m.block(null, inner, this.b.none);
  }

  /** Runs `body` a constant number of times; unrolled for one. The counter runs down and is not visible. */
  repeat(count: number, body: () => void): void {
    if (count <= 0) return;
    if (count === 1) {
      body();
      return;
    }
    const left = this.let(this.b.i32, this.m.i32.const(count));
    this.doWhile(body, () => {
      const l = left.index;
      return this.m.local.tee(l, this.m.i32.sub(this.get(left), this.m.i32.const(1)), this.b.i32);
    });
  }

  /** `do body while (condition)`. */
  doWhile(body: () => void, condition: () => Expr): void {
    const label = `l${this.#labels++}`;
    this.do(
      this.m.loop(
        label,
        this.block(() => {
          body();
          this.do(this.m.br(label, condition()));
        }),
      ),
    );
  }

  /** `for (i = 0; i < count; i += step)` with `i` visible; `count` is a constant. */
  forUpTo(count: number, step: number, body: (i: Local) => void): void {
    const i = this.let(this.b.i32, this.m.i32.const(0));
    if (count <= 0) return;
    this.doWhile(
      () => {
        body(i);
        this.add(i, step);
      },
      () => this.m.i32.lt_u(this.get(i), this.m.i32.const(count)),
    );
  }

  /** `if (condition) then else otherwise`. */
  if(condition: Expr, then: () => void, otherwise?: () => void): void {
    const body = this.block(then);
    this.do(otherwise ? this.m.if(condition, body, this.block(otherwise)) : this.m.if(condition, body));
  }

  /** Adds the function to the module; without a value it has no result. */
  end(value?: Expr, type: number = this.b.none): void {
    const body = this.m.block(null, value === undefined ? this.#statements : [...this.#statements, value], type);
    const params = this.b.createType(this.params.map((p) => p.type));
    this.m.addFunction(this.name, params, type, this.#locals, body);
  }
}
