/** ONNX's node tests with bytes or fields changed: an import or a ModelError within 5 seconds of CPU time, nothing else. */
import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { importOnnx, type Tensor } from "../../src/import/onnx/index.ts";
import { nodeCases } from "../onnx-node.ts";
import { describeGolden } from "../vectors.ts";
import { damagedBytes, damagedFields } from "./damage.ts";
import { random } from "./generate.ts";
import { timeBox } from "./time-box.ts";

describeGolden("onnx-node", (dir) => {
  const cases = nodeCases(dir).filter((c) => c.foreign.length === 0);
  const files = cases.map((c) => ({ bytes: c.bytes, values: constants(c) }));

  test("damaged node tests", () => {
    timeBox((seed) => {
      const rand = random(seed);
      const { bytes, values } = files[rand(0, files.length - 1)];
      const damaged = (rand(0, 2) ? damagedFields : damagedBytes)(bytes, rand);
      const start = process.cpuUsage();
      try {
        importOnnx(damaged, { values: rand(0, 3) ? values : {} });
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
      const { user, system } = process.cpuUsage(start);
      expect(user + system).toBeLessThan(5e6);
    });
  });
});

/** The values of a test's inputs but the first, which may be shapes and parameters. */
function constants(c: ReturnType<typeof nodeCases>[number]): Record<string, Tensor> {
  return Object.fromEntries(
    c
      .inputs()
      .map((t, i) => [c.model.input[i].name, t] as const)
      .slice(1),
  );
}
