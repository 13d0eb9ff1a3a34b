import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpy, writeNpy } from "../../src/cli/npy.ts";
import { randomValues } from "../../src/inspect/random.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { addon, levels } from "../native/native.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const image = Int8Array.from({ length: 32 }, (_, i) => i * 37);
const t = Float32Array.of(0.1, -2);
const expected = interpret(parse(small), [image, t]);
const npy = (path: string) => readNpy(readFileSync(path), path);

function setup() {
  const dir = folder();
  return {
    dir,
    model: put(dir, "small.qir", small),
    image: put(dir, "image.npy", writeNpy({ storage: "i8", shape: [1, 4, 4, 2], data: image })),
    t: put(dir, "t.npy", writeNpy({ storage: "f32", shape: [2], data: t })),
    outDir: join(dir, "made", "out"),
  };
}

describe("run", () => {
  test.each(["wasm", "auto", ...(addon ? ["native"] : [])])(
    "--backend %s gives the interpreter's bytes",
    async (backend) => {
      const s = setup();
      const argv = ["run", s.model, "--backend", backend, "--input", `image=${s.image}`, "--input", `t=${s.t}`];
      const { code, out, err } = await qjit([...argv, "--output-dir", s.outDir, "--json"]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const native = backend === "native" || (backend === "auto" && addon);
      const level = native ? levels[levels.length - 1] : expect.stringMatching(/^(simd128|relaxed)$/);
      expect(JSON.parse(out)).toMatchObject({ backend: native ? "native" : "wasm", level });
      expect(npy(join(s.outDir, "out0.npy")).data).toEqual(expected[0]);
      expect(npy(join(s.outDir, "out1.npy")).data).toEqual(expected[1]);
    },
  );

  test("--threads says that there is one", async () => {
    const s = setup();
    const { code, out, err } = await qjit(["run", s.model, "--backend", "interpreter", "--threads", "4", "--json"]);
    expect(code).toBe(0);
    const warning = "--threads 4: the interpreter has one";
    expect(err).toContain(`warning: ${warning}\n`);
    expect(JSON.parse(out).warnings).toEqual([warning]);
  });

  test("outputs are .npy files in graph order", async () => {
    const s = setup();
    const argv = ["run", s.model, "--backend", "interpreter", "--input", `image=${s.image}`, "--input", `1=${s.t}`];
    const { code, out, err } = await qjit([...argv, "--output-dir", s.outDir]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(readdirSync(s.outDir).sort()).toEqual(["out0.npy", "out1.npy"]);
    expect(npy(join(s.outDir, "out0.npy"))).toEqual({ storage: "i8", shape: [1, 4, 4, 3], data: expected[0] });
    expect(npy(join(s.outDir, "out1.npy"))).toEqual({ storage: "f32", shape: [2], data: expected[1] });
    expect(out).toContain("out0 the result: i8[1,4,4,3]<0.03:-12>");
    expect(out).toContain("on interpreter, tflite arithmetic");
  });

  test("--json prints one object and nothing else", async () => {
    const s = setup();
    const argv = ["run", s.model, "--backend", "interpreter", "--input", `0=${s.image}`, "--json"];
    const { code, out, err } = await qjit([...argv, "--seed", "7", "--output-dir", s.outDir]);
    expect(code).toBe(0);
    expect(err).toBe("input t: random f32 in [-1, 1], seed 7\n");
    const { ms, ...object } = JSON.parse(out);
    expect(ms).toBeGreaterThan(0);
    expect(object).toEqual({
      model: s.model,
      backend: "interpreter",
      level: null,
      profile: "tflite",
      inputs: [
        {
          name: "image",
          shape: [1, 4, 4, 2],
          dtype: "i8",
          quantizer: { scheme: "per_tensor_affine", scale: Math.fround(0.02), zeroPoint: -128 },
          from: s.image,
        },
        { name: "t", shape: [2], dtype: "f32", quantizer: null, from: "random seed 7" },
      ],
      outputs: [
        {
          name: "the result",
          shape: [1, 4, 4, 3],
          dtype: "i8",
          quantizer: { scheme: "per_tensor_affine", scale: Math.fround(0.03), zeroPoint: -12 },
          file: join(s.outDir, "out0.npy"),
        },
        { name: "sum", shape: [2], dtype: "f32", quantizer: null, file: join(s.outDir, "out1.npy") },
      ],
      warnings: [],
    });
  });

  test("missing inputs are the same for the same seed, and other for another", async () => {
    const s = setup();
    const read = async (seed: string) => {
      const { code } = await qjit([
        "run",
        s.model,
        "--backend",
        "interpreter",
        "--seed",
        seed,
        "--output-dir",
        s.outDir,
      ]);
      expect(code).toBe(0);
      return npy(join(s.outDir, "out0.npy")).data;
    };
    const one = await read("1");
    expect(await read("1")).toEqual(one);
    expect(await read("2")).not.toEqual(one);
  });

  test("a vector is summed up by its five greatest, with labels", async () => {
    const dir = folder();
    const model = put(dir, "v.qir", "func @v(%x: u8[1,7]<0.5:1>) {\n  return %x }\n");
    const values = Uint8Array.of(3, 9, 1, 9, 200, 0, 4);
    const input = put(dir, "x.npy", writeNpy({ storage: "u8", shape: [1, 7], data: values }));
    const labels = put(dir, "labels.txt", "a\nb\nc\nd\nthe winner\nf\ng\n");
    const argv = ["run", model, "--backend", "interpreter", "--input", `x=${input}`];
    const { out } = await qjit([...argv, "--labels", labels]);
    expect(out.split("\n").slice(2)).toEqual([
      "  [4]  200  99.50  the winner",
      "  [1]    9  4.000  b",
      "  [3]    9  4.000  d",
      "  [6]    4  1.500  g",
      "  [0]    3  1.000  a",
      "",
    ]);
    const short = put(dir, "short.txt", "a\nb");
    expect(await qjit([...argv, "--labels", short])).toEqual({
      code: 1,
      out: "",
      err: `error: ${short}: has 2 labels, but no output has a value for each: x u8[1,7]<0.5:1>\n`,
    });
  });
});

describe("what is missing or bad ends with code 1 and one line", () => {
  const bad = async (argv: readonly string[], message: string) => {
    const { code, out, err } = await qjit(argv);
    expect(err).toContain(message);
    expect({ code, out, lines: err.match(/\n/g)?.length, start: err.slice(0, 7) }).toEqual({
      code: 1,
      out: "",
      lines: 1,
      start: "error: ",
    });
  };
  const s = setup();
  const on = (...argv: string[]) => ["run", s.model, "--backend", "interpreter", ...argv];

  test("no such model", () => bad(["run", "no/such.qir"], "no/such.qir: no such file or folder"));
  test("a folder", () => {
    mkdirSync(join(s.dir, "folder.qir"));
    return bad(["run", join(s.dir, "folder.qir")], "folder.qir: is a folder, wants a file");
  });
  test("an unknown extension", () => bad(["run", s.image], "wants a file that ends in .onnx, .tflite, .qir or .wasm"));
  test("ONNX", () => bad(["run", put(s.dir, "m.onnx", "x")], "m.onnx: is not an ONNX model"));
  test("text that does not parse", () =>
    bad(
      ["run", put(s.dir, "parse.qir", small.replace("conv2d(", "conv2b("))],
      "4:44: unknown op conv2b (did you mean conv2d?)",
    ));
  test("a graph that does not verify", () =>
    bad(
      ["run", put(s.dir, "verify.qir", small.replace("pad=[1, 1, 1, 1]", "pad=[0, 1, 1, 1]"))],
      "verify.qir: %acc [conv2d.type] wants i32[1,3,4,3]",
    ));
  test("bytes that are not text", () =>
    bad(["run", put(s.dir, "bytes.qir", Uint8Array.of(0xff, 0xfe, 0))], "bytes.qir: wants UTF-8 text"));
  test("another arithmetic", () => bad(on("--numerics", "ort"), "--numerics ort: this model's arithmetic is tflite"));
  test("another shape", () =>
    bad(on("--shape", "image=2x4x4x2"), "--shape image=2x4x4x2: input image has the fixed shape 1x4x4x2"));
  test("its own shape is fine", async () => {
    expect((await qjit(on("--shape", "image=1x4x4x2"))).code).toBe(0);
  });
  test("an unknown input", () =>
    bad(
      on("--input", `imag=${s.image}`),
      "--input: wanted one of the model's inputs (0=image, 1=t), got imag (did you mean image?)",
    ));
  test("a position too far", () => bad(on("--input", `2=${s.image}`), "got 2"));
  test("no such input file", () => bad(on("--input", "image=no.npy"), "no.npy: no such file or folder"));
  test("an input that is not .npy", () => bad(on("--input", `image=${s.model}`), "small.qir: wants a .npy file"));
  test("an input of another type", () =>
    bad(on("--input", `image=${s.t}`), "t.npy: input image wants i8[1,4,4,2] (.npy |i1), found f32[2]"));
  test("an input of another shape", () => {
    const file = put(s.dir, "wide.npy", writeNpy({ storage: "i8", shape: [1, 4, 2, 4], data: image }));
    return bad(on("--input", `image=${file}`), "input image wants i8[1,4,4,2] (.npy |i1), found i8[1,4,2,4]");
  });
  test("a cut input", () => {
    const file = put(s.dir, "cut.npy", readFileSync(s.image).subarray(0, -1));
    return bad(on("--input", `image=${file}`), "cut.npy: shape (1, 4, 4, 2) of |i1 wants 32 bytes of data, found 31");
  });
  test("no such labels", () =>
    bad(on("--labels", "no.txt", "--input", `0=${s.image}`, "--input", `1=${s.t}`), "no.txt: no such file"));
});

describe("nothing is left half written", () => {
  const given = (s: ReturnType<typeof setup>) => ["--input", `0=${s.image}`, "--input", `1=${s.t}`];

  test("a bad input makes no folder", async () => {
    const s = setup();
    const { code } = await qjit([
      "run",
      s.model,
      "--backend",
      "interpreter",
      "--input",
      "0=no.npy",
      "--output-dir",
      s.outDir,
    ]);
    expect(code).toBe(1);
    expect(existsSync(join(s.dir, "made"))).toBe(false);
  });

  test("an output that cannot be written leaves none", async () => {
    const s = setup();
    mkdirSync(join(s.outDir, "out1.npy"), { recursive: true });
    const { code, err } = await qjit([
      "run",
      s.model,
      "--backend",
      "interpreter",
      ...given(s),
      "--output-dir",
      s.outDir,
    ]);
    expect({ code, err }).toEqual({
      code: 1,
      err: `error: ${join(s.outDir, "out1.npy")}: cannot be written: is a folder, wants a file\n`,
    });
    expect(readdirSync(s.outDir)).toEqual(["out1.npy"]);
  });

  test("a file where the folder should be", async () => {
    const s = setup();
    const { code, err } = await qjit(["run", s.model, "--backend", "interpreter", ...given(s), "--output-dir", s.t]);
    expect({ code, err }).toEqual({ code: 1, err: `error: ${s.t}: cannot be written: exists and is not a folder\n` });
  });

  test.skipIf(process.getuid?.() === 0)("a folder without permission", async () => {
    const s = setup();
    mkdirSync(s.outDir, { recursive: true });
    chmodSync(s.outDir, 0o500);
    const { code, err } = await qjit([
      "run",
      s.model,
      "--backend",
      "interpreter",
      ...given(s),
      "--output-dir",
      s.outDir,
    ]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("permission denied") });
    expect(readdirSync(s.outDir)).toEqual([]);
  });
});

test("the generator is mulberry32", () => {
  expect(randomValues({ storage: "i8", shape: [4] }, 0, 0)).toEqual(Int8Array.of(-60, -128, -71, -91));
});

test("--revectorize is refused where V8 cannot, or where it means nothing, and gives the same integers elsewhere", async () => {
  const can = Number.parseInt(process.versions.v8, 10) >= 13 && process.arch === "x64";
  const s = setup();
  const run = (...options: string[]) =>
    qjit(["run", s.model, "--input", `image=${s.image}`, "--input", `t=${s.t}`, "--output-dir", s.outDir, ...options]);
  const wide = await run("--revectorize");
  if (can) {
    expect(wide.out).toContain("on wasm");
    expect(npy(join(s.outDir, "out0.npy")).data).toEqual(expected[0]);
  } else {
    expect({ code: wide.code, err: wide.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining("revectorize: wanted Node 24 or later on x86-64, got Node"),
    });
  }
  const native = await run("--revectorize", "--backend", "interpreter");
  expect(native.code).toBe(2);
  expect(native.err).toContain("--revectorize wants a model that is compiled to WebAssembly here");
});
