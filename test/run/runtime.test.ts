/** The runtime on good modules, damaged ones, and engines that lack something. */
import binaryen from "binaryen";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { describeModule, engineLacks, load, Program, ProgramError, probeEngine } from "../../runtime/index.ts";
import { build } from "../../src/codegen/build.ts";
import { select } from "../../src/codegen/kernels.ts";
import { relaxedDot } from "../../src/codegen/wasm/kernels/conv-dot.ts";
import { compile } from "../../src/compile.ts";
import { ModelError } from "../../src/errors.ts";
import { parse } from "../../src/ir/parse.ts";
import { type Flavour, withDots } from "../emulated-dot.ts";

const graph = parse(`func @net(%x: i8[1,3]<0.5:3>, %y: f32[2]) {profile="pytorch"} {
  %a: i8[1,3]<0.5:3> = clamp(%x, range=[3, 100])
  %b: f32[2] = unary(%y, fn=square)
  %k: i64[2] = const(value=[1, -2])
  return %a, %b, %k
}`);
const simd = { level: "simd128", dot: "inexact" } as const;
const inputs = [Int8Array.of(-5, 50, 127), Float32Array.of(1.5, -3)] as const;

let wasm: Uint8Array;
beforeAll(async () => {
  ({ wasm } = await build(graph, simd));
});

/** The module with its `qjit` section replaced. */
function withSection(change: (json: any) => unknown): Uint8Array {
  const module = new WebAssembly.Module(wasm as BufferSource);
  const json = JSON.parse(new TextDecoder().decode(WebAssembly.Module.customSections(module, "qjit")[0]));
  const changed = change(json);
  const text = new TextEncoder().encode(typeof changed === "string" ? changed : JSON.stringify(changed));
  const leb = (n: number) => [(n & 127) | 128, ((n >> 7) & 127) | 128, (n >> 14) & 127];
  const name = [4, ...new TextEncoder().encode("qjit")];
  // A section of the same name in front of all others is the one that is read.
  return Uint8Array.from([
    ...wasm.slice(0, 8),
    0,
    ...leb(name.length + text.length),
    ...name,
    ...text,
    ...wasm.slice(8),
  ]);
}

describe("a program", () => {
  test("says what it is and runs, by position and by name", async () => {
    const program = await load(wasm as BufferSource);
    expect(program.inputs).toEqual([
      { name: "x", dtype: "i8", shape: [1, 3], quantizer: { kind: "tensor", scale: 0.5, zero: 3 } },
      { name: "y", dtype: "f32", shape: [2] },
    ]);
    expect(program.outputs.map((t) => t.name)).toEqual(["a", "b", "k"]);
    expect(program.description).toMatchObject({ name: "net", profile: "pytorch", level: "simd128" });
    expect(program.description.steps.map(([, kernel]) => kernel)).toEqual([
      "x_vclamp__wasmsimd",
      "f32_vunary_x16__wasmsimd",
    ]);
    const want = [Int8Array.of(3, 50, 100), Float32Array.of(2.25, 9), BigInt64Array.of(1n, -2n)];
    expect(program.runSync(inputs)).toEqual(want);
    expect(await program.run({ y: inputs[1], x: inputs[0] })).toEqual({ a: want[0], b: want[1], k: want[2] });
    expect(inputs).toEqual([Int8Array.of(-5, 50, 127), Float32Array.of(1.5, -3)]);
  });

  test("gives copies, or views on request", async () => {
    const program = await load(wasm as BufferSource);
    const [copy] = program.runSync(inputs);
    const [view] = program.runSync(inputs, { views: true });
    program.runSync([new Int8Array(3), inputs[1]]);
    expect(copy).toEqual(Int8Array.of(3, 50, 100));
    expect(view).toEqual(Int8Array.of(3, 3, 3));
  });

  test("has two of itself that do not meet", async () => {
    const module = await WebAssembly.compile(wasm as BufferSource);
    const [a, b] = [new Program(module), new Program(module)];
    const [of] = a.runSync(inputs, { views: true });
    b.runSync([Int8Array.of(7, 7, 7), inputs[1]]);
    expect(of).toEqual(Int8Array.of(3, 50, 100));
  });

  test.each([
    [[inputs[0]], "wants 2 inputs (x, y), found 1"],
    [[inputs[1], inputs[0]], "input x wants Int8Array of 3 (i8[1,3]), found Float32Array of 2"],
    [[new Int8Array(4), inputs[1]], "input x wants Int8Array of 3 (i8[1,3]), found Int8Array of 4"],
    [[[1, 2, 3], inputs[1]], "input x wants Int8Array of 3 (i8[1,3]), found object"],
    [{ x: inputs[0] }, "input y wants Float32Array of 2 (f32[2]), found nothing"],
    [{ x: inputs[0], y: inputs[1], z: inputs[1] }, "no input z; the inputs are x, y"],
    [inputs[0], "wants a list of inputs, found one array"],
    [undefined, "wants inputs as a list or by name"],
  ])("refuses wrong inputs %#", async (given, message) => {
    const program = await load(wasm as BufferSource);
    expect(() => program.runSync(given as never)).toThrow(new ProgramError(message));
    await expect(program.run(given as never)).rejects.toThrow(message);
  });

  test("does not run once it is disposed of", async () => {
    const program = await load(wasm as BufferSource);
    program.dispose();
    program.dispose();
    expect(() => program.runSync(inputs)).toThrow("net: the program is disposed of");
  });
});

describe("what is not a program", () => {
  test.each([
    ["text", () => new TextEncoder().encode("hello"), /^not a WebAssembly module that this engine takes: /],
    ["half a module", () => wasm.slice(0, wasm.length / 2), /^not a WebAssembly module that this engine takes: /],
    ["nothing", () => new Uint8Array(0), /^not a WebAssembly module/],
    [
      "another's module",
      () => Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
      "not a module that qjit compiled: it has no qjit section",
    ],
    ["no JSON", () => withSection(() => "{"), "the qjit section is damaged: it is no JSON"],
    ["null", () => withSection(() => null), "the qjit section has format undefined; this runtime reads 1"],
    [
      "another format",
      () => withSection((j) => ({ ...j, format: 2 })),
      "the qjit section has format 2; this runtime reads 1",
    ],
    ["no inputs", () => withSection((j) => ({ ...j, inputs: 3 })), "wants lists of inputs, outputs and steps"],
    [
      "a wrong offset",
      () => withSection((j) => ({ ...j, inputs: [{ ...j.inputs[0], offset: 1e9 }] })),
      "x ends outside of the memory",
    ],
    ["a wrong storage", () => withSection((j) => ({ ...j, inputs: [{ ...j.inputs[0], storage: "i4" }] })), "x is i4"],
    [
      "a wrong shape",
      () => withSection((j) => ({ ...j, inputs: [{ ...j.inputs[0], shape: [-1] }] })),
      "wants tensors with name, shape and offset",
    ],
  ])("is refused: %s", async (_, bytes, message) => {
    const loading = load(bytes() as BufferSource);
    await expect(loading).rejects.toThrow(ProgramError);
    await expect(loading).rejects.toThrow(message as string);
  });

  test("a module without exports", async () => {
    const empty = withSection((j) => j).slice(0);
    const size = 8 + 4 + 5 + JSON.stringify(JSON.parse(sectionText(empty))).length;
    const bare = empty.slice(0, size);
    const module = await WebAssembly.compile(bare as BufferSource);
    expect(() => new Program(module)).toThrow("not a module that qjit compiled: it exports no memory and run");
  });
});

function sectionText(bytes: Uint8Array): string {
  const module = new WebAssembly.Module(bytes as BufferSource);
  return new TextDecoder().decode(WebAssembly.Module.customSections(module, "qjit")[0]);
}

describe("engines", () => {
  test("the probe says what validates", () => {
    const engine = probeEngine();
    expect(engine.simd).toBe(true);
    if (!engine.relaxed) expect(engine.dot).toBe("inexact");
    expect(["unsigned", "signed", "saturating", "inexact"]).toContain(engine.dot);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** One lane of the dot product of an engine, as the probe calls it. */
  const lane = (flavour: Flavour) =>
    withDots(flavour, () => {
      const m = new binaryen.Module();
      m.setFeatures(binaryen.Features.SIMD128);
      const { i32, v128, createType } = binaryen;
      const [a, b, sum] = [0, 1, 2].map((k) => m.i32x4.splat(m.local.get(k, i32)));
      const dot = relaxedDot(binaryen, m, a, b, sum);
      m.addFunction("f", createType([i32, i32, i32]), i32, [v128], m.i32x4.extract_lane(dot, 0));
      m.addFunctionExport("f", "f");
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(m.emitBinary() as BufferSource));
      m.dispose();
      return exports.f as (a: number, b: number, sum: number) => number;
    });

  test.each([
    ["unsigned", "unsigned", "x86 with VNNI"],
    ["signed", "signed", "V8's baseline code on Arm"],
    ["saturating", "saturating", "x86 without VNNI"],
  ] as const)("the probe takes a dot product that is %s for %s: %s", async (flavour, dot, _) => {
    const f = await lane(flavour);
    // As Arm's own instruction adds: no sums of 16 bits.
    const exact = (a: number, b: number, sum: number): number => {
      const byte = (v: number, i: number) => (v << (24 - 8 * i)) >> 24;
      return [0, 1, 2, 3].reduce((s, i) => (s + byte(a, i) * byte(b, i)) | 0, sum);
    };
    const twice = (a: number, b: number, sum: number): number => (2 * f(a, b, 0) + sum) | 0;
    // The instruction for pairs: on x86 it saturates whatever that for fours does.
    const pair = (a: number, b: number): number => {
      const [x, y] = [0, 8].map((i) => ((a << (24 - i)) >> 24) * ((b >> i) & 255));
      return Math.max(-0x8000, Math.min(0x7fff, x + y));
    };
    const wrapped = (a: number, b: number): number =>
      ([0, 8].reduce((s, i) => s + ((a << (24 - i)) >> 24) * ((b << (24 - i)) >> 24), 0) << 16) >> 16;
    const probed = (f: unknown, g: unknown = flavour === "signed" ? wrapped : pair) => {
      class Instance {
        exports = { f, g };
      }
      vi.stubGlobal("WebAssembly", { validate: () => true, Module: class {}, Instance });
      return probeEngine();
    };
    expect(probed(f)).toEqual({ simd: true, relaxed: true, dot });
    expect(probed(exact).dot).toBe("signed");
    expect(probed(twice, wrapped).dot).toBe("inexact");
    expect(probed(twice, pair).dot).toBe("saturating");
  });

  test.each([
    [{ level: "simd128", dot: "inexact" }, { simd: true, relaxed: false, dot: "inexact" }, undefined],
    [
      { level: "simd128", dot: "inexact" },
      { simd: false, relaxed: false, dot: "inexact" },
      "this engine has no WebAssembly SIMD",
    ],
    [
      { level: "relaxed", dot: "unsigned" },
      { simd: true, relaxed: false, dot: "inexact" },
      "this engine has no WebAssembly relaxed SIMD",
    ],
    [
      { level: "relaxed", dot: "unsigned" },
      { simd: true, relaxed: true, dot: "signed" },
      "this engine's relaxed dot product is signed, the module is made for unsigned",
    ],
    [{ level: "relaxed", dot: "unsigned" }, { simd: true, relaxed: true, dot: "unsigned" }, undefined],
    [{ level: "relaxed", dot: "inexact" }, { simd: true, relaxed: true, dot: "signed" }, undefined],
    [
      { level: "relaxed", dot: "saturating" },
      { simd: true, relaxed: true, dot: "unsigned" },
      "this engine's relaxed dot product is unsigned, the module is made for saturating",
    ],
  ] as const)("what a module wants of an engine %#", (module, engine, lacks) => {
    expect(engineLacks(module, engine)).toBe(lacks);
  });

  test("the description of a compiled module", async () => {
    const { wasm: relaxed } = await build(graph, { level: "relaxed", dot: "signed" });
    expect(describeModule(new WebAssembly.Module(relaxed as BufferSource))).toMatchObject({
      level: "relaxed",
      dot: "signed",
    });
  });
});

describe("compile", () => {
  test("every target gives the same, and says which it is", async () => {
    const want = (await compile(graph, { target: "interpreter" })).runSync(inputs);
    for (const options of [
      { features: "auto" },
      { target: "wasm" },
      { target: "wasm", features: "simd128" },
    ] as const) {
      const program = await compile(graph, options);
      expect(program.target).toBe("wasm");
      const best = probeEngine().relaxed ? "relaxed" : "simd128";
      expect(program.level).toBe("features" in options && options.features !== "auto" ? options.features : best);
      expect(program.runSync(inputs)).toEqual(want);
      expect(await program.run({ x: inputs[0], y: inputs[1] })).toEqual(want);
      program.dispose();
      expect(() => program.runSync(inputs)).toThrow("disposed");
    }
    await expect(compile(graph, { target: "gpu" as never })).rejects.toThrow(
      'target: wanted "auto", "native", "wasm" or "interpreter", got gpu',
    );
  });

  test("a node that no kernel computes is an error that names it", () => {
    const [node] = graph.nodes.filter((n) => n.op.name === "clamp");
    const strange = { ...node, op: { ...node.op, name: "k.strange" } };
    expect(() => select(strange, simd)).toThrow(
      new ModelError("%a", "no kernel of k.strange -> i8[1,3]<0.5:3> on wasm.simd128"),
    );
  });
});
