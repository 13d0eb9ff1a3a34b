import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";
import { generate, inputsFor } from "./generate.ts";
import { timeBoxAsync } from "./time-box.ts";

/** Seeds that every run tries, whatever the time box. */
const fixedSeeds = 40;

test.each(["simd128", "auto"] as const)(
  "wasm (%s) returns the interpreter's bits on random graphs",
  async (features) => {
    const check = async (seed: number) => {
      const graph = generate(seed, 8);
      const program = await compile(graph, { target: "wasm", features });
      try {
        for (const s of [seed, seed + 1]) {
          const inputs = inputsFor(graph, s);
          const want = interpret(graph, inputs);
          const found = program.runSync(inputs);
          if (!isDeepStrictEqual(found, want)) expect(found, `seed ${seed}\n${print(graph)}`).toEqual(want);
        }
      } finally {
        program.dispose();
      }
    };
    for (let seed = 0; seed < fixedSeeds; seed++) await check(seed);
    expect(await timeBoxAsync(check)).toBeGreaterThan(0);
  },
);
