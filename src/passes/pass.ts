/** What a pass is: a name, a sentence, and a function from graph to graph that keeps every bit of every output. */
import type { Graph } from "../ir/graph.ts";
import { PassContext, type Rule, rewrite } from "./rewrite.ts";

/** A step of the pipeline. */
export interface Pass {
  readonly name: string;
  /** One sentence, also shown by the command line. */
  readonly doc: string;
  /** The rules that the pass applies, in order of precedence. */
  readonly rules: readonly Rule[];
  /** Back ends cannot do without this pass, so it takes no fuel. */
  readonly required: boolean;
  run(graph: Graph, context: PassContext): Graph;
}

/** A pass that applies rules until none fires. */
export function rulePass(name: string, doc: string, rules: readonly Rule[], options: { required?: true } = {}): Pass {
  const required = options.required === true;
  return {
    name,
    doc,
    rules,
    required,
    run(graph, context) {
      if (!required) return rewrite(graph, rules, context);
      const free = new PassContext(context.requiredFuel);
      free.spent = undefined;
      const result = rewrite(graph, rules, free);
      context.requiredFuel -= free.applied.length;
      context.applied.push(...free.applied);
      return result;
    },
  };
}
