/** The page's side of the compiler's worker. */
import type { Answers, Problem, Reply, Request } from "./messages.ts";

/** What the compiler found wrong. */
export class ProblemError extends Error {
  readonly details: readonly string[];
  constructor({ message, details }: Problem) {
    super(message);
    this.details = details;
  }
}

interface Waiting {
  done(result: never): void;
  fail(error: Error): void;
  progress(text: string): void;
}

export class Compiler {
  #worker: Worker | undefined;
  #next = 0;
  readonly #waiting = new Map<number, Waiting>();

  ask<R extends Request>(request: R, progress: (text: string) => void = () => {}): Promise<Answers[R["kind"]]> {
    this.#worker ??= this.#start();
    const id = this.#next++;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done: done as Waiting["done"], fail, progress });
      this.#worker!.postMessage({ id, request });
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("compiler.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const w = this.#waiting.get(data.id);
      if (!w) return;
      if ("progress" in data) {
        w.progress(data.progress);
        return;
      }
      this.#waiting.delete(data.id);
      if ("problem" in data) w.fail(new ProblemError(data.problem));
      else w.done(data.result as never);
    };
    worker.onerror = (event) => {
      const error = new ProblemError({
        message: `The compiler cannot be started: ${event.message || "its file does not load"}`,
        details: [],
      });
      for (const w of this.#waiting.values()) w.fail(error);
      this.#waiting.clear();
      worker.terminate();
      this.#worker = undefined;
    };
    return worker;
  }
}
