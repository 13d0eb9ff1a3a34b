/** The groups between dequantize and quantize that are one integer operator, by the ONNX operator in their middle. */
import type { Fusion } from "../qdq.ts";
import { addFusion, mulFusion } from "./arithmetic.ts";
import { convFusion } from "./conv.ts";
import { gemmFusion } from "./gemm.ts";
import { averageFusion, globalAverageFusion } from "./pool.ts";

export const fusions: Readonly<Record<string, Fusion>> = {
  Conv: convFusion,
  Gemm: gemmFusion,
  MatMul: gemmFusion,
  Add: addFusion,
  Mul: mulFusion,
  AveragePool: averageFusion,
  GlobalAveragePool: globalAverageFusion,
};
