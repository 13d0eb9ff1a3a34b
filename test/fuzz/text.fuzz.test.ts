import { expect, test } from "vitest";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { verify } from "../../src/ir/verify.ts";
import { generate, inputsFor } from "./generate.ts";
import { timeBox } from "./time-box.ts";

test("random graphs print, parse back to the same text, verify, and mean the same", () => {
  const opsSeen = new Set<string>();
  const runs = timeBox((seed) => {
    const graph = generate(seed);
    const text = print(graph);
    const again = parse(text);
    expect(print(again), `seed ${seed}`).toBe(text);
    expect(verify(again), `seed ${seed}`).toEqual([]);
    const inputs = inputsFor(graph, seed);
    expect(interpret(again, inputs), `seed ${seed}\n${text}`).toEqual(interpret(graph, inputs));
    for (const n of graph.nodes) opsSeen.add(n.op.name);
  });
  expect(runs).toBeGreaterThan(20);
  expect([...opsSeen].sort()).toEqual(
    expect.arrayContaining(["conv2d", "linear", "qadd", "requantize", "clamp", "concat"]),
  );
});
