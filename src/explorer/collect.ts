/** A graph's way through the compiler as a document: the graph after each pass, the rules applied, the plan. */
import { makePlan, type Plan } from "../codegen/plan.ts";
import type { WasmTarget } from "../codegen/wasm/kernel.ts";
import type { Graph } from "../ir/graph.ts";
import { type PipelineOptions, pipeline, runPipeline } from "../passes/pipeline.ts";
import { type DumpDocument, documentVersion, type ProfileInfo, type Stage } from "./document.ts";
import { NodeTable } from "./nodes.ts";
import { planInfo } from "./plan-info.ts";

export interface CollectOptions {
  /** The passes to run, and for how many rewrites; all of them unless given. */
  readonly passes?: Pick<PipelineOptions, "passes" | "fuel">;
  /** What to plan for; without it, or if the last pass does not run, there is no plan. */
  readonly target?: WasmTarget;
  /** The model's file name without its folder. */
  readonly file?: string;
  /** Keep the values of all constants, in base64. */
  readonly data?: boolean;
  readonly warnings?: readonly string[];
  readonly onPass?: (name: string) => void;
}

/** What collecting gives: the document, and the compiler's own objects, for whoever goes on to compile. */
export interface Collected {
  readonly document: DumpDocument;
  readonly graph: Graph;
  readonly plan: Plan | undefined;
}

/** Runs the passes and describes what they do. Throws VerifyFailure, and ModelError for a node that no kernel computes. */
export function collect(imported: Graph, options: CollectOptions = {}): Collected {
  const table = new NodeTable({ data: options.data });
  const outputs = (g: Graph) => g.outputs.map((o) => ({ name: o.name, value: g.nameOf(o.node) }));
  const stages: Stage[] = [
    {
      name: "import",
      doc: "The graph as it was imported.",
      rules: [],
      nodes: table.addGraph(imported),
      outputs: outputs(imported),
    },
  ];
  let last = "";
  const graph = runPipeline(imported, {
    ...options.passes,
    onPass: (pass, before, after, applied) => {
      last = pass.name;
      options.onPass?.(pass.name);
      const nodes = after === before ? null : table.addGraph(after);
      stages.push({ name: pass.name, doc: pass.doc, rules: applied, nodes, outputs: outputs(after) });
    },
  });
  const complete = last === pipeline[pipeline.length - 1].name;
  const plan = options.target && complete ? makePlan(graph, options.target) : undefined;
  return {
    document: {
      format: "qjit-dump",
      version: documentVersion,
      model: { name: graph.name, file: options.file ?? null, meta: graph.meta },
      stages,
      nodes: table.nodes,
      constants: table.constants,
      channels: table.channels,
      lists: table.lists,
      plan: plan ? planInfo(plan, graph) : null,
      profile: null,
      warnings: options.warnings ?? [],
    },
    graph,
    plan,
  };
}

/** The document with measured times. `steps` are in the order of the plan's. */
export function withProfile(document: DumpDocument, profile: ProfileInfo): DumpDocument {
  if (profile.steps.length !== document.plan?.steps.length)
    throw new Error(`${profile.steps.length} times for ${document.plan?.steps.length ?? "no"} steps`);
  const steps = profile.steps.map(({ ms, share }) => ({ ms, share }));
  return { ...document, profile: { ...profile, steps } };
}
