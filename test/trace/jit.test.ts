import { expect, test } from "vitest";
import {
  FloatTensor,
  floatTensor,
  intTensor,
  jit,
  makePerTensorQuantizedTensor,
  ops,
  type QTensor,
  type Quantized,
} from "../../src/index.ts";

const q = (values: number[], scale = 0.5, zero = 10) =>
  makePerTensorQuantizedTensor(intTensor(Uint8Array.from(values)), scale, zero);

test.each(["interpreter", "wasm", "auto"] as const)("a function compiled per signature (%s)", async (target) => {
  let traces = 0;
  const double = jit(
    (x: Quantized) => {
      traces++;
      return ops.add(x, x, { scale: 1, zeroPoint: 0 });
    },
    { target },
  );
  const wanted = (x: QTensor) => ops.add(x, x, { scale: 1, zeroPoint: 0 });
  for (const x of [q([1, 20, 255]), q([9, 10, 11]), q([1, 2]), q([1, 2], 0.25), q([1, 2], 0.5, 9), q([7, 8], 0.25)]) {
    const y = await double(x);
    expect(y.equal(wanted(x))).toBe(true);
  }
  expect([traces, double.size]).toEqual([4, 4]);
  const program = await double.specialize(q([3, 4]));
  expect([traces, program.inputs[0].type.shape]).toEqual([4, [2]]);
  double.dispose();
  expect(double.size).toBe(0);
  expect((await double(q([1, 2]))).equal(wanted(q([1, 2])))).toBe(true);
  expect(traces).toBe(5);
});

test("two calls at once compile once", async () => {
  let traces = 0;
  const f = jit((x: Quantized) => {
    traces++;
    return ops.relu(x);
  });
  const [a, b] = await Promise.all([f(q([0, 9, 30])), f(q([10, 3, 11]))]);
  expect([[...a.intRepr()], [...b.intRepr()], traces]).toEqual([[10, 10, 30], [10, 10, 11], 1]);
});

test("nested inputs and results, and views of storage", async () => {
  const f = jit(({ a, rest }: any) => ({ real: ops.dequantize(a), list: rest.map((r: Quantized) => ops.relu(r)) }));
  const wide = makePerTensorQuantizedTensor(intTensor(Uint8Array.of(1, 2, 30, 40), [2, 2]), 0.5, 10);
  const out = await f({ a: q([12]), rest: [wide.transpose(0, 1), q([3])] });
  expect(out.real).toEqual(new FloatTensor([1], Float32Array.of(1)));
  expect([...out.list[0].intRepr()]).toEqual([10, 30, 10, 40]);
  expect([...out.list[1].intRepr()]).toEqual([10]);
  await f({ a: q([12]), rest: [] });
  expect(f.size).toBe(2);
});

test("results are the caller's, constants and inputs that pass through included", async () => {
  const constant = q([5, 6]);
  const f = jit((x: Quantized) => [x, constant]);
  const x = q([1, 2]);
  const [y, c] = (await f(x)) as QTensor[];
  y.copy_(q([9, 9]));
  c.copy_(q([9, 9]));
  expect([...x.intRepr(), ...constant.intRepr()]).toEqual([1, 2, 5, 6]);
  const [, again] = (await f(x)) as QTensor[];
  expect([...again.intRepr()]).toEqual([5, 6]);
});

test("wrong inputs, and a trace that fails", async () => {
  const f = jit((x: Quantized) => ops.relu(x));
  await expect(f([[1, 2]] as any)).rejects.toThrow("inputs[0][0][0]: wanted a QTensor or FloatTensor");
  await expect(f(floatTensor([1]) as any)).rejects.toThrow(/jit\.test\.ts:\d+:\d+: relu: x: wanted a quantized tensor/);
  expect(f.size).toBe(0);
  expect(() => jit(5 as any)).toThrow("fn: wanted a function of tensors, got 5");
});
