/** The form of a conversion: one row for each TFLite operator. */
import type { Operator } from "../context.ts";

/** How one operator is converted. */
export interface Conversion {
  /** The element types of its data input (for lists, the first) that are supported, by the format's names. */
  readonly types: readonly string[];
  /** Which input that is; the first if left out. */
  readonly data?: number;
  /** Whether its operands may be handles of variables, which have no value of their own. */
  readonly handles?: true;
  /** What is not supported, for documentation; each is refused with its reason. */
  readonly limits?: string;
  /** States each of the operator's results. */
  convert(op: Operator): void;
}

/** Conversions by the format's operator names. */
export type Conversions = Readonly<Record<string, Conversion>>;

export const bytes = ["INT8", "UINT8"] as const;
export const numbers = [...bytes, "FLOAT32"] as const;
export const anything = [...numbers, "INT16", "INT32", "INT64", "BOOL", "UINT16"] as const;
export const quantized = [...bytes, "INT16"] as const;
