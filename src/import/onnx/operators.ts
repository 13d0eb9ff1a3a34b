/** What became of each operator of a file, for reports. */
import type { Operator } from "./context.ts";
import { inputsBehind } from "./model.ts";

/** An operator of the file, and what it came to. */
export interface FileOperator {
  /** What nodes that came from it have as their source. */
  readonly where: string;
  readonly type: string;
  /** Its own name or, without one, its first result's. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The source of the node that gives its first result: another operator's where one integer node stands for several. */
  readonly becomes: string | undefined;
  /** Whether nothing of it is left to run: its result does not depend on the graph's inputs, or is what it was given. */
  readonly folded: boolean;
}

/** An operator after all have been converted. */
export function fileOperator({ where, type, name, inputs, outputs, model }: Operator): FileOperator {
  const result = outputs.find((o) => o !== "");
  const node = result === undefined ? undefined : model.values.get(result)?.node;
  const same = node !== undefined && node === model.values.get(inputs[0])?.node;
  const folded = same || (node !== undefined && inputsBehind(node).length === 0);
  return { where, type, name: nameIn(where) ?? name, inputs, outputs, becomes: node?.source, folded };
}

/** The name in `Conv 12 (/conv1/Conv)`. */
const nameIn = (where: string): string | undefined => /\((.*)\)$/s.exec(where)?.[1];
