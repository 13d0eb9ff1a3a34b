/** The values of a subgraph while it is converted: a node for each tensor that has been made, and the variables. */
import { ModelError } from "../../errors.ts";
import { make, type Node } from "../../ir/graph.ts";
import { makeConst, makeParam } from "../../ir/ops/source.ts";
import { where } from "../../ir/ops/where.ts";
import { allocate, sizeOf, type TensorType, type TypedArray } from "../../ir/type.ts";
import { foldConstant, stepsOf } from "../fold.ts";
import { constantData, declaredType, maxElements, shortName, type Tensor } from "./tensors.ts";

/** A variable of the model: its parameter and value once it has been read, its latest value, and where it starts. */
interface Variable {
  param: Node | undefined;
  /** What it holds when the program is run: the parameter, or in the first run its initial elements. */
  value: Node | undefined;
  latest: Node | undefined;
  start: number;
  /** Set where the elements that it starts with are not all the same. */
  initial: TypedArray | undefined;
}

/** The name of the state that says whether the program has run before. */
const started = "started";

/** The values of a subgraph as they come into being: one node for each tensor that has been defined. */
export class Values {
  readonly tensors: readonly Tensor[];
  readonly #nodes = new Map<number, Node>();
  readonly #folded = new Map<Node, TypedArray | undefined>();
  /** Steps that may still be taken to work out shapes. */
  #foldable = 2 ** 23;

  /** Variables by name, and the names that handles stand for. */
  readonly variables = new Map<string, Variable>();
  readonly handles = new Map<number, string>();

  constructor(tensors: readonly Tensor[]) {
    this.tensors = tensors;
  }

  variable(name: string): Variable {
    let v = this.variables.get(name);
    if (!v) {
      v = { param: undefined, value: undefined, latest: undefined, start: 0, initial: undefined };
      this.variables.set(name, v);
    }
    return v;
  }

  /** A variable's value here: its latest, or what it holds when the program is run. */
  readVariable(name: string, type: TensorType): Node {
    const v = this.variable(name);
    if (v.latest || v.value) return v.latest ?? v.value!;
    v.param = makeParam(name, type, name);
    v.value = v.initial ? this.#orInitial(v.param, v.initial) : v.param;
    return v.value;
  }

  /** A variable's parameter, or in the first run the elements that it starts with. */
  #orInitial(x: Node, initial: TypedArray): Node {
    if (initial.length !== sizeOf(x.type.shape) || initial.constructor !== allocate(x.type.storage, 0).constructor) {
      throw new ModelError(x.name, `wants initial values of ${x.type.storage}[${x.type.shape}], found others`);
    }
    const run = this.variable(started);
    run.param ??= makeParam(started, { storage: "bool", shape: [] });
    run.value ??= run.param;
    run.latest ??= makeConst(`${started}/yes`, { storage: "bool", shape: [] }, Uint8Array.of(1));
    const first = makeConst(`${x.name}/initial`, x.type, initial);
    return make(where, { condition: run.param, x, y: first }, {}, { name: `${x.name}/value` });
  }

  tensor(index: number, where: string): Tensor {
    const t = this.tensors[index];
    if (!t) throw new ModelError(where, `wants a tensor below ${this.tensors.length}, found ${index}`);
    return t;
  }

  /** The node of a tensor: a graph input, an earlier operator's result, or a constant. */
  node(index: number, where: string): Node {
    const t = this.tensor(index, where);
    let node = this.#nodes.get(index);
    if (!node) {
      if (t.bytes || sizeOf(t.shape) === 0)
        node = makeConst(shortName(t.name), declaredType(t), t.bytes ? constantData(t) : empty(t), t.name);
      else throw new ModelError(where, `reads ${t.where} before anything has made it`);
      this.#nodes.set(index, node);
    }
    return node;
  }

  define(index: number, node: Node, where: string): void {
    const t = this.tensor(index, where);
    if (this.#nodes.has(index) || t.bytes) throw new ModelError(where, `makes ${t.where}, which already has a value`);
    this.#nodes.set(index, node);
  }

  /** A graph input; `shape` is what its open dimensions are to be. */
  addParam(index: number, name: string, shape?: readonly number[]): Node {
    const t = this.tensor(index, "the graph's inputs");
    if (t.obstacle) throw new ModelError(t.where, t.obstacle);
    const type = declaredType(t);
    const fits = shape?.length === t.shape.length && shape.every((d, i) => d === t.shape[i] || t.open[i]);
    if (shape && !fits) {
      const dims = t.shape.map((d, i) => (t.open[i] ? "any" : d));
      throw new ModelError(`input ${name}`, `wants a shape of [${dims}], found [${shape}]`);
    }
    if (shape && sizeOf(shape) > maxElements)
      throw new ModelError(`input ${name}`, `wants at most ${maxElements} elements, found [${shape}]`);
    const node = makeParam(name, shape ? { ...type, shape } : type, t.name);
    this.define(index, node, "the graph's inputs");
    return node;
  }

  /** The value of a node that depends on constants only, such as a computed shape; undefined if it depends on more. */
  fold(node: Node): TypedArray | undefined {
    return foldConstant(node, this.#folded, (n) => {
      if (sizeOf(n.type.shape) > 4096 || stepsOf(n) > this.#foldable) return false;
      this.#foldable -= stepsOf(n);
      return true;
    });
  }
}

const empty = (t: Tensor): TypedArray => constantData({ ...t, bytes: new Uint8Array(0) });
