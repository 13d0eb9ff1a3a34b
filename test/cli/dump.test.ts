import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readNpy } from "../../src/cli/npy.ts";
import { diffGraphs } from "../../src/ir/diff.ts";
import { parse } from "../../src/ir/parse.ts";
import { print } from "../../src/ir/print.ts";
import { pipeline } from "../../src/passes/pipeline.ts";
import { describeModels } from "../vectors.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const dir = folder();
const model = put(dir, "small.qir", small);
const npy = (path: string) => readNpy(readFileSync(path), path);

/** What `run` gives for the inputs of seed 3. */
async function outputs(path: string, backend = "interpreter") {
  const to = folder();
  const { code } = await qjit(["run", path, "--backend", backend, "--seed", "3", "--output-dir", to]);
  expect(code).toBe(0);
  return [npy(join(to, "out0.npy")), npy(join(to, "out1.npy"))];
}

test("the graph is printed as it was imported", async () => {
  expect(await qjit(["dump", model])).toEqual({ code: 0, out: small, err: "" });
});

describe("what is dumped after a pass runs, with the same bytes", () => {
  test.each(pipeline.map((p) => p.name))("%s", async (pass) => {
    const { code, out, err } = await qjit(["dump", model, "--after", pass]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const path = put(folder(), "after.qir", out);
    expect(await outputs(path)).toEqual(await outputs(model));
    expect(await outputs(path, "wasm")).toEqual(await outputs(model));
  });

  test("and goes on from the next pass to the same end", async () => {
    const last = pipeline[pipeline.length - 1].name;
    const whole = (await qjit(["dump", model, "--after", last])).out;
    for (let i = 0; i + 1 < pipeline.length; i++) {
      const path = put(folder(), "half.qir", (await qjit(["dump", model, "--after", pipeline[i].name])).out);
      expect((await qjit(["dump", path, "--from", pipeline[i + 1].name])).out).toBe(whole);
    }
    expect(whole).toContain("k.conv(");
    expect(whole).not.toContain("conv2d(");
  });
});

test("--fuel counts rewrites", async () => {
  const texts = new Set<string>();
  for (let fuel = 0; fuel < 8; fuel++) texts.add((await qjit(["dump", model, "--fuel", String(fuel)])).out);
  expect((await qjit(["dump", model, "--fuel", "1000000"])).out).toBe([...texts].at(-1));
  expect(texts.size).toBeGreaterThan(2);
});

test("--fuel logs each rewrite with its number", async () => {
  const { err } = await qjit(["dump", model, "--fuel", "2"]);
  const log = err.split("\n").filter((line) => line.startsWith("#"));
  expect(log.map((line) => /^#(\d+) \S+ at %\S+ \(\w+\)$/.exec(line)?.[1])).toEqual(["1", "2"]);
  // Lowering takes no fuel and has no number.
  expect(err).toContain("\nlower-conv2d at %acc (lower)\n".slice(1));
  const all = (await qjit(["dump", model, "--print-after-all"])).out;
  expect(all).toContain(`//   ${log[0].replace(/ \(.*/, "")}\n`);
});

test("--before stops where --after of the pass before stops", async () => {
  for (let i = 1; i < pipeline.length; i++) {
    const before = await qjit(["dump", model, "--before", pipeline[i].name]);
    const after = await qjit(["dump", model, "--after", pipeline[i - 1].name]);
    expect(before).toEqual(after);
  }
  expect((await qjit(["dump", model, "--before", pipeline[0].name])).out).toBe(small);
});

describe("--diff", () => {
  const diffLines = (out: string) => out.split("\n").filter((line) => /^[-+] /.test(line));

  test("with --print-after-all: applied to the text before, it gives the text after", async () => {
    const { out } = await qjit(["dump", model, "--print-after-all", "--diff"]);
    const lines = new Set((await qjit(["dump", model, "--no-data"])).out.split("\n").map((l) => l.trim()));
    for (const section of out.split(/^(?=\/\/ after )/m)) {
      const pass = /^\/\/ after (\w+)/.exec(section)![1];
      for (const line of diffLines(section)) {
        if (line.startsWith("-")) expect(lines.delete(line.slice(2)), line).toBe(true);
        else lines.add(line.slice(2));
      }
      const whole = (await qjit(["dump", model, "--after", pass, "--no-data"])).out.split("\n").map((l) => l.trim());
      expect([...lines].filter((l) => l).sort()).toEqual([...new Set(whole.filter((l) => l))].sort());
    }
  });

  test("alone: what all the passes changed, or those that are asked for", async () => {
    const { out } = await qjit(["dump", model, "--diff", "--after", "lower"]);
    expect(diffLines(out).map((l) => `${l[0]} ${/= ([\w.]+)\(/.exec(l)![1]}`)).toEqual(["- conv2d", "+ k.conv"]);
    expect((await qjit(["dump", model, "--diff", "--before", "lower"])).out).toBe("");
  });

  test("shows a constant whose values changed, and nothing of lines that moved", () => {
    const graph = (w: string, first: string, second: string) =>
      parse(`func @g(%x: u8[9]) {
  %w: u8[9] = const(value=data)
  ${first}
  ${second}
  %z: u8[27] = concat([%a, %b, %w], axis=[0])
  return %z
}

data %w = "${w}"
`);
    const a = "%a: u8[9] = clamp(%x, range=[3, 4])";
    const b = "%b: u8[9] = clamp(%x, range=[1, 2])";
    const one = graph("AQIDBAUGBwgJ", a, b);
    expect(diffGraphs(one, graph("AQIDBAUGBwgJ", b, a)).filter((l) => l.sign !== " ")).toEqual([]);
    expect(diffGraphs(one, graph("AQIDBAUGBwgA", a, b)).filter((l) => l.sign !== " ")).toEqual([
      { sign: "-", text: "  %w: u8[9] = const(value=data)" },
      { sign: "+", text: "  %w: u8[9] = const(value=data)" },
    ]);
  });

  test("is coloured on a terminal that wants colours", async () => {
    const argv = ["dump", model, "--diff"];
    const terminal = { outIsTerminal: true };
    expect((await qjit(argv, terminal)).out).toContain("\x1b[32m+ %y");
    expect((await qjit(argv, { ...terminal, env: { NO_COLOR: "1" } })).out).not.toContain("\x1b");
    expect((await qjit(argv)).out).not.toContain("\x1b");
  });
});

describe("--node", () => {
  test("tells what became of a value", async () => {
    const { code, out, err } = await qjit(["dump", model, "--node", "acc"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^\/\/ as imported\n {2}%acc: .* = conv2d\(/);
    expect(out).toMatch(/\n\/\/ after lower: .*\n\/\/ {3}lower-conv2d at %acc\n- %acc: .*\n\+ %acc: .*k\.conv/);
    expect(out).toContain("requantize-into-kernel at %q");
    expect(out).not.toContain("%sum");
    expect(err).toBe("note: %acc is no node of its own after fuseRequantize\n");
  });
  test("names what there is", async () => {
    expect(await qjit(["dump", model, "--node", "imaeg"])).toEqual({
      code: 1,
      out: "",
      err: "error: --node: wanted part of the name of a value, got imaeg (did you mean image?)\n",
    });
  });
});

test("the help lists the passes in order", async () => {
  const { out } = await qjit(["dump", "--help"]);
  expect(out.replace(/\s+/g, " ")).toContain(`The passes, in order: ${pipeline.map((p) => p.name).join(" ")} `);
});

test("--print-after-all --data: each graph reads back, and runs with the same bytes", async () => {
  const { out } = await qjit(["dump", model, "--print-after-all", "--data"]);
  const sections = out.split(/^(?=\/\/ after )/m);
  expect(sections.length).toBeGreaterThan(2);
  for (const section of sections) {
    const path = put(folder(), "section.qir", section);
    expect(await outputs(path)).toEqual(await outputs(model));
  }
});

test("--print-after-all prints the passes that change something, with their rules", async () => {
  const { code, out, err } = await qjit(["dump", model, "--print-after-all"]);
  expect(code).toBe(0);
  const shown = [...out.matchAll(/^\/\/ after (\w+): /gm)].map((m) => m[1]);
  expect(shown).toContain("lower");
  expect(shown.length).toBeLessThan(pipeline.length);
  expect(err).toBe(`note: ${pipeline.length - shown.length} of ${pipeline.length} passes changed nothing\n`);
  expect(out).toContain("\n//   lower-conv2d at %acc\nfunc @small(");
  for (const section of out.split(/^(?=\/\/ after )/m)) {
    const graph = parse(section.replaceAll("(value=data)", "(value=[])"));
    expect(section).toContain(print(graph).split("\n")[0]);
  }
});

describe("documents", () => {
  test("--format json holds all of the way", async () => {
    const { code, out, err } = await qjit(["dump", model, "--format", "json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const dump = JSON.parse(out);
    expect(dump).toMatchObject({ format: "qjit-dump", version: 1, model: { name: "small", file: "small.qir" } });
    expect(dump.stages.map((s: { name: string }) => s.name)).toEqual(["import", ...pipeline.map((p) => p.name)]);
    expect(dump.plan.steps.map((s: { name: string }) => s.name)).toEqual(["y", "sum"]);
    expect(dump.profile).toBe(null);
  });
  test("of some passes, and with the data", async () => {
    const { out } = await qjit(["dump", model, "--format", "json", "--after", "lower", "--data"]);
    const dump = JSON.parse(out);
    expect(dump.stages.at(-1).name).toBe("lower");
    expect(dump.plan).toBe(null);
    const w = dump.nodes.find((n: { name: string }) => n.name === "w");
    expect(Buffer.from(dump.constants[w.constant].values, "base64")).toEqual(
      Buffer.from(Array.from({ length: 54 }, (_, i) => i + 1)),
    );
  });
  test("--profile measures the steps", async () => {
    const { code, out } = await qjit(["dump", model, "--format", "json", "--profile"]);
    expect(code).toBe(0);
    const { profile } = JSON.parse(out);
    expect(profile.runs).toBeGreaterThan(0);
    expect(profile.steps.length).toBe(2);
    expect(profile.steps.reduce((sum: number, s: { share: number }) => sum + s.share, 0)).toBeCloseTo(1, 9);
  });
  test("--format html is one page, -o writes it", async () => {
    const file = join(folder(), "small.html");
    const { code, out, err } = await qjit(["dump", model, "--format", "html", "-o", file]);
    expect({ code, out, err }).toEqual({ code: 0, out: `wrote ${file}\n`, err: "" });
    expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>/);
  });
  test("--format html is not for terminals", async () => {
    const { code, out, err } = await qjit(["dump", model, "--format", "html"], { outIsTerminal: true });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("--format html: wants -o FILE or a pipe");
  });
  test("--format dot", async () => {
    const { out } = await qjit(["dump", model, "--format", "dot", "--before", "foldConstants"]);
    expect(out).toContain("requantize  q");
    expect(out).toMatch(/^digraph "small" \{\n[\s\S]*\n\}\n$/);
  });
  test.each([
    [["--profile"], "--profile: wants --format json, dot or html, found text"],
    [["-o", "x"], "--output: wants --format json, dot or html, found text"],
    [["--format", "json", "--diff"], "--diff: wants --format text, found json"],
    [["--format", "dot", "--node", "y"], "--node: wants --format text, found dot"],
  ])("%s", async (options, message) => {
    expect(await qjit(["dump", model, ...options])).toEqual({ code: 2, out: "", err: `error: ${message}\n` });
  });
});

describe("--plan", () => {
  test("as text", async () => {
    const { code, out } = await qjit(["dump", model, "--plan"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^plan @small for wasm\.(simd128|relaxed) {2}arena \d+ bytes/);
    expect(out).toMatch(/^ {2}in {2}%image \d+\+32$/m);
    expect(out).toMatch(/^ {2}out %the result \d+\+48$/m);
  });

  test("with the rows that were weighed, tile, bytes and the arena", async () => {
    const { out } = await qjit(["dump", model, "--plan"]);
    expect(out).toMatch(
      /^ {6}why {4}least cost, \S+, of \d+ rows that apply; .*x_conv_reference__scalar \S+ \(\S+ times\)/m,
    );
    expect(out).toMatch(/^ {6}not {4}.*qs8_dwconv_4x8c2__wasmsimd/m);
    expect(out).toMatch(/^ {6}tile {3}\d+ pixels x \d+ channels, [12]-byte elements, .*; channels rounded: \d+ in /m);
    expect(out).toMatch(/^ {6}bytes {2}result 48, constants \d+/m);
    expect(out).toMatch(/^arena: \d+ values, buffers of \d+ bytes in \d+\n {2}\d+\+\d+ {2}(scratch of )?%/m);
  });
});

describe("long constants", () => {
  test("are left out on a terminal, with a note", async () => {
    const { out, err } = await qjit(["dump", model], { outIsTerminal: true });
    expect(out).not.toContain("data %w");
    expect(err).toMatch(/^note: long constants are left out on a terminal; [^\n]+\n$/);
  });
  test("are left out on request, without one", async () => {
    for (const outIsTerminal of [false, true]) {
      const { out, err } = await qjit(["dump", model, "--no-data"], { outIsTerminal });
      expect(out).not.toContain("data %w");
      expect(err).toBe("");
    }
  });
  test("text without them says so when it is read", async () => {
    const path = put(dir, "without.qir", (await qjit(["dump", model, "--no-data"])).out);
    const { code, err } = await qjit(["run", path]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("was the text printed without data?") });
  });
});

describe("passes that do not exist", () => {
  const names = pipeline.map((p) => p.name).join(", ");
  test.each(["--after", "--before", "--from"])("%s", async (option) => {
    expect(await qjit(["dump", model, option, "lowr"])).toEqual({
      code: 2,
      out: "",
      err: `error: ${option}: no pass lowr (did you mean lower?); the passes are ${names}\n`,
    });
  });
  test("in the wrong order", async () => {
    const [first, second] = pipeline.map((p) => p.name);
    const { code, err } = await qjit(["dump", model, "--from", second, "--after", first]);
    expect({ code, err }).toEqual({
      code: 2,
      err: `error: --from ${second} comes after --after ${first}; the order is ${names}\n`,
    });
  });
});

describeModels("dump on a real model", (models) => {
  const path = join(models, "pretrainedResnet_quant.tflite");
  const run = async (model: string, backend: string) => {
    const to = folder();
    expect((await qjit(["run", model, "--backend", backend, "--output-dir", to])).code).toBe(0);
    return npy(join(to, "out0.npy"));
  };
  test("after every pass, the same bytes", async () => {
    const expected = await run(path, "interpreter");
    for (const { name } of pipeline) {
      const { out } = await qjit(["dump", path, "--after", name]);
      const dumped = put(folder(), `${name}.qir`, out);
      expect(await run(dumped, "interpreter")).toEqual(expected);
      expect(await run(dumped, "wasm")).toEqual(expected);
    }
  });
});
