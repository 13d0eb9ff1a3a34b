/** `qjit bench`: how long a model takes. */
import { cpus } from "node:os";
import { basename, dirname } from "node:path";
import { ModelError } from "../errors.ts";
import { chromeTrace } from "../inspect/chrome-trace.ts";
import { profileOn } from "../inspect/profile.ts";
import { statistics } from "../inspect/statistics.ts";
import { StateValues } from "../ir/state.ts";
import { prepare } from "./executor.ts";
import { exitDone } from "./failure.ts";
import { writeAll } from "./files.ts";
import { during, type Io, Progress } from "./io.ts";
import { loadModel } from "./model.ts";
import { loadOptions, type ModelOptions } from "./options.ts";
import { bindInputs } from "./ports.ts";
import { profileText } from "./profile-text.ts";

/** Options of `qjit bench`. */
export interface BenchOptions extends ModelOptions {
  readonly runs: number;
  readonly warmup: number;
  readonly profile?: boolean;
  readonly trace?: string;
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
  const model = await during(io, `reading ${path}`, () => loadModel(path, loadOptions(options, onWarning)));
  const compileStart = performance.now();
  const { backend, threads, revectorize } = options;
  const executor = await prepare(model, { backend, threads, revectorize, progress, onWarning });
  const compileEnd = performance.now();
  try {
    const profiled =
      (options.profile || options.trace !== undefined) && model.kind === "graph" ? model.graph : undefined;
    if (!profiled && (options.profile || options.trace !== undefined))
      throw new ModelError(path, "is compiled as a whole; --profile and --trace want a .onnx, .tflite or .qir file");
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
    const { runs, warmup, backend } = { ...options, backend: executor.backend };
    const profile =
      profiled &&
      (await profileOn(backend, profiled, new StateValues(profiled).before(inputs), {
        runs,
        warmup,
        threads: executor.threads,
        onRun: (i) => progress.step(() => `profiling: ${i} of ${warmup + runs}`),
      }));
    progress.done();
    const result = {
      model: path,
      backend: executor.backend,
      level: executor.level,
      profile: executor.profile,
      threads: executor.threads,
      engine: `Node ${process.version}, V8 ${process.versions.v8}`,
      cpu: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`,
      loadMs: compileStart - loadStart,
      compileMs: compileEnd - compileStart,
      firstRunMs,
      warmup: options.warmup,
      runs: options.runs,
      ...statistics(times),
      ...(profile
        ? { steps: profile.steps, kernels: profile.kernels, ...(profile.peak ? { peakGmacs: profile.peak } : {}) }
        : {}),
      warnings,
    };
    const trace =
      profile && options.trace !== undefined
        ? await writeTrace(
            options.trace,
            chromeTrace(profile, { model: path, backend, engine: result.engine, cpu: result.cpu }),
          )
        : undefined;
    if (options.json) io.out(`${JSON.stringify(result, null, 2)}\n`);
    else {
      const ms = (x: number) => `${x.toPrecision(4)} ms`;
      const how = [executor.backend, executor.level].filter(Boolean).join(" ");
      io.out(
        `${path} on ${how}, ${executor.threads} thread${executor.threads > 1 ? "s" : ""}, ${result.engine}, ${result.cpu}\n`,
      );
      io.out(`  median  ${ms(result.medianMs)} of ${options.runs} runs after ${options.warmup}\n`);
      io.out(`  min     ${ms(result.minMs)}\n`);
      io.out(`  spread  ${ms(result.spreadMs)} between the quartiles, max ${ms(result.maxMs)}\n`);
      io.out(`  load ${ms(result.loadMs)}, compile ${ms(result.compileMs)}, first run ${ms(firstRunMs)}\n`);
      if (profile && options.profile) io.out(`\n${profileText(profile, io)}`);
      if (trace) io.out(`wrote ${trace}\n`);
    }
    return exitDone;
  } finally {
    progress.done();
    executor.dispose();
  }
}

/** Writes a trace; returns its path. */
async function writeTrace(path: string, trace: object): Promise<string> {
  const [written] = await writeAll(dirname(path), [{ name: basename(path), content: `${JSON.stringify(trace)}\n` }]);
  return written;
}
