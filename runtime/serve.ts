/** What a worker does: be one thread of a program, or run a program of its own. Imports nothing; see `workers.ts`. */

/** Where a worker hears from its owner: the global scope of a page's worker, or Node's `parentPort`. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  close(): void;
  on?(event: "message", listener: (message: any) => void): void;
  onmessage?: ((event: { data: any }) => void) | null;
}

/** Serves the owner of this worker until that ends it. The source text of this function is a worker's script. */
export function serve(port: Port): void {
  /** One thread of several: sleeps between runs, so that no message reaches it any more. */
  const join = async ({ module, memory, thread, threads, sync, seen }: any) => {
    const words = new Int32Array(memory.buffer, sync, 96);
    const [phase, runs, firstRuns, stop] = [16, 48, 64, 80];
    try {
      const imports = { qjit: { memory, stalled() {}, mark() {} } };
      const { exports } = (await WebAssembly.instantiate(module, imports)) as any;
      port.postMessage({ ready: true });
      for (;;) {
        seen = exports.park(thread, seen);
        if (Atomics.load(words, stop)) break;
        exports.run(thread, threads, 1);
        if (thread === 0) port.postMessage({ done: true });
      }
    } catch (error) {
      // The others wait for this thread: let them go. Where they have been let go already, the error is how they leave.
      if (Atomics.exchange(words, stop, 1) === 0) {
        for (const word of [phase, runs, firstRuns]) {
          Atomics.add(words, word, 1);
          Atomics.notify(words, word);
        }
        port.postMessage({ error: String((error as Error)?.message ?? error) });
      }
    }
    port.close();
  };
  let own: any;
  /** Runs on copies: [address, elements] of the inputs, [address, bytes] of the outputs. */
  const work = ({ inputs, outputs }: any) => {
    for (const [at, data] of inputs) {
      new Uint8Array(own.memory.buffer, at).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    own.run();
    const results = outputs.map(([at, bytes]: number[]) => own.memory.buffer.slice(at, at + bytes));
    port.postMessage({ done: true, results }, results);
  };
  const obey = async (order: any) => {
    try {
      if (order.memory) await join(order);
      else if (order.inputs) work(order);
      else {
        own = ((await WebAssembly.instantiate(order.module)) as any).exports;
        port.postMessage({ ready: true });
      }
    } catch (error) {
      port.postMessage({ error: String((error as Error)?.message ?? error) });
    }
  };
  if (port.on) port.on("message", obey);
  else port.onmessage = (event) => void obey(event.data);
}
