/** A graph on several threads on WebAssembly, timed step by step. */
import { spawnWorker } from "../../runtime/index.ts";
import { dataOf, describeModule } from "../../runtime/program.ts";
import type { Host } from "../../runtime/types.ts";
import { startCrew } from "../../runtime/workers.ts";
import { makePlan, type Plan } from "../codegen/plan.ts";
import type { WasmTarget } from "../codegen/wasm/kernel.ts";
import { emitModule } from "../codegen/wasm/module.ts";
import type { Graph } from "../ir/graph.ts";
import { bytesOf } from "../ir/print.ts";
import type { TypedArray } from "../ir/type.ts";

/** The steps of a lowered graph; all threads meet after each, so that its time is that of the slowest thread. */
export class TimedThreads {
  readonly plan: Plan;
  readonly #host: Host;
  readonly #ends: number[];

  private constructor(plan: Plan, host: Host, ends: number[]) {
    this.plan = plan;
    this.#host = host;
    this.#ends = ends;
  }

  /** Throws ModelError for a node that no kernel computes. */
  static async of(graph: Graph, target: WasmTarget, threads: number): Promise<TimedThreads> {
    const plan = makePlan(graph, target, { threads: true });
    const wasm = await emitModule(plan, { steps: true });
    const module = await WebAssembly.compile(wasm as BufferSource);
    const ends: number[] = [];
    const means = {
      module,
      description: describeModule(module),
      spawn: spawnWorker,
      fail: (message: string) => new Error(message),
      dataOf,
      mark: (step: number) => {
        ends[step] = performance.now();
      },
    };
    return new TimedThreads(plan, await startCrew(means, threads), ends);
  }

  /** Runs once; when each step began, and the milliseconds that it took. */
  run(inputs: readonly TypedArray[]): { start: number; ms: number }[] {
    const memory = new Uint8Array(this.#host.memory!.buffer);
    for (const [i, p] of this.plan.params.entries()) memory.set(bytesOf(inputs[i]), p.at);
    let start = performance.now();
    this.#host.runSync!();
    return this.#ends.map((end) => {
      const span = { start, ms: end - start };
      start = end;
      return span;
    });
  }

  dispose(): void {
    this.#host.dispose?.();
  }
}
