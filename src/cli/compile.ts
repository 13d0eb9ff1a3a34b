/** `qjit compile`: a model as a WebAssembly module with a loader and its types. */
import { basename, extname } from "node:path";
import { artefactFiles } from "../codegen/artefact.ts";
import { type Build, build, hostTarget } from "../codegen/build.ts";
import { pageFile } from "../codegen/page.ts";
import { everyTarget, type WasmTarget } from "../codegen/wasm/kernel.ts";
import { exitDone, inModel } from "./failure.ts";
import { writeAll } from "./files.ts";
import { during, type Io, Progress, table } from "./io.ts";
import { loadGraph } from "./model.ts";
import { type ImportOptions, loadOptions } from "./options.ts";

/** Options of `qjit compile`. */
export interface CompileOptions extends ImportOptions {
  readonly outputDir: string;
  readonly features: "simd128" | "relaxed" | "auto" | "all";
  readonly threads?: boolean;
  readonly name?: string;
  readonly page?: boolean;
  readonly json?: boolean;
}

/** Compiles a model and writes the files, all or none. */
export async function compile(path: string, options: CompileOptions, io: Io): Promise<number> {
  const warnings: string[] = [];
  const onWarning = (message: string) => {
    warnings.push(message);
    io.err(`warning: ${message}\n`);
  };
  const start = performance.now();
  const targets = targetsOf(options.features);
  const graph = await during(io, `reading ${path}`, () => loadGraph(path, loadOptions(options, onWarning)));
  const progress = new Progress(io);
  const builds: Build[] = [];
  try {
    for (const threads of options.threads ? [true, false] : [false]) {
      for (const target of targets) {
        progress.begin(`compiling for ${engineOf(target)}${threads ? " with threads" : ""}`);
        builds.push(await inModel(path, () => build(graph, target, { threads, compact: true })));
      }
    }
  } finally {
    progress.done();
  }
  const name = options.name ?? basename(path, extname(path));
  const files = artefactFiles(name, builds);
  if (options.page) {
    const loader = files.find((f) => f.name === `${name}.mjs`)!.content as string;
    files.push(pageFile(name, builds[builds.length - 1], loader));
  }
  const paths = await writeAll(options.outputDir, files);
  const ms = performance.now() - start;
  const bytes = files.map((f) => (typeof f.content === "string" ? Buffer.byteLength(f.content) : f.content.length));
  const { level } = targets[targets.length - 1];
  const arena = builds[builds.length - 1].plan.arena.bytes;
  if (options.json) {
    const listed = paths.map((file, i) => ({ file, bytes: bytes[i] }));
    io.out(
      `${JSON.stringify({ model: path, name, level, files: listed, arenaBytes: arena, ms, warnings }, null, 2)}\n`,
    );
  } else {
    io.out(
      table(
        paths.map((file, i) => [`wrote ${file}`, `${bytes[i]} bytes`]),
        { right: [1] },
      ),
    );
    io.out(`${targets.map(engineOf).join(" and ")}, arena ${arena} bytes, ${ms.toFixed(0)} ms\n`);
  }
  return exitDone;
}

/** The level, and which of its engines where that matters. */
const engineOf = ({ level, dot }: WasmTarget): string => (dot === "inexact" ? level : `${level} ${dot}`);

/** What to build for, best first; the last one is what every engine with WebAssembly SIMD runs, where that is asked for. */
function targetsOf(features: CompileOptions["features"]): WasmTarget[] {
  if (features === "all") return everyTarget;
  if (features !== "auto") return [hostTarget(features)];
  const best = hostTarget("auto");
  return best.level === "simd128" ? [best] : [best, hostTarget("simd128")];
}
