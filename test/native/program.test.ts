/** Programs of the native library: what compile makes of them, damaged ones, runs on workers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import { checksum } from "../../src/codegen/native/writer.ts";
import { compile } from "../../src/compile.ts";
import { Graph, make, type Node } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { makeParam } from "../../src/ir/ops/source.ts";
import { parse } from "../../src/ir/parse.ts";
import { perTensor } from "../../src/ir/type.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { generate, inputsFor, random } from "../fuzz/generate.ts";
import { addon, addonPath, levels, onNative, reportMissing } from "./native.ts";
import { small } from "./small.ts";

reportMissing();

describe.runIf(addon)("native programs", () => {
  test("compile takes the native target, and runs here and on a worker", async () => {
    const graph = small();
    const program = await compile(graph, { target: "native" });
    expect([program.target, program.level]).toEqual(["native", levels[levels.length - 1]]);
    const inputs = inputsFor(graph, 3);
    const want = interpret(graph, inputs);
    expect(program.runSync(inputs)).toEqual(want);
    const many = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const given = inputsFor(graph, i);
        return [await program.run(given), interpret(graph, given)];
      }),
    );
    for (const [found, wanted] of many) expect(found).toEqual(wanted);
    const last = program.run(inputs);
    program.dispose();
    expect(await last).toEqual(want);
    expect(() => program.runSync(inputs)).toThrow("disposed");
    await expect(compile(graph, { target: "native", isa: "mmx" })).rejects.toThrow("isa: wanted one of");
  });

  test("rules that are the float formula themselves, on sums within its reach and beyond", () => {
    const data = (count: number, k: number) =>
      Buffer.from(Int8Array.from({ length: count }, (_, i) => ((i * k) % 255) - 127).buffer).toString("base64");
    const graph = parse(`func @reach(%x: i8[1,4,4,32]<0.5:3>) {
  %w: i8[8,1,1,32]<0.125> = const(value=data)
  %v: i8[8,1,1,32]<0.125> = const(value=data)
  %b: i32[8] = const(value=[2147483647, -2147483648, 5, 1000000, 0, 7, -3, 40])
  %a: i32[1,4,4,8]<0.5 * 0.125> = conv2d(%x, %w, bias=%b)
  %p: i8[1,4,4,8]<0.25:-7> = requantize(%a, by=f32_rne(#r), clamp=[-128, 127])
  %c: i32[1,4,4,8]<0.5 * 0.125> = conv2d(%x, %v)
  %q: u8[1,4,4,8]<0.25:9> = requantize(%c, by=f32_rne_zp(#r), clamp=[0, 255])
  return %p, %q
}

#r = [0.0009765625, 0.0009765625, 0.00031, 3, 1000000, 0.0021, 25, 0.5]

data %w = "${data(256, 37)}"
data %v = "${data(256, 53)}"
`);
    for (let seed = 1; seed < 6; seed++) {
      const inputs = inputsFor(graph, seed);
      const want = interpret(graph, inputs);
      for (const { name, outputs } of onNative(graph, inputs)) expect(outputs, name).toEqual(want);
    }
  });

  test("refuse inputs and outputs of another size", () => {
    const program = new addon!.NativeProgram(serializeNative(runPipeline(small())).bytes);
    const [x, y] = [new Int8Array(144), new Int8Array(288)];
    expect(() => program.runSync([new Int8Array(143)], [y])).toThrow("wants 144 bytes, found 143");
    expect(() => program.runSync([x], [new Int8Array(2)])).toThrow("wants 288 bytes, found 2");
    expect(() => program.runSync([], [y])).toThrow("inputs: wants 1");
    expect(() => program.runSync([x], [])).toThrow("outputs: wants 1");
    expect(() => program.runSync({} as never, [y])).toThrow("wants an array");
  });

  test("damaged programs are refused or harmless, never executed blindly", () => {
    const { bytes } = serializeNative(runPipeline(small()));
    expect(() => new addon!.NativeProgram(new Uint8Array(10))).toThrow("not a program");
    expect(() => new addon!.NativeProgram(bytes.slice(0, bytes.length - 4))).toThrow("damaged program: its length");
    const flipped = bytes.slice();
    flipped[100] ^= 1;
    expect(() => new addon!.NativeProgram(flipped)).toThrow("damaged program: the checksum differs");
    const rand = random(11);
    let refused = 0;
    const rounds = 3000;
    const extremes = [0, 1, 2, 7, 255, 65535, 0x7fffffff, 0x80000000, 0xffffffff];
    // Words of the header, the ports and the steps; the constants behind them hold any value.
    const words = new Uint32Array(bytes.buffer)[5] / 4;
    for (let round = 0; round < rounds; round++) {
      const copy = bytes.slice();
      const view = new Uint32Array(copy.buffer);
      for (let k = rand(1, 3); k > 0; k--) {
        const at = rand(4, words - 1);
        view[at] = rand(0, 1) ? extremes[rand(0, extremes.length - 1)] : view[at] + rand(-3, 3);
      }
      view[3] = checksum(view);
      try {
        const program = new addon!.NativeProgram(copy);
        program.runSync([new Int8Array(144)], [new Int8Array(288)]);
      } catch (error) {
        expect((error as Error).message).toMatch(/damaged program|not a program|wants /);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(rounds / 4);
  });

  test("refuse loops out of all proportion to their operands", () => {
    const x = makeParam("x", { storage: "i8", shape: [1, 512, 512, 1], quant: perTensor(0.1) });
    const attrs = { window: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1] };
    const pool = make(ops.get("max_pool")!, { x }, attrs);
    const joined = make(ops.get("concat")!, { xs: [x, x] }, { axis: [2] });
    /** A program of one node, with one run of words in place of another. */
    const changed = (node: Node, from: readonly number[], to: readonly number[]): Uint8Array => {
      const { bytes } = serializeNative(new Graph("f", [x], [{ name: "y", node }]));
      const words = new Uint32Array(bytes.buffer);
      const at = words.findIndex((_, i) => from.every((v, k) => words[i + k] === v));
      expect(at).toBeGreaterThan(0);
      words.set(to, at);
      words[3] = checksum(words);
      return bytes;
    };
    // Windows that cover the image from everywhere: 69 thousand million comparisons.
    const window = [3, 3, 1, 1, 1, 1, 1, 1, 1, 1];
    const covering = [1023, 1023, 1, 1, 511, 511, 511, 511, 1, 1];
    const load = (bytes: Uint8Array) => () => new addon!.NativeProgram(bytes);
    expect(load(changed(pool, window, window))).not.toThrow();
    expect(load(changed(pool, window, covering))).toThrow("damaged program: step 0: wants loops in proportion");
    // A block that is written to one place two thousand million times: dimensions, then start and strides on either side.
    const block = [2, 512, 512, 0, 1024, 1, 0, 512, 1];
    const again = [2, 2 ** 20, 2 ** 11, 0, 0, 0, 0, 0, 0];
    expect(load(changed(joined, block, block))).not.toThrow();
    expect(load(changed(joined, block, again))).toThrow(
      "damaged program: step 0: wants blocks that the result has room for",
    );
  });

  test("leave the event loop free, run in worker_threads, and let the process end with work in flight", () => {
    const folder = mkdtempSync(join(tmpdir(), "qjit-native-"));
    const path = join(folder, "program.bin");
    writeFileSync(path, serializeNative(runPipeline(small())).bytes);
    const script = `
      const { Worker, isMainThread, parentPort } = require("node:worker_threads");
      const { NativeProgram } = require(${JSON.stringify(addonPath)});
      const bytes = require("node:fs").readFileSync(${JSON.stringify(path)});
      const program = new NativeProgram(bytes);
      const run = () => program.run([new Int8Array(144).fill(5)], [new Int8Array(288)]).then(([y]) => Buffer.from(y.buffer).toString("hex"));
      if (!isMainThread) run().then((y) => { for (let i = 0; i < 50; i++) run(); parentPort.postMessage(y); });
      else {
        let ticks = 0;
        const timer = setInterval(() => ticks++, 0);
        Promise.all([...Array(200)].map(run)).then(async (all) => {
          const workers = [1, 2, 3].map(() => new Promise((done, fail) => new Worker(__filename).on("message", done).on("error", fail)));
          const same = new Set([...all, ...(await Promise.all(workers))]).size;
          clearInterval(timer);
          for (let i = 0; i < 50; i++) run();
          process.stdout.write(JSON.stringify({ same, ticked: ticks > 0 }), () => process.exit(0));
        });
      }`;
    const file = join(folder, "script.cjs");
    writeFileSync(file, script);
    const done = spawnSync(process.execPath, [file], { encoding: "utf8", timeout: 60_000 });
    expect([done.status, done.stderr, JSON.parse(done.stdout)]).toEqual([0, "", { same: 1, ticked: true }]);
  });
});

test("auto says once why it is not native", async () => {
  const graph = generate(1, 4);
  const reasons: string[] = [];
  const program = await compile(graph, { onFallback: (reason) => reasons.push(reason) });
  expect(program.target === "native" ? reasons : reasons.length).toEqual(program.target === "native" ? [] : 1);
  program.dispose();
});
