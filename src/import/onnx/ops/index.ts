/** Every ONNX operator that is converted, one row each. */
import { activationRows } from "./activation.ts";
import { arithmeticRows } from "./arithmetic.ts";
import { composeRows } from "./compose.ts";
import { convRows } from "./conv-float.ts";
import { gemmRows } from "./gemm.ts";
import { integerRows } from "./integer.ts";
import { normRows } from "./norm.ts";
import { poolRows } from "./pool.ts";
import { positionRows } from "./positions.ts";
import { qlinearRows } from "./qlinear.ts";
import { quantizeRows } from "./quantize.ts";
import { reduceRows } from "./reduce.ts";
import { resizeRows } from "./resize.ts";
import { selectRows } from "./select.ts";
import { shapeRows } from "./shape.ts";
import { sourceRows } from "./source.ts";
import type { Rows } from "./table.ts";

export const rows: Rows = {
  ...sourceRows,
  ...quantizeRows,
  ...convRows,
  ...gemmRows,
  ...integerRows,
  ...qlinearRows,
  ...normRows,
  ...poolRows,
  ...reduceRows,
  ...arithmeticRows,
  ...activationRows,
  ...selectRows,
  ...positionRows,
  ...composeRows,
  ...resizeRows,
  ...shapeRows,
};
