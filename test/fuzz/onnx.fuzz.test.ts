/** ONNX files with a few bytes changed: an import or a ModelError, nothing else. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { importOnnx, type Tensor } from "../../src/import/onnx/index.ts";
import { nodeCases } from "../onnx-node.ts";
import { describeGolden, modelsDir } from "../vectors.ts";
import { timeBox } from "./time-box.ts";

describeGolden("onnx-node", (dir) => {
  const cases = nodeCases(dir).filter((c) => c.foreign.length === 0);
  const files = cases.map((c) => ({ bytes: c.bytes, values: constants(c) }));
  const big = join(modelsDir() ?? "", "pytorch-export", "mobilenet_v2_qdq.onnx");
  if (existsSync(big)) files.push({ bytes: new Uint8Array(readFileSync(big)), values: {} });

  test("changed bytes", () => {
    timeBox((seed) => {
      let s = seed;
      const below = (n: number): number => {
        s = (Math.imul(s, 1103515245) + 12345) >>> 0;
        return (s >>> 8) % n;
      };
      const { bytes, values } = files[below(files.length)];
      const changed = bytes.slice(0, below(8) ? bytes.length : below(bytes.length));
      for (let i = below(4); i >= 0 && changed.length > 0; i--) {
        changed[below(changed.length)] = below(2) ? below(256) : [0, 127, 128, 255][below(4)];
      }
      try {
        importOnnx(changed, { values: below(2) ? values : {} });
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
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
