/** A trace in progress: the constants it has met, and what holds for all of its ops. */
import { ArgumentError } from "../errors.ts";
import type { Node } from "../ir/graph.ts";
import { makeConst } from "../ir/ops/source.ts";
import { tensorType } from "../ir/type.ts";
import { QTensor } from "../tensor/qtensor.ts";
import { sameShape } from "../tensor/strided.ts";
import type { FloatTensor } from "../tensor/tensor.ts";
import { quantizedType } from "./types.ts";

/**
 * Whose arithmetic the ops follow, by the names of torch.backends.quantized.engine. `qnnpack`: everything as PyTorch
 * computes it with that engine, for linear and convolution the only one that is defined here. `none`: the scalar kernels,
 * which differ in add, average pools, sigmoid, tanh, hardswish, hardsigmoid and mean.
 */
export type Engine = "qnnpack" | "none";

/** The engine unless a call or a trace says otherwise. */
export const defaultEngine: Engine = "qnnpack";

/** `engine` itself if it is one; an ArgumentError otherwise. */
export function checkEngine(engine: unknown): Engine {
  if (engine === "qnnpack" || engine === "none") return engine;
  throw new ArgumentError("engine", '"qnnpack" or "none"', engine);
}

/** One call of `trace`. Its symbolic tensors are usable until it is closed. */
export class Tracing {
  readonly name: string;
  readonly engine: Engine;
  open = true;
  #constants = new Map<ArrayBufferView, { tensor: QTensor | FloatTensor; node: Node }[]>();

  constructor(name: string, engine: Engine) {
    this.name = name;
    this.engine = engine;
  }

  /** The constant node of a tensor with values: one for each layout and quantizer of a storage, as of its first use. */
  constant(tensor: QTensor | FloatTensor, name: string, source?: string): Node {
    const storage = tensor instanceof QTensor ? tensor.storage : tensor.data;
    const known = this.#constants.get(storage) ?? [];
    const found = known.find((k) => sameView(k.tensor, tensor));
    if (found) return found.node;
    const node = constantNode(tensor, name, source);
    this.#constants.set(storage, [...known, { tensor, node }]);
    return node;
  }
}

/** Whether two tensors over one storage show the same elements with the same meaning. */
function sameView(a: QTensor | FloatTensor, b: QTensor | FloatTensor): boolean {
  if (!sameShape(a.shape, b.shape)) return false;
  if (!(a instanceof QTensor) || !(b instanceof QTensor)) return true;
  return a.offset === b.offset && sameShape(a.strides, b.strides) && a.quantizer().equals(b.quantizer());
}

/** A tensor with values as a constant node; the values are copied. */
export function constantNode(tensor: QTensor | FloatTensor, name: string, source?: string): Node {
  return tensor instanceof QTensor
    ? makeConst(name, quantizedType(tensor.quantizer(), tensor.shape, name), tensor.intRepr(), source)
    : makeConst(name, tensorType("f32", tensor.shape), tensor.data.slice(), source);
}
