import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { artefactFiles } from "../../src/codegen/artefact.ts";
import { build } from "../../src/codegen/build.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { parse } from "../../src/ir/parse.ts";

const source = `func @m(%"image:0": i8[1,4,4,3]<0.5:-3>, %mask: u8[1,4,4,3]<0.25:7>) {
  %a: i8[1,4,4,3]<0.5:-3> = clamp(%"image:0", range=[-3, 90])
  %b: u8[1,4,4,3]<0.25:7> = clamp(%mask, range=[7, 200])
  return %a as "relu", %b as "it's"
}
`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "qjit-artefact-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const simd = { level: "simd128", dot: "inexact" } as const;

async function write(name: string, targets: Parameters<typeof build>[1][]): Promise<void> {
  const builds = [];
  for (const t of targets) builds.push(await build(parse(source), t));
  for (const f of artefactFiles(name, builds)) writeFileSync(join(dir, f.name), f.content);
}

test("files of one build, and a loader under 10 KB", async () => {
  const files = artefactFiles("m", [await build(parse(source), simd)]);
  expect(files.map((f) => f.name)).toEqual(["m.wasm", "m.mjs", "m.d.mts"]);
  const loader = files[1].content as string;
  expect(loader.length).toBeLessThan(10_000);
  expect(loader).not.toMatch(/^import /m);
  expect(files[2].content).toContain('readonly "image:0": Int8Array;');
  expect(files[2].content).toContain("`u8[1,4,4,3]<0.25:7>`");
});

test("the loader runs in a plain Node process, by position and by name", async () => {
  await write("m", [simd]);
  const script = `
    import { load, ProgramError } from ${JSON.stringify(pathToFileURL(join(dir, "m.mjs")).href)};
    const p = await load();
    const image = Int8Array.from({ length: 48 }, (_, i) => i * 5 - 128);
    const mask = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
    const [a, b] = p.runSync([image, mask]);
    const named = await p.run({ mask, "image:0": image });
    const errors = [];
    for (const wrong of [[image], { image }, [mask, mask], { mask, "image:0": image.slice(1) }]) {
      try { p.runSync(wrong); } catch (e) { errors.push(e instanceof ProgramError ? e.message : String(e)); }
    }
    p.dispose();
    try { p.runSync([image, mask]); } catch (e) { errors.push(e.message); }
    console.log(JSON.stringify({ a: [...a], b: [...b], same: named.relu.join() === a.join() && named["it's"].join() === b.join(), errors }));
  `;
  const out = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }));
  const image = Int8Array.from({ length: 48 }, (_, i) => i * 5 - 128);
  const mask = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
  const [a, b] = interpret(parse(source), [image, mask]);
  expect(out).toEqual({
    a: [...a],
    b: [...b],
    same: true,
    errors: [
      "wants 2 inputs (image:0, mask), found 1",
      "no input image; the inputs are image:0, mask",
      "input image:0 wants Int8Array of 48 (i8[1,4,4,3]), found Uint8Array of 48",
      "input image:0 wants Int8Array of 48 (i8[1,4,4,3]), found Int8Array of 47",
      "m: the program is disposed of",
    ],
  });
});

test("of two builds the loader takes the first that the engine can run", async () => {
  await write("two", [{ level: "relaxed", dot: "unsigned" }, simd]);
  expect(readFileSync(join(dir, "two.relaxed.wasm")).length).toBeGreaterThan(100);
  const script = (engine: string) => `
    ${engine}
    const { load } = await import(${JSON.stringify(pathToFileURL(join(dir, "two.mjs")).href)});
    console.log((await load()).description.level);
  `;
  const node = (code: string) =>
    execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).trim();
  // An engine without relaxed SIMD: one that validates no module with its opcode.
  const without = `const v = WebAssembly.validate; WebAssembly.validate = (b) => !new TextDecoder("latin1").decode(b).includes("\\xfd\\x93\\x02") && v(b);`;
  expect(node(script(without))).toBe("simd128");
});

test("the types hold a consumer to the model's own inputs and outputs", async () => {
  await write("typed", [simd]);
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const check = (code: string): string => {
    writeFileSync(
      join(dir, "use.mts"),
      `import { load } from "./typed.mjs";\nconst p = await load();\n${code}\nexport {};\n`,
    );
    const options = "--ignoreConfig --noEmit --strict --target es2022 --module nodenext --lib es2022,dom use.mts";
    try {
      return execFileSync(process.execPath, [tsc, ...options.split(" ")], { cwd: dir, encoding: "utf8" });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  const good = `const a = new Int8Array(48), b = new Uint8Array(48);
const r: Int8Array = (await p.run({ "image:0": a, mask: b })).relu;
const [x, y]: [Int8Array, Uint8Array] = p.runSync([a, b]);
void [r, x, y];`;
  expect(check(good)).toBe("");
  expect(check(`p.runSync({ "image:0": new Int8Array(48), mask: new Float32Array(48) });`)).toMatch(/TS2769/);
  expect(check("p.runSync([new Int8Array(48)]);")).toMatch(/TS2769/);
});

test("state is kept by the loader, and put back", async () => {
  const counter = `func @m(%x: i32[2], %old: i32[2]) {state="[[\\"old\\",\\"next\\",3]]"} {
  %sum: i32[2] = binary(%x, %old, fn=add)
  return %sum as "y", %sum as "next"
}
`;
  const files = artefactFiles("counter", [await build(parse(counter), simd)]);
  for (const f of files) writeFileSync(join(dir, f.name), f.content);
  expect(files[2].content).toContain("reset(): void;");
  expect(files[2].content).not.toContain('"old"');
  const script = `
    import { load } from ${JSON.stringify(pathToFileURL(join(dir, "counter.mjs")).href)};
    const p = await load();
    const x = Int32Array.of(1, 10);
    const step = () => [...p.runSync({ x }).y];
    const seen = [step(), step()];
    p.reset();
    console.log(JSON.stringify({ names: [p.inputs, p.outputs].map((l) => l.map((t) => t.name)), seen: [...seen, step()] }));
  `;
  const out = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }));
  expect(out).toEqual({
    names: [["x"], ["y"]],
    seen: [
      [4, 13],
      [5, 23],
      [4, 13],
    ],
  });
});
