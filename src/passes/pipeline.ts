/** The pipeline: a list that reads from top to bottom. Every pass keeps every bit of every output. */
import { ArgumentError } from "../errors.ts";
import type { Graph } from "../ir/graph.ts";
import { verified } from "../ir/verify.ts";
import { canonicalize } from "./canonicalize.ts";
import { foldConstants } from "./constants.ts";
import { cancelConversions } from "./conversions.ts";
import { fuseClamp, fuseRequantize, fuseResidual, fuseTable } from "./fuse.ts";
import { lower } from "./lower.ts";
import { fusePad } from "./pad.ts";
import type { Pass } from "./pass.ts";
import { type Applied, PassContext } from "./rewrite.ts";
import { shareEqual } from "./share.ts";
import { sinkRequantize } from "./sink.ts";
import { tabulate } from "./tabulate.ts";
import { cancelTransposes } from "./transposes.ts";

export const pipeline: readonly Pass[] = [
  // Say everything one way, so that later rules have one form to look for.
  foldConstants,
  canonicalize,

  // Settle memory order before anything else, since transposes hide neighbours from each other.
  cancelTransposes,
  shareEqual,

  // Spend as little as possible on quantization itself. What cancels must not become a table first.
  cancelConversions,
  sinkRequantize,
  tabulate,

  // Meet the machine. Padding moves first: kernels have no padding but their own.
  fusePad,
  lower,

  // Let producers do their consumers' work, in the order of the epilogue's stages: sums are requantized, then clamped,
  // then added to a residual, then looked up. An addition must have its own clamp before a kernel takes it over.
  fuseRequantize,
  fuseClamp,
  fuseResidual,
  fuseTable,
];

/** Which passes run, and who watches. */
export interface PipelineOptions {
  /** Stops rewriting after so many rewrites; a wrong result is found by bisection. Required passes run in any case. */
  readonly fuel?: number;
  /** Stops the required passes after so many rewrites of theirs. Only the interpreter runs what that leaves. */
  readonly requiredFuel?: number;
  /** The passes to run in place of `pipeline`. */
  readonly passes?: readonly Pass[];
  /** Name of the first pass to run; what comes before is taken as done. */
  readonly from?: string;
  /** Name of the last pass to run. */
  readonly after?: string;
  /**
   * Verify the graph at the start and after every pass that changed it. On unless set to false, or to `start`: a graph that
   * a user brings is always checked, while the passes themselves have been by tests, and are a good part of compiling.
   */
  readonly verify?: boolean | "start";
  /** Called after every pass; `after` is `before` itself if nothing changed. */
  readonly onPass?: (pass: Pass, before: Graph, after: Graph, applied: readonly Applied[]) => void;
}

/** The pass of this name. Throws ArgumentError listing what there is. */
export function passNamed(name: string, argument: string, passes: readonly Pass[] = pipeline): Pass {
  const found = passes.find((p) => p.name === name);
  if (!found) throw new ArgumentError(argument, `one of ${passes.map((p) => p.name).join(", ")}`, name);
  return found;
}

/**
 * Runs the pipeline or a part of it. Throws VerifyFailure, naming the pass, if a graph is not legal; ArgumentError for the
 * name of a pass that does not exist.
 */
export function runPipeline(graph: Graph, options: PipelineOptions = {}): Graph {
  const verify = options.verify ?? true;
  const { passes = pipeline, from, after } = options;
  const first = from === undefined ? 0 : passes.indexOf(passNamed(from, "from", passes));
  const last = after === undefined ? passes.length - 1 : passes.indexOf(passNamed(after, "after", passes));
  const context = new PassContext(options.fuel, options.requiredFuel);
  let current = verify ? verified(graph) : graph;
  for (const pass of passes.slice(first, last + 1)) {
    const done = context.applied.length;
    const next = pass.run(current, context);
    if (verify === true && next !== current) verified(next, pass.name);
    options.onPass?.(pass, current, next, context.applied.slice(done));
    current = next;
  }
  return current;
}
