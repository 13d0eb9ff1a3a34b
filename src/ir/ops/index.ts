/** Every op, one line each. This list is the whole registration. */
import type { OpDef } from "../op.ts";
import { broadcast } from "./broadcast.ts";
import { conv2d, linear } from "./conv.ts";
import { detect } from "./detect.ts";
import { binary, cast, clamp, qadd, qmul, table, unary } from "./elementwise.ts";
import { kConv, kGemm, kMul } from "./kernel.ts";
import { l2Normalize } from "./l2-normalize.ts";
import { matmul } from "./matmul.ts";
import { avgPool, maxPool, sum } from "./pool.ts";
import { dequantize, quantize, requantize } from "./quant.ts";
import { reduce } from "./reduce.ts";
import { resize } from "./resize.ts";
import { argExtremum, extremum, gather, gatherNd } from "./select.ts";
import { concat, pad, reshape, slice, transpose } from "./shape.ts";
import { softmax } from "./softmax.ts";
import { constant, param } from "./source.ts";
import { compare, where } from "./where.ts";
import { wideTable } from "./wide-table.ts";

const all: readonly OpDef[] = [
  param,
  constant,
  quantize,
  dequantize,
  requantize,
  conv2d,
  linear,
  matmul,
  qadd,
  qmul,
  clamp,
  table,
  wideTable,
  unary,
  binary,
  cast,
  maxPool,
  avgPool,
  sum,
  reduce,
  softmax,
  l2Normalize,
  detect,
  resize,
  extremum,
  compare,
  where,
  argExtremum,
  gather,
  gatherNd,
  broadcast,
  reshape,
  transpose,
  concat,
  slice,
  pad,
  kConv,
  kGemm,
  kMul,
];

/** Every op by name. */
export const ops: ReadonlyMap<string, OpDef> = new Map(all.map((op) => [op.name, op]));
