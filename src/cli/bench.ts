/** `qjit bench`: how long a model takes. */
import { cpus } from "node:os";
import { prepare } from "./executor.ts";
import { exitDone } from "./failure.ts";
import { type Io, Progress } from "./io.ts";
import { loadModel } from "./model.ts";
import type { ModelOptions } from "./options.ts";
import { bindInputs } from "./ports.ts";

/** Options of `qjit bench`. */
export interface BenchOptions extends ModelOptions {
  readonly runs: number;
  readonly warmup: number;
  readonly json?: boolean;
}

/** Times a model's loading, compilation, first run and, after a warm-up, `runs` runs. */
export async function bench(path: string, options: BenchOptions, io: Io): Promise<number> {
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const progress = new Progress(io);
  const loadStart = performance.now();
  const model = await loadModel(path, { numerics: options.numerics, shapes: options.shape, onWarning });
  const compileStart = performance.now();
  const executor = await prepare(model, { backend: options.backend, threads: options.threads, progress, onWarning });
  const compileEnd = performance.now();
  try {
    const bound = await bindInputs(executor.inputs, options.input ?? [], options.seed);
    const inputs = bound.map((i) => i.data);
    const random = bound.filter((i) => i.from.startsWith("random")).map((i) => i.name);
    if (random.length) io.err(`random inputs, seed ${options.seed}: ${random.join(", ")}\n`);
    const time = () => {
      const start = performance.now();
      executor.run(inputs);
      return performance.now() - start;
    };
    const firstRunMs = time();
    for (let i = 0; i < options.warmup; i++) {
      progress.step(() => `warming up: ${i} of ${options.warmup}`);
      time();
    }
    const times: number[] = [];
    for (let i = 0; i < options.runs; i++) {
      progress.step(() => `timing: ${i} of ${options.runs}`);
      times.push(time());
    }
    progress.done();
    const result = {
      model: path,
      backend: executor.backend,
      level: executor.level,
      profile: executor.profile,
      threads: 1,
      engine: `Node ${process.version}, V8 ${process.versions.v8}`,
      cpu: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`,
      loadMs: compileStart - loadStart,
      compileMs: compileEnd - compileStart,
      firstRunMs,
      warmup: options.warmup,
      runs: options.runs,
      ...statistics(times),
      warnings,
    };
    if (options.json) io.out(`${JSON.stringify(result, null, 2)}\n`);
    else {
      const ms = (x: number) => `${x.toPrecision(4)} ms`;
      const how = [executor.backend, executor.level].filter(Boolean).join(" ");
      io.out(`${path} on ${how}, 1 thread, ${result.engine}, ${result.cpu}\n`);
      io.out(`  median  ${ms(result.medianMs)} of ${options.runs} runs after ${options.warmup}\n`);
      io.out(`  min     ${ms(result.minMs)}\n`);
      io.out(`  spread  ${ms(result.spreadMs)} between the quartiles, max ${ms(result.maxMs)}\n`);
      io.out(`  load ${ms(result.loadMs)}, compile ${ms(result.compileMs)}, first run ${ms(firstRunMs)}\n`);
    }
    return exitDone;
  } finally {
    progress.done();
    executor.dispose();
  }
}

/** Median, minimum, maximum and the distance between the quartiles (linear between ranks). */
export function statistics(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => {
    const rank = q * (sorted.length - 1);
    const low = Math.floor(rank);
    return sorted[low] + (rank - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
  return { medianMs: at(0.5), minMs: at(0), maxMs: at(1), spreadMs: at(0.75) - at(0.25) };
}
