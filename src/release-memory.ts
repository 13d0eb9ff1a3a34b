/** Memory that was needed for a while, given back at once. */
import { trimNative } from "../runtime/native.ts";

/**
 * Gives what importing and compiling left in memory back to the system: collects garbage, shrinks the heap to what is in use, and
 * lets go of the free pages that the C library keeps. For processes that have loaded their models, dropped graphs and bytes of
 * files, and run for long; without it the same happens by and by, as the engine sees fit. JavaScript stands still meanwhile, some
 * tens of milliseconds, longer where much else is in memory. Does nothing where there is no `node:inspector`, as in pages.
 */
export async function releaseMemory(): Promise<void> {
  await collectGarbage();
  await trimNative();
}

/** Tells the engine that memory is low, which is what this method of the inspector's protocol does. */
async function collectGarbage(): Promise<void> {
  const node = (globalThis as { process?: Partial<NodeJS.Process> }).process;
  try {
    const inspector = node?.getBuiltinModule?.("node:inspector");
    if (!inspector) return;
    const session = new inspector.Session();
    session.connect();
    for (const method of ["HeapProfiler.enable", "HeapProfiler.collectGarbage"])
      await new Promise((done) => session.post(method, done));
    session.disconnect();
  } catch {
    // A runtime that has the module in name only, or a Node that was built without it: what follows helps all the same.
  }
}
