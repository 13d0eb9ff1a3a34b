/**
 * What a kernel does with its exact sums before it stores them: a short list of stages, each as data. Every convolution
 * and matrix product ends in the same one: requantize, then perhaps a rescaled residual, then perhaps a table.
 */
import { type Addition, addBy } from "./addition.ts";
import { type Attr, adding, rescaling } from "./attr.ts";
import { clamp, type Rescale, rescale } from "./rescale.ts";
import { storages, type TensorType, type TypedArray, zeroOf } from "./type.ts";

/** One stage. Zero points are those of the stage's result; clamps are stored values (or reals for `clamp`). */
export type Stage =
  | {
      readonly kind: "requantize";
      readonly by: Rescale;
      readonly zero: number;
      readonly clamp: readonly [number, number];
    }
  /** The running value is `x` of the addition, the operand `residual` is `y`. */
  | { readonly kind: "add"; readonly by: Addition; readonly zero: number; readonly clamp: readonly [number, number] }
  /** Through the operand `table`, indexed by the running value minus `lowest`. */
  | { readonly kind: "table"; readonly lowest: number }
  | { readonly kind: "clamp"; readonly clamp: readonly [number, number] };

export type Epilogue = readonly Stage[];

const rescale_ = rescaling();
const addition_ = adding();

/** The attribute kind: `[requantize(q31_double(#y.rescale), -12, [-128, 127]), add(...), table(-128)]`. */
export const epilogue = (): Attr<Epilogue> => ({
  print: (stages, to) =>
    `[${stages
      .map((s) => {
        switch (s.kind) {
          case "requantize":
            return `requantize(${rescale_.print(s.by, to)}, ${s.zero}, [${s.clamp.join(", ")}])`;
          case "add":
            return `add(${addition_.print(s.by, to)}, ${s.zero}, [${s.clamp.join(", ")}])`;
          case "table":
            return `table(${s.lowest})`;
          case "clamp":
            return `clamp([${s.clamp.map((v) => to.number(v)).join(", ")}])`;
        }
        throw new Error(s satisfies never);
      })
      .join(", ")}]`,
  read(from) {
    const bounds = (): [number, number] => {
      const list = from.list(() => from.number());
      if (list.length !== 2 || !(list[0] <= list[1])) from.fail(`wants [lo, hi] with lo <= hi, found [${list}]`);
      return [list[0], list[1]];
    };
    const tail = () => {
      from.expect(",");
      const zero = from.integer();
      from.expect(",");
      return { zero, clamp: bounds() };
    };
    return from.list((): Stage => {
      const kind = from.word();
      from.expect("(");
      let stage: Stage;
      if (kind === "requantize") stage = { kind, by: rescale_.read(from), ...tail() };
      else if (kind === "add") stage = { kind, by: addition_.read(from), ...tail() };
      else if (kind === "table") stage = { kind, lowest: from.integer() };
      else if (kind === "clamp") stage = { kind, clamp: bounds() };
      else from.fail(`wants requantize, add, table or clamp, found ${kind}`);
      from.expect(")");
      return stage!;
    });
  },
  sample: () => [],
  default: [],
});

/** Applies a list of stages to row-major sums whose last axis is the channel. */
export function finish(
  stages: Epilogue,
  sums: TypedArray,
  type: TensorType,
  extra: { residual?: { type: TensorType; data: TypedArray }; table?: { data: TypedArray } },
): TypedArray {
  if (stages.length === 0) return sums;
  const channels = type.shape[type.shape.length - 1] ?? 1;
  const out = new storages[type.storage].array(sums.length) as Int8Array;
  const source = sums as Int32Array;
  const residual = extra.residual?.data as Int8Array | undefined;
  for (let i = 0; i < out.length; i++) {
    let v = Number(source[i]);
    let zero = 0;
    for (const stage of stages) {
      switch (stage.kind) {
        case "requantize":
          v = clamp(rescale(stage.by, v - zero, i % channels, stage.zero), stage.clamp[0], stage.clamp[1]);
          zero = stage.zero;
          break;
        case "add": {
          const zeros = { x: zero, y: zeroOf(extra.residual!.type), result: stage.zero };
          v = clamp(addBy(stage.by, v, residual![i], zeros), stage.clamp[0], stage.clamp[1]);
          zero = stage.zero;
          break;
        }
        case "table":
          v = Number(extra.table!.data[v - stage.lowest]);
          break;
        case "clamp":
          v = clamp(v, stage.clamp[0], stage.clamp[1]);
          break;
      }
    }
    out[i] = v;
  }
  return out;
}
