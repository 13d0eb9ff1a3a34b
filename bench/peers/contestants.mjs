/**
 * What is measured, all in one form: `make(bytes, options)` gives `{version, detail, run, output, release, dispose}`; `run` is one
 * inference from the caller's arrays to the caller's arrays, as a user would write it. Peers' packages are imported only
 * where they are used.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const versionOf = (folder) => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")).version;
const peerVersion = (name) => versionOf(path.join(here, "node_modules", name));
const dist = (file) => import(new URL(`../../dist/${file}`, import.meta.url).href);

/** qjit on `wasm` or `native`, through the public interface. */
const qjit = (target) => ({
  label: `qjit ${target}`,
  async prepare() {
    const { importOnnx, importTflite, compile, releaseMemory } = await dist("lib/index.js");
    // Binaryen is loaded when it is first used; loading it is not compiling.
    if (target === "wasm") await import("binaryen");
    return { importOnnx, importTflite, compile, releaseMemory };
  },
  async make({ importOnnx, compile, releaseMemory }, bytes, { input, features, threads = 1 }) {
    const graph = importOnnx(bytes, { numerics: "ort" });
    const program = await compile(graph, { target, threads, ...(features ? { features } : {}) });
    if ((program.threads ?? 1) !== threads) throw new Error(`this build runs on ${program.threads ?? 1} thread`);
    let output;
    return {
      version: versionOf(path.join(here, "../..")),
      detail: [program.level, threads > 1 ? `${threads} threads` : ""].filter(Boolean).join(", "),
      run: async () => {
        [output] = await program.run([input]);
      },
      output: () => output,
      release: releaseMemory,
      dispose: () => program.dispose(),
    };
  },
});

/** What releaseMemory does of which a peer has as much: the engine's own garbage. */
async function collectGarbage() {
  const { Session } = await import("node:inspector");
  const session = new Session();
  session.connect();
  for (const method of ["HeapProfiler.enable", "HeapProfiler.collectGarbage"])
    await new Promise((done) => session.post(method, done));
  session.disconnect();
}

/** ONNX Runtime, `web` (wasm) or `node` (native). */
const onnxruntime = (kind) => ({
  label: `onnxruntime-${kind}`,
  async prepare() {
    const ort = await import(`onnxruntime-${kind}`);
    return { ort: ort.InferenceSession ? ort : ort.default };
  },
  async make({ ort }, bytes, { input, shape, threads = 1 }) {
    if (kind === "web") ort.env.wasm.numThreads = threads;
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: [kind === "web" ? "wasm" : "cpu"],
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    });
    const feed = { [session.inputNames[0]]: new ort.Tensor("float32", input, shape) };
    let output;
    return {
      version: peerVersion(`onnxruntime-${kind}`),
      detail: threads > 1 ? `${threads} threads` : "",
      run: async () => {
        output = (await session.run(feed))[session.outputNames[0]].data;
      },
      output: () => output,
      release: collectGarbage,
      dispose: () => session.release(),
    };
  },
});

export const contestants = {
  "qjit-wasm": qjit("wasm"),
  "qjit-native": qjit("native"),
  "onnxruntime-web": onnxruntime("web"),
  "onnxruntime-node": onnxruntime("node"),
};
