import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ArgumentError, ModelError } from "../../src/errors.ts";
import { loadFile, saveFile } from "../../src/tensor/file.ts";
import {
  type AnyTensor,
  FloatTensor,
  type IntTensor,
  intTensor,
  load,
  loadTensor,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  QTensor,
  type Quantizer,
  qdtypes,
  save,
  tensor,
} from "../../src/tensor/index.ts";

const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);

/** The header of a file, as text, and the bytes after it. */
function split(file: Uint8Array): { header: string; data: Uint8Array } {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { header: new TextDecoder().decode(file.subarray(8, 8 + length)), data: file.subarray(8 + length) };
}

/** A file from a header, text or JSON, and data. */
function join8(header: unknown, data: Uint8Array | number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const shapes = fc.array(fc.nat(3), { maxLength: 3 });
const scales = fc.double({ min: 1e-37, max: 1e37, noNaN: true });
const zeroPoints = fc.integer({ min: 0, max: 127 });
const dtypes = fc.constantFrom("quint8" as const, "qint8" as const, "qint32" as const);

/** Quantizers on `channels` channels of axis 0, per-channel ones also moved to other axes. */
const quantizers = (channels: number): fc.Arbitrary<Quantizer> =>
  fc.oneof(
    fc.tuple(scales, zeroPoints, dtypes).map(([s, z, d]) => new PerTensorAffineQuantizer(s, z, d)),
    fc
      .tuple(
        fc.array(scales, { minLength: channels, maxLength: channels }),
        fc.array(zeroPoints, { minLength: channels, maxLength: channels }),
        dtypes,
      )
      .map(([s, z, d]) => new PerChannelAffineQuantizer(s, z, 0, d)),
  );

/** Bytes for any array class, cut to `n` elements of `width` bytes. */
const bytesFor = (n: number, width: number) => fc.uint8Array({ minLength: n * width, maxLength: n * width });

const plain: fc.Arbitrary<AnyTensor> = shapes.chain((shape) => {
  const n = product(shape);
  return fc.oneof(
    bytesFor(n, 4).map((b) => new FloatTensor(shape, new Float32Array(b.slice().buffer))),
    bytesFor(n, 1).map((b) => intTensor(b, shape)),
    bytesFor(n, 1).map((b) => intTensor(new Int8Array(b.slice().buffer), shape)),
    bytesFor(n, 4).map((b) => intTensor(new Int32Array(b.slice().buffer), shape)),
    bytesFor(n, 8).map((b) => intTensor(new BigInt64Array(b.slice().buffer), shape)),
  );
});

/** Some tensors that share quantizers, channels and storage: a tensor, a transposed view of it and a sibling. */
const family: fc.Arbitrary<AnyTensor[]> = fc.tuple(fc.nat(3), fc.nat(3)).chain(([rows, columns]) =>
  fc
    .tuple(quantizers(rows), fc.array(fc.nat(255), { minLength: rows * columns, maxLength: rows * columns }))
    .map(([quantizer, values]) => {
      const ints = new qdtypes[quantizer.dtype].array(values);
      const q = QTensor.dense(ints, [rows, columns], quantizer);
      return [q, q.transpose(0, 1), q.clone()];
    }),
);

const files = fc
  .tuple(fc.array(plain, { maxLength: 3 }), fc.array(family, { maxLength: 2 }))
  .chain(([some, families]) => {
    const all = [...some, ...families.flat()];
    const name = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", "1", "0", ""));
    return fc
      .uniqueArray(name, { minLength: all.length, maxLength: all.length })
      .map((names) => all.map((t, i) => [names[i], t] as const));
  });

const bytesOf = (t: AnyTensor) => {
  const data = t instanceof QTensor ? t.intRepr() : t.data;
  return [data.constructor.name, ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
};

test("what is saved comes back: bits, shapes, quantizers and who shares them", () => {
  fc.assert(
    fc.property(files, (entries) => {
      const back = load(save(entries));
      expect(new Set(back.keys())).toEqual(new Set(entries.map(([name]) => name)));
      const seen = new Map<unknown, unknown>();
      for (const [name, t] of entries) {
        const u = back.get(name)!;
        expect([u.constructor, u.shape, bytesOf(u)]).toEqual([t.constructor, t.shape, bytesOf(t)]);
        if (!(t instanceof QTensor) || !(u instanceof QTensor)) continue;
        expect(u.equal(t)).toBe(true);
        for (const part of [(q: Quantizer) => q, (q: Quantizer) => (q as PerChannelAffineQuantizer).channels]) {
          const [before, after] = [part(t.quantizer()), part(u.quantizer())];
          if (before === undefined) continue;
          expect(after).toBe(seen.get(before) ?? after);
          seen.set(before, after);
        }
      }
      expect(new Set(seen.values()).size).toBe(seen.size);
    }),
    { numRuns: 300 },
  );
});

test("one tensor alone", () => {
  const q = QTensor.dense(Uint8Array.of(1, 2, 3), [3], new PerTensorAffineQuantizer(1 / 3, 7, "quint8"));
  const back = loadTensor(save(q)) as QTensor;
  expect([back.equal(q), back.qScale()]).toEqual([true, 1 / 3]);
  expect(() => loadTensor(save({ a: q, b: q }))).toThrow("wanted one tensor, found 2");
  expect([...load(save({ a: q, b: q })).keys()]).toEqual(["a", "b"]);
  expect(load(save(new Map<string, AnyTensor>())).size).toBe(0);
});

test("the container is plain safetensors: header first, widest data first, aligned to 8 bytes", () => {
  const per = new PerTensorAffineQuantizer(0.5, 1, "qint8");
  const file = save({ q: QTensor.dense(Int8Array.of(-1, 2), [2], per), f: tensor([1.5]) });
  const { header, data } = split(file);
  expect((file.length - data.length) % 8).toBe(0);
  expect(JSON.parse(header)).toEqual({
    __metadata__: {
      "qjit.quantizers": '{"channels":[],"quantizers":[{"dtype":"qint8","scale":0.5,"zeroPoint":1}],"tensors":{"q":0}}',
    },
    f: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    q: { dtype: "I8", shape: [2], data_offsets: [4, 6] },
  });
  expect([...data]).toEqual([0, 0, 192, 63, 255, 2]);
});

test("a file of another writer loads as plain tensors", () => {
  const header = {
    __metadata__: { format: "pt" },
    w: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    n: { dtype: "I64", shape: [], data_offsets: [8, 16] },
    e: { dtype: "U8", shape: [0, 3], data_offsets: [16, 16] },
  };
  const back = load(join8(header, [0, 0, 128, 63, 0, 0, 0, 64, 255, 255, 255, 255, 255, 255, 255, 255]));
  expect((back.get("w") as FloatTensor).data).toEqual(Float32Array.of(1, 2));
  expect((back.get("n") as IntTensor).data).toEqual(BigInt64Array.of(-1n));
  expect((back.get("e") as IntTensor).shape).toEqual([0, 3]);
});

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [begin, end] });
const withQuantizers = (table: unknown, dtype = "U8") => ({
  __metadata__: { "qjit.quantizers": typeof table === "string" ? table : JSON.stringify(table) },
  t: { dtype, shape: [2], data_offsets: [0, 2] },
});
const perTensor = { dtype: "quint8", scale: 0.1, zeroPoint: 3 };
const good = { channels: [], quantizers: [perTensor], tensors: { t: 0 } };
const channels = { dtype: "quint8", scales: [1, 2], zeroPoints: [0, 0] };

test.each<[string, unknown, number, string]>([
  ["not JSON", "{]", 0, "safetensors header: wanted JSON"],
  ["not an object", "[]", 0, "safetensors header: wanted a JSON object, found []"],
  [
    "a key twice",
    '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a" :{}}',
    0,
    'wanted each key once, found "a"',
  ],
  ["a key twice, spelled differently", '{"a":{},"\\u0061":{}}', 0, 'found "\\u0061" twice'],
  ["an inner key twice", '{"a":{"dtype":"U8","dtype":"I8","shape":[],"data_offsets":[0,1]}}', 1, 'found "dtype" twice'],
  ["an entry that is no object", { a: 3 }, 0, 'tensor "a": wanted a JSON object, found 3'],
  ["an unsupported dtype", { a: { ...f32([1], 0, 2), dtype: "BF16" } }, 2, 'I8, found "BF16"'],
  ["a dtype of Object.prototype", { a: { ...f32([1], 0, 2), dtype: "toString" } }, 2, 'found "toString"'],
  ["no shape", { a: { dtype: "F32", data_offsets: [0, 0] } }, 0, "integers >= 0, found nothing"],
  ["a negative size", { a: f32([-1], 0, 4) }, 4, "found [-1]"],
  ["a fractional size", { a: f32([0.5], 0, 2) }, 2, "found [0.5]"],
  ["a size that is text", { a: f32(["1"], 0, 4) }, 4, 'found ["1"]'],
  ["an absurd shape", { a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4, "found offsets [0,4]"],
  ["an absurd shape of nothing", { a: f32([0, 2 ** 40, 2 ** 40], 0, 0) }, 0, "found offsets [0,0]"],
  ["too many dimensions", { a: f32(new Array(65).fill(1), 0, 4) }, 4, "at most 64 integers"],
  ["too few bytes for the shape", { a: f32([2], 0, 4) }, 4, "wanted 8 bytes for F32 [2], found offsets [0,4]"],
  ["reversed offsets", { a: f32([1], 4, 0) }, 4, "found offsets [4,0]"],
  ["one offset", { a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4, "[begin, end], found [0]"],
  ["fractional offsets", { a: f32([1], 0.5, 4.5) }, 8, "found [0.5,4.5]"],
  ["data beyond the file", { a: f32([2], 0, 8) }, 4, "wanted data up to byte 8, found 4 bytes"],
  ["bytes that belong to nobody", { a: f32([1], 0, 4) }, 8, "safetensors data: wanted 4 bytes, found 8"],
  ["a hole", { a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12, 'tensor "b": wanted data from byte 4'],
  ["an overlap", { a: f32([1], 0, 4), b: f32([1], 2, 6) }, 6, 'tensor "b": wanted data from byte 4'],
  ["metadata that is no object", { __metadata__: 3 }, 0, "__metadata__: wanted a JSON object"],
  ["metadata that is no text", { __metadata__: { a: 1 } }, 0, "__metadata__: wanted text under a, found 1"],
  ["quantizers that are no JSON", withQuantizers("{"), 2, "qjit.quantizers: wanted JSON"],
  ["quantizers with a key twice", withQuantizers('{"channels":[],"channels":[]}'), 2, 'found "channels" twice'],
  ["quantizers without lists", withQuantizers({}), 2, "channels: wanted a JSON list, found nothing"],
  ["an unknown quantizer", withQuantizers({ ...good, tensors: { t: 1 } }), 2, "wanted an id from 0 to 0, found 1"],
  ["a negative quantizer", withQuantizers({ ...good, tensors: { t: -1 } }), 2, "found -1"],
  ["a quantizer id that is text", withQuantizers({ ...good, tensors: { t: "0" } }), 2, 'found "0"'],
  [
    "a quantizer for nobody",
    withQuantizers({ ...good, tensors: { u: 0 } }),
    2,
    'tensor "u": wanted a tensor of that name',
  ],
  [
    "a scale of 0",
    withQuantizers({ ...good, quantizers: [{ ...perTensor, scale: 0 }] }),
    2,
    "quantizers[0]: scale: wanted",
  ],
  ["a scale that is text", withQuantizers({ ...good, quantizers: [{ ...perTensor, scale: "1" }] }), 2, "scale: wanted"],
  [
    "a zero point outside",
    withQuantizers({ ...good, quantizers: [{ ...perTensor, zeroPoint: 256 }] }),
    2,
    "zeroPoint: wanted",
  ],
  ["a dtype unknown", withQuantizers({ ...good, quantizers: [{ ...perTensor, dtype: "qint4" }] }), 2, "dtype: wanted"],
  ["a dtype of other integers", withQuantizers(good, "I8"), 2, "wanted one for I8 integers, found quint8"],
  [
    "unknown channels",
    withQuantizers({ ...good, quantizers: [{ channels: 0, axis: 0 }] }),
    2,
    "quantizers[0]: wanted an id",
  ],
  ["no axis", withQuantizers({ ...good, channels: [channels], quantizers: [{ channels: 0 }] }), 2, "axis: wanted"],
  [
    "an axis outside",
    withQuantizers({ ...good, channels: [channels], quantizers: [{ channels: 0, axis: 1 }] }),
    2,
    'quantizer of tensor "t": axis: wanted a dimension of shape, whose shape is [2], got 1',
  ],
  [
    "other channel counts",
    withQuantizers({
      ...good,
      channels: [{ dtype: "quint8", scales: [1], zeroPoints: [0] }],
      quantizers: [{ channels: 0, axis: 0 }],
    }),
    2,
    "scales: wanted 2 scales",
  ],
  [
    "scales that are an object",
    withQuantizers({ ...good, channels: [{ ...channels, scales: { length: 2 } }] }),
    2,
    "channels[0]: scales",
  ],
])("refused: %s", (_, header, bytes, text) => {
  const file = join8(header, new Uint8Array(bytes));
  expect(() => load(file)).toThrow(ModelError);
  expect(() => load(file)).toThrow(text);
});

test("refused: broken header lengths and encodings", () => {
  expect(() => load(new Uint8Array(7))).toThrow("safetensors header: wanted 8 bytes of header length, found 7 bytes");
  const huge = join8({});
  huge.fill(255, 0, 8);
  expect(() => load(huge)).toThrow("wanted a header of at most 2 bytes, found 18446744073709551615");
  expect(() => load(huge)).toThrow(ModelError);
  const latin = join8('{"a":1}');
  latin[10] = 0xff;
  expect(() => load(latin)).toThrow("wanted UTF-8 text");
  expect(() => load(join8("[".repeat(200000)))).toThrow(ModelError);
  expect(() => load(join8(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`))).toThrow(ModelError);
  expect(() => load("no bytes" as never)).toThrow(ArgumentError);
});

test("a file with bytes changed, cut or added loads or is refused, and never anything else", () => {
  const edits = fc.array(
    fc.record({ kind: fc.constantFrom("set", "cut", "insert"), at: fc.nat(), value: fc.nat(255) }),
    { minLength: 1, maxLength: 4 },
  );
  let refused = 0;
  fc.assert(
    fc.property(files, edits, (entries, list) => {
      let file = [...save(entries)];
      for (const { kind, at, value } of list) {
        const i = at % (file.length + 1);
        if (kind === "set" && i < file.length) file[i] = value;
        else if (kind === "cut") file = file.slice(0, i);
        else file.splice(i, 0, value);
      }
      try {
        load(Uint8Array.from(file));
      } catch (e) {
        expect(e).toBeInstanceOf(ModelError);
        refused++;
      }
    }),
    { numRuns: 1000 },
  );
  expect(refused).toBeGreaterThan(300);
});

test("a header with any value replaced loads or is refused, and never anything else", () => {
  const poison = fc.oneof(
    fc.constantFrom(null, -1, 0, 1, 2, 0.5, 2 ** 53, 1e308, "", "0", "U8", "qint8", true, [], {}, [[]], { length: 1 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(files, poison, fc.nat(), fc.boolean(), (entries, value, pick, inner) => {
      const { header, data } = split(save(entries));
      const json = JSON.parse(header);
      const key = "qjit.quantizers";
      const metadata = json.__metadata__;
      const root = inner && metadata ? JSON.parse(metadata[key]) : json;
      const spots: [any, string][] = [];
      const walk = (v: any) => {
        for (const k of Object.keys(v)) {
          spots.push([v, k]);
          if (typeof v[k] === "object" && v[k] !== null) walk(v[k]);
        }
      };
      walk(root);
      if (spots.length === 0) return;
      const [owner, k] = spots[pick % spots.length];
      Object.defineProperty(owner, k, { value, enumerable: true, configurable: true, writable: true });
      if (root !== json) metadata[key] = JSON.stringify(root);
      try {
        load(join8(json, data));
      } catch (e) {
        expect(e).toBeInstanceOf(ModelError);
      }
    }),
    { numRuns: 1500 },
  );
});

test("what cannot be saved is refused by name", () => {
  expect(() => save({ a: [1, 2] } as never)).toThrow(
    "tensors.a: wanted a QTensor, FloatTensor or IntTensor, got [1, 2]",
  );
  expect(() => save({ __metadata__: tensor(1) })).toThrow(/^tensors: wanted names/);
  expect(() =>
    save([
      ["a", tensor(1)],
      ["a", tensor(2)],
    ]),
  ).toThrow(/^tensors: wanted names .*, got a$/);
  expect(() => save(3 as never)).toThrow("tensors: wanted tensors by name, got 3");
});

test("files: written whole, read back, errors name the path", async () => {
  const dir = await mkdtemp(join(tmpdir(), "qjit-tensor-"));
  try {
    const path = join(dir, "a.safetensors");
    await saveFile(path, { x: tensor([1, 2]) });
    expect((await loadFile(path)).get("x")!.toString()).toBe("tensor([1., 2.])");
    expect(await readdir(dir)).toEqual(["a.safetensors"]);
    await expect(saveFile(join(dir, "no", "b"), tensor(1))).rejects.toThrow("ENOENT");
    expect(await readdir(dir)).toEqual(["a.safetensors"]);
    await writeFile(path, "short");
    await expect(loadFile(path)).rejects.toThrow(`${path}: safetensors header: wanted 8 bytes`);
    await expect(loadFile(join(dir, "none"))).rejects.toThrow(ModelError);
  } finally {
    await rm(dir, { recursive: true });
  }
});
