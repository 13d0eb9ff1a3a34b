/**
 * The compiled files in Deno and Bun, on one thread, on several and in a worker, where they are installed: beside the peers of bench/
 * (npm ci --ignore-scripts there), or by DENO and BUN.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileDigits, type Digits, imagesSource } from "./digits.ts";

const peers = path.resolve(import.meta.dirname, "../../bench/peers/node_modules");
const runtimes = [
  ["Bun", process.env.BUN ?? path.join(peers, "@oven/bun-linux-x64/bin/bun"), ["run"]],
  ["Deno", process.env.DENO ?? path.join(peers, "@deno/linux-x64-glibc/deno"), ["run", "--allow-read", "--no-prompt"]],
] as const;

let digits: Digits;
beforeAll(async () => {
  digits = await compileDigits("--threads");
  // Without dispose it ends too: idle threads keep no process alive.
  writeFileSync(
    path.join(digits.dir, "main.mjs"),
    `import { load } from "./out/digits.mjs";
     const options = JSON.parse(process.argv[2]);
     const note = (message) => { throw new Error(message); };
     const program = await load(undefined, options && { ...options, note });
     const results = [];
     for (const image of ${imagesSource}) {
       const [y] = await program.run([image]);
       if (!options?.worker && String(program.runSync([image])[0]) !== String(y)) throw new Error("run differs from runSync");
       results.push(Array.from(y));
     }
     console.log(JSON.stringify({ threads: program.threads, results }));
     if (process.argv[3] === "dispose") program.dispose();`,
  );
});
afterAll(() => digits?.remove());

for (const [name, binary, args] of runtimes) {
  const skip = !existsSync(binary);
  describe.skipIf(skip)(`in ${name}${skip ? " (skipped: it is not installed)" : ""}`, () => {
    test.each([
      [1, "null", ""],
      [1, '{"worker":true}', "dispose"],
      [3, '{"threads":3}', "dispose"],
      [3, '{"threads":3}', ""],
    ])("%i threads, options %s %s", (threads, options, end) => {
      const text = execFileSync(binary, [...args, "main.mjs", options, end], {
        cwd: digits.dir,
        encoding: "utf8",
        timeout: 30_000,
      });
      expect(JSON.parse(text)).toEqual({ threads, results: digits.want.map((w) => Array.from(w as Uint8Array)) });
    });
  });
}
