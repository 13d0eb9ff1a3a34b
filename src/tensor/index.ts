export { ArgumentError, ModelError, QjitError } from "../errors.ts";
export * from "./create.ts";
export { dtypeOfArray, type IntArray, type QDType, qdtypes, qrange } from "./dtype.ts";
export type { Index, SliceSpec } from "./indexing.ts";
export * from "./qparams.ts";
export { QTensor } from "./qtensor.ts";
export {
  type ChannelParams,
  PerChannelAffineQuantizer,
  PerTensorAffineQuantizer,
  type QScheme,
  Quantizer,
} from "./quantizer.ts";
export { type AnyTensor, load, loadTensor, type NamedTensors, save } from "./safetensors.ts";
export type { Shape } from "./strided.ts";
export {
  type FloatLike,
  FloatTensor,
  floatTensor,
  IntTensor,
  intTensor,
  type Nested,
  type PlainIntArray,
  tensor,
} from "./tensor.ts";
