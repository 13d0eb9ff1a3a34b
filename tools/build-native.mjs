/**
 * Builds the native addon where a C++ toolchain and cmake are; says in one line why not elsewhere. With --required it fails
 * then, without it never: everything works on wasm. `npm ci` runs this through `prepare`.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const required = process.argv.includes("--required");

/** Ends: an error where the addon is required, a line otherwise. */
function skip(reason) {
  console.error(`qjit: the native addon is not built: ${reason}`);
  process.exit(required ? 1 : 0);
}

if (process.env.QJIT_NATIVE === "off" && !required) skip("switched off by QJIT_NATIVE=off");
if (!existsSync(join(root, "native", "CMakeLists.txt"))) skip("its source is not here");

const has = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
const compilers = process.env.CXX ? [process.env.CXX] : process.platform === "win32" ? [] : ["c++", "g++", "clang++"];
if (!has("cmake")) skip("no cmake");
if (compilers.length && !compilers.some(has)) skip("no C++ compiler");

let cmakeJs;
try {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve("cmake-js/package.json");
  cmakeJs = join(dirname(manifest), require(manifest).bin["cmake-js"]);
} catch {
  skip("cmake-js is not installed");
}
const done = spawnSync(
  process.execPath,
  [cmakeJs, "build", "-d", join(root, "native"), "-O", join(root, "build", "native")],
  { encoding: "utf8" },
);
if (done.status !== 0) {
  const lines = `${done.stdout}\n${done.stderr}`.split("\n").filter((l) => /error|ERR/i.test(l));
  if (required) console.error(`${done.stdout}\n${done.stderr}`);
  skip(lines[0]?.trim() ?? `cmake-js ended with ${done.status ?? done.signal}`);
}
