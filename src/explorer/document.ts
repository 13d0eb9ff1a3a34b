/**
 * The document that `qjit dump --format json` prints and that the explorer draws: what became of a graph, pass by pass, and how it
 * runs. docs/dump.schema.json says the same for other languages; docs/dump-schema.md explains it.
 */

/** The version of the document's form; it grows when a reader of an earlier one would misread it. */
export const documentVersion = 1;

export interface DumpDocument {
  readonly format: "qjit-dump";
  readonly version: typeof documentVersion;
  readonly model: {
    readonly name: string;
    /** The file's name without its folder; null for a graph that is from no file. */
    readonly file: string | null;
    readonly meta: Readonly<Record<string, string>>;
  };
  /** The graph as it was imported, then after each pass. */
  readonly stages: readonly Stage[];
  /** Every form that a value took in any stage, once. Stages hold indices into this list. */
  readonly nodes: readonly DumpNode[];
  /** Statistics of constants, shared by the forms of a node. */
  readonly constants: readonly ConstantInfo[];
  /** Per-channel quantizers; types hold indices into this list. */
  readonly channels: readonly ChannelInfo[];
  /** Long lists of numbers in attributes, which hold `{"list": index}`. */
  readonly lists: readonly (readonly Plain[])[];
  /** How the last stage runs; null if not all passes ran. */
  readonly plan: PlanInfo | null;
  /** Measured times; null if nothing was measured. */
  readonly profile: ProfileInfo | null;
  readonly warnings: readonly string[];
}

export type Plain = number | string;

export interface Stage {
  /** `import`, or the name of the pass that left the graph like this. */
  readonly name: string;
  readonly doc: string;
  /** The applied rules in order; `at` is a value's name in the stage before, or in one of the pass's own sweeps. */
  readonly rules: readonly { readonly rule: string; readonly at: string; readonly number?: number }[];
  /** Indices of the nodes in order of evaluation; null if the pass changed nothing, so that the stage before stands. */
  readonly nodes: readonly number[] | null;
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
}

/** A value and the op that makes it, in one form. Within a stage its name is unique; operands are names of the same stage. */
export interface DumpNode {
  readonly name: string;
  readonly op: string;
  readonly kind: "source" | "elementwise" | "movement" | "reduction";
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly quantizer: QuantizerInfo | null;
  /** By slot; null where an optional one is absent. */
  readonly operands: Readonly<Record<string, string | readonly string[] | null>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Index into `constants` if this is one. */
  readonly constant: number | null;
  readonly bytes: number;
  /** Multiply-accumulates of one evaluation. */
  readonly macs: number;
  /** The operator of the model's file, or the place in the user's source. */
  readonly source: string | null;
}

export type QuantizerInfo =
  | { readonly scheme: "per_tensor_affine"; readonly scale: number; readonly zeroPoint: number }
  | { readonly scheme: "per_channel_affine"; readonly axis: number; readonly channels: number }
  /** Of exact sums: the product of two scales, or of a scale and channel scales along `axis`. The zero point is 0. */
  | { readonly scheme: "product"; readonly factors: readonly [number, number] }
  | {
      readonly scheme: "product";
      readonly factors: readonly [number];
      readonly axis: number;
      readonly channels: number;
    };

export interface ChannelInfo {
  readonly name: string;
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
}

/** What is known of a constant's stored values. */
export interface ConstantInfo {
  readonly elements: number;
  readonly bytes: number;
  /** Null where there are no elements, or none is finite. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Standard deviation of the whole (not of a sample). */
  readonly deviation: number | null;
  readonly zeros: number;
  readonly notFinite: number;
  /** Distinct values, counted up to 257. */
  readonly distinct: number;
  /** Equal bins from `from` to `to`, both inclusive; of an 8-bit constant each value in its range has a bin of its own. */
  readonly histogram: { readonly from: number; readonly to: number; readonly counts: readonly number[] } | null;
  /** The values of at most eight elements, row-major, or all of them in base64 (little-endian) where `--data` asks for it. */
  readonly values: readonly Plain[] | string | null;
}

export interface Range {
  readonly at: number;
  readonly bytes: number;
}

/** Addresses and sizes are bytes of the module's one memory. */
export interface PlanInfo {
  readonly backend: "wasm";
  readonly level: string;
  /** What relaxed dot products are taken to do on this engine. */
  readonly dot: string;
  readonly constantBytes: number;
  readonly arena: Range;
  readonly memoryBytes: number;
  readonly inputs: readonly (Range & { readonly name: string })[];
  readonly outputs: readonly (Range & { readonly name: string })[];
  readonly steps: readonly StepInfo[];
  readonly buffers: readonly BufferInfo[];
}

export interface StepInfo {
  /** The value that the step makes, of the last stage. */
  readonly name: string;
  readonly kernel: string;
  /** The tile in the kernel's name: `5x8c2`, `3x3`; null if it names none. */
  readonly tile: string | null;
  /** Steps of one number call the same function. */
  readonly function: number;
  readonly result: Range;
  readonly reads: readonly Range[];
  readonly constants: readonly Range[];
  readonly scratch: Range | null;
  /** What the kernel's expected cost was, in a unit common to the kernels of an op, and what else there was to choose. */
  readonly why: {
    readonly cost: number | null;
    readonly others: readonly { readonly kernel: string; readonly applies: boolean; readonly cost: number | null }[];
    /** Output channels by the formula that was proved exact for their rounding; null where nothing is rescaled. */
    readonly rounding: { readonly f32: number; readonly f64: number; readonly exact: number } | null;
  };
}

/** A part of the arena; steps are counted from 0, -1 stands for before the first, their number for after the last. */
export interface BufferInfo extends Range {
  readonly first: number;
  readonly last: number;
  readonly scratch: boolean;
  /** The values that are kept there, in order. */
  readonly values: readonly string[];
}

export interface ProfileInfo {
  readonly engine: string;
  readonly runs: number;
  /** In the order of the plan's steps: median milliseconds, and the part of their sum, from 0 to 1. */
  readonly steps: readonly { readonly ms: number; readonly share: number }[];
}
