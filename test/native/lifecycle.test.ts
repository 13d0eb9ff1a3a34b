/** Threads that end, programs that nobody disposes of, and processes that exit, all with runs in flight. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serializeNative } from "../../src/codegen/native/serialize.ts";
import { runPipeline } from "../../src/passes/pipeline.ts";
import { addon, addonPath, levels, reportMissing } from "./native.ts";
import { small } from "./small.ts";

reportMissing();

test.runIf(addon)("runs in flight outlive what started them", { timeout: 120_000 }, () => {
  const program = join(mkdtempSync(join(tmpdir(), "qjit-native-")), "program.bin");
  writeFileSync(program, serializeNative(runPipeline(small())).bytes);
  const script = fileURLToPath(new URL("lifecycle.cjs", import.meta.url));
  const done = spawnSync(process.execPath, ["--expose-gc", script, addonPath, program], {
    encoding: "utf8",
    timeout: 100_000,
  });
  // Three results on one and on two threads at each level, of seven workers; and of the programs that were collected.
  const results = 7 * 6 * levels.length + 60;
  expect([done.status, done.stderr, JSON.parse(done.stdout)]).toEqual([0, "", { results, wrong: 0, collected: true }]);
});
