/** Back ends as the tools drive them: whole runs, and runs that show the value of every step. */
import { hostTarget } from "../codegen/build.ts";
import { serializeNative } from "../codegen/native/serialize.ts";
import type { Plan } from "../codegen/plan.ts";
import type { WasmTarget } from "../codegen/wasm/kernel.ts";
import { Graph, type Node, operandsOf, replaceOperands } from "../ir/graph.ts";
import { evaluate, interpret } from "../ir/interpret.ts";
import { constantOf, makeParam } from "../ir/ops/source.ts";
import { allocate, sizeOf, type TypedArray } from "../ir/type.ts";
import { nativeAddon } from "../native-program.ts";
import { differenceOf } from "./difference.ts";
import { WasmSteps } from "./wasm-steps.ts";

/** A step's value as a back end made it. */
export interface StepValue {
  readonly node: Node;
  readonly kernel: string;
  readonly data: TypedArray;
  /** An operand that was not what the step that made it had left: something wrote over it meanwhile. */
  readonly damaged?: Node;
}

/** A back end that runs lowered graphs. */
export interface Backend {
  readonly name: string;
  /** The instructions that it uses, if it can say. */
  readonly level?: string;
  run(graph: Graph, inputs: readonly TypedArray[]): Promise<TypedArray[]>;
  /** The steps in order. `wanted` gives each node's right value. */
  steps(graph: Graph, inputs: readonly TypedArray[], wanted: (node: Node) => TypedArray): Promise<StepValue[]>;
  /** The same with the right values as the operands of every step. */
  isolatedSteps(graph: Graph, inputs: readonly TypedArray[], wanted: (node: Node) => TypedArray): Promise<StepValue[]>;
}

/** The ops' reference meaning. Its steps are the nodes. */
export const interpreterBackend: Backend = {
  name: "interpreter",
  run: async (graph, inputs) => interpret(graph, inputs),
  async steps(graph, inputs) {
    const values: StepValue[] = [];
    interpret(graph, inputs, { observe: (node, data) => values.push({ node, kernel: node.op.name, data }) });
    return values.filter(({ node }) => node.op.kind !== "source");
  },
  async isolatedSteps(graph, _, wanted) {
    const computed = graph.nodes.filter(({ op }) => op.kind !== "source");
    return computed.map((node) => ({ node, kernel: node.op.name, data: evaluate(node, wanted) }));
  },
};

/** WebAssembly. `alter` changes each plan before it becomes a module; tests plant faults in kernels with it. */
export function wasmBackend(target: WasmTarget = hostTarget(), alter?: (plan: Plan) => Plan): Backend {
  return {
    name: "wasm",
    level: target.level,
    async run(graph, inputs) {
      const steps = await WasmSteps.of(graph, target, alter);
      steps.start(inputs);
      for (const i of steps.plan.steps.keys()) steps.step(i);
      return graph.outputs.map(({ node }, i) => steps.read(steps.plan.outputs[i], node.type));
    },
    async steps(graph, inputs, wanted) {
      const steps = await WasmSteps.of(graph, target, alter);
      steps.start(inputs);
      return steps.plan.steps.map(({ node, kernel, reads, result }, i) => {
        const operands = operandsOf(node).filter((n) => !constantOf(n));
        const damaged = operands.find((n, k) => differenceOf(wanted(n), steps.read(reads[k], n.type)));
        steps.step(i);
        const data = steps.read(result, node.type);
        return { node, kernel: kernel.name, data, ...(damaged ? { damaged } : {}) };
      });
    },
    async isolatedSteps(graph, inputs, wanted) {
      const steps = await WasmSteps.of(graph, target, alter);
      steps.start(inputs);
      return steps.plan.steps.map(({ node, kernel, reads, result }, i) => {
        const operands = operandsOf(node).filter((n) => !constantOf(n));
        for (const [k, n] of operands.entries()) steps.write(reads[k], wanted(n));
        steps.step(i);
        return { node, kernel: kernel.name, data: steps.read(result, node.type) };
      });
    },
  };
}

/**
 * The native back end. `alter` changes each graph before it becomes a program; tests plant faults with it. Throws ArgumentError
 * with the reason if there is none.
 */
export async function nativeBackend(isa?: string, alter: (graph: Graph) => Graph = (g) => g): Promise<Backend> {
  const addon = await nativeAddon();
  const level = isa ?? (process.env.QJIT_ISA || addon.levels[addon.levels.length - 1]);
  const run = (graph: Graph, inputs: readonly TypedArray[]) => {
    const program = new addon.NativeProgram(serializeNative(alter(graph)).bytes, level);
    try {
      const outputs = graph.outputs.map(({ node }) => allocate(node.type.storage, sizeOf(node.type.shape)));
      program.runSync(inputs, outputs);
      return { outputs, kernels: program.kernels };
    } finally {
      program.dispose();
    }
  };
  return {
    name: "native",
    level,
    run: async (graph, inputs) => run(graph, inputs).outputs,
    async steps(graph, inputs) {
      // The addon shows outputs only, so every value becomes one.
      const { kernels } = run(graph, inputs);
      const names = new Set(serializeNative(graph).steps);
      const nodes = graph.nodes.filter((n) => names.has(graph.nameOf(n)));
      const open = new Graph(
        graph.name,
        graph.params,
        nodes.map((node) => ({ name: graph.nameOf(node), node })),
        graph.meta,
      );
      const { outputs } = run(open, inputs);
      return nodes.map((node, i) => ({ node, kernel: kernels[i], data: outputs[i] }));
    },
    async isolatedSteps(graph, _, wanted) {
      const names = new Set(serializeNative(graph).steps);
      return graph.nodes
        .filter((n) => names.has(graph.nameOf(n)))
        .map((node) => {
          const { alone, operands } = isolate(graph, node);
          const { outputs, kernels } = run(alone, operands.map(wanted));
          return { node, kernel: kernels[0], data: outputs[0] };
        });
    },
  };
}

/** A graph of one node whose operands, constants apart, are parameters. */
function isolate(graph: Graph, node: Node): { alone: Graph; operands: Node[] } {
  const operands = [...new Set(operandsOf(node).filter((n) => !constantOf(n)))];
  const params = new Map(operands.map((n) => [n, makeParam(graph.nameOf(n), n.type)]));
  const only = replaceOperands(node, (n) => params.get(n) ?? n);
  const alone = new Graph(graph.name, [...params.values()], [{ name: graph.nameOf(node), node: only }], graph.meta);
  return { alone, operands };
}
