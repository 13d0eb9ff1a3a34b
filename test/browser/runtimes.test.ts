/** The compiled files in Deno and Bun, where they are installed: beside the peers of bench/ (npm ci --ignore-scripts there), or by DENO and BUN. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileDigits, type Digits, imagesSource } from "./digits.ts";

const peers = path.resolve(import.meta.dirname, "../../bench/peers/node_modules");
const runtimes = [
  ["Bun", process.env.BUN ?? path.join(peers, "@oven/bun-linux-x64/bin/bun"), ["run"]],
  ["Deno", process.env.DENO ?? path.join(peers, "@deno/linux-x64-glibc/deno"), ["run", "--allow-read", "--no-prompt"]],
] as const;

let digits: Digits;
beforeAll(async () => {
  digits = await compileDigits();
  writeFileSync(
    path.join(digits.dir, "main.mjs"),
    `import { load } from "./out/digits.mjs";
     const program = await load();
     console.log(JSON.stringify(${imagesSource}.map((image) => Array.from(program.runSync([image])[0]))));`,
  );
});
afterAll(() => digits?.remove());

for (const [name, binary, args] of runtimes) {
  const skip = !existsSync(binary);
  test.skipIf(skip)(`in ${name}${skip ? " (skipped: it is not installed)" : ""}`, () => {
    const text = execFileSync(binary, [...args, "main.mjs"], { cwd: digits.dir, encoding: "utf8" });
    expect(JSON.parse(text)).toEqual(digits.want.map((w) => Array.from(w as Uint8Array)));
  });
}
