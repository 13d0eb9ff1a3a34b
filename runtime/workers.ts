/**
 * Programs on several threads, or in a worker. As in `program.ts`, each export uses only other exports of this file, whose
 * text is part of loaders.
 *
 * Threads share the module's memory, and all of them run the same program, each on its share of every step; they meet at a
 * barrier between steps (src/codegen/wasm/sync.ts). The thread that owns the program takes part in `runSync`. In `run` a worker
 * stands in for it, so that it stays free.
 */
import type { Data, Description, DType, Host, LoadOptions, PlacedTensor } from "./types.ts";

/** A worker, of a page or of Node. */
export interface Hand {
  postMessage(message: unknown): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: (what: any) => void): void;
  onmessage?: ((event: any) => void) | null;
  onerror?: ((event: any) => void) | null;
  /** Node's: `idle` is negative once the worker has stopped, before anybody has heard of that. */
  readonly performance?: { eventLoopUtilization?(): { readonly idle: number } };
}

/** How hosts are made. */
export interface Means {
  readonly module: WebAssembly.Module;
  readonly description: Description;
  /** Starts a worker that serves (`serve.ts`). */
  readonly spawn: () => Hand | Promise<Hand>;
  /** Makes the error to throw. */
  readonly fail: (message: string) => Error;
  /** `dataOf` of `program.ts`. */
  readonly dataOf: (dtype: DType, buffer: ArrayBufferLike, offset: number, length: number) => Data;
  /** Called on the first thread after each step, if the module was made for profilers. */
  readonly mark?: (step: number) => void;
  /** Seconds without progress after which a thread that runs gives the others up; 30 unless given. */
  readonly patience?: number;
}

/** Hears what a worker says, and when it ends unasked. */
export function listen(hand: Hand, said: (message: any) => void, ended: (reason: string) => void): void {
  if (hand.on) {
    hand.on("message", said);
    hand.on("error", (error) => ended(String(error?.message ?? error)));
    hand.on("exit", (code) => ended(`it exited with code ${code}`));
  } else {
    hand.onmessage = (event) => said(event.data);
    hand.onerror = (event) => {
      event.preventDefault?.();
      ended(event.message || "its script cannot be loaded");
    };
  }
}

/**
 * One run after the other. `one` runs on all inputs and gives all outputs; before its first await it takes what it needs of
 * the inputs, as the caller may change them then.
 */
export function inTurn(one: (inputs: Data[]) => Promise<Data[]>): Pick<Required<Host>, "run" | "busy"> {
  let pending = 0;
  let last: Promise<unknown> | undefined;
  return {
    busy: () => pending > 0,
    async run(given, complete, finish) {
      const waits = pending++ > 0;
      const kept = waits ? given.map((data) => data.slice()) : given;
      const start = async (): Promise<Data[]> => finish(await one(complete(kept)));
      const result = waits ? last!.then(start, start) : start();
      last = result;
      try {
        return await result;
      } finally {
        pending--;
      }
    },
  };
}

/** Why programs cannot have several threads here, or undefined if they can. */
export function threadsLack(): string | undefined {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (crossOriginIsolated === false || typeof SharedArrayBuffer === "undefined") {
    return "memory cannot be shared: the page is not cross-origin isolated (headers COOP and COEP)";
  }
  return undefined;
}

/** Starts the threads of a program; one thread has a worker to stand in for it in `run` only if it is to be kept free. */
export async function startCrew(means: Means, threads: number, free = threads > 1): Promise<Host> {
  const { module, description, spawn, fail, dataOf, patience = 30 } = means;
  const { name } = description;
  const { sync, scratch, bytes } = description.threads!;
  const section = WebAssembly.Module.customSections(module, "qjit.data")[0];
  const sound = [sync, bytes, scratch].every((n) => Number.isInteger(n) && n >= 0 && n % 64 === 0);
  if (!section || !sound || sync + 384 > scratch || scratch + bytes > description.memory) {
    throw fail("the qjit section is damaged: wants constants and addresses of threads");
  }
  const pages = Math.ceil((description.memory + (threads - 1) * bytes) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  // The words of src/codegen/wasm/sync.ts, 64 bytes apart.
  const words = new Int32Array(memory.buffer, sync, 96);
  const [phase, runs, firstRuns, stop] = [16, 48, 64, 80];
  const hands: Hand[] = [];
  let lost: Error | undefined;
  let pending: { resolve(): void; reject(error: Error): void } | undefined;

  /** Lets all threads leave, whatever they wait for. */
  const halt = (): void => {
    Atomics.store(words, stop, 1);
    for (const word of [phase, runs, firstRuns]) {
      Atomics.add(words, word, 1);
      Atomics.notify(words, word);
    }
  };
  const lose = (error: Error): Error => {
    lost ??= error;
    halt();
    pending?.reject(lost);
    return lost;
  };
  const hire = async (thread: number): Promise<Hand> => {
    const hand = await spawn();
    hands.push(hand);
    await new Promise<void>((ready, refuse) => {
      const ended = (reason: string): void => refuse(lose(fail(`${name}: a thread ended: ${reason}`)));
      const said = (message: any): void => {
        if (message.ready) ready();
        else if (message.done) pending?.resolve();
        else ended(message.error);
      };
      listen(hand, said, ended);
      const seen = Atomics.load(words, thread ? runs : firstRuns);
      hand.postMessage({ module, memory, thread, threads, sync, seen });
    });
    // Idle threads do not keep a process alive.
    hand.unref?.();
    // Asked for once while it runs, Node knows when its loop began, without which it does not tell that it has stopped.
    hand.performance?.eventLoopUtilization?.();
    return hand;
  };
  const begin = (withFirst: boolean): void => {
    for (const word of withFirst ? [runs, firstRuns] : [runs]) {
      Atomics.add(words, word, 1);
      Atomics.notify(words, word);
    }
  };
  let mayWait = 1;
  try {
    // A wait that is over at once, where it is allowed: a page's own thread must not.
    Atomics.wait(words, stop, 1, 0);
  } catch {
    mayWait = 0;
  }
  let [seen, at, waited] = [0, 0, 0];
  /** Called by this thread now and then as it waits for others. Time that the whole process slept does not count. */
  const stalled = (): void => {
    const [now, current] = [performance.now(), Atomics.load(words, phase)];
    waited = current === seen ? waited + Math.min(now - at, 1000) : 0;
    [seen, at] = [current, now];
    // Its end is an event, which this thread hears of only after the run.
    if (hands.some((hand) => (hand.performance?.eventLoopUtilization?.().idle ?? 0) < 0)) {
      throw fail(`${name}: a thread has ended in a run`);
    }
    if (waited > patience * 1000) throw fail(`${name}: a thread has not answered for ${patience} s`);
  };
  const imports = { qjit: { memory, stalled, mark: means.mark ?? (() => {}) } };
  const exports = (await WebAssembly.instantiate(module, imports)).exports as Record<
    string,
    (...args: number[]) => void
  >;
  // The constants: how many, address and size of each, then all their bytes.
  const table = new Uint32Array(section, 0, 1 + 2 * new Uint32Array(section, 0, 1)[0]);
  let from = table.byteLength;
  for (let i = 1; i < table.length; from += table[i + 1], i += 2) {
    new Uint8Array(memory.buffer, table[i]).set(new Uint8Array(section, from, table[i + 1]));
  }
  exports.prepare?.();
  const dispose = (): void => {
    lost ??= fail(`${name}: the program is disposed of`);
    pending?.reject(lost);
    halt();
    for (const hand of hands) hand.terminate();
  };
  try {
    await Promise.all(Array.from({ length: threads - 1 }, (_, i) => hire(i + 1)));
  } catch (error) {
    dispose();
    throw error;
  }
  let first: Promise<Hand> | undefined;
  const view = (t: PlacedTensor): Data =>
    dataOf(
      t.dtype,
      memory.buffer,
      t.offset,
      t.shape.reduce((n, d) => n * d, 1),
    );
  const one = async (inputs: Data[]): Promise<Data[]> => {
    inputs.forEach((data, i) => {
      (view(description.inputs[i]) as Uint8Array).set(data as Uint8Array);
    });
    if (lost) throw lost;
    first ??= hire(0);
    const hand = await first;
    if (lost) throw lost;
    hand.ref?.();
    try {
      await new Promise<void>((resolve, reject) => {
        pending = { resolve, reject };
        begin(true);
      });
    } finally {
      pending = undefined;
      hand.unref?.();
    }
    return description.outputs.map(view);
  };
  return {
    threads,
    memory,
    runSync() {
      if (lost) throw lost;
      if (threads > 1) begin(false);
      try {
        exports.run(0, threads, mayWait);
      } catch (error) {
        throw lose(
          error instanceof WebAssembly.RuntimeError ? fail(`${name}: a thread failed in a run`) : (error as Error),
        );
      }
    },
    ...(free ? inTurn(one) : {}),
    dispose,
  };
}

/** Starts a worker that has the program to itself. */
export async function startAway({ module, description, spawn, fail, dataOf }: Means): Promise<Host> {
  const { name } = description;
  const bytes = { i8: 1, u8: 1, bool: 1, i16: 2, u16: 2, i32: 4, f32: 4, i64: 8 };
  const sizes = description.outputs.map((t) => t.shape.reduce((n, d) => n * d, 1));
  const places = description.outputs.map((t, i) => [t.offset, sizes[i] * bytes[t.dtype]]);
  const hand = await spawn();
  let lost: Error | undefined;
  let pending: { resolve(message: any): void; reject(error: Error): void } | undefined;
  const answer = async (order: unknown): Promise<any> => {
    if (lost) throw lost;
    hand.ref?.();
    try {
      return await new Promise<any>((resolve, reject) => {
        pending = { resolve, reject };
        hand.postMessage(order);
      });
    } finally {
      hand.unref?.();
    }
  };
  const ended = (reason: string): void => {
    lost ??= fail(`${name}: ${reason}`);
    pending?.reject(lost);
  };
  const said = (message: any): void => {
    if (message.error) ended(`the worker failed: ${message.error}`);
    else pending?.resolve(message);
  };
  listen(hand, said, (reason) => ended(`the worker ended: ${reason}`));
  await answer({ module });
  const one = async (all: Data[]): Promise<Data[]> => {
    const inputs = description.inputs.map((t, i) => [t.offset, all[i]]);
    const { results } = await answer({ inputs, outputs: places });
    return description.outputs.map((t, i) => dataOf(t.dtype, results[i], 0, sizes[i]));
  };
  return {
    threads: 1,
    ...inTurn(one),
    dispose() {
      ended("the program is disposed of");
      hand.terminate();
    },
  };
}

/** The host that options ask for, or undefined for this thread alone. What they ask for in vain, `note` is told. */
export async function startHost(means: Means, options: LoadOptions): Promise<Host | undefined> {
  const { description, fail } = means;
  const { threads = 1, worker = false } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 256) {
    throw fail(`threads wants an integer from 1 to 256, found ${threads}`);
  }
  const lack = threadsLack();
  const note = (message: string): void =>
    (options.note ?? warnOnce)(`${description.name} runs on one thread: ${message}`);
  if (threads > 1 && lack) note(lack);
  if (!description.threads) {
    if (threads > 1 && !lack) note("it is compiled for one (qjit compile --threads)");
    return worker ? startAway(means) : undefined;
  }
  if (threads > 1 && !lack) {
    try {
      return await startCrew(means, threads);
    } catch (error) {
      note((error as Error).message);
    }
  }
  return startCrew(means, 1, worker && !lack);
}

/** console.warn, once for each message. */
export function warnOnce(message: string): void {
  const self = warnOnce as unknown as { told?: Set<string> };
  self.told ??= new Set();
  if (self.told.has(message)) return;
  self.told.add(message);
  console.warn(`qjit: ${message}`);
}
