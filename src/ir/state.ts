/**
 * State: values that a program carries from run to run. In a graph they are pairs of a parameter and an output that gives the
 * parameter's next value; `meta.state` names the pairs, after the plain parameters and outputs of the interface.
 */
import type { Graph } from "./graph.ts";
import { allocate, sizeOf, type TensorType, type TypedArray } from "./type.ts";

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

/** An input or output of a program. */
export interface Port {
  readonly name: string;
  readonly type: TensorType;
}

/** What users give to a graph and get from it: its parameters and outputs without states. */
export function interfaceOf(graph: Graph): { inputs: readonly Port[]; outputs: readonly Port[] } {
  const states = statesOf(graph);
  const inputs = graph.params.map((p) => ({ name: graph.nameOf(p), type: p.type }));
  const outputs = graph.outputs.map((o) => ({ name: o.name, type: o.node.type }));
  return {
    inputs: inputs.filter(({ name }) => !states.some((s) => s.param === name)),
    outputs: outputs.filter(({ name }) => !states.some((s) => s.output === name)),
  };
}

/** The values of a graph's states between runs. Keeps names and types only, so that the graph and its constants may go. */
export class StateValues {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #params: readonly Port[];
  readonly #results: readonly string[];
  readonly #states: readonly State[];
  readonly #values = new Map<string, TypedArray>();

  constructor(graph: Graph) {
    this.#params = graph.params.map((p) => ({ name: graph.nameOf(p), type: p.type }));
    this.#results = graph.outputs.map((o) => o.name);
    this.#states = statesOf(graph);
    ({ inputs: this.inputs, outputs: this.outputs } = interfaceOf(graph));
    this.reset();
  }

  /** Puts every state back to its start. */
  reset(): void {
    for (const { param, start } of this.#states) {
      const { type } = this.#params.find((p) => p.name === param)!;
      const data = allocate(type.storage, sizeOf(type.shape));
      if (data instanceof BigInt64Array) data.fill(BigInt(start));
      else data.fill(start);
      this.#values.set(param, data);
    }
  }

  /** The values of all parameters for a run, given those of `inputs`. */
  before(inputs: readonly TypedArray[]): TypedArray[] {
    const given = [...inputs];
    return this.#params.map((p) => this.#values.get(p.name) ?? given.shift()!);
  }

  /** Keeps the states among all outputs of a run, and returns the others. */
  after(results: readonly TypedArray[]): TypedArray[] {
    const next = new Map(this.#states.map((s) => [s.output, s.param]));
    return this.#results.flatMap((name, i) => {
      const param = next.get(name);
      if (param !== undefined) this.#values.set(param, results[i]);
      return param === undefined ? [results[i]] : [];
    });
  }
}
