/**
 * Whole models in headless Chromium, on one thread and on two: the bytes of TFLite's reference kernels and of ONNX Runtime. A few
 * models by default; FULL=1 takes all.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { artefactFiles } from "../../src/codegen/artefact.ts";
import { build } from "../../src/codegen/build.ts";
import { everyTarget } from "../../src/codegen/wasm/kernel.ts";
import { importOnnx } from "../../src/import/onnx/index.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { bytesOf } from "../../src/ir/print.ts";
import type { TypedArray } from "../../src/ir/type.ts";
import { describeModels, goldenDir } from "../vectors.ts";
import { describeChromium, launch, until, withPage } from "./chromium.ts";
import { isolation, serveFolder } from "./digits.ts";

interface Model {
  readonly name: string;
  readonly load: () => { graph: Graph; inputs: TypedArray[]; want: TypedArray[] };
}

const few = ["tf2_mobilenet_v2_1.0_224_ptq", "pretrainedResnet_quant", "kws_ref_model"];
const npy = (file: string): TypedArray => readNpy(readFileSync(file), file).data as TypedArray;

/** Models with golden outputs, as they are there. */
function models(dir: string): Model[] {
  const golden = goldenDir("tflite-models");
  const manifest = golden ? JSON.parse(readFileSync(join(golden, "MANIFEST.json"), "utf8")).models : {};
  const tflite = Object.entries<any>(manifest).map(([name, { cases }]): Model => {
    const arrays = (list: { file: string }[]) => list.map(({ file }) => npy(join(golden!, file)));
    return {
      name,
      load() {
        const graph = importTflite(readFileSync(join(dir, `${name}.tflite`)), {
          endBefore: ["TFLite_Detection_PostProcess"],
        });
        // Indices in int64 are kept as bytes in the goldens.
        const want = arrays(cases[0].outputs).map((data, i) =>
          graph.outputs[i].node.type.storage === "i64" && data instanceof Uint8Array
            ? BigInt64Array.from(data, BigInt)
            : data,
        );
        return { graph, inputs: arrays(cases[0].inputs), want };
      },
    };
  });
  const onnx = ["mobilenet_v2", "resnet18"].map((name): Model => {
    const file = (suffix: string) => join(dir, "pytorch-export", `${name}_${suffix}`);
    return {
      name: `${name}_qdq`,
      load: () => ({
        graph: importOnnx(new Uint8Array(readFileSync(file("qdq.onnx"))), { numerics: "ort" }),
        inputs: [npy(file("in.npy"))],
        want: [npy(file("out_ort_all.npy"))],
      }),
    };
  });
  const there = (name: string) =>
    existsSync(join(dir, `${name}.tflite`)) || existsSync(join(dir, "pytorch-export", `${name}.onnx`));
  return [...tflite, ...onnx].filter(
    (m) => there(m.name) && (process.env.FULL || [...few, "mobilenet_v2_qdq"].includes(m.name)),
  );
}

/** A page's script: the digests of a model's outputs, in every way. */
const script = (inputs: readonly TypedArray[]) => `
import { load } from "./model.mjs";
const note = (message) => { throw new Error(message); };
const read = async (url) => (await fetch(url)).arrayBuffer();
const digest = async (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, "0")).join("");
};
(async () => {
  const classes = ${JSON.stringify(inputs.map((x) => x.constructor.name))};
  const inputs = await Promise.all(classes.map(async (name, i) => new globalThis[name](await read("input" + i + ".bin"))));
  const results = [];
  for (const threads of [1, 2]) {
    const program = await load(undefined, { threads, note });
    if (program.threads !== threads) throw new Error(program.threads + " threads");
    results.push(await Promise.all(program.runSync(inputs).map(digest)));
    program.reset();
    results.push(await Promise.all((await program.run(inputs)).map(digest)));
    program.dispose();
  }
  globalThis.result = results;
})().catch((error) => { globalThis.result = String(error); });
`;

describeModels("models in headless Chromium", (dir) => {
  describeChromium("on one thread and on two", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    test.each(models(dir))("$name", { timeout: 240_000 }, async ({ load }) => {
      const { graph, inputs, want } = load();
      const folder = mkdtempSync(join(tmpdir(), "qjit-model-"));
      try {
        const builds = [];
        for (const threads of [true, false])
          for (const target of everyTarget) builds.push(await build(graph, target, { threads }));
        for (const { name, content } of artefactFiles("model", builds)) writeFileSync(join(folder, name), content);
        for (const [i, x] of inputs.entries()) writeFileSync(join(folder, `input${i}.bin`), bytesOf(x));
        writeFileSync(join(folder, "main.js"), script(inputs));
        writeFileSync(
          join(folder, "index.html"),
          `<!doctype html><meta charset="utf-8"><title>model</title><script type="module" src="/main.js"></script>`,
        );
        const { url, server } = await serveFolder(folder, undefined, isolation);
        try {
          await withPage(browser, url, async (page) => {
            await until(page, "globalThis.result", 120_000);
            const digests = want.map((data) => createHash("sha256").update(bytesOf(data)).digest("hex"));
            expect(await page.evaluate("globalThis.result")).toEqual([digests, digests, digests, digests]);
          });
        } finally {
          server.close();
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});
