/** What is published: packed, installed from the tarballs into an empty project, and run there natively. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { nativePackages } from "../../runtime/native.ts";
import { addon, reportMissing } from "./native.ts";

reportMissing();

const root = fileURLToPath(new URL("../../", import.meta.url));
const made = mkdtempSync(join(tmpdir(), "qjit-packages-"));
afterAll(() => rmSync(made, { recursive: true, force: true }));

const npm = (cwd: string, ...argv: string[]) => execFileSync("npm", argv, { cwd, encoding: "utf8", stdio: "pipe" });

const script = `
import { compile, parse } from "qjit";
const graph = parse("func @f(%x: i8[1,4]<0.5:0>) {\\n  %y: i8[1,4]<0.5:0> = clamp(%x, range=[0, 127])\\n  return %y\\n}\\n");
const program = await compile(graph, { target: process.argv[2], onFallback: (reason) => console.error(reason) });
console.log(JSON.stringify([program.target, [...program.runSync([Int8Array.of(-1, 2, -3, 4)])[0]]]));
`;

describe.runIf(addon && existsSync(join(root, "dist/lib/index.js")))("the packages of this machine", () => {
  test("install from their tarballs without scripts, and run natively", { timeout: 120_000 }, () => {
    const out = join(made, "packages");
    const folders = execFileSync(process.execPath, [join(root, "tools/native-packages.mjs"), "--out", out], {
      encoding: "utf8",
    })
      .trim()
      .split("\n");
    expect(folders.map((f) => basename(f))).toEqual([expect.stringMatching(/^native-/), "qjit"]);
    const [carrier, main] = folders.map((f) => JSON.parse(readFileSync(join(f, "package.json"), "utf8")));
    expect(nativePackages()).toContain(carrier.name);
    expect(carrier).toMatchObject({ os: [process.platform], cpu: [process.arch], version: main.version });
    expect(main.optionalDependencies).toEqual({ [carrier.name]: main.version });
    expect([main.scripts, carrier.scripts]).toEqual([undefined, undefined]);

    const tarballs = folders.map((f) => join(made, npm(made, "pack", f, "--silent").trim()));
    const project = mkdtempSync(join(made, "project-"));
    const file = (path: string) => `file:${path}`;
    // Other dependencies come from this checkout, so that no registry is asked.
    const local = (names: string[]) => Object.fromEntries(names.map((n) => [n, file(join(root, "node_modules", n))]));
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({
        type: "module",
        dependencies: { [carrier.name]: file(tarballs[0]), qjit: file(tarballs[1]) },
        overrides: local(Object.keys(main.dependencies)),
      }),
    );
    writeFileSync(join(project, "run.mjs"), script);
    npm(project, "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund");
    const run = (target: string) =>
      spawnSync(process.execPath, ["run.mjs", target], { cwd: project, encoding: "utf8" });
    const native = run("native");
    expect([native.stderr, native.stdout]).toEqual(["", '["native",[0,2,0,4]]\n']);

    // Without the package: wasm, with the reason; and native fails with it.
    rmSync(join(project, "node_modules", carrier.name), { recursive: true });
    const auto = run("auto");
    expect(auto.stdout).toBe('["wasm",[0,2,0,4]]\n');
    expect(auto.stderr).toContain(`${carrier.name} is not installed`);
    const refused = run("native");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`${carrier.name} is not installed`);
  });
});
