/** Damaged TFLite files: every shared model with bytes changed, cut or moved gives a graph or one ModelError, soon, in bounded memory. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ModelError } from "../../src/errors.ts";
import { importTflite } from "../../src/import/tflite/index.ts";
import type { Rand } from "../../src/ir/attr.ts";
import { describeModels } from "../vectors.ts";
import { random } from "./generate.ts";
import { timeBox } from "./time-box.ts";

const seconds = 5;
const gibibyte = 2 ** 30;

/** A file with a few faults. Tables lie at a file's ends more often than in the middle, where the weights are. */
function damage(file: Uint8Array, rand: Rand): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const last = bytes.length - 8;
  const place = (): number => {
    const near = Math.min(last, 1 << rand(4, 20));
    return [rand(0, near), last - rand(0, near), rand(0, last)][rand(0, 2)];
  };
  for (let n = rand(1, 4); n > 0; n--) {
    const at = place();
    switch (rand(0, 5)) {
      case 0:
        bytes[at] ^= 1 << rand(0, 7);
        break;
      case 1:
        bytes[at] = [0, 1, 127, 128, 255][rand(0, 4)];
        break;
      case 2:
        view.setUint32(at & ~3, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 65536][rand(0, 5)], true);
        break;
      case 3:
        view.setInt32(at & ~3, view.getInt32(at & ~3, true) + rand(-8, 8), true);
        break;
      case 4:
        bytes.copyWithin(at, place(), place());
        break;
      default:
        return bytes.slice(0, rand(0, bytes.length));
    }
  }
  return bytes;
}

describeModels("damaged TFLite files", (models) => {
  for (const name of readdirSync(models).filter((f) => f.endsWith(".tflite"))) {
    test(name, { timeout: 120_000 }, () => {
      const file = new Uint8Array(readFileSync(join(models, name)));
      const runs = timeBox((seed) => {
        const bytes = damage(file, random(seed));
        const start = performance.now();
        const before = process.memoryUsage().arrayBuffers;
        try {
          importTflite(bytes);
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
        }
        expect(performance.now() - start).toBeLessThan(seconds * 1000);
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(gibibyte);
      });
      expect(runs).toBeGreaterThan(0);
    });
  }
});
