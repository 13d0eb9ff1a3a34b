/** The built command as a process of its own: what only a real process shows. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { folder, put, small } from "./qjit.ts";

const bin = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

beforeAll(() => {
  if (!existsSync(bin)) throw new Error(`no ${bin}: npm run build makes it (npm test does both)`);
});

const run = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...argv], { encoding: "utf8" });
  return { status, stdout, stderr };
};

/** A graph whose text is several megabytes: more than any pipe holds. */
function largeModel(): string {
  const value = Buffer.alloc(4_000_000, 7).toString("base64");
  return put(
    folder(),
    "large.qir",
    `func @large() {\n  %c: u8[4000000] = const(value=data)\n  return %c\n}\n\ndata %c = "${value}"\n`,
  );
}

test("exit codes are the process's", () => {
  const model = put(folder(), "small.qir", small);
  expect(run("run", model, "--backend", "interpreter", "--json").status).toBe(0);
  expect(run("run", "no.qir")).toEqual({ status: 1, stdout: "", stderr: "error: no.qir: no such file or folder\n" });
  expect(run("rnu").status).toBe(2);
});

test("without the native back end auto takes another and says so, and native is refused with the reason", () => {
  const model = put(folder(), "small.qir", small);
  const without = (backend: string) =>
    spawnSync(process.execPath, [bin, "run", model, "--backend", backend, "--json"], {
      encoding: "utf8",
      env: { ...process.env, QJIT_NATIVE: "off" },
    });
  const reason = "switched off by QJIT_NATIVE=off";
  const auto = without("auto");
  const { backend, warnings } = JSON.parse(auto.stdout);
  expect({ status: auto.status, backend, warnings }).toEqual({
    status: 0,
    backend: "wasm",
    warnings: [`not on the native back end: ${reason}`],
  });
  expect(auto.stderr.split("\n").filter((line) => line.includes("native back end")).length).toBe(1);
  const native = without("native");
  expect({ status: native.status, stderr: native.stderr }).toEqual({
    status: 1,
    stderr: `error: target: wanted the native back end, got ${reason}\n`,
  });
});

test("a long text arrives in full through a pipe", () => {
  const path = largeModel();
  const result = spawnSync(process.execPath, [bin, "dump", path], { encoding: "utf8", maxBuffer: 2 ** 26 });
  expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: "" });
  expect(print(parse(result.stdout)) === result.stdout).toBe(true);
});

test("a reader that closes early ends the command quietly", async () => {
  const child = spawn(process.execPath, [bin, "dump", largeModel()], { stdio: ["ignore", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.on("close", resolve));
  expect({ status, err }).toEqual({ status: 0, err: "" });
});

test("the command runs through a symbolic link, as npm installs it", () => {
  const link = join(folder(), "qjit");
  symlinkSync(bin, link);
  const { status, stdout } = spawnSync(process.execPath, [link, "--version"], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test("a loader finds its module whatever the name", () => {
  const dir = folder();
  const model = put(dir, "small.qir", small);
  expect(run("compile", model, "-o", dir, "--name", "a name #1 50%?").status).toBe(0);
  const script = `const { pathToFileURL } = await import("node:url");
    const { load } = await import(pathToFileURL(process.argv[1]).href);
    console.log((await load()).inputs.map((i) => i.name).join());`;
  const argv = ["--input-type=module", "-e", script, join(dir, "a name #1 50%?.mjs")];
  const { stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  expect({ stdout, stderr }).toEqual({ stdout: "image,t\n", stderr: "" });
});
