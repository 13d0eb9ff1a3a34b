/** Suites over golden vectors and models, which say so where those are absent. */
import { describe, test } from "vitest";
import { goldenDir, modelsDir } from "./vector-files.ts";

export * from "./vector-files.ts";

/** A describe over one set of vectors; where the set is absent, one skipped test that says so. */
export function describeGolden(set: string, body: (dir: string) => void): void {
  const dir = goldenDir(set);
  describe(`golden ${set}`, () => {
    if (dir) body(dir);
    else test.skip(`skipped: no folder ${set} under QJIT_GOLDEN_DIR or ../shared/golden`, () => {});
  });
}

/** A describe over the third-party models; where they are absent, one skipped test that says so. */
export function describeModels(name: string, body: (dir: string) => void): void {
  const dir = modelsDir();
  describe(name, () => {
    if (dir) body(dir);
    else test.skip("skipped: no QJIT_MODELS_DIR and no ../shared/models", () => {});
  });
}
