/** Asks the layout worker, one request at a time, the latest first; what was laid out once is kept. */
import type { LayoutRequest, LayoutResult } from "./layout.ts";

/** The worker's bundled text, which the build puts here. */
declare const LAYOUT_WORKER: string;

type Run = (request: LayoutRequest) => Promise<LayoutResult>;

export class LayoutClient {
  readonly #known = new Map<string, Promise<LayoutResult>>();
  #run: Promise<Run> | undefined;

  /** The layout of a request; `key` says what it depends on. */
  layout(key: string, request: () => LayoutRequest): Promise<LayoutResult> {
    let result = this.#known.get(key);
    if (!result) {
      this.#run ??= start();
      result = this.#run.then((run) => run(request()));
      this.#known.set(key, result);
      result.catch(() => this.#known.delete(key));
      // A session goes over few scenes again and again.
      if (this.#known.size > 60) this.#known.delete(this.#known.keys().next().value!);
    }
    return result;
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }
}

/** A worker from the page's own text; where there can be none, the same code within the page. */
async function start(): Promise<Run> {
  const url = URL.createObjectURL(new Blob([LAYOUT_WORKER], { type: "text/javascript" }));
  try {
    return await startWorker(url);
  } catch {
    await new Promise<void>((done, fail) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => done();
      script.onerror = () => fail(new Error("the layout cannot be loaded"));
      document.head.append(script);
    });
    const { qjitLayout } = globalThis as unknown as { qjitLayout: (r: LayoutRequest) => LayoutResult };
    return async (request) => qjitLayout(request);
  }
}

function startWorker(url: string): Promise<Run> {
  const worker = new Worker(url);
  let next = 0;
  const waiting = new Map<number, { done: (r: LayoutResult) => void; fail: (e: Error) => void }>();
  worker.onmessage = ({ data }) => {
    const w = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) w?.done(data.result);
    else w?.fail(new Error(data.error));
  };
  const run: Run = (request) =>
    new Promise((done, fail) => {
      waiting.set(next, { done, fail });
      worker.postMessage({ id: next++, request });
    });
  // A worker that cannot start says so with an error event, after the constructor.
  return new Promise((done, fail) => {
    worker.onerror = () => fail(new Error("no worker"));
    run({ items: [], edges: [], aspect: 0 }).then(() => {
      worker.onerror = null;
      done(run);
    }, fail);
  });
}
