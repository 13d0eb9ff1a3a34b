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
  const cases = names.flatMap((name) => ["interpreter", "wasm"].map((backend) => [name, backend] as const));
  test.each(cases)("run %s --backend %s", async (name, backend) => {
    const model = join(modelsDir() ?? "", `${name}.tflite`);
    if (!existsSync(model)) throw new Error(`the goldens are there, but not ${model}`);
    const dir = folder();
    const input = join(golden, name, "case0.in0.npy");
    const argv = ["run", model, "--backend", backend, "--input", `0=${input}`, "--output-dir", dir];
    const { code, err } = await qjit(argv);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(npy(join(dir, "out0.npy"))).toEqual(npy(join(golden, name, "case0.out0.npy")));
  });
});

describeModels("photos and their labels", (models) => {
  const data = join(models, "..", "data");
  const labels = join(data, "imagenet_labels.txt");
  const photos = [
    ["cat", "Egyptian cat"],
    ["dragonfly", "dragonfly, darning needle"],
    ["sunflower", "daisy"],
  ];
  test.skipIf(!existsSync(labels)).each(photos)("%s: the first of five is %s", async (photo, label) => {
    const input = join(data, "images", `${photo}_224_u8_nhwc.npy`);
    const model = join(models, "tf2_mobilenet_v2_1.0_224_ptq.tflite");
    const { code, out } = await qjit(["run", model, "--input", `0=${input}`, "--labels", labels]);
    expect(code).toBe(0);
    expect(out.split("\n")[2]).toContain(label);
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
