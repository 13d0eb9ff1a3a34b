/**
 * Damaged model files: every shared model with bytes or fields changed gives a graph or one ModelError, within 5 seconds of CPU time,
 * and in 1 GiB. A process of its own does it, so that a crash, an endless loop or a large allocation is seen as such.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeModels } from "../vectors.ts";

const silence = 10_000;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "qjit-damaged-"));
  const entry = fileURLToPath(new URL("damaged-models.ts", import.meta.url));
  const outfile = join(dir, "damaged-models.mjs");
  await build({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", outfile, logLevel: "error" });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the process to its end, or ends it where it says nothing for too long. */
function run(
  seconds: number,
  seed: number,
  files: readonly string[],
): Promise<{ code: number | null; last: string; err: string }> {
  const child = spawn(process.execPath, [join(dir, "damaged-models.mjs"), String(seconds), String(seed), ...files]);
  let [last, err] = ["", ""];
  let timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  child.stdout.on("data", (chunk) => {
    last = String(chunk).trimEnd().split("\n").at(-1)!;
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), silence);
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, last, err });
    }),
  );
}

describeModels("damaged model files", (models) => {
  const seconds = Number(process.env.FUZZ_SECONDS ?? 10);
  test("a graph or a ModelError, soon, in bounded memory", { timeout: seconds * 1000 + 120_000 }, async () => {
    const list = (folder: string, ending: string) =>
      readdirSync(folder)
        .filter((f) => f.endsWith(ending))
        .map((f) => join(folder, f));
    const files = [...list(models, ".tflite"), ...list(join(models, "pytorch-export"), ".onnx")];
    const seed = process.env.FUZZ_SEED ? Number(process.env.FUZZ_SEED) : Math.floor(Math.random() * 2 ** 30);
    const { code, last, err } = await run(seconds, seed, files);
    expect({ code, err }, `after FUZZ_SEED=${last}`).toEqual({ code: 0, err: "" });
    expect(last).toMatch(/^done [1-9]/);
    console.log(`damaged model files: ${last.slice(5)} copies of ${files.length} models in ${seconds} s`);
  });
});
