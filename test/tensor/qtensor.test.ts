import { expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  emptyQuantized,
  FloatTensor,
  floatTensor,
  formTensor,
  IntTensor,
  intTensor,
  makePerChannelQuantizedTensor,
  makePerTensorQuantizedTensor,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  QTensor,
  quantize,
  quantizePerChannel,
  quantizePerTensor,
  quantizePerTensorDynamic,
  tensor,
} from "../../src/tensor/index.ts";

const message = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    expect(e).toBeInstanceOf(ArgumentError);
    return (e as Error).message;
  }
  throw new Error("nothing was thrown");
};

const x = tensor([
  [-1, 0, 0.26],
  [0.5, 1, 30],
]);

test("the three ways to make one, and the single quantize", () => {
  const q = quantizePerTensor(x, 0.1, 10, "quint8");
  expect(q.intRepr()).toEqual(Uint8Array.of(0, 10, 13, 15, 20, 255));
  expect(quantize(x, new PerTensorAffineQuantizer(0.1, 10, "quint8")).equal(q)).toBe(true);
  expect(
    quantize(
      [
        [-1, 0, 0.26],
        [0.5, 1, 30],
      ],
      q.quantizer(),
    ).equal(q),
  ).toBe(true);

  const c = quantizePerChannel(x, [0.1, 0.01, 1], [-1, 0, 1], 1, "qint32");
  expect(c.intRepr()).toEqual(Int32Array.of(-11, 0, 1, 4, 100, 31));

  const e = emptyQuantized([10], q.quantizer());
  expect([e.size(), e.dtype, e.quantizer() === q.quantizer()]).toEqual([[10], "quint8", true]);
  expect(e.intRepr()).toEqual(new Uint8Array(10));

  const ints = Int8Array.of(1, 2, 3);
  const made = makePerTensorQuantizedTensor(ints, 0.5, 1);
  expect([made.dtype, made.qScale(), made.qZeroPoint()]).toEqual(["qint8", 0.5, 1]);
  ints[0] = 9;
  expect(made.intRepr()).toEqual(Int8Array.of(1, 2, 3));
  const perChannel = makePerChannelQuantizedTensor(intTensor(Int32Array.of(1, 2), [1, 2]), [0.5, 1], [0, 0], 1);
  expect([perChannel.dtype, perChannel.dequantize().data]).toEqual(["qint32", Float32Array.of(0.5, 2)]);
  expect(formTensor(q.intTensor(), q.quantizer()).equal(q)).toBe(true);
});

test("what it tells about itself", () => {
  const q = quantizePerTensor(x, 0.1, 10, "quint8");
  expect([q.size(), q.size(0), q.size(-1), q.numel(), q.dim()]).toEqual([[2, 3], 2, 3, 6, 2]);
  expect([q.isQuantized, x.isQuantized, q.qScheme(), q.dtype]).toEqual([true, false, "perTensorAffine", "quint8"]);
  expect([q.qScale(), q.qZeroPoint()]).toEqual([0.1, 10]);
  expect(q.dequantize()).toBeInstanceOf(FloatTensor);
  expect(q.dequantize().toNested()).toEqual([
    [-1, 0, Math.fround(0.3)],
    [0.5, 1, 24.5],
  ]);
  expect(q.index(1, 0).item()).toBe(0.5);
  expect(message(() => q.item())).toBe("item: wanted a tensor of one element, got [2, 3]");
  expect(message(() => q.qPerChannelAxis())).toBe(
    "qPerChannelAxis: wanted a perChannelAffine tensor, got perTensorAffine",
  );
  const c = quantizePerChannel(x, [0.1, 0.01, 1], [-1, 0, 1], 1, "qint32");
  expect([c.qPerChannelScales(), c.qPerChannelZeroPoints(), c.qPerChannelAxis()]).toEqual([
    [0.1, 0.01, 1],
    [-1, 0, 1],
    1,
  ]);
  expect(message(() => c.qScale())).toBe("qScale: wanted a perTensorAffine tensor, got perChannelAffine");
  expect(message(() => q.size(2))).toBe("dim: wanted an integer from -2 to 1, got 2");
});

test("item keeps the fraction", () => {
  expect(makePerTensorQuantizedTensor(Uint8Array.of(57), 0.1, 0).item()).toBe(5.700000286102295);
});

test("copy_ takes over the integers and the quantizer", () => {
  const a = quantizePerTensor(x, 0.1, 0, "qint8");
  const b = emptyQuantized([2, 3], new PerTensorAffineQuantizer(1, -1, "qint8"));
  expect(b.copy_(a)).toBe(b);
  expect(b.quantizer()).toBe(a.quantizer());
  expect(b.equal(a)).toBe(true);
  expect(b.storage).not.toBe(a.storage);
});

test("copy_ from floats uses the destination's quantizer", () => {
  const b = emptyQuantized([2, 3], new PerTensorAffineQuantizer(1, -1, "qint8"));
  const before = b.quantizer();
  b.copy_(x);
  expect(b.quantizer()).toBe(before);
  expect(b.intRepr()).toEqual(Int8Array.of(-2, -1, -1, -1, 0, 29));
});

test("copy_ into views writes through, and may overlap its source", () => {
  const q = makePerTensorQuantizedTensor(intTensor(Uint8Array.of(1, 2, 3, 4), [2, 2]), 0.5, 0);
  q.copy_(q.transpose(0, 1));
  expect(q.intRepr()).toEqual(Uint8Array.of(1, 3, 2, 4));
  const line = makePerTensorQuantizedTensor(Uint8Array.of(1, 2, 3, 4), 0.5, 0);
  line.slice(0, 1).copy_(line.slice(0, 0, 3));
  expect(line.intRepr()).toEqual(Uint8Array.of(1, 1, 2, 3));
  const other = makePerTensorQuantizedTensor(Uint8Array.of(10, 20), 0.25, 5);
  const column = q.index(":", 1);
  column.copy_(other.requantize(q.quantizer()));
  expect(q.intRepr()).toEqual(Uint8Array.of(1, 2, 2, 8));
  column.copy_(other);
  expect(column.quantizer()).toBe(other.quantizer());
  expect(q.intRepr()).toEqual(Uint8Array.of(1, 10, 2, 20));
  expect(q.qScale()).toBe(0.5);
});

test("copy_ between per-channel tensors brings the source's axis", () => {
  const c = quantizePerChannel(x, [0.1, 0.01, 1], [-1, 0, 1], 1, "qint32");
  const d = emptyQuantized([2, 3], new PerChannelAffineQuantizer([1, 2], [0, 0], 0, "qint32"));
  d.copy_(c);
  expect([d.qPerChannelAxis(), d.equal(c)]).toEqual([1, true]);
});

test("copy_ refuses what does not match", () => {
  const q = emptyQuantized([2, 3], new PerTensorAffineQuantizer(1, 0, "qint8"));
  expect(message(() => q.copy_(quantizePerTensor(x, 1, 0, "quint8")))).toBe("src: wanted dtype qint8, got quint8");
  expect(message(() => q.copy_(quantizePerChannel(x, [1, 1], [0, 0], 0, "qint8")))).toBe(
    "src: wanted scheme perTensorAffine, got perChannelAffine",
  );
  expect(message(() => q.copy_(quantizePerTensor([1], 1, 0, "qint8")))).toBe("src: wanted shape [2, 3], got [1]");
  expect(message(() => q.copy_([1, 2]))).toBe("src: wanted shape [2, 3], got [2]");
  expect(message(() => q.copy_(intTensor(Int8Array.of(1)) as never))).toMatch(/^src: wanted float32 data/);
});

test("requantize is dequantize and quantize", () => {
  const q = quantizePerTensor(x, 0.1, 10, "quint8");
  const to = new PerTensorAffineQuantizer(0.3, -4, "qint8");
  const r = q.requantize(to);
  expect(r.quantizer()).toBe(to);
  expect(r.equal(quantize(q.dequantize(), to))).toBe(true);
  expect(r.intRepr()).toEqual(Int8Array.of(-7, -4, -3, -2, -1, 78));
});

test("quantizers are shared through views, and equal compares by value", () => {
  const q = quantizePerTensor(x, 0.1, 10, "quint8");
  for (const view of [q.transpose(0, 1), q.permute([1, 0]), q.index(0), q.slice(1, 1), q.view([6]), q.clone()])
    expect(view.quantizer()).toBe(q.quantizer());
  expect(q.equal(quantizePerTensor(x, 0.1, 10, "quint8"))).toBe(true);
  expect(q.equal(quantizePerTensor(x, 0.1, 11, "quint8"))).toBe(false);
  expect(q.equal(q.view([3, 2]))).toBe(false);
  const changed = q.clone();
  changed.storage[3]++;
  expect(q.equal(changed)).toBe(false);
  expect(q.transpose(0, 1).equal(q.transpose(0, 1).contiguous())).toBe(true);
});

test("clone keeps dense strides, contiguous does not", () => {
  const t = quantizePerTensor(x, 0.1, 10, "quint8").transpose(0, 1);
  expect([t.strides, t.isContiguous(), t.clone().strides, t.contiguous().strides]).toEqual([
    [1, 3],
    false,
    [1, 3],
    [2, 1],
  ]);
  expect(t.slice(1, 0, 1).isContiguous()).toBe(true);
  const part = t.slice(0, 0, 2);
  expect([part.clone().strides, part.clone().storage.length]).toEqual([[2, 1], 4]);
  expect(t.intRepr()).toEqual(Uint8Array.of(0, 15, 10, 20, 13, 255));
  expect(t.ints()).toEqual(t.intRepr());
});

test("the channel axis moves with its dimension", () => {
  const w = makePerChannelQuantizedTensor(intTensor(new Int8Array(24), [2, 3, 4]), [0.1, 0.2, 1 / 3], [0, 1, 2], 1);
  const axis = (q: QTensor) => q.qPerChannelAxis();
  const { channels } = w.quantizer() as PerChannelAffineQuantizer;
  expect([w.transpose(1, 2), w.permute([1, 0, 2]), w.transpose(0, 2)].map(axis)).toEqual([2, 0, 1]);
  expect((w.transpose(1, 2).quantizer() as PerChannelAffineQuantizer).channels).toBe(channels);
  expect([w.select(0, 1), w.select(2, 0), w.index("...", 0)].map(axis)).toEqual([0, 1, 1]);
  const one = w.select(1, 2);
  expect([one.qScheme(), one.qScale(), one.qZeroPoint()]).toEqual(["perTensorAffine", 1 / 3, 2]);
  expect(w.slice(1, 0, 3, 2).qPerChannelScales()).toEqual([0.1, 1 / 3]);
  expect(w.narrow(1, 1, 2).qPerChannelZeroPoints()).toEqual([1, 2]);
  expect(w.slice(1).quantizer()).toBe(w.quantizer());
  expect(w.slice(1, 2, 2).qPerChannelScales()).toEqual([]);
  expect([w.view([2, 3, 2, 2]), w.view([1, 2, 3, -1]), w.transpose(0, 1).reshape([3, 8])].map(axis)).toEqual([1, 2, 0]);
  expect(message(() => w.view([6, 4]))).toBe(
    "shape: wanted a shape that keeps dimension 1 of [2, 3, 4] whole, the channels' axis, got [6, 4]",
  );
  expect(message(() => w.flatten())).toMatch(/^shape: wanted a shape that keeps dimension 1/);
});

test("flatten of a per-channel tensor works where its neighbours have size 1", () => {
  const w = makePerChannelQuantizedTensor(intTensor(Int8Array.of(1, 2, 3), [1, 3, 1]), [1, 2, 3], [0, 0, 0], 1);
  expect([w.flatten().shape, w.flatten().qPerChannelAxis()]).toEqual([[3], 0]);
  expect(w.flatten().dequantize().data).toEqual(Float32Array.of(1, 4, 9));
  const one = makePerChannelQuantizedTensor(intTensor(new Int8Array(6), [6, 1]), [0.5], [0], 1);
  expect([one.view([1, 6, 1]).qPerChannelAxis(), one.view([1, 6]).qPerChannelAxis()]).toEqual([2, 0]);
});

test("wrong views are refused with what would fit", () => {
  const q = quantizePerTensor(x, 0.1, 10, "quint8");
  expect(message(() => q.view([4]))).toBe("shape: wanted a shape of 6 elements, got [4]");
  expect(message(() => q.view([-1, 4]))).toBe("shape: wanted a shape with one -1 that fits 6 elements, got [-1, 4]");
  expect(message(() => q.view([-1, -1]))).toMatch(/^shape: wanted a list of integers >= 0/);
  expect(message(() => q.transpose(0, 1).view([6]))).toBe(
    "shape: wanted a shape that fits strides [1, 3] of [3, 2] (or use reshape), got [6]",
  );
  expect(q.transpose(0, 1).reshape([6]).intRepr()).toEqual(Uint8Array.of(0, 15, 10, 20, 13, 255));
  expect(message(() => q.permute([0, 0]))).toBe("dims: wanted each of the 2 dimensions once, got [0, 0]");
  expect(message(() => q.permute([0]))).toBe("dims: wanted each of the 2 dimensions once, got [0]");
  expect(message(() => q.transpose(0, 2))).toBe("b: wanted an integer from -2 to 1, got 2");
  expect(message(() => q.select(0, 2))).toBe("index: wanted an integer from -2 to 1, got 2");
  expect(message(() => q.slice(0, 0, 2, 0))).toBe("step: wanted an integer >= 1, got 0");
  expect(message(() => q.slice(0, 0.5))).toBe("start: wanted an integer, got 0.5");
  expect(message(() => q.narrow(1, 2, 2))).toBe("length: wanted an integer from 0 to 1, got 2");
  expect(message(() => q.narrow(1, 4, 0))).toBe("start: wanted an integer from -3 to 3, got 4");
  expect(message(() => q.index(0, 0, 0))).toBe("index: wanted at most 2 entries, got 3");
  expect(message(() => q.index("...", 0, "..."))).toMatch(/^index: wanted at most one "..."/);
  expect(message(() => q.index([0] as never))).toBe(
    'index: wanted a number, ":", "..." or {start, end, step}, got [0]',
  );
  expect(message(() => q.index(0, 0).select(0, 0))).toBe("dim: wanted no dimension (the tensor is a scalar), got 0");
});

test("wrong integers are refused", () => {
  const per = new PerTensorAffineQuantizer(1, 0, "qint8");
  expect(message(() => formTensor(Uint8Array.of(1), per))).toBe("ints: wanted Int8Array (qint8), got Uint8Array(1)");
  expect(message(() => makePerTensorQuantizedTensor([1, 2] as never, 1, 0))).toMatch(
    /^ints: wanted a Uint8Array .*got \[1, 2\]/,
  );
  expect(message(() => makePerTensorQuantizedTensor(new Uint8ClampedArray(2) as never, 1, 0))).toMatch(
    /Uint8ClampedArray/,
  );
  expect(message(() => makePerTensorQuantizedTensor({ shape: [3], data: new Uint8Array(2) }, 1, 0))).toBe(
    "data: wanted 3 values for shape [3], got 2",
  );
  expect(message(() => intTensor(new Int8Array(2), [2, -1]))).toBe(
    "shape: wanted a list of integers >= 0, got [2, -1]",
  );
  expect(message(() => intTensor(new Float64Array(2) as never))).toMatch(/^data: wanted a Uint8Array/);
  expect(message(() => makePerTensorQuantizedTensor(intTensor(new BigInt64Array(2)) as never, 1, 0))).toMatch(
    /^ints: /,
  );
  expect(message(() => emptyQuantized([2 ** 30, 2 ** 30], per))).toMatch(/^shape: wanted at most 2\^53 elements/);
  expect(message(() => new QTensor(new Int8Array(4), [2, 2], [2, 2], 0, per))).toMatch(/^strides: /);
  expect(message(() => per.dequantize(quantizePerTensor([1], 1, 1, "qint8")))).toMatch(
    /^q: wanted a tensor of perTensor/,
  );
  expect(message(() => quantizePerTensorDynamic([], "qint8"))).toBe("x: wanted at least one value, got [0]");
  expect(message(() => quantizePerTensorDynamic([1, Number.NaN], "qint8"))).toBe("x: wanted finite values, got NaN");
});

test("float data: nested arrays, flat arrays, numbers; ragged ones are refused", () => {
  expect(
    tensor([
      [1, 2],
      [3, 4],
    ]).shape,
  ).toEqual([2, 2]);
  expect(tensor(3).shape).toEqual([]);
  expect(tensor(3).item()).toBe(3);
  expect(tensor([]).shape).toEqual([0]);
  expect(floatTensor(Float32Array.of(1, 2)).shape).toEqual([2]);
  expect(floatTensor({ shape: [1, 2], data: Float32Array.of(1, 2) }).toNested()).toEqual([[1, 2]]);
  expect(tensor([0.1]).data).toEqual(Float32Array.of(0.1));
  expect(message(() => tensor([[1, 2], [3]]))).toBe(
    "values: wanted 2 entries at depth 1, as in the first one, got [3]",
  );
  expect(message(() => tensor([[1], 2]))).toMatch(/^values: wanted 1 entries at depth 1/);
  expect(message(() => tensor([1, [2]]))).toBe("values: wanted numbers nested as [2], got [2]");
  expect(message(() => floatTensor(new Float64Array(2) as never))).toMatch(/^x: wanted float32 data/);
  expect(message(() => new FloatTensor([3], new Float32Array(2)))).toBe("data: wanted 3 values for shape [3], got 2");
  expect(new IntTensor(Uint8Array.of(1, 2)).shape).toEqual([2]);
});

test("scalars and empty tensors work throughout", () => {
  const s = quantizePerTensor(2.5, 0.5, 0, "qint8");
  expect([s.shape, s.numel(), s.item(), s.flatten().shape, s.permute([]).item()]).toEqual([[], 1, 2.5, [1], 2.5]);
  const e = quantizePerTensor(tensor([[], []]), 0.5, 0, "qint8");
  expect([e.shape, e.numel(), e.transpose(0, 1).shape, e.reshape([0, 7]).shape, e.dequantize().numel()]).toEqual([
    [2, 0],
    0,
    [0, 2],
    [0, 7],
    0,
  ]);
  const c = quantizePerChannel(tensor([[], []]), [], [], 1, "qint8");
  expect([c.transpose(0, 1).qPerChannelAxis(), c.dequantize().numel()]).toEqual([0, 0]);
});
