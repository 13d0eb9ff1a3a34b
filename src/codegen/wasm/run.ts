/**
 * The functions that run a plan's steps. Each step has a function with the layer's name, which calls the kernel's: kernels are
 * shared by layers, and profilers show both.
 */
import type { Range, Step, ThreadMemory } from "../plan.ts";
import { type Binaryen, type Expr, Func, type Module } from "./asm.ts";
import { emitSync } from "./sync.ts";

/** A kernel's function, and the units into which it cuts its work. */
export interface KernelFunction {
  readonly name: string;
  readonly units: number;
}

/** A step, the function of its kernel, and what its own function is named after. */
export interface StepFunction {
  readonly step: Step;
  readonly kernel: KernelFunction;
  readonly layer: string;
}

/** Calls in one function at most: larger ones take engines long to compile. */
const callsPerFunction = 200;

/** A name that no function of the module has. */
export function freshName(m: Module, wanted: string): string {
  let name = wanted;
  while (m.getFunction(name)) name += "'";
  return name;
}

/** Adds the steps and `run`, which is exported; `exported` exports the steps as `step0`, `step1`, ... too. */
export function emitRun(b: Binaryen, m: Module, steps: readonly StepFunction[], exported: boolean): void {
  const run = new Func(b, m, freshName(m, "run"), 0);
  const calls = steps.map(({ step, kernel, layer }, i) => {
    const f = new Func(b, m, freshName(m, layer === run.name ? `${layer}'` : layer), 0);
    const args = step.args.map((a) => m.i32.const(a));
    f.do(m.call(kernel.name, args, b.none));
    f.end();
    if (exported) m.addFunctionExport(f.name, `step${i}`);
    return () => m.call(f.name, [], b.none);
  });
  inParts(run, calls);
  run.end();
  m.addFunctionExport(run.name, "run");
}

/** Lets a function do all statements, through functions of their own with the same parameters where there are many. */
function inParts(f: Func, statements: readonly (() => Expr)[]): void {
  const { b, m } = f;
  if (statements.length <= callsPerFunction) {
    for (const s of statements) f.do(s());
    return;
  }
  for (let i = 0; i < statements.length; i += callsPerFunction) {
    const types = f.params.map((p) => p.type);
    const part = new Func(b, m, freshName(m, `${f.name}.${i / callsPerFunction}`), types);
    for (const s of statements.slice(i, i + callsPerFunction)) part.do(s());
    part.end();
    const args = f.params.map((p) => f.get(p));
    f.do(m.call(part.name, args, b.none));
  }
}

/**
 * For threads. Exports `run(thread, threads, mayWait)`, which each thread of a run calls with its number from 0 on and which
 * returns when all are done, and `park` of `emitSync`. `mayWait` is 0 for a thread that must not sleep.
 */
export function emitSharedRun(
  b: Binaryen,
  m: Module,
  memory: ThreadMemory,
  steps: readonly StepFunction[],
  marks: boolean,
): void {
  const sync = emitSync(b, m, memory.sync.at);
  const first = emitFirst(b, m);
  if (marks) m.addFunctionImport("mark", "qjit", "mark", b.createType([b.i32]), b.none);
  const run = new Func(b, m, freshName(m, "run"), 3);
  const get = (k: number): Expr => m.local.get(k, b.i32);
  const meet = (): Expr => sync.barrier(get(1), get(2));
  const before = barriers(steps);
  const statements = steps.flatMap((s, i) => {
    const name = emitShare(b, m, memory.scratch, s, first, run.name);
    if (marks) m.addFunctionExport(name, `step${i}`);
    const call = (): Expr => m.call(name, [get(0), get(1)], b.none);
    const mark = (): Expr => m.if(m.i32.eqz(get(0)), m.call("mark", [m.i32.const(i)], b.none));
    return [...(before[i] ? [meet] : []), call, ...(marks ? [meet, mark] : [])];
  });
  inParts(run, [...statements, meet]);
  run.end();
  m.addFunctionExport(run.name, "run");
}

/** `first(units, thread, threads)`: `firstUnit` of `share.ts`. Returns its name. */
function emitFirst(b: Binaryen, m: Module): string {
  const { i32 } = m;
  const f = new Func(b, m, freshName(m, "first"), 3);
  const [units, thread, threads] = f.params;
  const rest = f.let(b.i32, i32.rem_u(f.get(units), f.get(threads)));
  const extra = m.select(i32.lt_u(f.get(thread), f.get(rest)), f.get(thread), f.get(rest));
  f.end(i32.add(i32.mul(i32.div_u(f.get(units), f.get(threads)), f.get(thread)), extra), b.i32);
  return f.name;
}

/** The function of a step, `(thread, threads)`: calls the kernel for the thread's share, if it has one. Returns its name. */
function emitShare(
  b: Binaryen,
  m: Module,
  scratch: Range,
  { step, kernel, layer }: StepFunction,
  firstName: string,
  taken: string,
): string {
  const { i32 } = m;
  const f = new Func(b, m, freshName(m, layer === taken ? `${layer}'` : layer), 2);
  const [thread, threads] = f.params;
  const args = (): Expr[] => {
    const fixed = step.args.map((a) => i32.const(a));
    if (!step.scratch) return fixed;
    const own = i32.add(i32.const(scratch.at), i32.mul(f.get(thread), i32.const(scratch.bytes)));
    return [...fixed.slice(0, -1), own];
  };
  if (kernel.units === 1) {
    const whole = [i32.const(0), i32.const(1)];
    f.if(i32.eqz(f.get(thread)), () => f.do(m.call(kernel.name, [...args(), ...whole], b.none)));
  } else {
    const firstOf = (t: Expr): Expr => m.call(firstName, [i32.const(kernel.units), t, f.get(threads)], b.i32);
    const first = f.let(b.i32, firstOf(f.get(thread)));
    const count = f.let(b.i32, i32.sub(firstOf(f.plus(thread, 1)), f.get(first)));
    f.if(f.get(count), () => f.do(m.call(kernel.name, [...args(), f.get(first), f.get(count)], b.none)));
  }
  f.end();
  return f.name;
}

const meets = (a: Range, b: Range): boolean => a.at < b.at + b.bytes && b.at < a.at + a.bytes;

/**
 * Before which steps threads have to wait for each other: where one reads what another thread may have written since they
 * last met, or writes what another may have read or written. Steps that the first thread does alone are in order anyway.
 */
export function barriers(steps: readonly Pick<StepFunction, "step" | "kernel">[]): boolean[] {
  let since: Pick<StepFunction, "step" | "kernel">[] = [];
  return steps.map((s) => {
    const depends = since.some(({ step, kernel }) => {
      if (s.kernel.units === 1 && kernel.units === 1) return false;
      const touched = [step.result, ...step.reads].some((r) => meets(r, s.step.result));
      return touched || s.step.reads.some((r) => meets(r, step.result));
    });
    if (depends) since = [];
    since.push(s);
    return depends;
  });
}
