/**
 * What sharing a model's work loses, on a machine of any load: `node bench/shares.ts MODEL [--threads 2] [--features auto]`. Every
 * share of every step runs alone, and what counts is its least time: the slowest share of each step, all added, is what threads
 * would take that lose nothing in waiting. Prints the steps that lose most against an even share of the module for one thread.
 */
import { type Build, build, type Features, hostTarget } from "../src/codegen/build.ts";
import { bytesOf } from "../src/ir/print.ts";
import { inputsFor } from "../test/fuzz/generate.ts";
import { modelOptions } from "./model.ts";

const usage = "usage: node bench/shares.ts MODEL [--threads 2] [--rounds 150] [--features auto]";
const { graph, options } = modelOptions(usage, { threads: 2, rounds: 150, features: "auto" });
const { threads, rounds } = options;
const target = hostTarget(options.features as Features);
const inputs = inputsFor(graph, 1);

type Step = (thread?: number, threads?: number) => void;

async function stepsOf(threads: boolean): Promise<{ plan: Build["plan"]; steps: Step[]; memory: WebAssembly.Memory }> {
  const { plan, wasm } = await build(graph, target, { threads, steps: true });
  const module = await WebAssembly.compile(wasm as BufferSource);
  const pages = Math.ceil((plan.memoryBytes + 16 * (plan.threads?.scratch.bytes ?? 0)) / 65536);
  const own = threads ? new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }) : undefined;
  const imports = { qjit: { memory: own!, stalled() {}, mark() {} } };
  const { exports } = await WebAssembly.instantiate(module, threads ? imports : {});
  const memory = own ?? (exports.memory as WebAssembly.Memory);
  for (const s of threads ? plan.constants : []) new Uint8Array(memory.buffer, s.at).set(s.bytes);
  return { plan, steps: plan.steps.map((_, i) => exports[`step${i}`] as Step), memory };
}

/** Least microseconds of every share of every step. */
function measure({ plan, steps, memory }: Awaited<ReturnType<typeof stepsOf>>, count: number): number[][] {
  const least = steps.map(() => new Array<number>(count).fill(Number.POSITIVE_INFINITY));
  for (let r = 0; r < rounds; r++) {
    for (const [i, p] of plan.params.entries()) new Uint8Array(memory.buffer, p.at).set(bytesOf(inputs[i]));
    for (const [i, step] of steps.entries()) {
      for (let t = 0; t < count; t++) {
        const start = performance.now();
        step(t, count);
        least[i][t] = Math.min(least[i][t], performance.now() - start);
      }
    }
  }
  return least.map((l) => l.map((ms) => ms * 1000));
}

const one = await stepsOf(false);
const many = await stepsOf(true);
const [alone, shares] = [measure(one, 1), measure(many, threads)];
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const longest = shares.map((s) => Math.max(...s));
const lost = longest.map((us, i) => us - alone[i][0] / threads);
for (const i of [...lost.keys()].sort((a, b) => lost[b] - lost[a]).slice(0, 20)) {
  const { kernel, name, node } = one.plan.steps[i];
  console.log(
    `${lost[i].toFixed(1).padStart(7)} us lost: ${alone[i][0].toFixed(1)} alone, ${shares[i].map((us) => us.toFixed(1)).join(" + ")}  ` +
      `${kernel.name} ${node.type.shape.join("x")} %${name}`,
  );
}
const [whole, parts, critical] = [sum(alone.flat()), sum(shares.flat()), sum(longest)];
console.log(
  `${target.level}, Node ${process.version}: ${whole.toFixed(0)} us alone, ${parts.toFixed(0)} in ${threads} shares ` +
    `(${((100 * parts) / whole - 100).toFixed(1)} % more work), ${critical.toFixed(0)} in the longest: ${(whole / critical).toFixed(3)} times as fast`,
);
