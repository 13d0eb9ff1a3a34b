import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  FloatTensor,
  intTensor,
  makePerChannelQuantizedTensor,
  makePerTensorQuantizedTensor,
  type QDType,
  qdtypes,
  tensor,
} from "../../src/tensor/index.ts";

interface PrintCase {
  kind: "quantized" | "float";
  shape: number[];
  text: string;
  dtype: QDType;
  ints: number[];
  scale?: number;
  zp?: number;
  scales: number[];
  zps: number[];
  axis: number;
  bits: number[];
}

const file = new URL("../vectors/printing/printing.json", import.meta.url);
const cases: PrintCase[] = JSON.parse(readFileSync(file, "utf8")).cases;

function printed(c: PrintCase): string {
  if (c.kind === "float") return String(new FloatTensor(c.shape, new Float32Array(Uint32Array.from(c.bits).buffer)));
  const ints = intTensor(new qdtypes[c.dtype].array(c.ints), c.shape);
  if (c.scale !== undefined) return String(makePerTensorQuantizedTensor(ints, c.scale, c.zp!));
  return String(makePerChannelQuantizedTensor(ints, c.scales, c.zps, c.axis));
}

test.each(cases.map((c, i) => [`${c.kind} [${c.shape}] #${i}`, c] as const))("prints as torch does: %s", (_, c) => {
  expect(printed(c)).toBe(c.text);
});

test("the note's own example, to the character", () => {
  const q = makePerTensorQuantizedTensor(Uint8Array.of(28, 61, 65, 86, 11, 22, 96, 21, 81, 96), 1e-4, 2);
  expect(String(q)).toBe(`tensor([0.0026, 0.0059, 0.0063, 0.0084, 0.0009, 0.0020, 0.0094, 0.0019, 0.0079,
        0.0094], size=(10,), dtype=torch.quint8,
       quantization_scheme=torch.per_tensor_affine, scale=0.0001, zero_point=2)`);
  expect(String(q.index(0))).toBe(`tensor(0.0026, size=(), dtype=torch.quint8,
       quantization_scheme=torch.per_tensor_affine, scale=0.0001, zero_point=2)`);
});

test("integer tensors print their dtype unless it is int64", () => {
  expect(String(intTensor(Int8Array.of(1, -2, 30), [3]))).toBe("tensor([ 1, -2, 30], dtype=torch.int8)");
  expect(String(intTensor(BigInt64Array.of(1n, 2n)))).toBe("tensor([1, 2])");
  expect(String(intTensor(new Uint8Array(0), [2, 0]))).toBe("tensor([], size=(2, 0), dtype=torch.uint8)");
  expect(String(tensor([[1], [2]]))).toBe("tensor([[1.],\n        [2.]])");
});
