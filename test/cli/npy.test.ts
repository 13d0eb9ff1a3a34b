import { describe, expect, test } from "vitest";
import { readNpy, writeNpy } from "../../src/cli/npy.ts";
import { type Storage, storages, type TypedArray } from "../../src/ir/type.ts";

/** The bytes of a .npy file with any header text. */
function file(header: string, data: ArrayLike<number>, version = 1, length?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const head = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(head + text.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, length ?? text.length, true);
  else view.setUint32(8, length ?? text.length, true);
  bytes.set(text, head);
  bytes.set(data, head + text.length);
  return bytes;
}

const dict = (descr: string, shape: string, order = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe("what is written reads back", () => {
  const cases: [Storage, number[], number[]][] = [
    ["i8", [2, 3], [-128, 127, 0, 1, -1, 5]],
    ["u8", [4], [0, 255, 7, 9]],
    ["i16", [1, 2, 1], [-32768, 32767]],
    ["u16", [2], [0, 65535]],
    ["i32", [], [-2147483648]],
    ["f32", [3], [0.1, -0, Number.NaN]],
    ["bool", [2], [0, 1]],
    ["i8", [0, 3], []],
  ];
  test.each(cases)("%s %j", (storage, shape, values) => {
    const data = (storages[storage].array as Int8ArrayConstructor).from(values) as TypedArray;
    const bytes = writeNpy({ storage, shape, data });
    expect(readNpy(bytes, "x.npy")).toEqual({ storage, shape, data });
    expect((bytes.length - data.byteLength) % 64).toBe(0);
  });
  test("i64", () => {
    const data = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n);
    expect(readNpy(writeNpy({ storage: "i64", shape: [2], data }), "x.npy").data).toEqual(data);
  });
});

test("the bytes are NumPy's own", () => {
  // numpy.save(f, numpy.array([[1, 2, 3]], "u1"))
  const header = `${dict("|u1", "(1, 3)").trimEnd().padEnd(117, " ")}\n`;
  const data = Uint8Array.of(1, 2, 3);
  expect(writeNpy({ storage: "u8", shape: [1, 3], data })).toEqual(file(header, data));
});

test("data that is not aligned", () => {
  const bytes = file(dict("<i4", "(1,)"), [1, 2, 3, 4]);
  for (let shift = 0; shift < 4; shift++) {
    const larger = new Uint8Array(bytes.length + shift);
    larger.set(bytes, shift);
    expect(readNpy(larger.subarray(shift), "x").data).toEqual(Int32Array.of(0x04030201));
    expect(readNpy(Buffer.from(larger).subarray(shift), "x").data).toEqual(Int32Array.of(0x04030201));
  }
});

test.each([2, 3])("version %d.0", (version) => {
  expect(readNpy(file(dict("|i1", "(2,)"), [1, 255], version), "x").data).toEqual(Int8Array.of(1, -1));
});

test("Fortran order is transposed", () => {
  // numpy.asfortranarray(numpy.arange(24).reshape(2, 3, 4))
  const stored: number[] = [];
  for (let k = 0; k < 4; k++) for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) stored.push(i * 12 + j * 4 + k);
  const { data } = readNpy(file(dict("|u1", "(2, 3, 4)", "True"), stored), "x");
  expect(data).toEqual(Uint8Array.from({ length: 24 }, (_, i) => i));
});

test("other spellings of the header", () => {
  const header = `{"shape":(2,),"fortran_order":False,"descr":"<u1"}`;
  expect(readNpy(file(header, [3, 4]), "x").data).toEqual(Uint8Array.of(3, 4));
});

describe("what is refused", () => {
  const good = dict("|u1", "(2,)");
  const cases: [string, Uint8Array, string][] = [
    ["no bytes", new Uint8Array(0), "wants a .npy file, found other bytes"],
    ["another format", new TextEncoder().encode("PK\x03\x04 and so on"), "wants a .npy file"],
    ["a version to come", file(good, [1, 2], 4), "version 1.0 to 3.0, found 4.0"],
    ["a cut header", file(good, [1, 2]).subarray(0, 30), "the .npy header wants 58 bytes, found 20"],
    ["a header past the end", file(good, [1, 2], 2, 0xffffffff), "the .npy header wants 4294967295 bytes"],
    ["cut data", file(good, [1]), "shape (2) of |u1 wants 2 bytes of data, found 1"],
    ["more data", file(good, [1, 2, 3]), "wants 2 bytes of data, found 3"],
    ["big-endian", file(dict(">i4", "(1,)"), [0, 0, 0, 1]), "(little-endian), found >i4"],
    ["double", file(dict("<f8", "(1,)"), new Uint8Array(8)), "found <f8"],
    ["objects", file(dict("|O", "(1,)"), [0]), "found |O"],
    ["structures", file("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", []), ".npy header"],
    ["a negative size", file(dict("|u1", "(-1,)"), []), "bad .npy header near"],
    ["a huge size", file(dict("|u1", "(99999999999999999999,)"), []), "found 99999999999999999999"],
    ["a huge product", file(dict("|u1", "(999999999999, 999999999999)"), []), "bytes of data, found 0"],
    ["code", file("{'descr': exit(), 'fortran_order': False, 'shape': (1,), }", []), "bad .npy header near"],
    ["a missing key", file("{'descr': '|u1', 'shape': (1,), }", [1]), "wants descr, fortran_order and shape"],
    ["a key twice", file("{'descr': '|u1', 'descr': '|u1', }", [1]), "once each, found 'descr'"],
    ["more after it", file("{'descr': '|u1', 'fortran_order': False, 'shape': (), } x", [1]), "nothing after }"],
    [
      "bool that is neither",
      file(dict("|b1", "(2,)"), [1, 2]),
      "wants 0 or 1 in an array of |b1, found 2 at element 1",
    ],
    ["nothing but spaces", file(" ".repeat(60000), []), "bad .npy header near"],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    expect(() => readNpy(bytes, "some/x.npy")).toThrow(message);
    expect(() => readNpy(bytes, "some/x.npy")).toThrow(/^some\/x\.npy: /);
  });
});
