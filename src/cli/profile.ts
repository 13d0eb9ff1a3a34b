/** The time of each step of a compiled graph. */
import { type Build, build, hostTarget } from "../codegen/build.ts";
import { type Graph, typesOf } from "../ir/graph.ts";
import { bytesOf } from "../ir/print.ts";
import type { TypedArray } from "../ir/type.ts";
import { statistics } from "./statistics.ts";

/** A step's median time over the timed runs, and what it did in it. */
export interface StepTime {
  readonly name: string;
  readonly op: string;
  readonly kernel: string;
  readonly ms: number;
  /** Part of the sum over all steps, from 0 to 1. */
  readonly share: number;
  readonly macs: number;
}

/** Times the steps of a graph, compiled for this machine's engine with each step exported. */
export async function profile(
  graph: Graph,
  inputs: readonly TypedArray[],
  { runs, warmup }: { runs: number; warmup: number },
): Promise<StepTime[]> {
  const { plan, wasm }: Build = await build(graph, hostTarget(), { steps: true });
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(wasm as BufferSource));
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const steps = plan.steps.map((_, i) => exports[`step${i}`] as () => void);
  const times = steps.map(() => [] as number[]);
  for (let r = -warmup; r < runs; r++) {
    // A step may write over an input that nothing reads after it.
    for (const [i, p] of plan.params.entries()) memory.set(bytesOf(inputs[i]), p.at);
    for (const [i, step] of steps.entries()) {
      const start = performance.now();
      step();
      if (r >= 0) times[i].push(performance.now() - start);
    }
  }
  const medians = times.map((t) => statistics(t).medianMs);
  const total = medians.reduce((a, b) => a + b, 0);
  return plan.steps.map(({ name, node, kernel }, i) => ({
    name,
    op: node.op.name,
    kernel: kernel.name,
    ms: medians[i],
    share: total > 0 ? medians[i] / total : 0,
    macs: node.op.macs?.(typesOf(node.op, node.in), node.attrs, node.type) ?? 0,
  }));
}
