/** A plan as a WebAssembly module that runs step by step, with its memory open between the steps. */
import { makePlan, type Plan, type Range } from "../codegen/plan.ts";
import type { WasmTarget } from "../codegen/wasm/kernel.ts";
import { emitModule } from "../codegen/wasm/module.ts";
import type { Graph } from "../ir/graph.ts";
import { bytesOf } from "../ir/print.ts";
import { allocate, sizeOf, type TensorType, type TypedArray } from "../ir/type.ts";

/** The steps of a graph on WebAssembly. */
export class WasmSteps {
  readonly plan: Plan;
  readonly #memory: Uint8Array;
  readonly #steps: readonly (() => void)[];

  private constructor(plan: Plan, exports: WebAssembly.Exports) {
    this.plan = plan;
    this.#memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
    this.#steps = plan.steps.map((_, i) => exports[`step${i}`] as () => void);
  }

  /** Compiles a lowered graph. `alter` stands between planning and emission. Throws ModelError for a node that no kernel computes. */
  static async of(graph: Graph, target: WasmTarget, alter: (plan: Plan) => Plan = (p) => p): Promise<WasmSteps> {
    const plan = alter(makePlan(graph, target));
    const wasm = await emitModule(plan, { steps: true });
    const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(wasm as BufferSource));
    return new WasmSteps(plan, exports);
  }

  /** Writes the inputs. A step may write over one that nothing reads after it, so each run begins with this. */
  start(inputs: readonly TypedArray[]): void {
    for (const [i, p] of this.plan.params.entries()) this.#memory.set(bytesOf(inputs[i]), p.at);
  }

  step(index: number): void {
    this.#steps[index]();
  }

  write({ at }: Pick<Range, "at">, value: TypedArray): void {
    this.#memory.set(bytesOf(value), at);
  }

  /** A copy of the value at an address. */
  read({ at }: Pick<Range, "at">, type: TensorType): TypedArray {
    const value = allocate(type.storage, sizeOf(type.shape));
    bytesOf(value).set(this.#memory.subarray(at, at + value.byteLength));
    return value;
  }
}
