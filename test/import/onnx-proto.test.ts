/** The reader of ONNX's messages against the protobuf library's, on files and on damaged bytes. */
import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import { decode } from "../../src/import/onnx/proto.ts";
import { type MessageName, messages } from "../../src/import/onnx/schema.ts";
import { random } from "../fuzz/generate.ts";
import { messageSchema } from "../onnx-schema.ts";
import { onnxFile } from "./onnx-file.ts";

/** A message of the library in the form of the reader's: fields of the table, zeros where the file has nothing. */
function plain(name: MessageName, message: any): unknown {
  return Object.fromEntries(
    Object.entries<readonly [number, string]>(messages[name]).map(([key, [, kind]]) => {
      const type = kind.replace("[]", "");
      const of = (v: unknown) => (Object.hasOwn(messages, type) && v !== undefined ? plain(type as MessageName, v) : v);
      const value = message[key];
      return [key, Array.isArray(value) ? value.map(of) : of(value)];
    }),
  );
}

const library = (name: MessageName, bytes: Uint8Array): unknown => plain(name, fromBinary(messageSchema(name), bytes));

const model = onnxFile({
  inputs: { x: ["FLOAT", [1, "n", 4]], unshaped: ["FLOAT", undefined] },
  outputs: ["y"],
  initializers: {
    w: { element: "FLOAT", dims: [3], values: [0.5, -1, 2] },
    k: { element: "INT64", dims: [2], values: [-1, 300] },
    d: { element: "DOUBLE", dims: [2], values: [1.25, -3] },
    r: { element: "INT8", dims: [2], raw: Uint8Array.of(255, 7) },
    e: { element: "INT8", dims: [2], external: { location: "f", offset: "4" } },
  },
  nodes: [
    { op: "Añadir", name: "a name of more than thirty-two characters in all", in: ["x", "w", ""], out: ["y"] },
    {
      op: "Thing",
      in: ["y"],
      out: ["z"],
      attrs: {
        i: -5,
        s: "text",
        list: [1, -2, 3],
        f: { float: 0.1 },
        g: { graph: true },
        t: { element: "UINT8", dims: [], values: [9] },
      },
    },
  ],
});

describe("the reader of ONNX's messages", () => {
  test("gives what the protobuf library gives", () => {
    expect(decode("Model", model, "test")).toEqual(library("Model", model));
    expect(decode("Model", new Uint8Array(0), "test")).toEqual(library("Model", new Uint8Array(0)));
  });

  test("takes packed and single numbers, parts of one message, and passes over what it does not know", () => {
    const w = new BinaryWriter();
    w.tag(1, WireType.Varint).int64(3).tag(1, WireType.LengthDelimited).fork().int64(4).int64(-5).join();
    w.tag(4, WireType.Bit32).float(0.5).tag(4, WireType.LengthDelimited).fork().float(1).float(2).join();
    w.tag(3, WireType.StartGroup).tag(1, WireType.Varint).int32(7).tag(3, WireType.EndGroup);
    w.tag(12, WireType.LengthDelimited)
      .bytes(Uint8Array.of(1, 2, 3))
      .tag(200, WireType.Bit64)
      .double(1);
    const bytes = w.finish();
    expect(decode("Tensor", bytes, "test")).toEqual(library("Tensor", bytes));
    expect(decode("Tensor", bytes, "test")).toMatchObject({ dims: [3n, 4n, -5n], floatData: [0.5, 1, 2] });
    const parts = new BinaryWriter();
    for (const [key, value] of [[1, 6] as const, [2, 0] as const]) {
      parts.tag(1, WireType.LengthDelimited).fork();
      if (key === 1) parts.tag(1, WireType.Varint).int32(value);
      else parts.tag(2, WireType.LengthDelimited).fork().join();
      parts.join();
    }
    const type = parts.finish();
    expect(decode("Type", type, "test")).toEqual(library("Type", type));
    expect(decode("Type", type, "test")).toMatchObject({ tensorType: { elemType: 6, shape: { dim: [] } } });
  });

  test("refuses messages that end early, leave their bounds, or nest without end", () => {
    const bad = (name: MessageName, bytes: Uint8Array) =>
      expect(() => decode(name, bytes, "file")).toThrow(/^file: is not an ONNX /);
    for (let n = 1; n < 12; n++) bad("Model", model.subarray(0, model.length - n));
    bad("Graph", Uint8Array.of(0x0a, 2, 0x0a, 5, 65, 65, 65, 65, 65));
    bad("Tensor", Uint8Array.of(0x22, 3, 0, 0, 0, 0));
    bad("Tensor", Uint8Array.of(0x00));
    let nested = new Uint8Array(0);
    for (let n = 0; n < 60; n++) {
      const attribute = new BinaryWriter().tag(6, WireType.LengthDelimited).bytes(nested).finish();
      const node = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(attribute).finish();
      nested = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(node).finish() as Uint8Array<ArrayBuffer>;
    }
    bad("Graph", nested);
  });

  test("damaged bytes are read, or refused by one typed error", () => {
    const rand = random(5);
    let read = 0;
    for (let n = 0; n < 2000; n++) {
      const bytes = model.slice();
      for (let k = rand(1, 3); k > 0; k--) bytes[rand(0, bytes.length - 1)] = rand(0, 255);
      let mine: unknown;
      try {
        mine = decode("Model", bytes, "file");
      } catch (error) {
        expect((error as Error).message).toMatch(/^file: is not an ONNX model/);
        continue;
      }
      read++;
      expect(mine).toHaveProperty("graph");
    }
    expect(read).toBeGreaterThan(200);
  });
});
