/** How a node's accumulators become stored values: which formula each block of channels uses, decided once per node. */
import type { Stage } from "../../ir/epilogue.ts";
import { storages, type TensorType, zeroOf } from "../../ir/type.ts";
import { type Conv, reachOf, roughReachOf } from "./kernels/conv-geometry.ts";
import { type Channel, type Fit, fitChannel, naturalFit, type Shape, shapeOf, stepsOf } from "./proof.ts";
import { proveAddition, type SumFit } from "./proof-add.ts";
import { fitWide } from "./proof-wide.ts";

/** `f32` and `f64`: a proven formula in that precision. `exact`: the rule itself, lane by lane. */
export type Path = "f32" | "f64" | "exact";

/** Memory for the steps of the channel at hand. */
const room = new Float64Array(255);

/** What is known of one output channel: constants of the f32 formula and of the f64 one, searched for when asked. */
export class ChannelPlan {
  readonly #exact: () => Channel;
  readonly #shape: Shape;
  #wide: Fit | undefined | null = null;
  readonly fit: Fit | undefined;

  /** `rough` may reach further than `exact()`, which looks at all weights of the channel. */
  constructor(rough: Channel, exact: () => Channel, shape: Shape) {
    this.#exact = exact;
    this.#shape = shape;
    this.fit = naturalFit(rough) ?? this.#search();
  }

  #search(): Fit | undefined {
    const channel = this.#exact();
    const natural = naturalFit(channel);
    if (natural) return natural;
    const steps = stepsOf(channel, room);
    return steps && fitChannel(this.#shape, channel, steps);
  }

  get wide(): Fit | undefined {
    if (this.#wide === null) {
      const channel = this.#exact();
      const steps = stepsOf(channel, room);
      this.#wide = steps && fitWide(this.#shape, channel, steps);
    }
    return this.#wide;
  }

  get path(): Path {
    return this.fit ? "f32" : this.wide ? "f64" : "exact";
  }
}

/** The requantize stage of a node with the formula chosen for it. */
export interface RequantizePlan extends Shape {
  readonly stage: Extract<Stage, { kind: "requantize" }>;
  readonly channels: readonly ChannelPlan[];
}

/** The residual stage with its formula; without a fit it is computed by the rule itself. */
export interface AddPlan {
  readonly stage: Extract<Stage, { kind: "add" }>;
  readonly residualZero: number;
  readonly residualSigned: boolean;
  readonly fit: SumFit | undefined;
}

/** All stages of a node, in order; without a requantize stage the sums are stored as they are. */
export interface FinishPlan {
  readonly requantize: RequantizePlan | undefined;
  readonly add: AddPlan | undefined;
  readonly clamps: readonly (readonly [number, number])[];
  readonly table: { readonly lowest: number; readonly entries: Uint8Array } | undefined;
}

const cache = new WeakMap<Conv, FinishPlan | undefined>();

/**
 * The plan of a node, or undefined where its stages come in an order that fast kernels do not have. With `fused`, sums of two
 * fused multiply-adds need no formula: kernels have the instruction.
 */
export function finishPlan(g: Conv, fused = false): FinishPlan | undefined {
  if (fused) return make(g, true);
  if (!cache.has(g)) cache.set(g, make(g, false));
  return cache.get(g);
}

function make(g: Conv, fused: boolean): FinishPlan | undefined {
  const kinds = g.epilogue.map((s) => s.kind).join(" ");
  if (!/^(requantize( add)?( clamp)?( table)?)?$/.test(kinds)) return undefined;
  if (!g.epilogue.length) {
    return g.result.storage === "i32"
      ? { requantize: undefined, add: undefined, clamps: [], table: undefined }
      : undefined;
  }
  if (g.result.storage === "i32") return undefined;
  const stage = <K extends Stage["kind"]>(kind: K) =>
    g.epilogue.find((s) => s.kind === kind) as Extract<Stage, { kind: K }> | undefined;
  const first = stage("requantize")!;
  const add = stage("add");
  const clampStage = stage("clamp");
  const table = stage("table");
  const lanes: [number, number] = g.result.storage === "i8" ? [-128, 127] : [0, 255];
  // What is stored, or looked up, must fit a byte; and so must what is added to, for the proof to be a short one.
  const last = (add ?? first).clamp;
  const base = table ? [table.lowest, table.lowest + 255] : lanes;
  const within = (range: readonly number[], of: readonly number[]) => range[0] >= of[0] && range[1] <= of[1];
  if (!within(clampStage?.clamp ?? last, base) || first.clamp[1] - first.clamp[0] > 255) return undefined;
  if (add && !sumsInLanes(add, first, g.residual!)) return undefined;
  const byRule = fused && add?.by.rule === "f32_fma";
  const sum = add && !byRule ? proveAddition(add, first, g.residual!) : undefined;
  // WebAssembly has no fused multiply-add of one rounding: that rule is computed by a proven formula or by another row.
  if (add?.by.rule === "f32_fma" && !sum && !byRule) return undefined;
  const requantize = planRequantize(g, first);
  return {
    requantize,
    add: add && {
      stage: add,
      residualZero: g.residual?.quant?.kind === "tensor" ? g.residual.quant.zero : 0,
      residualSigned: g.residual?.storage === "i8",
      fit: sum,
    },
    clamps: clampStage ? [clampStage.clamp] : [],
    table: table && { lowest: table.lowest, entries: new Uint8Array(Array.from(g.table!, Number)) },
  };
}

/** Whether the lanes of a residual stage hold its sums: 32-bit integers, or floats that the rounding trick takes. */
function sumsInLanes(add: AddPlan["stage"], first: RequantizePlan["stage"], residual: TensorType): boolean {
  const { rule, k } = add.by;
  const far = (zero: number, [low, high]: readonly number[]) => Math.max(high - zero, zero - low);
  const x = far(first.zero, first.clamp);
  const y = far(zeroOf(residual), [storages[residual.storage].min, storages[residual.storage].max]);
  switch (rule) {
    case "f32":
      return (x * k[0] + y * k[1]) * k[2] < 2 ** 21;
    case "f32_fma":
      return x * Math.abs(k[0]) + y * Math.abs(k[1]) + Math.abs(k[2]) < 2 ** 21;
    case "fixed_away":
    case "fixed_up":
      return k[2] >= 1 && k[2] < 31 && x * Math.abs(k[0]) + y * Math.abs(k[1]) + 2 ** k[2] < 2 ** 31;
    case "q31_three":
    case "q31_three_sub":
      return k[1] >= 0 && k[3] >= 0 && k[5] >= 0;
  }
  throw new Error(rule satisfies never);
}

function planRequantize(g: Conv, stage: Extract<Stage, { kind: "requantize" }>): RequantizePlan {
  const { by, zero, clamp } = stage;
  const shape = shapeOf(by.rule, zero, clamp);
  let channels: readonly ChannelPlan[] | undefined;
  const planned = (): ChannelPlan[] =>
    Array.from({ length: g.o }, (_, index) => {
      const channel = (reach: [number, number]): Channel => ({ by, index, zero, clamp, reach });
      return new ChannelPlan(channel(roughReachOf(g, index)), () => channel(reachOf(g, index)), shape);
    });
  return {
    stage,
    ...shape,
    // Made when asked for: there are ten thousands of them, and not every back end looks at each.
    get channels() {
      channels ??= planned();
      return channels;
    },
  };
}

/** The channels of each path, for reports. */
export function pathCounts(plan: RequantizePlan): Record<Path, number> {
  const counts = { f32: 0, f64: 0, exact: 0 };
  for (const c of plan.channels) counts[c.path]++;
  return counts;
}

/** For reports: how many channels are rounded by which proven formula, or exactly; empty where sums are stored as they are. */
export function roundingText(g: Conv): string {
  const plan = finishPlan(g)?.requantize;
  if (!plan) return "";
  const names = { f32: "float", f64: "double", exact: "exact integers" };
  const counts = pathCounts(plan);
  const parts = (Object.keys(names) as Path[]).filter((p) => counts[p]).map((p) => `${counts[p]} in ${names[p]}`);
  return `; channels rounded: ${parts.join(", ")}`;
}
