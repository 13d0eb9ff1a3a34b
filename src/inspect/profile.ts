/** Where a graph's time goes: each step on WebAssembly or native, each node on the interpreter. */
import { hostTarget } from "../codegen/build.ts";
import { serializeNative } from "../codegen/native/serialize.ts";
import { type Graph, type Node, operandsOf, typesOf } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import { byteLength, type TypedArray } from "../ir/type.ts";
import { nativeAddon } from "../native-program.ts";
import { runPipeline } from "../passes/pipeline.ts";
import { statistics } from "./statistics.ts";
import { WasmSteps } from "./wasm-steps.ts";
import { TimedThreads } from "./wasm-threads.ts";

/** A step's median time over the timed runs, and what it did in it. */
export interface StepTime {
  readonly name: string;
  readonly op: string;
  readonly kernel: string;
  readonly ms: number;
  /** Part of the sum over all steps, from 0 to 1. */
  readonly share: number;
  /** Multiply-accumulates. */
  readonly macs: number;
  /** Bytes of operands, constants included, and of the result: what has to be read and written at least. */
  readonly bytes: number;
}

/** All steps of one kernel. */
export interface KernelTime {
  readonly kernel: string;
  readonly steps: number;
  readonly ms: number;
  readonly share: number;
  readonly macs: number;
  readonly bytes: number;
}

/** When a step ran, in milliseconds since the first timed run began. */
export interface Span {
  readonly step: number;
  readonly start: number;
  readonly ms: number;
}

/** The outcome of profiling. */
export interface Profile {
  readonly steps: readonly StepTime[];
  readonly kernels: readonly KernelTime[];
  /** The timed runs, each step in order. */
  readonly runs: readonly (readonly Span[])[];
  /** 10^9 multiply-accumulates a second that this machine can do at most with the threads and instructions in use, where measured. */
  readonly peak?: number;
}

/** How often to run. */
export interface ProfileOptions {
  readonly runs: number;
  readonly warmup: number;
  /** Threads that share the work of a run on WebAssembly or native; 1 unless given. */
  readonly threads?: number;
  readonly onRun?: (run: number) => void;
}

/** Times one run: the milliseconds that each step took, and when it began where that is known. */
type Run = () => readonly { readonly start?: number; readonly ms: number }[];

interface Timed {
  readonly steps: readonly { readonly name: string; readonly node: Node; readonly kernel: string }[];
  readonly run: Run;
  readonly peak?: number;
  dispose(): void;
}

/** Times the steps of a graph on a back end. Throws ArgumentError if there is no such back end here. */
export async function profileOn(
  backend: "wasm" | "native" | "interpreter",
  graph: Graph,
  inputs: readonly TypedArray[],
  options: ProfileOptions,
): Promise<Profile> {
  const timed = await { wasm: onWasm, native: onNative, interpreter: onInterpreter }[backend](graph, inputs, options);
  try {
    const runs: Span[][] = [];
    for (let r = -options.warmup; r < options.runs; r++) {
      options.onRun?.(r + options.warmup);
      const began = performance.now();
      const spans = timed.run();
      if (r < 0) continue;
      let next = began;
      runs.push(
        spans.map(({ start = next, ms }, step) => {
          next = start + ms;
          return { step, start, ms };
        }),
      );
    }
    const origin = runs[0]?.[0]?.start ?? 0;
    const steps = stepTimes(timed, runs);
    return {
      ...(timed.peak ? { peak: timed.peak } : {}),
      steps,
      kernels: kernelTimes(steps),
      runs: runs.map((run) => run.map((span) => ({ ...span, start: span.start - origin }))),
    };
  } finally {
    timed.dispose();
  }
}

/** Times the steps of a graph on WebAssembly, compiled for this machine's engine. */
export async function profile(
  graph: Graph,
  inputs: readonly TypedArray[],
  options: ProfileOptions,
): Promise<readonly StepTime[]> {
  return (await profileOn("wasm", graph, inputs, options)).steps;
}

async function onWasm(graph: Graph, inputs: readonly TypedArray[], { threads = 1 }: ProfileOptions): Promise<Timed> {
  if (threads > 1) {
    const timed = await TimedThreads.of(runPipeline(graph), hostTarget(), threads);
    return {
      steps: timed.plan.steps.map(({ name, node, kernel }) => ({ name, node, kernel: kernel.name })),
      run: () => timed.run(inputs),
      dispose: () => timed.dispose(),
    };
  }
  const steps = await WasmSteps.of(runPipeline(graph), hostTarget());
  return {
    steps: steps.plan.steps.map(({ name, node, kernel }) => ({ name, node, kernel: kernel.name })),
    run() {
      steps.start(inputs);
      return steps.plan.steps.map((_, i) => {
        const start = performance.now();
        steps.step(i);
        return { start, ms: performance.now() - start };
      });
    },
    dispose() {},
  };
}

async function onNative(graph: Graph, inputs: readonly TypedArray[], { threads = 1 }: ProfileOptions): Promise<Timed> {
  const addon = await nativeAddon();
  const lowered = runPipeline(graph);
  const { bytes, steps } = serializeNative(lowered);
  const program = new addon.NativeProgram(bytes, process.env.QJIT_ISA || undefined, threads);
  const nodes = new Map(lowered.nodes.map((n) => [lowered.nameOf(n), n]));
  return {
    steps: steps.map((name, i) => ({ name, node: nodes.get(name)!, kernel: program.kernels[i] })),
    run: () => Array.from(program.profile(inputs), (ms) => ({ ms })),
    peak: addon.peak(program.isa) * threads,
    dispose: () => program.dispose(),
  };
}

async function onInterpreter(graph: Graph, inputs: readonly TypedArray[]): Promise<Timed> {
  const steps = graph.nodes
    .filter(({ op }) => op.kind !== "source")
    .map((node) => ({ name: graph.nameOf(node), node, kernel: node.op.name }));
  return {
    steps,
    run() {
      const spans: { start: number; ms: number }[] = [];
      let start = performance.now();
      interpret(graph, inputs, {
        observe(node) {
          const now = performance.now();
          if (node.op.kind !== "source") spans.push({ start, ms: now - start });
          start = now;
        },
      });
      return spans;
    },
    dispose() {},
  };
}

function stepTimes({ steps }: Timed, runs: readonly (readonly Span[])[]): StepTime[] {
  const medians = steps.map((_, i) => statistics(runs.map((run) => run[i].ms)).medianMs);
  const total = medians.reduce((a, b) => a + b, 0);
  return steps.map(({ name, node, kernel }, i) => ({
    name,
    op: node.op.name,
    kernel,
    ms: medians[i],
    share: total > 0 ? medians[i] / total : 0,
    macs: node.op.macs?.(typesOf(node.op, node.in), node.attrs, node.type) ?? 0,
    bytes: [node, ...new Set(operandsOf(node))].reduce((sum, n) => sum + byteLength(n.type), 0),
  }));
}

/** The kernels, the one that takes longest first. */
function kernelTimes(steps: readonly StepTime[]): KernelTime[] {
  const kernels = new Map<string, KernelTime>();
  for (const { kernel, ms, share, macs, bytes } of steps) {
    const k = kernels.get(kernel) ?? { kernel, steps: 0, ms: 0, share: 0, macs: 0, bytes: 0 };
    kernels.set(kernel, {
      kernel,
      steps: k.steps + 1,
      ms: k.ms + ms,
      share: k.share + share,
      macs: k.macs + macs,
      bytes: k.bytes + bytes,
    });
  }
  return [...kernels.values()].sort((a, b) => b.ms - a.ms);
}
