/** The command line on real models: integers against the goldens, and damaged files. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { describeGolden, describeModels, modelsDir } from "../vectors.ts";
import { folder, put, qjit } from "./qjit.ts";

const npy = (path: string) => readNpy(readFileSync(path), path);

describeGolden("tflite-models", (golden) => {
  const names = ["pretrainedResnet_quant", "kws_ref_model", "person_detect", "mobilenet_v1_0.25_128_quant"];
  test.each(names)("run %s --backend interpreter", async (name) => {
    const model = join(modelsDir() ?? "", `${name}.tflite`);
    if (!existsSync(model)) throw new Error(`the goldens are there, but not ${model}`);
    const dir = folder();
    const input = join(golden, name, "case0.in0.npy");
    const { code, err } = await qjit([
      "run",
      model,
      "--backend",
      "interpreter",
      "--input",
      `0=${input}`,
      "--output-dir",
      dir,
    ]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(npy(join(dir, "out0.npy"))).toEqual(npy(join(golden, name, "case0.out0.npy")));
  });
});

describeModels("a damaged .tflite file ends with code 1 and one line", (models) => {
  const bytes = readFileSync(join(models, "kws_ref_model.tflite"));
  const lengths = [0, 3, 4, 8, 100, 1000, bytes.length >> 1, bytes.length - 1000];
  test.each(lengths)("cut to %d bytes", async (length) => {
    const path = put(folder(), "cut.tflite", bytes.subarray(0, length));
    const { code, out, err } = await qjit(["run", path, "--backend", "interpreter", "--json"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^error: .*cut\.tflite: [^\n]+\n$/);
    expect(err).not.toContain("internal");
  });
});

describe("a file that is something else", () => {
  test("by another name", async () => {
    const path = put(folder(), "text.tflite", "func @f(%x: i8[1]) { return %x }");
    const { code, err } = await qjit(["run", path]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/text\.tflite: wants the identifier TFL3/) });
  });
});
