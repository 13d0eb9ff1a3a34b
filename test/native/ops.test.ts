import { expect, test } from "vitest";
import { nativeOps } from "../../src/codegen/native/ops.ts";
import { wasmKernels } from "../../src/codegen/wasm/kernels/index.ts";

test("the native library has every op that WebAssembly has", () => {
  expect(Object.keys(wasmKernels).filter((op) => !Object.hasOwn(nativeOps, op))).toEqual([]);
});
