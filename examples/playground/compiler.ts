/** The compiler, in a worker: the page stays responsive, and Binaryen is loaded here alone, when the first model is compiled. */
import { load as loadProgram, type Program, threadsLack } from "../../runtime/index.ts";
import { artefactFiles } from "../../src/codegen/artefact.ts";
import { type Build, build, hostTarget } from "../../src/codegen/build.ts";
import type { WasmTarget } from "../../src/codegen/wasm/kernel.ts";
import { QjitError } from "../../src/errors.ts";
import { collect, withProfile } from "../../src/explorer/collect.ts";
import type { DumpDocument } from "../../src/explorer/document.ts";
import { type Graph, importOnnx, importTflite, ParseError, parse, VerifyFailure, verified } from "../../src/index.ts";
import { profile } from "../../src/inspect/profile.ts";
import { statistics } from "../../src/inspect/statistics.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import type { Answers, LevelInfo, LevelTime, Problem, Reply, Request } from "./messages.ts";

interface Level {
  readonly level: string;
  readonly build: Build;
  readonly program: Program;
}

interface Model {
  readonly name: string;
  readonly graph: Graph;
  readonly document: DumpDocument;
  readonly levels: readonly Level[];
}

let model: Model | undefined;

type Tell = (progress: string) => void;
type Asked<K extends Request["kind"]> = Extract<Request, { kind: K }>;

const handlers: { [K in Request["kind"]]: (request: Asked<K>, tell: Tell) => Promise<Answers[K]> } = {
  async load({ file, bytes, shapes }, tell) {
    model?.levels.forEach((l) => void l.program.dispose());
    model = undefined;
    const warnings: string[] = [];
    const start = performance.now();
    tell("importing");
    const graph = importModel(file, bytes, shapes, (w) => warnings.push(w));
    const importMs = performance.now() - start;
    tell("running the passes");
    const { document } = collect(graph, { target: hostTarget("auto"), file, warnings });
    tell("loading Binaryen");
    const asked = performance.now();
    await import("binaryen");
    const binaryenMs = performance.now() - asked;
    const levels: Level[] = [];
    const infos: LevelInfo[] = [];
    for (const { level, target, threads, lacks } of wantedLevels()) {
      if (lacks !== undefined) {
        infos.push({ level, missing: lacks });
        continue;
      }
      tell(`compiling for ${level}`);
      const began = performance.now();
      const built = await build(graph, target, { threads: threads > 1 });
      infos.push({ level, bytes: built.wasm.length, compileMs: performance.now() - began });
      levels.push({
        level,
        build: built,
        program: await loadProgram(built.wasm as Uint8Array<ArrayBuffer>, { threads }),
      });
    }
    const name = file.replace(/\.[^.]*$/, "") || graph.name;
    model = { name, graph, document, levels };
    return {
      name,
      document,
      // State that a program keeps by itself comes after the plain inputs and outputs.
      inputs: graph.params
        .slice(0, levels[0].program.inputs.length)
        .map((p) => ({ name: graph.nameOf(p), type: p.type })),
      outputs: graph.outputs
        .slice(0, levels[0].program.outputs.length)
        .map((o) => ({ name: o.name, type: o.node.type })),
      // As they are compared: from what every engine runs to what runs best.
      levels: [infos[2], infos[0], infos[1]],
      importMs,
      binaryenMs,
    };
  },

  async run({ inputs }) {
    const { levels } = loaded();
    const start = performance.now();
    const outputs = levels[0].program.runSync(inputs as never) as TypedArray[];
    const ms = performance.now() - start;
    const others = levels.slice(1).map((l) => l.program.runSync(inputs as never) as TypedArray[]);
    return { outputs, ms, equal: others.every((o) => o.every((values, i) => sameValues(values, outputs[i]))) };
  },

  async measure({ inputs }, tell) {
    const { levels, graph, document } = loaded();
    const times: LevelTime[] = [];
    for (const { level, program } of levels) {
      tell(`timing ${level}`);
      times.push({ level, ...time(() => program.runSync(inputs as never)) });
    }
    tell("timing each step");
    const steps = await profile(graph, inputs, { runs: 30, warmup: 5 });
    const measured = withProfile(document, { engine: engineName(), runs: 30, steps });
    model = { ...loaded(), document: measured };
    return { times, document: measured };
  },

  async files() {
    const { name, levels } = loaded();
    return artefactFiles(
      name,
      levels.map((l) => l.build),
    );
  },
};

function loaded(): Model {
  if (!model) throw new QjitError("no model is loaded");
  return model;
}

interface WantedLevel {
  readonly level: string;
  readonly target: WasmTarget;
  readonly threads: number;
  /** Why this engine has no such level. */
  readonly lacks?: string;
}

/** The levels of instructions, the best first, which is the one that runs; what is compiled last is what every engine takes. */
function wantedLevels(): WantedLevel[] {
  const best = hostTarget("auto");
  const cores = Math.min(4, navigator.hardwareConcurrency);
  const threads = cores > 1 ? threadsLack() : "this machine has one core";
  return [
    {
      level: "relaxed",
      target: best,
      threads: 1,
      ...(best.level === "relaxed" ? {} : { lacks: "this browser has no relaxed SIMD" }),
    },
    { level: `${cores} threads`, target: best, threads: cores, ...(threads === undefined ? {} : { lacks: threads }) },
    { level: "simd128", target: hostTarget("simd128"), threads: 1 },
  ];
}

function importModel(
  file: string,
  bytes: Uint8Array,
  shapes: Readonly<Record<string, readonly number[]>>,
  onWarning: (warning: string) => void,
): Graph {
  const extension = /\.([^.]*)$/.exec(file)?.[1].toLowerCase();
  switch (extension) {
    case "onnx":
      return importOnnx(bytes, { shapes, onWarning });
    case "tflite":
      return importTflite(bytes, { shapes, onWarning });
    case "qir":
      return verified(parse(new TextDecoder().decode(bytes)));
  }
  throw new QjitError(`${file}: wants a file that ends in .onnx, .tflite or .qir`);
}

/** Median over runs for a second, after a warm-up in which the engine compiles the module in full. */
function time(run: () => void): Omit<LevelTime, "level"> {
  for (const end = performance.now() + 300; performance.now() < end; ) run();
  const times: number[] = [];
  // A clock may be coarse, so short runs are timed in batches.
  const began = performance.now();
  run();
  const batch = Math.max(1, Math.ceil(1 / Math.max(0.001, performance.now() - began)));
  for (const end = performance.now() + 1000; performance.now() < end || times.length < 5; ) {
    const start = performance.now();
    for (let i = 0; i < batch; i++) run();
    times.push((performance.now() - start) / batch);
  }
  const { medianMs, minMs, spreadMs } = statistics(times);
  return { medianMs, minMs, spreadMs, runs: times.length * batch };
}

const engineName = () => /(?:Firefox|Edg|Chrome|Version)\/\S+/.exec(navigator.userAgent)?.[0] ?? "this browser";

const sameValues = (a: TypedArray, b: TypedArray) =>
  a.length === b.length && (a as Int8Array).every((v, i) => Object.is(v, b[i]));

/** What is wrong, as a line and, of a list, all of its items. */
function problemOf(error: unknown): Problem {
  const expected = error instanceof QjitError || error instanceof ParseError || error instanceof VerifyFailure;
  const text = error instanceof Error ? error.message : String(error);
  const [first, ...rest] = text.split("\n").map((line) => line.trim());
  const message = expected ? first : `A bug in qjit, or not enough memory: ${first}`;
  return { message, details: rest.filter(Boolean) };
}

addEventListener("message", async ({ data: { id, request } }: MessageEvent<{ id: number; request: Request }>) => {
  const reply = (r: Reply) => postMessage(r);
  try {
    const handler = handlers[request.kind] as (r: Request, tell: Tell) => Promise<Answers[keyof Answers]>;
    reply({ id, result: await handler(request, (progress) => reply({ id, progress })) });
  } catch (error) {
    reply({ id, problem: problemOf(error) });
  }
});
