/** Damaged and hostile files: one clear error each, and nothing allocated on their word. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { besideModel } from "../../src/cli/external.ts";
import { ModelError } from "../../src/errors.ts";
import { importOnnx, type OnnxOptions } from "../../src/import/onnx/index.ts";
import { interpret } from "../../src/ir/interpret.ts";
import { type FileGraph, type FileTensor, onnxFile } from "./onnx-file.ts";

/** y = x + w. */
const adding = (w: FileTensor, more: Partial<FileGraph> = {}): FileGraph => ({
  nodes: [{ op: "Add", in: ["x", "w"], out: ["y"] }],
  initializers: { w },
  inputs: { x: ["FLOAT", [2]] },
  outputs: ["y"],
  ...more,
});

const bad = (g: FileGraph | Uint8Array, message: string | RegExp, options: OnnxOptions = {}): void => {
  const load = () => importOnnx(g instanceof Uint8Array ? g : onnxFile(g), options);
  expect(load).toThrow(ModelError);
  expect(load).toThrow(message);
};

const two: FileTensor = { element: "FLOAT", dims: [2], values: [1, 2] };

describe("damaged files", () => {
  test("what is no protobuf, or no model", () => {
    bad(Uint8Array.of(1, 2, 3), "is not an ONNX model");
    bad(new Uint8Array(0), "has no graph");
    const bytes = onnxFile(adding(two));
    bad(bytes.subarray(0, bytes.length - 5), /is not an ONNX model|reads|nothing/);
  });

  test("every truncation and a thousand bit flips end in an import or a ModelError", () => {
    const bytes = onnxFile(adding(two));
    const attempt = (b: Uint8Array) => {
      try {
        importOnnx(b);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    };
    for (let n = 0; n < bytes.length; n++) attempt(bytes.subarray(0, n));
    for (let i = 0; i < 1000; i++) {
      const flipped = bytes.slice();
      flipped[(Math.imul(i, 2654435761) % bytes.length) >>> (0 % bytes.length)] ^= 1 << (i & 7);
      attempt(flipped);
    }
  });

  test("data that does not fill its shape", () => {
    bad(adding({ element: "FLOAT", dims: [3], values: [1, 2] }), "initializer w: wants 3 values of FLOAT, found 2");
    bad(adding({ element: "FLOAT", dims: [2], raw: new Uint8Array(7) }), "wants 8 bytes for 2 of FLOAT, found 7");
  });

  test("absurd shapes are refused before anything is allocated", () => {
    bad(adding({ element: "FLOAT", dims: [2 ** 31, 2 ** 31], values: [] }), "wants dimensions of at most");
    bad(adding({ element: "FLOAT", dims: [-1], values: [] }), "wants dimensions of at most");
    bad(adding(two, { inputs: { x: ["FLOAT", [2 ** 40]] } }), "input x: wants dimensions");
    bad(
      {
        nodes: [{ op: "ConstantOfShape", in: ["s"], out: ["y"] }],
        initializers: { s: { element: "INT64", dims: [2], values: [2 ** 20, 2 ** 20] } },
        inputs: {},
        outputs: ["y"],
      },
      "wants a shape of at most",
    );
    bad(
      {
        nodes: [{ op: "Expand", in: ["x", "s"], out: ["y"] }],
        initializers: { s: { element: "INT64", dims: [2], values: [2 ** 27, 2 ** 27] } },
        inputs: { x: ["FLOAT", [1, 1]] },
        outputs: ["y"],
      },
      "wants at most",
    );
  });

  test("cycles, repeated names, missing values", () => {
    const cycle = { nodes: [{ op: "Add", in: ["x", "y"], out: ["y"] }] };
    bad(adding(two, cycle), "Add 0 (y): reads y, which nothing before it makes");
    bad(
      adding(two, { nodes: [{ op: "Relu", in: ["x"], out: ["w"] }], outputs: ["w"] }),
      "makes w, which already has a value",
    );
    bad(adding(two, { outputs: ["z"] }), "output z: is made by no node");
    bad(adding(two, { outputs: [] }), "has no outputs");
    bad(adding(two, { nodes: [{ op: "Add", in: ["x"], out: ["y"] }] }), "Add 0 (y): wants an input 1, found 1 inputs");
  });

  test("attributes of another type, and versions from before", () => {
    const node = (attrs: Record<string, string>) => ({ nodes: [{ op: "Flatten", in: ["x"], out: ["y"], attrs }] });
    bad(adding(two, node({ axis: "one" })), "wants the attribute axis of type 2, found type 3");
    bad(adding(two, { opset: 6 }), "version 6 of its operator set (supported: 7 to the newest)");
  });
});

describe("external data", () => {
  const external = (entries: Record<string, string>): FileGraph =>
    adding({ element: "FLOAT", dims: [2], external: entries });
  const bytes = new Uint8Array(Float32Array.of(7, 8, 9).buffer);

  test("is read from the model's folder", () => {
    const g = importOnnx(onnxFile(external({ location: "w.bin", offset: "4", length: "8" })), {
      externalData: (path) => (path === "w.bin" ? bytes : new Uint8Array(0)),
    });
    expect(interpret(g, [Float32Array.of(1, 1)])).toEqual([Float32Array.of(9, 10)]);
  });

  test("never from outside of it", () => {
    const options = { externalData: () => bytes };
    for (const location of ["../w.bin", "a/../../w.bin", "/etc/passwd", "C:\\w.bin", "..\\w.bin", "\\\\host\\w", ""]) {
      bad(external({ location, length: "8" }), "wants external data inside the model's folder", options);
    }
  });

  test("within the file's bytes", () => {
    const options = { externalData: () => bytes };
    bad(external({ location: "w", offset: "8", length: "8" }), "wants bytes 8 to 16 of w, which has 12", options);
    bad(external({ location: "w", offset: "-4" }), "wants an offset or length in bytes", options);
    bad(external({ location: "w", offset: "1e9" }), "wants an offset or length in bytes", options);
    bad(external({ location: "w" }), "no way to read it was given");
  });

  test("not through a link that leads out", () => {
    const dir = mkdtempSync(join(tmpdir(), "qjit-external-"));
    try {
      mkdirSync(join(dir, "model"));
      writeFileSync(join(dir, "secret"), bytes);
      writeFileSync(join(dir, "model", "w"), bytes);
      symlinkSync(join(dir, "secret"), join(dir, "model", "link"));
      const read = besideModel(join(dir, "model", "m.onnx"));
      expect(read("w")).toEqual(bytes);
      mkdirSync(join(dir, "model", "folder"));
      expect(() => read("folder")).toThrow("is no file");
      expect(() => read("link")).toThrow("leads out of the model's folder");
      expect(() => read("none")).toThrow(ModelError);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
