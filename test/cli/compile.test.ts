import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { probeEngine } from "../../runtime/index.ts";
import { readNpy } from "../../src/cli/npy.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const dir = folder();
const model = put(dir, "small.qir", small);
const npy = (path: string) => readNpy(readFileSync(path), path);

test("writes a module, its loader and its types, and says how large they are", async () => {
  const to = join(dir, "dist");
  const { code, out, err } = await qjit(["compile", model, "-o", to]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(readdirSync(to).sort()).toEqual(["small.d.mts", "small.mjs", "small.wasm"]);
  for (const name of readdirSync(to)) {
    const size = statSync(join(to, name)).size;
    expect(out).toMatch(new RegExp(`^wrote ${join(to, name)} +${size} bytes$`, "m"));
  }
  expect(out).toMatch(/^simd128, arena \d+ bytes, \d+ ms$/m);
});

test("the module runs by itself, with the interpreter's bytes", async () => {
  const to = folder();
  await qjit(["compile", model, "-o", to, "--name", "net"]);
  const outputs = async (path: string, ...more: string[]) => {
    const at = folder();
    const { code, out } = await qjit(["run", path, "--seed", "5", "--output-dir", at, "--json", ...more]);
    expect(code).toBe(0);
    const { model: _, backend, level, ms, ...object } = JSON.parse(out);
    for (const o of object.outputs) delete o.file;
    return { object, data: [npy(join(at, "out0.npy")), npy(join(at, "out1.npy"))] };
  };
  expect(await outputs(join(to, "net.wasm"))).toEqual(await outputs(model, "--backend", "interpreter"));
});

test("the loader loads it", async () => {
  const to = folder();
  await qjit(["compile", model, "-o", to]);
  const { load } = await import(/* @vite-ignore */ pathToFileURL(join(to, "small.mjs")).href);
  const program = await load();
  const image = Int8Array.from({ length: 32 }, (_, i) => i * 37);
  const t = Float32Array.of(0.1, -2);
  const [y, sum] = interpret(parse(small), [image, t]);
  expect(await program.run({ image, t })).toEqual({ "the result": y, sum });
});

test("as JSON", async () => {
  const to = folder();
  const { code, out, err } = await qjit(["compile", model, "-o", to, "--json"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const object = JSON.parse(out);
  expect(object).toMatchObject({ model, name: "small", level: "simd128", warnings: [] });
  expect(object.files).toEqual(
    ["small.wasm", "small.mjs", "small.d.mts"].map((name) => ({
      file: join(to, name),
      bytes: statSync(join(to, name)).size,
    })),
  );
});

test("--features auto adds what this engine has", async () => {
  const to = folder();
  expect((await qjit(["compile", model, "-o", to, "--features", "auto"])).code).toBe(0);
  expect(readdirSync(to).includes("small.relaxed.wasm")).toBe(probeEngine().relaxed);
  expect(existsSync(join(to, "small.wasm"))).toBe(true);
});

test("--features all writes a module for every kind of engine, and the loader takes what the probe finds", async () => {
  const to = folder();
  expect((await qjit(["compile", model, "-o", to, "--features", "all", "--threads"])).code).toBe(0);
  const modules = readdirSync(to).filter((f) => f.endsWith(".wasm"));
  const kinds = ["signed", "unsigned", "saturating"].flatMap((dot) => [dot, `${dot}.threads`]).concat("threads");
  expect(modules.sort()).toEqual([...kinds.map((kind) => `small.${kind}.wasm`), "small.wasm"].sort());
  // An engine whose dot product reads bytes as unsigned, or signed, or saturates, or has none; what it would load it names instead.
  const taken = (reading: string, options: string) =>
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `const byte = (v, i) => (v << (24 - 8 * i)) >> 24;
         const reads = { unsigned: (v) => v & 255, signed: (v) => v, saturating: () => 0 };
         const dot = (a, b, sum) =>
           [0, 1, 2, 3].reduce((s, i) => (s + byte(a, i) * reads.${reading}(byte(b, i))) | 0, sum);
         const pair = (a, b) =>
           Math.max(-32768, Math.min(32767, byte(a, 0) * (b & 255) + byte(a, 1) * ((b >> 8) & 255)));
         WebAssembly.validate = (b) => ${reading !== "none"} || !new TextDecoder("latin1").decode(b).includes("\\xfd\\x93\\x02");
         WebAssembly.Module = class { static customSections() { return []; } };
         WebAssembly.Instance = class { exports = { f: dot, g: pair }; };
         process.getBuiltinModule = () => ({ readFileSync: (url) => { console.log(url.href); process.exit(); } });
         const { load } = await import(${JSON.stringify(pathToFileURL(join(to, "small.mjs")).href)});
         await load(undefined, ${options});`,
      ],
      { encoding: "utf8" },
    ).replace(/^.*\/|\n$/g, "");
  for (const kind of ["unsigned", "signed", "saturating"]) {
    expect(taken(kind, "{}")).toBe(`small.${kind}.wasm`);
    expect(taken(kind, "{ threads: 2 }")).toBe(`small.${kind}.threads.wasm`);
  }
  expect(taken("none", "{}")).toBe("small.wasm");
  expect(taken("none", "{ threads: 2 }")).toBe("small.threads.wasm");
});

test.runIf(!probeEngine().relaxed)("--features relaxed is refused where the engine has none", async () => {
  const { code, err } = await qjit(["compile", model, "-o", join(dir, "none"), "--features", "relaxed"]);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error: .*relaxed SIMD.*\n$/) });
  expect(existsSync(join(dir, "none"))).toBe(false);
});

describe("what fails leaves nothing", () => {
  test("a bad model", async () => {
    const to = join(dir, "bad");
    const { code, err } = await qjit(["compile", put(dir, "bad.qir", "func"), "-o", to]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error: .*bad\.qir: 1:5: [^\n]+\n$/) });
    expect(existsSync(to)).toBe(false);
  });
  test("a file in the way", async () => {
    const to = folder();
    mkdirSync(join(to, "small.mjs"));
    const { code, err } = await qjit(["compile", model, "-o", to]);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining("small.mjs: cannot be written: is a folder"),
    });
    expect(readdirSync(to)).toEqual(["small.mjs"]);
  });
  test("a compiled module", async () => {
    const to = folder();
    await qjit(["compile", model, "-o", to]);
    const { code, err } = await qjit(["compile", join(to, "small.wasm"), "-o", to]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("small.wasm: is compiled already") });
  });
  test.each(["../x", "a/b", "", ".."])("--name %j", async (name) => {
    const { code, err } = await qjit(["compile", model, "-o", join(dir, "name"), "--name", name]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("It wants a file name without a folder.") });
    expect(existsSync(join(dir, "name"))).toBe(false);
  });
});

describe("a .wasm file that is not one of qjit's", () => {
  const bad = async (content: Uint8Array, message: string) => {
    const path = put(folder(), "x.wasm", content);
    const { code, out, err } = await qjit(["run", path]);
    expect(err).toContain(`x.wasm: ${message}`);
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 1, out: "", lines: 2 });
  };
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  test("other bytes", () => bad(Uint8Array.of(1, 2, 3), "not a WebAssembly module"));
  test("another module", () => bad(empty, "not a module that qjit compiled"));
  test("a section that says nonsense", async () => {
    const to = folder();
    await qjit(["compile", model, "-o", to]);
    const bytes = readFileSync(join(to, "small.wasm"));
    const at = bytes.indexOf('"kind":"tensor"');
    expect(at).toBeGreaterThan(0);
    bytes.write('"kind":"tensir"', at);
    await bad(bytes, "the qjit section is damaged: the quantizer of image is none");
  });
  test("cannot run on the interpreter", async () => {
    const path = put(folder(), "x.wasm", empty);
    const { code, err } = await qjit(["run", path, "--backend", "interpreter"]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("is compiled for wasm") });
  });
});
