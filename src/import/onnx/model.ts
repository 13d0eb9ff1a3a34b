/** What is common to the operators of one import: values by name, and what may be worked out of constants. */
import { ModelError } from "../../errors.ts";
import { type Node, operandsOf } from "../../ir/graph.ts";
import { constantOf, param } from "../../ir/ops/source.ts";
import type { TypedArray } from "../../ir/type.ts";
import { foldConstant, stepsOf } from "../fold.ts";
import type { Operator } from "./context.ts";
import type { Element } from "./schema.ts";

/** Whose arithmetic the graph gets. */
export type Numerics = "ort" | "pytorch";

/** Thrown where a node is legal ONNX that qjit does not convert; all of a model's are reported together. */
export class Unsupported extends Error {}

/** Thrown where a node needs the values of graph inputs at import. */
export class NeedsValues extends Unsupported {
  readonly inputs: readonly string[];
  constructor(role: string, inputs: readonly string[]) {
    const from = inputs.length
      ? ` from the input ${inputs.join(", ")}, whose value is not known at import`
      : " at run time";
    super(`${role} computed${from}`);
    this.inputs = inputs;
  }
}

/** A value of the ONNX graph: its node in the IR, or why it has none. */
export interface Value {
  readonly node: Node;
  readonly element: Element;
  /** The ONNX node that makes it; undefined for inputs and initializers. */
  readonly from?: Operator;
  /** Why it could not be converted; `node` stands in for it, so that the rest can be checked. */
  readonly problem?: string;
}

/** How many elements may be computed at import beyond those of the initializers: what shapes and parameters are made of is small. */
export const maxFolded = 2 ** 23;

/** The largest list of positions (of windows, indices, weights of interpolation) that is worked out at import. */
export const maxPositions = 2 ** 22;

/** What is common to the nodes of one import. */
export interface Model {
  readonly numerics: Numerics;
  readonly values: Map<string, Value>;
  /** How many node inputs and graph outputs read a value. */
  readonly uses: ReadonlyMap<string, number>;
  readonly opsets: ReadonlyMap<string, number>;
  readonly folded: Map<Node, TypedArray | undefined>;
  /** Steps (elements, or products that they sum) that may still be computed at import. */
  foldable: number;
  warn(message: string): void;
  external?(path: string): Uint8Array;
}

/** The value of a node that depends on constants only, such as a computed shape; undefined if it depends on more. */
export const fold = (model: Model, root: Node): TypedArray | undefined =>
  constantOf(root) ??
  foldConstant(root, model.folded, (node) => {
    model.foldable -= stepsOf(node);
    if (model.foldable < 0)
      throw new ModelError(node.name, "wants more computed at import than its constants can need");
    return true;
  });

/** The parameters of the graph that a node depends on, by name. */
export function inputsBehind(root: Node): string[] {
  const seen = new Set<Node>([root]);
  for (const node of seen) for (const n of operandsOf(node)) seen.add(n);
  return [...seen].filter((n) => n.op === param).map((n) => n.name);
}
