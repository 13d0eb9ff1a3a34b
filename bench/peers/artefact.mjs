/** Compiled files of a model, as `qjit compile` writes them, and what their bytes are. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const dist = (file) => import(new URL(`../../dist/${file}`, import.meta.url).href);

/** Compiles for targets, the best first (this engine's own unless given), into a new folder. */
export async function compileFiles(file, targets, name) {
  const [{ build, hostTarget }, { artefactFiles }, { importOnnx, importTflite }] = await Promise.all([
    dist("src/codegen/build.js"),
    dist("src/codegen/artefact.js"),
    dist("src/index.js"),
  ]);
  const bytes = readFileSync(file);
  const graph = file.endsWith(".onnx") ? importOnnx(bytes, { numerics: "ort" }) : importTflite(bytes);
  const builds = [];
  for (const target of targets ?? [hostTarget("auto")]) builds.push(await build(graph, target, { compact: true }));
  const folder = mkdtempSync(path.join(tmpdir(), "qjit-bench-"));
  const files = artefactFiles(name, builds);
  for (const { name, content } of files) writeFileSync(path.join(folder, name), content);
  const { plan, wasm } = builds[0];
  const size = (p) => p.type.shape.reduce((n, d) => n * d, 1);
  return {
    folder,
    target: plan.target,
    inputs: plan.params.map((p) => ({ name: p.name, dtype: p.type.storage, size: size(p) })),
    bytes: {
      code: wasm.length - dataBytes(wasm),
      loader: Buffer.byteLength(files.find((f) => f.name.endsWith(".mjs")).content),
    },
  };
}

/** Bytes of a module's data section: the weights and tables. */
function dataBytes(wasm) {
  let at = 8;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < wasm.length) {
    const id = wasm[at++];
    const length = varint();
    if (id === 11) return length;
    at += length;
  }
  return 0;
}
