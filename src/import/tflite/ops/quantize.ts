/** Crossing between real numbers and stored integers, and between scales. */
import { dequantize, quantize, requantize } from "../../../ir/ops/quant.ts";
import { constantOf, makeConst } from "../../../ir/ops/source.ts";
import { rescaleBy, storedBounds } from "../recipes.ts";
import { bytes, type Conversions, numbers } from "./table.ts";

export const quantizeConversions: Conversions = {
  QUANTIZE: {
    types: [...numbers, "INT16", "INT32"],
    convert(op) {
      const x = op.input(0);
      const result = op.output();
      const to = op.perTensor(result);
      const range = storedBounds("NONE", result.storage!, to.scale, to.zero);
      const hint = { storage: result.storage, quant: to };
      if (x.type.storage === "f32") {
        op.result(op.make(quantize, { x }, { by: "div_away", k: to.scale, clamp: range }, hint));
        return;
      }
      const by = rescaleBy([op.perTensor(x).scale / to.scale]);
      op.result(op.make(requantize, { x }, { by, clamp: range }, hint));
    },
  },
  DEQUANTIZE: {
    types: [...bytes, "INT16", "FLOAT16"],
    limits: "FLOAT16 that is not constant",
    convert(op) {
      const x = op.input(0);
      if (x.type.storage === "f32") {
        // Constants of 16-bit floats have been read as f32 already.
        op.result(x);
        return;
      }
      if (x.type.quant?.kind !== "axis") op.perTensor(x);
      const real = op.make(dequantize, { x });
      const data = constantOf(x);
      // Weights that are stored in integers and used as floats are read as the floats that they are.
      op.result(
        data
          ? makeConst(x.name, real.type, dequantize.eval({ x: { type: x.type, data } }, {}, real.type), x.source)
          : real,
      );
    },
  },
};
