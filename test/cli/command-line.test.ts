import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { didYouMean } from "../../src/cli/failure.ts";
import { conv2d } from "../../src/ir/ops/conv.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { folder, put, qjit, small } from "./qjit.ts";

const commands = ["run", "compile", "dump", "check", "bench", "bisect", "compare", "view", "ops"];
const model = put(folder(), "small.qir", small);

describe("help", () => {
  test("names every command", async () => {
    const { code, out, err } = await qjit(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const name of commands) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(out).toContain("Exit codes: 0 done, 1 the model or an input is bad, 2 the command line is bad.");
  });
  test.each(commands)("%s has examples", async (name) => {
    const { code, out, err } = await qjit([name, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`Examples:\n  \\$ qjit ${name}`));
  });
  test("the version is the package's", async () => {
    const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
    expect(await qjit(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });
});

describe("a bad command line ends with code 2", () => {
  const cases: [string[], string][] = [
    [[], "Usage: qjit"],
    [["rnu", model], "error: unknown command 'rnu'\n(Did you mean run?)"],
    [["run"], "error: missing required argument 'MODEL'"],
    [["run", model, "more"], "error: too many arguments for 'run'. Expected 1 argument but got 2."],
    [["run", model, "--output-dri", "x"], "error: unknown option '--output-dri'\n(Did you mean --output-dir?)"],
    [
      ["run", model, "--backend", "wsam"],
      "argument 'wsam' is invalid. Allowed choices are auto, wasm, native, interpreter (did you mean wasm?).",
    ],
    [["run", model, "--threads", "0"], "It wants an integer from 1 to 1024."],
    [["run", model, "--threads", "two"], "It wants an integer from 1 to 1024."],
    [["run", model, "--seed", "-1"], "It wants an integer from 0"],
    [["run", model, "--input", "image"], "It wants NAME=FILE.npy or POSITION=FILE.npy."],
    [["run", model, "--input", "=x.npy"], "It wants NAME=FILE.npy or POSITION=FILE.npy."],
    [["run", model, "--shape", "image=1x"], "It wants NAME=1x3x224x224."],
    [["run", model, "--shape", "image=0x3"], "It wants NAME=1x3x224x224."],
    [["run", model, "--backend"], "argument missing"],
    [["dump", model, "--format", "svg"], "argument 'svg' is invalid. Allowed choices are text, json, dot, html."],
    [["dump", model, "--format", "jsn"], "(did you mean json?)."],
    [["bisect", model, "--backend", "wazm"], "(did you mean wasm?)."],
    [["bisect", model, "--tries", "0"], "It wants an integer from 1"],
    [["compare"], "error: missing required argument 'A'"],
    [["compare", model, "--backend-a", "nativ"], "(did you mean native?)."],
    [["compare", model, "--samples", "x"], "It wants an integer from 1"],
    [["dump", model, "--fuel", "1.5"], "It wants an integer from 0"],
    [["dump", model, "--after", "lower", "--before", "lower"], "cannot be used with option"],
    [["compile", model], "required option '-o, --output-dir <DIR>' not specified"],
    [["compile", model, "-o", "x", "--features", "avx"], "Allowed choices are simd128, relaxed, auto, all"],
    [["bench", model, "--runs", "0"], "It wants an integer from 1"],
  ];
  test.each(cases)("%j", async (argv, message) => {
    const { code, out, err } = await qjit(argv);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("an input that is given twice", async () => {
    const argv = ["run", model, "--backend", "interpreter", "--input", "image=a.npy", "--input", "0=b.npy"];
    expect(await qjit(argv)).toEqual({
      code: 2,
      out: "",
      err: "error: --input 0: input image is given twice (a.npy, b.npy)\n",
    });
  });
});

describe("--json is one object on stdout and nothing else there", () => {
  const compiled = folder();
  const cases: string[][] = [
    ["run", model],
    ["run", model, "--backend", "interpreter", "--output-dir", folder()],
    ["run", join(compiled, "small.wasm")],
    ["compile", model, "-o", compiled],
    ["check", model],
    ["bench", model, "--runs", "2"],
    ["bench", model, "--runs", "2", "--profile", "--trace", join(compiled, "trace.json")],
    ["bisect", model, "--backend", "wasm"],
    ["compare", model, "--samples", "1"],
    ["compare", model, model, "--samples", "1"],
    ["ops"],
    ["ops", "clamp"],
  ];
  // In order: what is compiled by one is run by another.
  cases.sort((a, b) => Number(b[0] === "compile") - Number(a[0] === "compile"));
  test.each(cases)("qjit %s %s %s %s", async (...argv) => {
    // A terminal gets progress, and colours where they are wanted; neither belongs into the object.
    const { code, out } = await qjit([...argv.filter(Boolean), "--json"], { outIsTerminal: true, errIsTerminal: true });
    expect(code).toBe(0);
    expect(out).toBe(`${JSON.stringify(JSON.parse(out), null, 2)}\n`);
    expect(JSON.parse(out)).toBeTypeOf("object");
  });

  test.each(cases.filter(([c]) => c !== "ops"))("a bad model: qjit %s %s %s %s", async (...argv) => {
    const bad = argv
      .filter(Boolean)
      .map((a) => (a === model ? join(compiled, "no.qir") : a.replace("small.wasm", "no.wasm")));
    const { code, out, err } = await qjit([...bad, "--json"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^error: .*no\.(qir|wasm): no such file or folder\n$/);
  });
});

test.each([
  ["conv2b", " (did you mean conv2d?)"],
  ["CONV2D", " (did you mean conv2d?)"],
  ["requantise", " (did you mean requantize?)"],
  ["transpsoe", " (did you mean transpose?)"],
  ["xyzzy", ""],
  ["", ""],
])("did you mean: %s%s", (word, hint) => {
  expect(didYouMean(word, ops.keys())).toBe(hint);
});

describe("ops", () => {
  test("lists every op with its doc", async () => {
    const { code, out } = await qjit(["ops"]);
    expect(code).toBe(0);
    for (const op of ops.values()) {
      expect(out).toContain(`\n  ${op.doc}\n`);
      expect(out).toMatch(new RegExp(`^${op.name.replaceAll(".", "\\.")}  `, "m"));
    }
  });
  test("one op", async () => {
    const { out } = await qjit(["ops", "conv2d"]);
    const { x, w, bias } = conv2d.operands;
    const storages = (slot: { storages: readonly string[] }) => slot.storages.join("|");
    expect(out).toContain(`operands    x: ${storages(x)}, w: ${storages(w)}, bias?: ${storages(bias)}`);
    expect(out).toContain("attributes  stride = [1, 1], pad = [0, 0, 0, 0], dilation = [1, 1]");
    expect(out).toContain("result      storage: computed from the operands; quantizer: the product of x and w");
    expect(out).not.toContain("linear");
  });
  test("as JSON", async () => {
    const { out } = await qjit(["ops", "--json"]);
    const { ops: listed } = JSON.parse(out);
    expect(listed.map((op: { name: string }) => op.name)).toEqual([...ops.keys()]);
    const clamp = listed.find((op: { name: string }) => op.name === "clamp");
    expect(clamp.attributes).toEqual([{ name: "range", required: true, default: null }]);
    expect(clamp.doc).toBe(ops.get("clamp")!.doc);
  });
  test("an unknown op", async () => {
    const { code, err } = await qjit(["ops", "conv3d"]);
    expect(code).toBe(1);
    expect(err).toContain("got conv3d (did you mean conv2d?)");
  });
});

test("QJIT_DEBUG=1 adds the stack, and nothing else does", async () => {
  const argv = ["run", "no/such.qir"];
  expect((await qjit(argv)).err).toBe("error: no/such.qir: no such file or folder\n");
  expect((await qjit(argv, { env: { QJIT_DEBUG: "1" } })).err).toMatch(/^error: no\/such.*\nModelError: .*\n +at /);
});

test("styles are for terminals, and not where NO_COLOR is set", async () => {
  const bold = "\x1b[1m";
  expect((await qjit(["ops", "clamp"])).out).not.toContain(bold);
  expect((await qjit(["ops", "clamp"], { outIsTerminal: true })).out).toContain(bold);
  expect((await qjit(["ops", "clamp"], { outIsTerminal: true, env: { NO_COLOR: "1" } })).out).not.toContain(bold);
});
