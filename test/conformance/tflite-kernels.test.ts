/** TFLite's integer kernels one by one: the unit-test arrays of CMSIS-NN, whose expected outputs TFLite produced. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unpackInt4 } from "../../src/import/tflite/tensors.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { onNative, reportMissing } from "../native/native.ts";
import { type KernelCase, kernelGraph } from "../tflite-kernels.ts";
import { describeGolden } from "../vectors.ts";
import { onWasm } from "../wasm.ts";

reportMissing();

describeGolden("tflite-kernels", (dir) => {
  const files = readdirSync(dir).filter((f) => f.endsWith(".json") && f !== "MANIFEST.json");
  const families = new Map<string, KernelCase[]>();
  for (const file of files) {
    const c: KernelCase = JSON.parse(readFileSync(join(dir, file), "utf8"));
    families.set(c.family, [...(families.get(c.family) ?? []), c]);
  }
  for (const [family, cases] of families) {
    describe(family, () => {
      for (const c of cases) {
        test(c.name, async () => {
          const { graph, inputs, want } = kernelGraph(c);
          expect(interpret(graph, inputs)).toEqual([want]);
          for (const { name, outputs } of [...(await onWasm(graph, inputs)), ...onNative(graph, inputs)])
            expect(outputs, name).toEqual([want]);
        });
        const packed = c.tensors.weights_packed;
        if (packed) {
          test(`${c.name}: packed 4-bit weights unpack`, () => {
            const { data } = c.tensors.weights!;
            expect(Array.from(unpackInt4(Uint8Array.from(packed.data), data.length))).toEqual(data);
          });
        }
      }
    });
  }
});
