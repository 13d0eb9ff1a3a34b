/** The scripts of a compiled model, made of the text of the runtime's own functions. */
import { compact } from "./compact.ts";
import { programText, serveText, workersText } from "./loader-parts.ts";

/** A module that a loader can take. */
export interface LoadedModule {
  readonly file: string;
  readonly level: string;
  readonly dot: string;
  readonly threads: boolean;
}

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
${programText}
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

/** The bytes of a source, or a module as it is. Node loads all of `fetch` where only its name Response stands. */
const readText = `async function read(source) {
  if (typeof source === "string") source = new URL(source, globalThis.location?.href ?? import.meta.url);
  if (source instanceof URL) {
    const node = source.protocol === "file:" && globalThis.process?.getBuiltinModule;
    if (node) return node("node:fs").readFileSync(source);
    source = await fetch(source);
  }
  if (source?.arrayBuffer) {
    if (source.ok === false) throw new ProgramError(source.url + ": " + source.status + " " + source.statusText);
    return source.arrayBuffer();
  }
  return source;
}`;

/** NAME.threads.mjs: programs on several threads, or in a worker. */
export function threadsSource(name: string): string {
  const url = beside(`${name}.worker.mjs`);
  return `// Runs what ${name}.mjs loads on several threads, or in a worker (qjit, Apache-2.0).
${workersText}
// Bundlers know the first form. Node has workers of its own; Deno has both, of which the first keep it alive.
const spawn = () =>
  typeof Worker === "function" && !globalThis.Deno
    ? new Worker(${url}, { type: "module" })
    : new (process.getBuiltinModule("node:worker_threads").Worker)(${url}, { execArgv: [] });
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
${serveText}
serve(globalThis.postMessage && !globalThis.Deno ? globalThis : process.getBuiltinModule("node:worker_threads").parentPort);
`;
}
