/** Every TFLite operator that is converted, one row each. */
import { activationConversions } from "./activation.ts";
import { convConversions } from "./conv.ts";
import { elementwiseConversions } from "./elementwise.ts";
import { functionConversions } from "./functions.ts";
import { pairConversions } from "./pairs.ts";
import { plainConversions } from "./plain.ts";
import { quantizeConversions } from "./quantize.ts";
import { reduceConversions } from "./reduce.ts";
import { selectConversions } from "./select.ts";
import { shapeConversions } from "./shape.ts";
import { sliceConversions } from "./slices.ts";
import { softmaxConversions } from "./softmax.ts";
import { stateConversions } from "./state.ts";
import type { Conversions } from "./table.ts";

export const conversions: Conversions = {
  ...convConversions,
  ...reduceConversions,
  ...elementwiseConversions,
  ...pairConversions,
  ...activationConversions,
  ...functionConversions,
  ...softmaxConversions,
  ...quantizeConversions,
  ...shapeConversions,
  ...sliceConversions,
  ...selectConversions,
  ...plainConversions,
  ...stateConversions,
};
