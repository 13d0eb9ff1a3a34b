import { expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  choosePerTensorQParams,
  dequantizePerChannelFloatQParams,
  fakeQuantizePerTensorAffine,
  formTensor,
  intTensor,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  type QTensor,
  quantizePerChannel,
  quantizePerChannelFloatQParams,
  quantizePerTensor,
  quantizePerTensorDynamic,
} from "../../src/tensor/index.ts";
import { decode, describeGolden, type GoldenCase, type GoldenTensor, pytorchCases } from "../vectors.ts";

/** The float32 input of a case. */
const floats = (t: GoldenTensor) => decode({ ...t, dt: "f32" });

/** A quantized tensor as the vectors hold it. */
function quantized(t: GoldenTensor): QTensor {
  const quantizer = t.scales
    ? new PerChannelAffineQuantizer(t.scales, t.zps!, t.axis!, t.q!)
    : new PerTensorAffineQuantizer(t.scale!, t.zp!, t.q!);
  const { data, shape } = decode({ ...t, dt: t.dt as "u8" | "i8" | "i32" });
  return formTensor(intTensor(data, shape), quantizer);
}

/** Bits of a float32 array, so that NaN and -0 compare too. */
const bits = (x: Float32Array) => new Uint32Array(x.buffer, x.byteOffset, x.length);

function expectQuantized(actual: QTensor, t: GoldenTensor) {
  expect(actual.dtype).toBe(t.q);
  expect(actual.shape).toEqual(t.shape);
  expect(actual.intRepr()).toEqual(decode(t).data);
}

function expectFloats(actual: { shape: readonly number[]; data: Float32Array }, t: GoldenTensor) {
  expect(actual.shape).toEqual(t.shape);
  expect(bits(actual.data)).toEqual(bits(floats(t).data));
}

const run: Record<string, (c: GoldenCase) => void> = {
  quantize_per_tensor({ inputs, params, expect: want }) {
    expectQuantized(quantizePerTensor(floats(inputs.x), params.scale, params.zero_point, params.dtype), want);
  },
  quantize_per_channel({ inputs, params, expect: want }) {
    const q = quantizePerChannel(floats(inputs.x), params.scales, params.zero_points, params.axis, params.dtype);
    expectQuantized(q, want);
    expect(q.qPerChannelScales()).toEqual(want.scales);
    expect(q.qPerChannelZeroPoints()).toEqual(want.zps);
    expect(q.qPerChannelAxis()).toBe(want.axis);
  },
  dequantize({ inputs, expect: want }) {
    expectFloats(quantized(inputs.x).dequantize(), want);
  },
  dequantize_per_channel({ inputs, expect: want }) {
    expectFloats(quantized(inputs.x).dequantize(), want);
  },
  requantize({ inputs, params, expect: want }) {
    const to = new PerTensorAffineQuantizer(params.scale, params.zero_point, params.dtype);
    expectQuantized(quantized(inputs.x).requantize(to), want);
  },
  quantize_per_tensor_dynamic({ inputs, params, expect: want }) {
    const q = quantizePerTensorDynamic(floats(inputs.x), params.dtype, params.reduce_range);
    expectQuantized(q, want);
    expect([q.qScale(), q.qZeroPoint()]).toEqual([want.scale, want.zp]);
  },
  choose_qparams_per_tensor({ inputs, expect: want }) {
    const [min, max] = floats(inputs.x).data;
    const pair = (reduce: boolean) => {
      const q = choosePerTensorQParams(min, max, "quint8", reduce);
      return [q.scale, q.zeroPoint];
    };
    expect([...pair(false), ...pair(true)]).toEqual([...decode({ ...want, dt: "f64" }).data]);
  },
  quantize_per_channel_float_qparams({ inputs, params, expect: want }) {
    const qparams = { scales: params.scales, zeroPoints: params.zero_points, axis: params.axis };
    const q = quantizePerChannelFloatQParams(floats(inputs.x), qparams);
    expect(q.shape).toEqual(want.shape);
    expect(q.data).toEqual(decode(want).data);
    const back = dequantizePerChannelFloatQParams(q, qparams).data;
    const half = Math.max(...params.scales) / 2;
    // x is recovered to half a step wherever the range did not clip it.
    const x = floats(inputs.x).data;
    q.data.forEach((v, i) => {
      if (v > 0 && v < 255) expect(Math.abs(back[i] - x[i])).toBeLessThan(half * 1.001);
    });
  },
  fake_quantize_per_tensor_affine({ inputs, params, expect: want }) {
    const { scale, zero_point, quant_min, quant_max } = params;
    expectFloats(fakeQuantizePerTensorAffine(floats(inputs.x), scale, zero_point, quant_min, quant_max), want);
  },
};

/** Cases on scales that PyTorch lets pass and this package refuses. */
const refused = (c: GoldenCase) => "scale" in c.params && !(Math.fround(c.params.scale) > 0);

describeGolden("pytorch", (dir) => {
  for (const file of ["quantize", "requantize"]) {
    const cases = pytorchCases(dir, file).filter((c) => c.op !== "requant_kinds"); // those belong to the IR's rules
    for (const op of new Set(cases.map((c) => c.op))) {
      test(`${file}: ${op}`, () => {
        for (const c of cases.filter((c) => c.op === op && !refused(c))) {
          try {
            expect(run, `op ${op}`).toHaveProperty(op);
            run[op](c);
          } catch (e) {
            (e as Error).message = `${c.name}: ${(e as Error).message}`;
            throw e;
          }
        }
      });
    }
  }

  test("scales that PyTorch lets pass are refused", () => {
    const cases = pytorchCases(dir, "quantize").filter(refused);
    for (const { inputs, params } of cases) {
      const { scale, zero_point, dtype } = params;
      expect(() => quantizePerTensor(floats(inputs.x), scale, zero_point, dtype)).toThrow(ArgumentError);
      expect(() => quantizePerTensor(floats(inputs.x), scale, zero_point, dtype)).toThrow(/^scale: wanted /);
    }
    if (dir.endsWith("test/vectors/pytorch")) expect(cases.length).toBe(9);
  });
});
