/** What the page and its compiler say to each other. */
import type { DumpDocument } from "../../src/explorer/document.ts";
import type { TensorType, TypedArray } from "../../src/ir/type.ts";

export interface PortInfo {
  readonly name: string;
  readonly type: TensorType;
}

/** What the page asks. */
export type Request =
  | {
      readonly kind: "load";
      readonly file: string;
      readonly bytes: Uint8Array;
      readonly shapes: Readonly<Record<string, readonly number[]>>;
    }
  | { readonly kind: "run"; readonly inputs: readonly TypedArray[] }
  | { readonly kind: "measure"; readonly inputs: readonly TypedArray[] }
  | { readonly kind: "files" };

/** A module for one level of instructions, or why this engine has none. */
export type LevelInfo =
  | { readonly level: string; readonly bytes: number; readonly compileMs: number }
  | { readonly level: string; readonly missing: string };

export interface Loaded {
  readonly name: string;
  readonly document: DumpDocument;
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  readonly levels: readonly LevelInfo[];
  readonly importMs: number;
  /** Until Binaryen was there; next to nothing from the second model on. */
  readonly binaryenMs: number;
}

export interface Ran {
  readonly outputs: readonly TypedArray[];
  readonly ms: number;
  /** Whether all levels returned the same integers. */
  readonly equal: boolean;
}

export interface LevelTime {
  readonly level: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly spreadMs: number;
  readonly runs: number;
}

export interface Measured {
  readonly times: readonly LevelTime[];
  readonly document: DumpDocument;
}

/** A problem with a model: one line, and, where many things are wrong, all of them. */
export interface Problem {
  readonly message: string;
  readonly details: readonly string[];
}

export type Answers = {
  load: Loaded;
  run: Ran;
  measure: Measured;
  files: readonly { readonly name: string; readonly content: Uint8Array | string }[];
};

/** What the compiler answers; `progress` may come before any other. */
export type Reply =
  | { readonly id: number; readonly progress: string }
  | { readonly id: number; readonly result: Answers[keyof Answers] }
  | { readonly id: number; readonly problem: Problem };
