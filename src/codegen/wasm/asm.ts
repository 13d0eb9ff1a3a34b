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

/** The part of a kernel's work that one call does: of all its units `count` from `first` on, at least one. */
export interface Share {
  readonly first: Local;
  readonly count: Local;
}

/** A pointer, and how many bytes it moves from one unit of work to the next. */
export type Move = readonly [at: Local, bytes: number];

/** A function under construction: statements go to the innermost open block. */
export class Func {
  readonly b: Binaryen;
  readonly m: Module;
  readonly name: string;
  readonly params: readonly Local[];
  readonly #locals: number[] = [];
  readonly #share: Share | undefined;
  #units = 1;
  #statements: Expr[] = [];
  #labels = 0;

  /**
   * Begins a function of so many i32 parameters, or of parameters of these types. One that is `shared` has two more, which
   * `split` gives to those who want them: threads call it, each for its share of the work.
   */
  constructor(b: Binaryen, m: Module, name: string, params: number | readonly number[], shared = false) {
    this.b = b;
    this.m = m;
    this.name = name;
    const types = typeof params === "number" ? new Array<number>(params).fill(b.i32) : params;
    this.params = types.map((type, index) => ({ index, type }));
    const extra = (k: number): Local => ({ index: types.length + k, type: b.i32 });
    this.#share = shared ? { first: extra(0), count: extra(1) } : undefined;
  }

  local(type: number = this.b.i32): Local {
    this.#locals.push(type);
    return { index: this.#parameters.length + this.#locals.length - 1, type };
  }

  get #parameters(): readonly Local[] {
    return this.#share ? [...this.params, this.#share.first, this.#share.count] : this.params;
  }

  /** Whether calls may share the work. */
  get shared(): boolean {
    return this.#share !== undefined;
  }

  /** The parts that the work can be cut into; 1 where nothing has split it, so that one thread does it. */
  get units(): number {
    return this.#units;
  }

  /**
   * Cuts the function's work into units that do not depend on each other, and gives the share of the call: undefined where
   * one call does all of it. A function that splits twice names the same number.
   */
  split(units: number): Share | undefined {
    if (!this.#share || units <= 1) return undefined;
    if (this.#units !== 1 && this.#units !== units)
      throw new Error(`${this.name}: split in ${this.#units} and ${units}`);
    this.#units = units;
    return this.#share;
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
    this.doWhile(body, () => this.countDown(left));
  }

  /**
   * Runs `body` for each of `units` units of work, and `rest` for one more after them, or what of it is in the call's
   * share. `moves` are pointers at the first unit, which go to the beginning of the share; the body moves them on.
   */
  repeatSplit(units: number, moves: readonly Move[], body: () => void, rest?: () => void): void {
    this.repeatShare(this.split(units + (rest ? 1 : 0)), units, moves, body, rest);
  }

  /** `repeatSplit` where `split` has been asked before. */
  repeatShare(
    share: Share | undefined,
    units: number,
    moves: readonly Move[],
    body: () => void,
    rest?: () => void,
  ): void {
    if (!share) {
      this.repeat(units, body);
      rest?.();
      return;
    }
    for (const [at, bytes] of moves) this.toShare(share, at, bytes);
    const { i32 } = this.m;
    const left = this.let(this.b.i32, this.get(share.count));
    const loop = (): void => this.doWhile(body, () => this.countDown(left));
    if (!rest) {
      loop();
      return;
    }
    const end = i32.add(this.get(share.first), this.get(share.count));
    const last = this.let(this.b.i32, i32.gt_u(end, i32.const(units)));
    this.set(left, i32.sub(this.get(left), this.get(last)));
    this.if(this.get(left), loop);
    this.if(this.get(last), rest);
  }

  /** Moves a pointer from the first unit of work to that of the share. */
  toShare(share: Share, at: Local, bytes: number): void {
    const { i32 } = this.m;
    if (bytes !== 0) this.set(at, i32.add(this.get(at), i32.mul(this.get(share.first), i32.const(bytes))));
  }

  /** One less in a counter; what is left, as an expression. */
  countDown(left: Local): Expr {
    return this.m.local.tee(left.index, this.m.i32.sub(this.get(left), this.m.i32.const(1)), this.b.i32);
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
    const params = this.b.createType(this.#parameters.map((p) => p.type));
    this.m.addFunction(this.name, params, type, this.#locals, body);
  }
}
