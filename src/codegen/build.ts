/** Graph -> WebAssembly: passes, plan, module. */
import { probeEngine } from "../../runtime/probe.ts";
import { ArgumentError } from "../errors.ts";
import type { Graph } from "../ir/graph.ts";
import { type PipelineOptions, runPipeline } from "../passes/pipeline.ts";
import { makePlan, type Plan, type PlanOptions } from "./plan.ts";
import type { WasmTarget } from "./wasm/kernel.ts";
import { emitModule, type ModuleOptions } from "./wasm/module.ts";

/** Which instructions a module may use: `auto` takes what this machine's engine has. */
export type Features = "auto" | "simd128" | "relaxed";

/**
 * Has V8 join neighbouring 128-bit operations into 256-bit ones, where it can: it is an experiment of V8's (13 and later, x86-64),
 * and holds for all modules that the process compiles from then on. Returns what is missing, if something is.
 */
function joinVectors(): string | undefined {
  const node = (globalThis as { process?: Partial<NodeJS.Process> }).process;
  const v8 = node?.getBuiltinModule?.("node:v8");
  if (!v8 || !(Number.parseInt(node?.versions?.v8 ?? "", 10) >= 13))
    return `Node ${node?.versions?.node ?? "is not here"}`;
  if (node?.arch !== "x64") return `Node on ${node?.arch}`;
  v8.setFlagsFromString("--experimental-wasm-revectorize");
  return undefined;
}

let joined = false;

/**
 * Whether modules are made for 256 bits: from when they are first asked for on. Who does so must have an engine that can; QJIT_REVEC=1
 * asks for them where there is one.
 */
function widened(revectorize: boolean): boolean {
  const { env } = (globalThis as { process?: Partial<NodeJS.Process> }).process ?? {};
  if (joined || (!revectorize && env?.QJIT_REVEC !== "1")) return joined;
  const lack = joinVectors();
  if (lack && revectorize) throw new ArgumentError("revectorize", "Node 24 or later on x86-64", lack);
  joined = !lack;
  return joined;
}

/** The target for this machine's engine, perhaps for 256 bits. Throws ArgumentError if it lacks what is asked for. */
export function hostTarget(features: Features = "auto", revectorize = false): WasmTarget {
  const engine = probeEngine();
  if (!engine.simd) throw new ArgumentError("features", "an engine with WebAssembly SIMD", "this one");
  if (features === "relaxed" && !engine.relaxed) {
    throw new ArgumentError("features", "simd128 or auto, as this engine has no relaxed SIMD", features);
  }
  const relaxed = features === "relaxed" || (features === "auto" && engine.relaxed);
  const wide = widened(revectorize) ? { wide: true } : {};
  return relaxed ? { level: "relaxed", dot: engine.dot, ...wide } : { level: "simd128", dot: "inexact", ...wide };
}

/** What compiling gave. */
export interface Build {
  /** The graph after all passes. */
  readonly graph: Graph;
  readonly plan: Plan;
  readonly wasm: Uint8Array;
}

/** Compiles a graph. Throws VerifyFailure if it is not legal, ModelError for a node that no kernel computes. */
export async function build(
  graph: Graph,
  target: WasmTarget = hostTarget(),
  options: ModuleOptions & PlanOptions & { readonly passes?: PipelineOptions } = {},
): Promise<Build> {
  const lowered = runPipeline(graph, { verify: "start", ...options.passes });
  const plan = makePlan(lowered, target, options);
  return { graph: lowered, plan, wasm: await emitModule(plan, options) };
}
