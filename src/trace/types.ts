/** Between the tensors of the API and the types of the IR: dtypes and storages, quantizers and their form in types. */

import { perAxis, perTensor, type Quant, type TensorType, tensorType } from "../ir/type.ts";
import { dtypeOfStorage, type QDType, qdtypes } from "../tensor/dtype.ts";
import { PerChannelAffineQuantizer, PerTensorAffineQuantizer, type Quantizer } from "../tensor/quantizer.ts";
import type { Shape } from "../tensor/strided.ts";

/** One quantizer object of the API for each one of the IR and back, so that sharing survives the crossing. */
const quants = new WeakMap<Quantizer, Quant>();
const quantizers = new WeakMap<Quant, Map<QDType, Quantizer>>();
const channelNames = new WeakMap<object, { name: string; scales: readonly number[]; zeros: readonly number[] }>();

/** The quantizer as the IR writes it; `name` names the channels of a per-channel one that has no name yet. */
export function quantOf(quantizer: Quantizer, name = "channels"): Quant {
  let quant = quants.get(quantizer);
  if (!quant) {
    if (quantizer instanceof PerTensorAffineQuantizer) quant = perTensor(quantizer.scale, quantizer.zeroPoint);
    else {
      const { channels, axis } = quantizer as PerChannelAffineQuantizer;
      let named = channelNames.get(channels);
      if (!named) {
        named = { name, scales: channels.scales, zeros: channels.zeroPoints };
        channelNames.set(channels, named);
      }
      quant = perAxis(named, axis);
    }
    quants.set(quantizer, quant);
    remember(quant, quantizer);
  }
  return quant;
}

function remember(quant: Quant, quantizer: Quantizer): void {
  const known = quantizers.get(quant) ?? new Map<QDType, Quantizer>();
  known.set(quantizer.dtype, quantizer);
  quantizers.set(quant, known);
}

/** The type of a quantized tensor. */
export function quantizedType(quantizer: Quantizer, shape: Shape, name?: string): TensorType {
  return tensorType(qdtypes[quantizer.dtype].storage, shape, quantOf(quantizer, name));
}

/** The dtype of a type's storage if it is one of the three, or undefined. */
function dtypeOf(type: TensorType): QDType | undefined {
  const { storage } = type;
  return storage === "u8" || storage === "i8" || storage === "i32" ? dtypeOfStorage(storage) : undefined;
}

/** The quantizer of a type that has one; undefined for plain numbers and exact sums. */
export function quantizerOf(type: TensorType): Quantizer | undefined {
  const { quant } = type;
  const dtype = dtypeOf(type);
  if (!quant || !dtype || quant.kind === "product") return undefined;
  const known = quantizers.get(quant)?.get(dtype);
  if (known) return known;
  const quantizer =
    quant.kind === "tensor"
      ? new PerTensorAffineQuantizer(quant.scale, quant.zero, dtype)
      : new PerChannelAffineQuantizer(quant.channels.scales, quant.channels.zeros, quant.axis, dtype);
  remember(quant, quantizer);
  return quantizer;
}
