/** Programs on several threads give the bits of one thread. */
import { expect, test } from "vitest";
import { compile } from "../../src/compile.ts";
import { Graph } from "../../src/ir/graph.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { print } from "../../src/ir/print.ts";
import { cases, convNode } from "../codegen/conv-cases.ts";
import { generate, inputsFor } from "../fuzz/generate.ts";

test.each([2, 3, 5])("random graphs on %i threads", async (threads) => {
  for (let seed = 0; seed < 10; seed++) {
    const graph = generate(seed * 7 + threads, 8);
    const program = await compile(graph, { target: "wasm", threads });
    try {
      expect(program.threads).toBe(threads);
      for (const s of [seed, seed + 1]) {
        const inputs = inputsFor(graph, s);
        const want = interpret(graph, inputs);
        expect(program.runSync(inputs), `seed ${seed}\n${print(graph)}`).toEqual(want);
        expect(await program.run(inputs), `seed ${seed}\n${print(graph)}`).toEqual(want);
      }
    } finally {
      program.dispose();
    }
  }
});

test("weights that are transformed before the first run", async () => {
  const node = convNode(cases["filtered, many chunks"]);
  const graph = new Graph("filtered", [node.in.x], [{ name: "y", node }], {});
  const program = await compile(graph, { target: "wasm", threads: 2 });
  try {
    const inputs = inputsFor(graph, 3);
    expect(program.runSync(inputs)).toEqual(interpret(graph, inputs));
  } finally {
    program.dispose();
  }
});
