/** `qjit bench`: how long a model takes. */
import { cpus } from "node:os";
import { ModelError } from "../errors.ts";
import { prepare } from "./executor.ts";
import { exitDone } from "./failure.ts";
import { type Io, Progress, styled, table } from "./io.ts";
import { short } from "./layers.ts";
import { loadModel } from "./model.ts";
import { loadOptions, type ModelOptions } from "./options.ts";
import { bindInputs } from "./ports.ts";
import type { StepTime } from "./profile.ts";
import { statistics } from "./statistics.ts";

/** Options of `qjit bench`. */
export interface BenchOptions extends ModelOptions {
  readonly runs: number;
  readonly warmup: number;
  readonly profile?: boolean;
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
  const model = await loadModel(path, loadOptions(options, onWarning));
  const compileStart = performance.now();
  const executor = await prepare(model, { backend: options.backend, threads: options.threads, progress, onWarning });
  const compileEnd = performance.now();
  try {
    if (options.profile && (executor.backend !== "wasm" || model.kind !== "graph")) {
      throw new ModelError("--profile", "wants a .onnx, .tflite or .qir file on the wasm back end");
    }
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
    const steps =
      options.profile && model.kind === "graph"
        ? await (await import("./profile.ts")).profile(model.graph, inputs, options)
        : undefined;
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
      ...(steps ? { steps } : {}),
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
      if (steps) io.out(`\n${stepTable(steps, io)}`);
    }
    return exitDone;
  } finally {
    progress.done();
    executor.dispose();
  }
}

/** The steps in order of execution. */
function stepTable(steps: readonly StepTime[], io: Io): string {
  const head = ["ms", "share", "GMAC/s", "kernel", "node"];
  const rows = steps.map((s) => [
    s.ms.toFixed(4),
    `${(100 * s.share).toFixed(1)} %`,
    s.macs && s.ms ? (s.macs / s.ms / 1e6).toFixed(1) : "",
    s.kernel,
    short(s.name),
  ]);
  return table([head, ...rows], { right: [0, 1, 2], style: (r, _, cell) => (r ? cell : styled(io, "bold", cell)) });
}
