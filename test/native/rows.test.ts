/** Every case of every row of the kernel table, at every instruction set, gives the interpreter's bits. */
import { describe, expect, test } from "vitest";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { allocate, sizeOf } from "../../src/ir/type.ts";
import { families, operandValues } from "../codegen/row-cases.ts";
import { random } from "../fuzz/generate.ts";
import { differences } from "../run/ways.ts";
import { addon, levels, reportMissing } from "./native.ts";
import { rowGraphs } from "./row-graphs.ts";

reportMissing();

describe.runIf(addon)("native rows", () => {
  test.each(Object.keys(families))("%s", (family) => {
    let seed = 1;
    for (const graph of rowGraphs(family)) {
      const { bytes } = serializeNative(graph);
      const programs = levels.map((level) => new addon!.NativeProgram(bytes, level));
      for (const mode of [0, 1, 2, 3, 4]) {
        const rand = random(seed++);
        const inputs = graph.params.map((p) => operandValues(p.type, mode, rand));
        const wanted = interpret(graph, inputs);
        for (const [at, program] of programs.entries()) {
          const outputs = graph.outputs.map((o) => allocate(o.node.type.storage, sizeOf(o.node.type.shape)));
          program.runSync(inputs, outputs);
          for (const [i, { name }] of graph.outputs.entries())
            expect(differences(outputs[i], wanted[i]), `${name} at ${levels[at]}, mode ${mode}`).toEqual([]);
        }
      }
      for (const program of programs) program.dispose();
    }
    expect(seed).toBeGreaterThan(1);
  });
});
