/**
 * Builds the native addon where a C++ toolchain and cmake are; says in one line why not elsewhere. With --required it fails
 * then, without it never: everything works on wasm. `npm ci` runs this through `prepare`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
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
// CMake refuses the cache of a build folder that was made elsewhere and moved or copied here.
const folder = join(root, "build", "native");
const cache = join(folder, "CMakeCache.txt");
const madeFor = existsSync(cache) && /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, "utf8"))?.[1];
if (madeFor !== false && madeFor !== join(root, "native").replaceAll("\\", "/"))
  rmSync(folder, { recursive: true, force: true });
const done = spawnSync(process.execPath, [cmakeJs, "build", "-d", join(root, "native"), "-O", folder], {
  encoding: "utf8",
});
if (done.status !== 0) {
  const lines = `${done.stdout}\n${done.stderr}`.split("\n").filter((l) => /error|ERR/i.test(l));
  if (required) console.error(`${done.stdout}\n${done.stderr}`);
  skip(lines[0]?.trim() ?? `cmake-js ended with ${done.status ?? done.signal}`);
}
