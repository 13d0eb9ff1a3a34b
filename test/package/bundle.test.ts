/** The files that are published (dist, which `npm run build` writes) against the sources that they are made of. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import * as sources from "../../src/index.ts";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const built = existsSync(path.join(dist, "lib/index.js"));
if (!built) test.skip("skipped: dist is not built (npm run build)", () => {});

const dir = mkdtempSync(path.join(tmpdir(), "qjit-bundle-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a script with the library as `qjit`. */
function run(script: string, flags: string[] = []): { stdout: string; stderr: string; file: string } {
  const file = path.join(dir, "script.mjs");
  const library = JSON.stringify(pathToFileURL(path.join(dist, "lib/index.js")).href);
  writeFileSync(file, script.replace('"qjit"', library));
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, file], { encoding: "utf8" });
  return { stdout, stderr, file };
}

/** What loading a file loads: the files that it imports statically, each with its text, and the other packages. */
function closure(entry: string): { files: Map<string, string>; packages: Set<string> } {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    const code = readFileSync(file, "utf8");
    files.set(file, code);
    for (const [, name] of code.matchAll(/^(?:import|export|\}) (?:.*? from )?"([^"]+)";$/gm)) {
      if (!name.startsWith(".")) packages.add(name);
      else visit(path.resolve(path.dirname(file), name.replace(/(?<!\.d)\.ts$/, ".d.ts")));
    }
  };
  visit(path.join(dist, entry));
  return { files, packages };
}

const sizeOf = ({ files }: ReturnType<typeof closure>) => [...files.values()].reduce((n, code) => n + code.length, 0);

/** The functions and classes of a namespace with their own names, as `ops.conv2d` and `conv2d`. */
function namesOf(value: object, at = ""): string[] {
  return Object.entries(value).flatMap(([key, v]) => {
    if (typeof v === "function") return [`${at}${key} ${v.name}`];
    return key === "ops" || key === "nn" ? namesOf(v, `${at}${key}.`) : [];
  });
}

describe.runIf(built)("the library", () => {
  test("exports what the sources export, under its own names", async () => {
    const library = await import(pathToFileURL(path.join(dist, "lib/index.js")).href);
    expect(Object.keys(library).sort()).toEqual(Object.keys(sources).sort());
    expect(namesOf(library).sort()).toEqual(namesOf(sources).sort());
  });

  test("loads a few files, no other package, and no emitter of WebAssembly", () => {
    const library = closure("lib/index.js");
    expect([...library.packages]).toEqual([]);
    expect(library.files.size).toBeLessThan(8);
    const emitters = /qs8_dwconv_/;
    expect([...library.files.values()].filter((code) => emitters.test(code))).toEqual([]);
    const lazy = [...library.files.values()].flatMap((code) => [...code.matchAll(/import\("(\.\/[^"]+)"\)/g)]);
    const texts = lazy.map(([, name]) => readFileSync(path.join(dist, "lib", name), "utf8"));
    expect(texts.some((code) => emitters.test(code))).toBe(true);
    const runtime = closure("lib/runtime.js");
    expect([...runtime.packages]).toEqual([]);
    expect(sizeOf(runtime)).toBeLessThan(40_000);
  });

  test("has declarations that want no package but the dependencies", () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(dist, "../package.json"), "utf8"));
    for (const entry of ["src/index.d.ts", "runtime/index.d.ts"])
      expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...closure(entry).packages]));
  });

  test("says whose the bundled packages are", () => {
    const { sources: inputs } = JSON.parse(readFileSync(path.join(dist, "lib/index.js.map"), "utf8"));
    const packages = (inputs as string[]).flatMap((s) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(s)?.[1] ?? []);
    expect(packages.length).toBeGreaterThan(0);
    const text = readFileSync(path.join(dist, "lib/LICENSES.txt"), "utf8");
    for (const name of new Set(packages)) expect(text).toMatch(new RegExp(`^${name} \\d`, "m"));
    expect(readFileSync(path.join(dist, "cli/LICENSES.txt"), "utf8")).toBe(text);
  });

  test("traces with the user's lines, and functions by their names", () => {
    const { stdout, stderr, file } = run(`import { ops, print, quantizePerTensor, tensor, trace } from "qjit";
const x = quantizePerTensor(tensor([1, 2]), 0.5, 0, "qint8");
const graph = trace((x) => ops.dequantize(ops.relu(x)), [x]);
console.log(graph.nodes.at(-1).source);
console.log(print(trace(ops.relu, [x])).split("(")[0]);
console.log(graph);`);
    expect(stderr).toBe("");
    const [source, name, graph] = stdout.split("\n");
    expect(source).toMatch(new RegExp(`${path.basename(file)}:3:\\d+$`));
    expect(name).toBe("func @relu");
    expect(graph).toMatch(/^Graph \{/);
  });

  test("has maps to the sources", () => {
    const { stderr } = run('import { parse } from "qjit";\nparse("func nonsense");', ["--enable-source-maps"]);
    expect(stderr).toMatch(/src\/ir\/parse\.ts:\d+/);
  });
});
