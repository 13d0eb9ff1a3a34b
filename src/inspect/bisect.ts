/**
 * Finds what makes a back end's bytes differ from the meaning of the graph as it was imported: first a rewrite that changes the
 * meaning, then the rewrite after which the back end goes wrong, and the step whose kernel does.
 */
import { Graph, type Node } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import type { TypedArray } from "../ir/type.ts";
import type { Pass } from "../passes/pass.ts";
import { type PipelineOptions, pipeline, runPipeline } from "../passes/pipeline.ts";
import type { Applied } from "../passes/rewrite.ts";
import type { Backend, StepValue } from "./backends.ts";
import { type Difference, differenceOf } from "./difference.ts";

/** What to search with. */
export interface BisectOptions {
  /** The passes under suspicion; those of the pipeline unless given. */
  readonly passes?: readonly Pass[];
  /** Told of each run before it begins. */
  readonly onRun?: (what: string) => void;
}

/** A rewrite, and the pass that applied it. */
export interface Suspect extends Applied {
  readonly pass: string;
  /** Why the graph after it cannot be run, where that is how it fails. */
  readonly error?: string;
}

/** An output that differs. */
export interface OutputDifference extends Difference {
  readonly output: string;
}

/** A step that makes other bytes than the interpreter makes of the same operands. */
export interface StepFault extends Difference {
  readonly step: string;
  readonly op: string;
  readonly kernel: string;
  readonly shape: readonly number[];
  /** The operand that was overwritten before the step read it, if that is the cause. */
  readonly damaged?: string;
  /** It is right when every step keeps its own memory: the fault is in how steps share it. */
  readonly together?: true;
}

/** What the search found about one back end. */
export interface Finding {
  readonly backend: string;
  readonly level?: string;
  /** The first output that differs, after all passes; undefined if none does. */
  readonly difference?: OutputDifference;
  /** Why it cannot run the graph, where that is so. */
  readonly error?: string;
  /** The first rewrite after which it differs; undefined if it differs without any. */
  readonly rewrite?: Suspect;
  /** The first step that differs from the interpreter on the same optimized graph. */
  readonly step?: StepFault;
}

/** The outcome: `rules` is about the optimized graph on the interpreter. Back ends are asked only if the rules are right. */
export interface BisectResult {
  readonly rewrites: number;
  readonly rules: Finding;
  readonly backends: readonly Finding[];
}

/** Searches with one set of inputs, row-major and in the order of the graph's parameters. The graph must be legal. */
export async function bisect(
  graph: Graph,
  inputs: readonly TypedArray[],
  backends: readonly Backend[],
  options: BisectOptions = {},
): Promise<BisectResult> {
  const search = new Search(graph, inputs, options);
  const rules = await search.rules();
  const findings: Finding[] = [];
  if (!rules.difference && !rules.error) for (const b of backends) findings.push(await search.backend(b));
  return { rewrites: search.rewrites, rules, backends: findings };
}

class Search {
  readonly #graph: Graph;
  readonly #inputs: readonly TypedArray[];
  readonly #options: BisectOptions;
  readonly #passes: readonly Pass[];
  readonly #wanted: TypedArray[];
  /** Every rewrite of a full run, in order, with its pass. */
  readonly #log: Suspect[] = [];
  #optimized: Graph | undefined;

  constructor(graph: Graph, inputs: readonly TypedArray[], options: BisectOptions) {
    this.#graph = graph;
    this.#inputs = inputs;
    this.#options = options;
    this.#passes = options.passes ?? pipeline;
    options.onRun?.("interpreter, as imported");
    this.#wanted = interpret(graph, inputs);
  }

  get rewrites(): number {
    return this.#log.filter((a) => a.number !== undefined).length;
  }

  /** Whether the rules keep the graph's meaning, and if not, the first that does not. */
  async rules(): Promise<Finding> {
    const backend = "interpreter";
    let broken: string | undefined;
    const ends: { pass: Pass; after: Graph; applied: readonly Applied[] }[] = [];
    try {
      this.#optimized = this.#run({
        onPass: (pass, before, after, applied) => {
          this.#log.push(...applied.map((a) => ({ ...a, pass: pass.name })));
          if (after !== before) ends.push({ pass, after, applied });
        },
      });
    } catch (error) {
      broken = (error as Error).message;
    }
    for (const { pass, after, applied } of ends) {
      this.#options.onRun?.(`interpreter, after ${pass.name}`);
      const difference = this.#differs(interpret(after, this.#inputs));
      if (difference) return { backend, difference, rewrite: await this.#rewriteIn(pass, applied) };
    }
    if (broken === undefined) return { backend };
    // The pass that failed is the first one that a run cannot end with.
    const pass = this.#passes.find((p) => this.#error({ after: p.name }) !== undefined);
    return { backend, error: broken, ...(pass ? { rewrite: await this.#breakIn(pass) } : {}) };
  }

  /** Whether a back end runs the optimized graph with the right bytes; if not, since which rewrite, and in which step. */
  async backend(backend: Backend): Promise<Finding> {
    const named = { backend: backend.name, ...(backend.level ? { level: backend.level } : {}) };
    const differs = async (options: PipelineOptions): Promise<OutputDifference | undefined> => {
      this.#options.onRun?.(`${backend.name}, ${options.fuel ?? this.rewrites} of ${this.rewrites} rewrites`);
      return this.#differs(await backend.run(this.#run(options), this.#inputs));
    };
    let difference: OutputDifference | undefined;
    try {
      difference = await differs({});
    } catch (error) {
      return { ...named, error: (error as Error).message };
    }
    if (!difference) return named;
    const step = await this.#faultyStep(backend);
    // A graph that it cannot run says nothing about its kernels.
    const bad = (fuel: number) =>
      differs({ fuel }).then(
        (d) => d !== undefined,
        () => false,
      );
    const number = (await bad(0)) ? 0 : await firstBad(0, this.rewrites, bad);
    const rewrite = this.#log.find((a) => a.number === number);
    return { ...named, difference, ...(rewrite ? { rewrite } : {}), ...(step ? { step } : {}) };
  }

  /** The first rewrite of a pass after which the interpreter differs; the graph is right before the pass and wrong after it. */
  async #rewriteIn(pass: Pass, applied: readonly Applied[]): Promise<Suspect> {
    const limit = this.#limitsOf(pass);
    const n = await firstBad(0, applied.length, (n) => {
      this.#options.onRun?.(`interpreter, ${n} of ${applied.length} rewrites of ${pass.name}`);
      return this.#differs(interpret(this.#run(limit(n)), this.#inputs)) !== undefined;
    });
    return { ...applied[n - 1], pass: pass.name };
  }

  /** The first rewrite of a pass that throws or leaves a graph which is not legal. */
  async #breakIn(pass: Pass): Promise<Suspect> {
    const limit = this.#limitsOf(pass);
    let high = 1;
    while (this.#error(limit(high)) === undefined) high *= 2;
    const n = await firstBad(0, high, (n) => this.#error(limit(n)) !== undefined);
    const error = this.#error(limit(n))!;
    // An illegal graph has a log when nobody verifies it; a rule that throws leaves none, and names itself in its error.
    const applied: Applied[] = [];
    this.#error({ ...limit(n), verify: false, onPass: (p, _, __, a) => p === pass && applied.push(...a) });
    return { ...(applied[n - 1] ?? { rule: "a rule that throws", at: "?" }), pass: pass.name, error };
  }

  /** Options of a run that ends with the first `n` rewrites of a pass. */
  #limitsOf(pass: Pass): (n: number) => PipelineOptions {
    const earlier = this.#passes.slice(0, this.#passes.indexOf(pass)).map((p) => p.name);
    const before = this.#log.filter((a) => earlier.includes(a.pass) && (a.number === undefined) === pass.required);
    return (n) => ({ after: pass.name, [pass.required ? "requiredFuel" : "fuel"]: before.length + n });
  }

  /** The first step of the optimized graph that makes other bytes than the interpreter. */
  async #faultyStep(backend: Backend): Promise<StepFault | undefined> {
    const graph = this.#optimized!;
    this.#options.onRun?.(`${backend.name}, step by step`);
    const values = new Map<Node, TypedArray>();
    interpret(graph, this.#inputs, { observe: (node, data) => values.set(node, data) });
    const steps = await backend.steps(graph, this.#inputs, (n) => values.get(n)!);
    for (const s of steps) {
      const difference = differenceOf(values.get(s.node)!, s.data);
      if (difference) return this.#fault(graph, s, difference);
    }
    // Each is right by itself. In the shorter program that ends with a step, memory is shared almost as in the whole one.
    const wrong = async (end: number) => {
      const { node } = steps[end - 1];
      const short = new Graph(graph.name, graph.params, [{ name: graph.nameOf(node), node }], graph.meta);
      return differenceOf(values.get(node)!, (await backend.run(short, this.#inputs))[0]);
    };
    for (let end = 1; end <= steps.length; end++) {
      const difference = await wrong(end);
      if (difference) return { ...this.#fault(graph, steps[end - 1], difference), together: true };
    }
    return undefined;
  }

  #fault(graph: Graph, { node, kernel, damaged }: StepValue, difference: Difference): StepFault {
    const step = graph.nameOf(node);
    const why = damaged ? { damaged: graph.nameOf(damaged) } : {};
    return { step, op: node.op.name, kernel, shape: node.type.shape, ...difference, ...why };
  }

  #run(options: PipelineOptions): Graph {
    return runPipeline(this.#graph, { ...options, passes: this.#passes });
  }

  /** Why the passes cannot be run, if they cannot. */
  #error(options: PipelineOptions): string | undefined {
    try {
      this.#run(options);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #differs(found: readonly TypedArray[]): OutputDifference | undefined {
    for (const [i, { name }] of this.#graph.outputs.entries()) {
      const difference = differenceOf(this.#wanted[i], found[i]);
      if (difference) return { output: name, ...difference };
    }
    return undefined;
  }
}

/** The first number that is bad, where `low` is good, `high` is bad, and what is bad stays so. */
async function firstBad(low: number, high: number, bad: (n: number) => boolean | Promise<boolean>): Promise<number> {
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await bad(middle)) high = middle;
    else low = middle;
  }
  return high;
}
