/** Every ONNX operator that is converted, one row each. */
import { activationRows } from "./activation.ts";
import { arithmeticRows } from "./arithmetic.ts";
import { convRows } from "./conv-float.ts";
import { gemmRows } from "./gemm.ts";
import { poolRows } from "./pool.ts";
import { quantizeRows } from "./quantize.ts";
import { reduceRows } from "./reduce.ts";
import { selectRows } from "./select.ts";
import { shapeRows } from "./shape.ts";
import { sourceRows } from "./source.ts";
import type { Rows } from "./table.ts";

export const rows: Rows = {
  ...sourceRows,
  ...quantizeRows,
  ...convRows,
  ...gemmRows,
  ...poolRows,
  ...reduceRows,
  ...arithmeticRows,
  ...activationRows,
  ...selectRows,
  ...shapeRows,
};
