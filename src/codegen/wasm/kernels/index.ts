/** The kernel table of the wasm back end: each op's rows. The last row of an op, or its rows together, compute every node. */
import type { WasmKernel } from "../kernel.ts";
import { addKernels } from "./add.ts";
import { convKernels } from "./conv.ts";
import { floatConvKernels } from "./conv-float.ts";
import { detectKernels } from "./detect.ts";
import { dwconvKernels } from "./dwconv.ts";
import { matmulKernels } from "./matmul.ts";
import { concatKernels, padKernels, reshapeKernels, sliceKernels, transposeKernels } from "./movement.ts";
import { mulKernels, productKernels } from "./mul.ts";
import { binaryKernels, castKernels, unaryKernels } from "./numbers.ts";
import { clampKernels, extremumKernels, tableKernels } from "./pointwise.ts";
import { avgPoolKernels, maxPoolKernels } from "./pool.ts";
import { reduceKernels } from "./reduce.ts";
import { referenceKernels } from "./reference.ts";
import { dequantizeKernels, quantizeKernels, requantizeKernels } from "./rescaling.ts";
import { resizeKernels } from "./resize.ts";
import { argExtremumKernels, gatherKernels, gatherNdKernels } from "./select.ts";
import { softmaxKernels } from "./softmax.ts";
import { sumKernels } from "./sum.ts";
import { l2NormalizeKernels, softmaxLutKernels, wideTableKernels } from "./tflite-tables.ts";
import { broadcastKernels, compareKernels, whereKernels } from "./where.ts";
import { winogradKernels } from "./winograd.ts";

/** Rows by the name of the op that they compute. */
export const wasmKernels: Readonly<Record<string, readonly WasmKernel[]>> = {
  "k.conv": [...convKernels, ...winogradKernels, ...dwconvKernels, ...floatConvKernels, ...referenceKernels],
  "k.gemm": [...convKernels, ...floatConvKernels, ...referenceKernels],
  "k.mul": mulKernels,
  qmul: productKernels,
  qadd: addKernels,
  clamp: clampKernels,
  table: tableKernels,
  extremum: extremumKernels,
  unary: unaryKernels,
  binary: binaryKernels,
  cast: castKernels,
  requantize: requantizeKernels,
  quantize: quantizeKernels,
  dequantize: dequantizeKernels,
  max_pool: maxPoolKernels,
  avg_pool: avgPoolKernels,
  sum: sumKernels,
  softmax: [...softmaxKernels, ...softmaxLutKernels],
  resize: resizeKernels,
  arg_extremum: argExtremumKernels,
  gather: gatherKernels,
  gather_nd: gatherNdKernels,
  reshape: reshapeKernels,
  transpose: transposeKernels,
  concat: concatKernels,
  slice: sliceKernels,
  pad: padKernels,
  matmul: matmulKernels,
  reduce: reduceKernels,
  broadcast: broadcastKernels,
  compare: compareKernels,
  where: whereKernels,
  wide_table: wideTableKernels,
  l2_normalize: l2NormalizeKernels,
  detect: detectKernels,
};
