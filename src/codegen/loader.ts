/** The scripts of a compiled model, made of the text of the runtime's own functions. */
import { probeEngine } from "../../runtime/probe.ts";
import {
  compileModule,
  dataOf,
  describeModule,
  engineLacks,
  hostHere,
  Program,
  ProgramError,
  sizeOf,
} from "../../runtime/program.ts";
import { serve } from "../../runtime/serve.ts";
import { inTurn, listen, startAway, startCrew, startHost, threadsLack, warnOnce } from "../../runtime/workers.ts";

/** A module that a loader can take. */
export interface LoadedModule {
  readonly file: string;
  readonly level: string;
  readonly dot: string;
  readonly threads: boolean;
}

/** Parts of scripts: each uses only parts of its own list, which is what makes a script of them. */
type Parts = readonly ((...args: any[]) => unknown)[];
const program = [
  ProgramError,
  dataOf,
  sizeOf,
  compileModule,
  describeModule,
  engineLacks,
  hostHere,
  Program,
  probeEngine,
] as unknown as Parts;
const workers = [listen, inTurn, threadsLack, startCrew, startAway, startHost, warnOnce] as unknown as Parts;

/** What spaces mean something in: strings, templates, and regular expressions, which begin with a class here. */
const literals = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\[(?:[^\\\]]|\\.)*\][^/\n]*\//g;

/**
 * Source as scripts have it: without comments, spaces and line breaks that engines do not need; private names are short, and
 * so are WebAssembly and ProgramError, which is exported by its name.
 */
export function compact(source: string): string {
  const lines = source.replace(/^\s*\/\*\*[\s\S]*?\*\/$/gm, "").split("\n");
  const text = lines
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("//"))
    .join("\n");
  const names: string[] = [];
  const short = (name: string): string => {
    if (!names.includes(name)) names.push(name);
    return `#${names
      .indexOf(name)
      .toString(36)
      .replace(/^\d/, (d) => "zyxwvutsrq"[Number(d)])}`;
  };
  const squeeze = (code: string): string =>
    code
      .replace(/\s*([=,;:?(){}[\]<>*&|!])\s*/g, "$1")
      .replace(/#\w+/g, short)
      .replace(/\bProgramError\b/g, "E")
      .replace(/\bWebAssembly\b/g, "W")
      .replace(/\bconst\b/g, "let");
  let out = "";
  let from = 0;
  for (const { 0: literal, index } of text.matchAll(literals)) {
    // Private names stand in the holes of templates too.
    out += squeeze(text.slice(from, index)) + (literal[0] === "`" ? literal.replace(/#\w+/g, short) : literal);
    from = index + literal.length;
  }
  return out + squeeze(text.slice(from));
}

const textOf = (parts: Parts): string =>
  ["const W = globalThis.WebAssembly;", ...parts.map((p) => compact(String(p)))].join("\n");

/** `new URL` of a file beside a script, in the form that bundlers know. */
const beside = (file: string): string => `new URL(${JSON.stringify(`./${encodeURIComponent(file)}`)}, import.meta.url)`;

/** NAME.mjs, which loads the first of the modules that the engine can run. */
export function loaderSource(name: string, modules: readonly LoadedModule[]): string {
  const list = modules.map(
    ({ file, level, dot, threads }) =>
      `{ url: () => ${beside(file)}, level: "${level}", dot: "${dot}"${threads ? ", threads: true" : ""} }`,
  );
  const threads = modules.some((m) => m.threads);
  return `// Loads ${modules.map((m) => m.file).join(" or ")}, compiled by qjit (Apache-2.0). ${name}.d.mts has the types.
${textOf(program)}
const modules = [${list.join(",\n")}];
${compact(readText)}
/** Loads the model: from the .wasm file beside this one, or from bytes, a module, a Response or a URL. */
export ${compact(threads ? loadManyText(name) : loadText)}
export { Program, E as ProgramError };
export default load;
`;
}

const loadText = `async function load(source) {
  const engine = probeEngine();
  if (source === undefined) {
    const fit = modules.find((m) => !engineLacks(m, engine));
    if (!fit) throw new ProgramError(engineLacks(modules[modules.length - 1], engine));
    source = fit.url();
  }
  if (!engine.simd) throw new ProgramError(engineLacks(modules[0], engine));
  const module = await compileModule(await read(source));
  const lacks = engineLacks(describeModule(module), engine);
  if (lacks) throw new ProgramError(lacks);
  return new Program(module, hostHere(await WebAssembly.instantiate(module)));
}`;

/** Where there are modules for threads too: they are taken where they are asked for, and memory can be shared. */
const loadManyText = (name: string): string =>
  loadText
    .replace("(source)", "(source, options)")
    .replace(
      "probeEngine();",
      `probeEngine();
  const more = options && await import(${JSON.stringify(`./${name}.threads.mjs`)});
  const threads = more?.wanted(options);`,
    )
    .replace("modules.find((m) => ", "modules.find((m) => !m.threads === !threads && ")
    .replace("hostHere(", "(await more?.start(module, options, describeModule, dataOf, ProgramError)) ?? hostHere(");

/** The bytes of a source, or a module as it is. */
const readText = `async function read(source) {
  if (typeof source === "string") source = new URL(source, globalThis.location?.href ?? import.meta.url);
  if (source instanceof URL) {
    const node = source.protocol === "file:" && globalThis.process?.getBuiltinModule;
    if (node) return node("node:fs").promises.readFile(source);
    source = await fetch(source);
  }
  if (typeof Response === "function" && source instanceof Response) {
    if (!source.ok) throw new ProgramError(source.url + ": " + source.status + " " + source.statusText);
    return source.arrayBuffer();
  }
  return source;
}`;

/** NAME.threads.mjs: programs on several threads, or in a worker. */
export function threadsSource(name: string): string {
  const url = beside(`${name}.worker.mjs`);
  return `// Runs what ${name}.mjs loads on several threads, or in a worker (qjit, Apache-2.0).
${textOf(workers)}
// Bundlers know the first form; Node has workers of its own.
const spawn = () =>
  typeof Worker === "function"
    ? new Worker(${url}, { type: "module" })
    : new (process.getBuiltinModule("node:worker_threads").Worker)(${url});
/** The host that options ask for; the loader lends its own functions. */
export const start = (module, options, describe, dataOf, Fault) =>
  startHost({ module, description: describe(module), spawn, fail: (message) => new Fault(message), dataOf }, options);
/** Whether to take a module for threads. */
export const wanted = ({ threads }) => threads > 1 && !threadsLack();
`;
}

/** NAME.worker.mjs: the script of the workers. */
export function workerSource(name: string): string {
  return `// The workers of ${name}.threads.mjs (qjit, Apache-2.0).
${textOf([serve as Parts[number]])}
serve(globalThis.postMessage ? globalThis : process.getBuiltinModule("node:worker_threads").parentPort);
`;
}
