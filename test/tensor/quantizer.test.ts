import fc from "fast-check";
import { expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { inverseScale, quantizeValue, roundHalfEven } from "../../src/tensor/arith.ts";
import {
  dtypeOfArray,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  type QDType,
  qdtypes,
  quantize,
  tensor,
} from "../../src/tensor/index.ts";

/** The ArgumentError that `f` throws. */
function refusal(f: () => unknown): ArgumentError {
  try {
    f();
  } catch (e) {
    expect(e).toBeInstanceOf(ArgumentError);
    return e as ArgumentError;
  }
  throw new Error("nothing was thrown");
}

test("roundHalfEven: the nearest integer, halves to even, never -0", () => {
  const cases = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, -0.3, 4503599627370497, 2 ** 60, -(2 ** 52) - 1];
  const want = [0, 2, 2, 0, -2, -2, 0, 0, 4503599627370497, 2 ** 60, -(2 ** 52) - 1];
  expect(cases.map(roundHalfEven)).toEqual(want);
  expect(roundHalfEven(-0)).toBe(0);
  expect(roundHalfEven(Number.NaN)).toBeNaN();
  expect(roundHalfEven(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 51), max: 2 ** 51 }), (x) => {
      const r = roundHalfEven(x);
      expect(Number.isInteger(r)).toBe(true);
      expect(Math.abs(r - x)).toBeLessThanOrEqual(0.5);
      if (Math.abs(r - x) === 0.5) expect(Math.abs(r % 2)).toBe(0);
    }),
  );
});

test("a stored integer survives dequantize and quantize wherever float32 tells neighbours apart", () => {
  const dtypes = fc.constantFrom<QDType>("quint8", "qint8");
  fc.assert(
    fc.property(dtypes, fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true }), (dtype, scale) => {
      const { qmin, qmax, array } = qdtypes[dtype];
      const quantizer = new PerTensorAffineQuantizer(scale, qmin + 77, dtype);
      const all = new array(Array.from({ length: 256 }, (_, i) => qmin + i));
      expect(qmax - qmin).toBe(255);
      const reals = quantizer.toFloats(all);
      expect(reals[77]).toBe(0);
      expect(quantizer.toInts(reals)).toEqual(all);
    }),
  );
});

test("what does not fit 64 bits becomes qmin, the rest saturates", () => {
  const one = (x: number) => quantizeValue(x, inverseScale(1), 3, -128, 127);
  expect([Number.NaN, Infinity, -Infinity, 2 ** 63, 2 ** 62, -(2 ** 62), 124, 125, -131, -132].map(one)).toEqual([
    -128, -128, -128, -128, 127, -128, 127, 127, -128, -128,
  ]);
});

test("the reciprocal is of the float32 scale, not of the double one", () => {
  // Values from torch 1.13.1; 1 / 0.0517... in double and then float32 gives 2, 3, 4 and 5.
  const x = Float32Array.of(0.07755329459905624, 0.1292555034160614, 0.18095768988132477, 0.23265990614891052);
  const q = new PerTensorAffineQuantizer(0.051702200470257406, 0, "quint8").quantize(x);
  expect(q.intRepr()).toEqual(Uint8Array.of(1, 2, 3, 4));
});

test("dtype follows from the array's class", () => {
  expect(dtypeOfArray(new Uint8Array(1))).toBe("quint8");
  expect(dtypeOfArray(new Int8Array(1))).toBe("qint8");
  expect(dtypeOfArray(new Int32Array(1))).toBe("qint32");
  expect(refusal(() => dtypeOfArray(new Int16Array(2))).message).toBe(
    "ints: wanted a Uint8Array (quint8), Int8Array (qint8) or Int32Array (qint32), got Int16Array(2)",
  );
});

test.each([
  [0, "a finite number > 0"],
  [-0.5, "a finite number > 0"],
  [Number.NaN, "a finite number > 0"],
  [Number.POSITIVE_INFINITY, "a finite number > 0"],
  ["0.1", "a finite number > 0"],
  [1e-50, "a number that float32 can hold together with its reciprocal"],
  [1e-40, "a number that float32 can hold together with its reciprocal"],
  [1e39, "a number that float32 can hold together with its reciprocal"],
])("scale %s is refused", (scale, wanted) => {
  const error = refusal(() => new PerTensorAffineQuantizer(scale as number, 0, "qint8"));
  expect([error.argument, error.wanted, error.got]).toEqual(["scale", wanted, String(scale)]);
  expect(refusal(() => new PerChannelAffineQuantizer([1, scale as number], [0, 0], 0, "qint8")).argument).toBe(
    "scales[1]",
  );
});

test.each([
  ["quint8", -1, 0, 255],
  ["quint8", 256, 0, 255],
  ["qint8", 128, -128, 127],
  ["qint8", 0.5, -128, 127],
  ["qint8", Number.NaN, -128, 127],
  ["qint32", 2 ** 31, -2147483648, 2147483647],
] as const)("zero point of %s: %s is refused", (dtype, zeroPoint, lo, hi) => {
  const error = refusal(() => new PerTensorAffineQuantizer(1, zeroPoint, dtype));
  expect(error.message).toBe(`zeroPoint: wanted an integer from ${lo} to ${hi} (${dtype}), got ${zeroPoint}`);
  expect(refusal(() => new PerChannelAffineQuantizer([1], [zeroPoint], 0, dtype)).argument).toBe("zeroPoints[0]");
});

test("per-channel parameters must match each other and the tensor", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const per = (scales: number[], zeroPoints: number[], axis: number) => () =>
    quantize(x, new PerChannelAffineQuantizer(scales, zeroPoints, axis, "qint8"));
  expect(refusal(per([1, 1], [0], 0)).message).toBe("zeroPoints: wanted 2 zero points, one for each scale, got 1");
  expect(refusal(per([1, 1], [0, 0], -1)).message).toBe("axis: wanted an integer >= 0, got -1");
  expect(refusal(per([1, 1], [0, 0], 2)).message).toBe("axis: wanted a dimension of x, whose shape is [2, 3], got 2");
  expect(refusal(per([1, 1], [0, 0], 1)).message).toBe(
    "scales: wanted 3 scales, the size of dimension 1 of x [2, 3], got 2",
  );
  expect(refusal(() => new PerChannelAffineQuantizer("abc" as never, [0, 0, 0], 0, "qint8")).argument).toBe("scales");
  expect(refusal(() => new PerTensorAffineQuantizer(1, 0, "qint16" as QDType)).message).toBe(
    'dtype: wanted "quint8", "qint8" or "qint32", got qint16',
  );
  expect(refusal(() => quantize(x, { scale: 1 } as never)).argument).toBe("quantizer");
});

test("equality is by value; a moved axis keeps the same channels object", () => {
  const a = new PerChannelAffineQuantizer([0.1, 0.2], Int32Array.of(0, 1), 0, "qint8");
  const b = new PerChannelAffineQuantizer(Float64Array.of(0.1, 0.2), [0, 1], 0, "qint8");
  expect(a.equals(b)).toBe(true);
  expect(a.channels).not.toBe(b.channels);
  expect(a.withAxis(0)).toBe(a);
  const moved = a.withAxis(3);
  expect(moved.channels).toBe(a.channels);
  expect([moved.axis, moved.dtype, moved.scheme, moved.scales]).toEqual([3, "qint8", "perChannelAffine", [0.1, 0.2]]);
  expect(a.equals(moved)).toBe(false);
  expect(() => a.withAxis(-1)).toThrow(ArgumentError);

  const t = new PerTensorAffineQuantizer(0.1, 3, "qint8");
  expect(t.equals(new PerTensorAffineQuantizer(0.1, 3, "qint8"))).toBe(true);
  expect(t.equals(new PerTensorAffineQuantizer(0.1, 3, "quint8"))).toBe(false);
  expect(t.equals(new PerTensorAffineQuantizer(0.1, 4, "qint8"))).toBe(false);
  expect(t.equals(a)).toBe(false);
  expect(a.equals(t)).toBe(false);
  expect(String(t)).toBe("perTensorAffine(qint8, scale 0.1, zero point 3)");
  expect(String(a)).toBe("perChannelAffine(qint8, 2 channels on axis 0)");
});

test("scales stay the doubles given and cannot be changed from outside", () => {
  const scales = [1 / 3, 0.1];
  const q = new PerChannelAffineQuantizer(scales, [0, 0], 0, "qint8");
  scales[0] = 7;
  expect(q.scales).toEqual([1 / 3, 0.1]);
  expect(Math.fround(q.scales[0])).not.toBe(q.scales[0]);
  expect(() => {
    (q.scales as number[])[0] = 7;
  }).toThrow(TypeError);
});
