/** The form of the operator table: one row for each ONNX operator. */
import type { Operator } from "../context.ts";
import type { Element } from "../schema.ts";

/** How one operator is converted. */
export interface Row {
  /** Versions of the operator set in which this operator means what the row does: the first and, if there is one, the last. */
  readonly versions: readonly [number, number?];
  /** Element types of the first input (of an operator without inputs: of the result). */
  readonly types: readonly Element[];
  /** What is not supported, for documentation; each is refused with its reason. */
  readonly limits?: string;
  convert(op: Operator): void;
}

/** Rows by operator; operators of another domain than ONNX's own as `domain.Operator`. */
export type Rows = Readonly<Record<string, Row>>;
