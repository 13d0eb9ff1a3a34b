/** Programs on threads and in workers: how they run, end, and fail. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load, type Program, ProgramError, spawnWorker } from "../../runtime/index.ts";
import { dataOf, describeModule, Program as Plain } from "../../runtime/program.ts";
import { type Hand, startCrew } from "../../runtime/workers.ts";
import { build } from "../../src/codegen/build.ts";
import { makePlan, type Plan } from "../../src/codegen/plan.ts";
import { emitModule } from "../../src/codegen/wasm/module.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";

const target = { level: "simd128", dot: "inexact" } as const;
const graph = parse(`func @net(%x: f32[64,40], %y: f32[64,40]) {
  %a: f32[64,40] = binary(%x, %y, fn=mul)
  %b: f32[64,40] = unary(%a, fn=exp)
  %c: f32[40,64] = transpose(%b, perm=[1, 0])
  %d: f32[40,64] = unary(%c, fn=tanh)
  return %d as "d", %b as "b"
}`);
const inputsOf = (seed: number) =>
  [0, 1].map((k) => Float32Array.from({ length: 2560 }, (_, i) => Math.sin(i * 0.37 + seed + k)));
const want = (seed: number) => interpret(graph, inputsOf(seed)) as Float32Array[];

let shared: Uint8Array<ArrayBuffer>;
let single: Uint8Array<ArrayBuffer>;
let dir: string;
beforeAll(async () => {
  shared = (await build(graph, target, { threads: true })).wasm as Uint8Array<ArrayBuffer>;
  single = (await build(graph, target)).wasm as Uint8Array<ArrayBuffer>;
  dir = mkdtempSync(join(tmpdir(), "qjit-threads-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Uses a program and disposes of it. */
async function using(program: Promise<Program>, use: (program: Program) => Promise<void> | void): Promise<void> {
  const p = await program;
  try {
    await use(p);
  } finally {
    p.dispose();
  }
}

describe("a program on threads", () => {
  test.each([1, 2, 3, 5, 8])("gives the same results on %i", (threads) =>
    using(load(shared, { threads }), async (program) => {
      expect(program.threads).toBe(threads);
      for (const seed of [1, 2, 3]) {
        expect(program.runSync(inputsOf(seed))).toEqual(want(seed));
        expect(await program.run(inputsOf(seed + 10))).toEqual(want(seed + 10));
      }
    }),
  );

  test("runs one after the other what is begun at once, on inputs as they were then", () =>
    using(load(shared, { threads: 2 }), async (program) => {
      const inputs = inputsOf(0);
      const runs = [1, 2, 3, 4].map((seed) => {
        inputs.forEach((data, k) => {
          data.set(inputsOf(seed)[k]);
        });
        return program.run({ x: inputs[0], y: inputs[1] });
      });
      inputs[0].fill(0);
      expect(() => program.runSync(inputs)).toThrow(
        new ProgramError("net is running: wants runSync after the end of run"),
      );
      const results = await Promise.all(runs);
      for (const [i, result] of results.entries()) expect([result.d, result.b]).toEqual(want(i + 1));
      expect(program.runSync(inputsOf(9))).toEqual(want(9));
    }));

  test("leaves this thread free in run", () =>
    using(load(shared, { threads: 2 }), async (program) => {
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      const end = performance.now() + 100;
      while (performance.now() < end) await program.run(inputsOf(1));
      clearInterval(timer);
      expect(turns).toBeGreaterThan(5);
    }));

  test("fills arrays that are given, and gives views on request", () =>
    using(load(shared, { threads: 2 }), async (program) => {
      const outputs = { b: new Float32Array(2560), d: new Float32Array(2560) };
      const [d, b] = program.runSync(inputsOf(5), { outputs });
      expect(d).toBe(outputs.d);
      expect(b).toBe(outputs.b);
      expect([d, b]).toEqual(want(5));
      expect(await program.run(inputsOf(6), { outputs: [d, b] })).toEqual(want(6));
      expect(outputs.d).toEqual(want(6)[0]);
      const wrong = { outputs: [new Float32Array(3), b] };
      expect(() => program.runSync(inputsOf(5), wrong)).toThrow("output d wants Float32Array of 2560");
      const [view] = program.runSync(inputsOf(7), { views: true });
      expect(view.buffer).toBeInstanceOf(SharedArrayBuffer);
      program.runSync(inputsOf(8));
      expect(Array.from(view as Float32Array)).toEqual(Array.from(want(8)[0]));
    }));

  test("ends with dispose, in the middle of a run too", async () => {
    const program = await load(shared, { threads: 3 });
    const run = program.run(inputsOf(1));
    program.dispose();
    await expect(run).rejects.toThrow(new ProgramError("net: the program is disposed of"));
    await expect(program.run(inputsOf(1))).rejects.toThrow("disposed of");
    expect(() => program.runSync(inputsOf(1))).toThrow(ProgramError);
    program.dispose();
  });

  test("warms up without a trace in its state", async () => {
    const counter = parse(`func @count(%x: i32[4], %s: i32[4]) {state="[[\\"s\\",\\"t\\",0]]"} {
  %t: i32[4] = binary(%x, %s, fn=add)
  %y: i32[4] = binary(%t, %x, fn=add)
  return %y as "y", %t as "t"
}`);
    for (const threads of [1, 2]) {
      const wasm = (await build(counter, target, { threads: threads > 1 })).wasm as Uint8Array<ArrayBuffer>;
      const one = Int32Array.of(1, 2, 3, 4);
      await using(load(wasm, { threads }), async (program) => {
        program.runSync([one]);
        expect(await program.warmUp(50)).toBeGreaterThan(0);
        expect(program.runSync([one])).toEqual([Int32Array.of(3, 6, 9, 12)]);
        const [a, b] = await Promise.all([program.run([one]), program.run([one])]);
        expect([a, b]).toEqual([[Int32Array.of(4, 8, 12, 16)], [Int32Array.of(5, 10, 15, 20)]]);
      });
    }
  });
});

describe("a program in a worker", () => {
  test.each(["single", "shared"] as const)("of a module for one thread or several (%s)", (kind) =>
    using(load(kind === "single" ? single : shared, { worker: true }), async (program) => {
      const runs = [1, 2, 3].map((seed) => program.run(inputsOf(seed)));
      expect(await Promise.all(runs)).toEqual([1, 2, 3].map(want));
      if (kind === "single") {
        expect(() => program.runSync(inputsOf(1))).toThrow("net runs in a worker: wants run, not runSync");
      }
      const outputs = [new Float32Array(2560), new Float32Array(2560)];
      expect((await program.run(inputsOf(4), { outputs }))[0]).toBe(outputs[0]);
      expect(outputs).toEqual(want(4));
      const run = program.run(inputsOf(1));
      program.dispose();
      await expect(run).rejects.toThrow("disposed of");
    }),
  );
});

describe("one thread instead of several", () => {
  test("where the module is for one", async () => {
    const notes: string[] = [];
    await using(load(single, { threads: 4, note: (m) => notes.push(m) }), (program) => {
      expect(program.threads).toBe(1);
      expect(program.runSync(inputsOf(1))).toEqual(want(1));
    });
    expect(notes).toEqual(["net runs on one thread: it is compiled for one (qjit compile --threads)"]);
  });

  test("where memory cannot be shared", async () => {
    const notes: string[] = [];
    const scope = globalThis as { crossOriginIsolated?: boolean };
    scope.crossOriginIsolated = false;
    try {
      await using(load(shared, { threads: 4, note: (m) => notes.push(m) }), (program) => {
        expect(program.threads).toBe(1);
        expect(program.runSync(inputsOf(1))).toEqual(want(1));
      });
    } finally {
      delete scope.crossOriginIsolated;
    }
    expect(notes).toEqual([expect.stringContaining("cross-origin isolated (headers COOP and COEP)")]);
  });

  test.each([0, -1, 1.5, 257, Number.NaN, "2"])("refuses %j threads", async (threads) => {
    await expect(load(shared, { threads: threads as number })).rejects.toThrow(
      new ProgramError(`threads wants an integer from 1 to 256, found ${threads}`),
    );
  });

  test("a module for threads wants load", () => {
    expect(() => new Plain(new WebAssembly.Module(shared))).toThrow(new ProgramError("net is for threads: wants load"));
  });
});

/** The threads of a module, with the workers within reach. */
async function crew(wasm: Uint8Array, threads: number, patience = 30) {
  const module = await WebAssembly.compile(wasm as BufferSource);
  const hands: Hand[] = [];
  const means = {
    module,
    description: describeModule(module),
    fail: (message: string) => new ProgramError(message),
    dataOf,
    patience,
    spawn: () => {
      const hand = spawnWorker();
      hands.push(hand);
      return hand;
    },
  };
  const host = await startCrew(means, threads);
  return { program: new Plain(module, host), hands };
}

/** The module with a step whose result lies outside of the memory. */
async function trapping(): Promise<Uint8Array> {
  const plan = makePlan(runPipeline(graph), target, { threads: true });
  const steps = plan.steps.map((s, i) => (i === 1 ? { ...s, args: [0xfff00000 | 0, ...s.args.slice(1)] } : s));
  return emitModule({ ...plan, steps } as Plan);
}

describe("what goes wrong", () => {
  test("a worker that dies between runs", async () => {
    const { program, hands } = await crew(shared, 3);
    expect(program.runSync(inputsOf(1))).toEqual(want(1));
    await hands[1].terminate();
    await new Promise((next) => setTimeout(next, 20));
    expect(() => program.runSync(inputsOf(1))).toThrow(/^net: a thread ended: it exited with code/);
    await expect(program.run(inputsOf(1))).rejects.toThrow(ProgramError);
    program.dispose();
  });

  test("a worker that dies in a run", async () => {
    const { program, hands } = await crew(shared, 2);
    await program.run(inputsOf(1));
    const runs = [program.run(inputsOf(1)), program.run(inputsOf(2))];
    for (const hand of hands) hand.terminate();
    // The run may have been over before that.
    const [, second] = await Promise.allSettled(runs);
    expect(second).toMatchObject({ status: "rejected", reason: expect.any(ProgramError) });
    program.dispose();
  });

  test.each([
    [30, "net: a thread has ended in a run"],
    // Where the engine does not tell.
    [0.5, "net: a thread has not answered for 0.5 s"],
  ])("a worker that dies while this thread cannot hear of it, patience %d s", async (patience, message) => {
    const { program, hands } = await crew(shared, 3, patience);
    if (patience < 1) for (const hand of hands) Object.defineProperty(hand, "performance", { value: undefined });
    hands[1].terminate();
    const start = performance.now();
    let error: unknown;
    // Within this turn of the event loop nobody says that the worker has ended.
    while (!error && performance.now() - start < 20_000) {
      try {
        program.runSync(inputsOf(1));
      } catch (e) {
        error = e;
      }
    }
    expect(error).toEqual(new ProgramError(message));
    await expect(program.run(inputsOf(1))).rejects.toThrow(message);
    program.dispose();
  });

  test("a trap", async () => {
    const wasm = await trapping();
    for (const threads of [1, 2, 3]) {
      const { program } = await crew(wasm, threads);
      expect(() => program.runSync(inputsOf(1))).toThrow(new ProgramError("net: a thread failed in a run"));
      expect(() => program.runSync(inputsOf(1))).toThrow(ProgramError);
      program.dispose();
    }
    const { program } = await crew(wasm, 2);
    await expect(program.run(inputsOf(1))).rejects.toThrow(/^net: a thread ended: .*out of bounds/);
    program.dispose();
  });

  test("a script that does not start", async () => {
    const module = await WebAssembly.compile(shared);
    const { Worker } = await import("node:worker_threads");
    const spawn = () => new Worker("throw new Error('not today')", { eval: true }) as unknown as Hand;
    const fail = (message: string) => new ProgramError(message);
    const starting = startCrew({ module, description: describeModule(module), spawn, fail, dataOf }, 2);
    await expect(starting).rejects.toThrow(new ProgramError("net: a thread ended: not today"));
  });

  test.each([
    ["no constants", (bytes: Uint8Array) => bytes.slice(0, bytes.length - dataSection(bytes))],
    ["a place that overlaps", (bytes: Uint8Array) => patched(bytes, /"scratch":\d/, (s) => s.replace(/\d$/, "1"))],
  ])("a damaged module: %s", async (_, damage) => {
    await expect(load(damage(shared) as Uint8Array<ArrayBuffer>, { threads: 2 })).rejects.toThrow(ProgramError);
  });
});

/** Bytes of the section at a module's end that holds the constants. */
function dataSection(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString("latin1");
  const at = text.lastIndexOf("qjit.data");
  // Before the name: its length and the section's, of one to five bytes, and the section's number 0.
  let start = at - 2;
  while (bytes[start] !== 0) start--;
  return bytes.length - start;
}

/** The bytes with a text in them changed to one as long. */
function patched(bytes: Uint8Array, find: RegExp, change: (found: string) => string): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  return Uint8Array.from(Buffer.from(text.replace(find, change), "latin1"));
}

describe("processes", () => {
  const runtime = pathToFileURL(fileURLToPath(new URL("../../dist/lib/runtime.js", import.meta.url))).href;
  const run = async (script: string): Promise<string> => {
    const file = join(dir, "main.mjs");
    writeFileSync(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 30_000 });
    return stdout.trim();
  };
  /** A script with a program on three threads. */
  const script = (code: string): string => {
    writeFileSync(join(dir, "shared.wasm"), shared);
    return `
      import { readFileSync } from "node:fs";
      import { load } from ${JSON.stringify(runtime)};
      const program = await load(readFileSync(${JSON.stringify(join(dir, "shared.wasm"))}), { threads: 3 });
      const inputs = [0, 1].map(() => new Float32Array(2560).fill(0.5));
      ${code}`;
  };
  const node = (code: string) => run(script(code));
  /** The same script as a worker thread, `w` to its owner. */
  const nodeWorker = (inside: string, outside: string): Promise<string> => {
    writeFileSync(join(dir, "worker.mjs"), script(inside));
    return run(`
      import { Worker } from "node:worker_threads";
      const w = new Worker(${JSON.stringify(join(dir, "worker.mjs"))});
      w.on("error", (error) => { throw error; });
      ${outside}`);
  };

  test("end while workers are idle", async () => {
    expect(await node(`program.runSync(inputs); await program.run(inputs); console.log("end");`)).toBe("end");
  });

  test("stay for a run on its way", async () => {
    expect(await node("program.run(inputs).then(([d]) => console.log(d.length));")).toBe("2560");
  });

  test("end at process.exit with a run on its way", async () => {
    expect(await node(`program.run(inputs); setTimeout(() => {}, 1e6); console.log("end"); process.exit();`)).toBe(
      "end",
    );
  });

  test("may have their programs in worker threads, which end by themselves", async () => {
    const inside = `
      const [a] = program.runSync(inputs);
      const [b] = await program.run(inputs);
      console.log(String(a) === String(b));`;
    expect(await nodeWorker(inside, `w.on("exit", (code) => console.log("exit " + code));`)).toBe("true\nexit 0");
  });

  test("end a worker thread whose program runs", async () => {
    const inside = `
      import { parentPort } from "node:worker_threads";
      parentPort.postMessage("begun");
      for (;;) program.runSync(inputs);`;
    const outside = `
      w.on("message", () => setTimeout(async () => console.log(await w.terminate()), 50));`;
    expect(await nodeWorker(inside, outside)).toBe("1");
  });

  test("end at process.exit of a worker thread, with a run on its way", async () => {
    expect(
      await nodeWorker("program.run(inputs); process.exit(3);", `w.on("exit", (code) => console.log(code));`),
    ).toBe("3");
  });
});
