/**
 * State: values that a program carries from run to run. In a graph they are pairs of a parameter and an output that gives the
 * parameter's next value; `meta.state` names the pairs, after the plain parameters and outputs of the interface.
 */
import type { Graph } from "./graph.ts";
import { interpret } from "./interpret.ts";
import { allocate, sizeOf, type TypedArray } from "./type.ts";

/** One state: names of its parameter and of its output, and the stored value that every element has at first. */
export interface State {
  readonly param: string;
  readonly output: string;
  readonly start: number;
}

/** The `state` entry of a graph's meta for a list of states. */
export const stateMeta = (states: readonly State[]): Record<string, string> =>
  states.length ? { state: JSON.stringify(states.map((s) => [s.param, s.output, s.start])) } : {};

/** A graph's states; none if it has no such entry. Throws Error if the entry names what the graph does not have. */
export function statesOf(graph: Graph): State[] {
  if (graph.meta.state === undefined) return [];
  const list: unknown = JSON.parse(graph.meta.state);
  if (!Array.isArray(list)) throw new Error(`meta.state wants a list, found ${graph.meta.state}`);
  return list.map((entry) => {
    const [param, output, start] = Array.isArray(entry) ? entry : [];
    const known = graph.params.some((p) => graph.nameOf(p) === param) && graph.outputs.some((o) => o.name === output);
    if (!known || typeof start !== "number")
      throw new Error(`meta.state wants [param, output, start], found ${JSON.stringify(entry)}`);
    return { param, output, start };
  });
}

/** Runs of a graph one after another, its states handed on; the interpreter's form of a program with state. */
export class Session {
  readonly graph: Graph;
  readonly #states: readonly State[];
  readonly #values = new Map<string, TypedArray>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.#states = statesOf(graph);
    this.reset();
  }

  /** Puts every state back to its start. */
  reset(): void {
    for (const { param, start } of this.#states) {
      const { type } = this.graph.params.find((p) => this.graph.nameOf(p) === param)!;
      const data = allocate(type.storage, sizeOf(type.shape));
      if (data instanceof BigInt64Array) data.fill(BigInt(start));
      else data.fill(start);
      this.#values.set(param, data);
    }
  }

  /** One run: the inputs that are not states, in order, to the outputs that are not. */
  run(inputs: readonly TypedArray[]): TypedArray[] {
    const given = [...inputs];
    const all = this.graph.params.map((p) => this.#values.get(this.graph.nameOf(p)) ?? given.shift()!);
    const results = interpret(this.graph, all);
    const next = new Map(this.#states.map((s) => [s.output, s.param]));
    const outputs: TypedArray[] = [];
    this.graph.outputs.forEach(({ name }, i) => {
      const param = next.get(name);
      if (param === undefined) outputs.push(results[i]);
      else this.#values.set(param, results[i]);
    });
    return outputs;
  }
}
