/** `qjit run`: a model once, on given or random inputs. */
import { randomRange } from "../inspect/random.ts";
import type { TypedArray } from "../ir/type.ts";
import { prepare } from "./executor.ts";
import { exitDone } from "./failure.ts";
import { readText, writeAll } from "./files.ts";
import { during, type Io, Progress } from "./io.ts";
import { loadModel } from "./model.ts";
import { writeNpy } from "./npy.ts";
import { loadOptions, type ModelOptions } from "./options.ts";
import { checkLabels, readLabels, summary } from "./outputs.ts";
import { bindInputs, type Port, portJson } from "./ports.ts";

/** Options of `qjit run`. */
export interface RunOptions extends ModelOptions {
  readonly outputDir?: string;
  readonly labels?: string;
  readonly json?: boolean;
}

/** Runs a model and reports. */
export async function run(path: string, options: RunOptions, io: Io): Promise<number> {
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const progress = new Progress(io);
  const model = await during(io, `reading ${path}`, () => loadModel(path, loadOptions(options, onWarning)));
  const { backend, threads, revectorize } = options;
  const executor = await prepare(model, { backend, threads, revectorize, progress, onWarning });
  try {
    const labels = options.labels === undefined ? undefined : readLabels(await readText(options.labels));
    if (labels) checkLabels(labels, executor.outputs, options.labels!);
    const inputs = await bindInputs(executor.inputs, options.input ?? [], options.seed);
    for (const { name, type, from } of inputs) {
      if (!from.startsWith("random")) continue;
      const [lo, hi] = randomRange(type);
      io.err(`input ${name}: random ${type.storage} in [${lo}, ${hi}], seed ${options.seed}\n`);
    }
    const start = performance.now();
    const results = executor.run(inputs.map((i) => i.data));
    const ms = performance.now() - start;
    const files =
      options.outputDir === undefined ? [] : await writeAll(options.outputDir, npyFiles(executor.outputs, results));
    if (options.json) {
      const { backend, level, profile } = executor;
      const object = {
        model: path,
        backend,
        level,
        profile,
        inputs: inputs.map((i) => ({ ...portJson(i), from: i.from })),
        outputs: executor.outputs.map((o, i) => ({ ...portJson(o), ...(files[i] ? { file: files[i] } : {}) })),
        ms,
        warnings,
      };
      io.out(`${JSON.stringify(object, null, 2)}\n`);
    } else {
      const how = [executor.backend, executor.level].filter(Boolean).join(" ");
      const profile = executor.profile ? `, ${executor.profile} arithmetic` : "";
      io.out(`${path}: ${ms.toFixed(2)} ms on ${how}${profile}\n`);
      executor.outputs.forEach((o, i) => {
        io.out(summary(i, o, results[i], labels));
      });
      for (const file of files) io.out(`wrote ${file}\n`);
    }
    return exitDone;
  } finally {
    progress.done();
    executor.dispose();
  }
}

function npyFiles(outputs: readonly Port[], results: readonly TypedArray[]) {
  return outputs.map(({ type }, i) => ({
    name: `out${i}.npy`,
    content: writeNpy({ storage: type.storage, shape: type.shape, data: results[i] }),
  }));
}
