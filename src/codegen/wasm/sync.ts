/**
 * How the threads of a run meet, in shared memory: a barrier between steps, and a place where workers wait for the next run.
 * Both spin for a while, as steps are short, and then sleep. A thread that must not sleep (a page's own) spins on and calls
 * back now and then, so that its caller can give up on a thread that died.
 */
import type { Binaryen, Expr, Module } from "./asm.ts";
import { Func } from "./asm.ts";

/** Words of the memory that threads meet at, each in a cache line of its own; the runtime knows them too (`runtime/crew.ts`). */
export const syncWords = {
  /** Threads that have come to the barrier. */
  arrived: 0,
  /** How often the barrier has opened. */
  phase: 64,
  /** Threads that sleep. */
  sleepers: 128,
  /** Runs that were begun; the first thread, where it is a worker, has a count of its own. */
  runs: 192,
  firstRuns: 256,
  /** Not 0: all is over, threads leave. */
  stop: 320,
} as const;

/** Bytes of the memory that threads meet at. */
export const syncBytes = 384;

/** Turns of a waiting loop before a thread sleeps: tens of microseconds in a run, where steps take as long, longer after it. */
const turns = { barrier: 20_000, runs: 60_000 };
/** Nanoseconds that a thread sleeps in a run before it calls back. */
const patience = 200_000_000;

/** What runs call. */
export interface Sync {
  /** Waits for the others: `barrier(threads, mayWait)`. */
  barrier(threads: Expr, mayWait: Expr): Expr;
}

/**
 * Adds the functions of meeting at an address to a module, and the export `park(thread, seen)`: waits until the count of runs
 * is not `seen`, and gives the count. Imports `qjit.stalled`, which is called in long waits.
 */
export function emitSync(b: Binaryen, m: Module, at: number): Sync {
  const { i32, i64 } = m;
  const word = (name: keyof typeof syncWords): Expr => i32.const(at + syncWords[name]);
  const load = (name: keyof typeof syncWords): Expr => i32.atomic.load(0, word(name));
  m.addFunctionImport("stalled", "qjit", "stalled", b.none, b.none);

  // Waits until a word is not `old`. A timeout of -1 is none: such a wait is not part of a run.
  const wait = new Func(b, m, "wait", [b.i32, b.i32, b.i32, b.i32, b.i64]);
  const [address, old, mayWait, spins, timeout] = wait.params;
  const left = wait.let(b.i32, wait.get(spins));
  const still = (): Expr => i32.eq(i32.atomic.load(0, wait.get(address)), wait.get(old));
  const sleep = (): void => {
    wait.do(m.drop(i32.atomic.rmw.add(0, word("sleepers"), i32.const(1))));
    const result = wait.let(b.i32, m.memory.atomic.wait32(wait.get(address), wait.get(old), wait.get(timeout)) as Expr);
    wait.do(m.drop(i32.atomic.rmw.sub(0, word("sleepers"), i32.const(1))));
    wait.if(i32.eq(wait.get(result), i32.const(2)), () => wait.do(m.call("stalled", [], b.none)));
    wait.set(left, i32.const(1));
  };
  const spinOn = (): void => {
    wait.do(m.call("stalled", [], b.none));
    wait.set(left, wait.get(spins));
  };
  wait.if(still(), () =>
    wait.doWhile(() => wait.if(i32.eqz(wait.countDown(left)), () => wait.if(wait.get(mayWait), sleep, spinOn)), still),
  );
  wait.end();

  const barrier = new Func(b, m, "barrier", 2);
  const phase = barrier.let(b.i32, load("phase"));
  // Whoever stops all says so first and opens the barrier then, so that nobody misses both.
  const leave = (): void => barrier.if(load("stop"), () => barrier.do(m.unreachable()));
  leave();
  const before = i32.atomic.rmw.add(0, word("arrived"), i32.const(1));
  const isLast = i32.eq(before, i32.sub(barrier.get(barrier.params[0]), i32.const(1)));
  barrier.if(
    isLast,
    () => {
      barrier.do(i32.atomic.store(0, word("arrived"), i32.const(0)));
      barrier.do(m.drop(i32.atomic.rmw.add(0, word("phase"), i32.const(1))));
      const wake = m.drop(m.memory.atomic.notify(word("phase"), i32.const(-1)));
      barrier.do(m.if(load("sleepers"), wake));
    },
    () => {
      const args = [
        word("phase"),
        barrier.get(phase),
        barrier.get(barrier.params[1]),
        i32.const(turns.barrier),
        i64.const(BigInt(patience) as never),
      ];
      barrier.do(m.call("wait", args, b.none));
      leave();
    },
  );
  barrier.end();

  const park = new Func(b, m, "park", 2);
  const [thread, seen] = park.params;
  const runs = park.let(b.i32, m.select(park.get(thread), word("runs"), word("firstRuns")));
  const forever = i64.const(-1n as never);
  park.do(m.call("wait", [park.get(runs), park.get(seen), i32.const(1), i32.const(turns.runs), forever], b.none));
  park.end(i32.atomic.load(0, park.get(runs)), b.i32);
  m.addFunctionExport("park", "park");

  return { barrier: (threads, mayWait) => m.call("barrier", [threads, mayWait], b.none) };
}
