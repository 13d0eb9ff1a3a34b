/**
 * Graphs. A node is its value: it has one result. Nodes and graphs are immutable; a pass is `Graph -> Graph`. What no
 * output reaches is not part of the graph, so dead code needs no pass of its own.
 */
import { type Attrs, type AttrValues, completeAttrs, type OpDef, type PerOperand, type Slots } from "./op.ts";
import { perTensor, productOf, type Quant, type Storage, sameType, type TensorType } from "./type.ts";

/** A use of an op: operands by slot name (a node, a list of nodes, or absent), complete attributes, result type. */
export interface Node<O extends Slots = any, A extends Attrs = any> {
  readonly op: OpDef<O, A>;
  readonly in: PerOperand<O, Node>;
  readonly attrs: AttrValues<A>;
  readonly type: TensorType;
  /** What the node is called in text; the graph makes it unique. */
  readonly name: string;
  /** Where the user wrote it: `file:line:column`, or the source model's layer. Not part of the text. */
  readonly source?: string;
}

/** What a caller states about a result whose storage or quantizer the op leaves free. */
export interface ResultHint {
  readonly storage?: Storage;
  readonly quant?: Quant;
}

/** Optional facts of a new node. */
export interface MakeOptions extends ResultHint {
  readonly name?: string;
  readonly source?: string;
}

/** Makes a node; its type is inferred. Throws Error saying what the op wanted. */
export function make<O extends Slots, A extends Attrs>(
  op: OpDef<O, A>,
  operands: { [K in keyof PerOperand<O, Node>]?: PerOperand<O, Node>[K] },
  attrs: Partial<AttrValues<A>> = {},
  options: MakeOptions = {},
): Node<O, A> {
  const complete = completeAttrs(op, attrs as Record<string, unknown>) as AttrValues<A>;
  const type = inferType(op, typesOf(op, operands as PerOperand<O, Node>), complete, options);
  return {
    op,
    in: operands as PerOperand<O, Node>,
    attrs: complete,
    type,
    name: options.name ?? op.name.replace("k.", ""),
    ...(options.source ? { source: options.source } : {}),
  };
}

/** The same node with other operands (and a type inferred anew), keeping a stated storage and quantizer. */
export function withOperands(node: Node, operands: Record<string, any>): Node {
  const type = inferType(node.op, typesOf(node.op, operands), node.attrs, node.type);
  return { ...node, in: operands, type };
}

/** Operand types by slot. */
export function typesOf(op: OpDef, operands: Record<string, any>): any {
  const types: Record<string, unknown> = {};
  const slots = op.operands as Slots;
  for (const key in slots) {
    const slot = slots[key];
    const operand = operands[key];
    if (operand === undefined) {
      if (!slot.optional) throw new Error(`${op.name} wants the operand ${key}`);
      types[key] = undefined;
    } else {
      types[key] = slot.list ? operand.map((n: Node) => n.type) : operand.type;
    }
  }
  return types;
}

/** The result type of an op, from its rules and, where those leave it free, from the hint. */
export function inferType(op: OpDef, operands: any, attrs: any, hint: ResultHint): TensorType {
  const first = (key: string): TensorType => {
    const t = operands[key];
    return Array.isArray(t) ? t[0] : t;
  };
  const storage: Storage | undefined =
    op.storage === "free"
      ? hint.storage
      : typeof op.storage === "string"
        ? op.storage
        : typeof op.storage === "function"
          ? op.storage(operands, attrs)
          : first(op.storage.sameAs).storage;
  if (!storage) throw new Error(`${op.name} wants the result's storage to be stated`);
  const shape = op.shape(operands, attrs);
  let quant: Quant | undefined;
  if (op.quant === "free") quant = hint.quant;
  else if (op.quant !== "none") {
    if ("sameAs" in op.quant) quant = first(op.quant.sameAs).quant;
    else if ("scaleOf" in op.quant) {
      const of = first(op.quant.scaleOf).quant;
      quant = of?.kind === "tensor" ? perTensor(of.scale) : undefined;
    } else {
      const [a, b] = op.quant.product.map((key: string) => first(key).quant);
      quant = a && b ? productOf(a, b, shape.length - 1) : undefined;
    }
  }
  return quant ? { storage, shape, quant } : { storage, shape };
}

/** The operand nodes of a node in slot order, lists flattened, absent ones left out. */
export function operandsOf(node: Node): Node[] {
  const result: Node[] = [];
  for (const key in node.op.operands) {
    const operand = node.in[key];
    if (operand === undefined) continue;
    if (Array.isArray(operand)) result.push(...operand);
    else result.push(operand);
  }
  return result;
}

/** A named result of a graph. */
export interface Output {
  readonly name: string;
  readonly node: Node;
}

/** An immutable dataflow graph with named parameters and outputs. */
export class Graph {
  readonly name: string;
  readonly params: readonly Node[];
  readonly outputs: readonly Output[];
  /** Facts about the whole: `profile` (the arithmetic's name), `source`, ... Printed with the function. */
  readonly meta: Readonly<Record<string, string>>;
  #nodes: readonly Node[] | undefined;
  #names: Map<Node, string> | undefined;
  #uses: ReadonlyMap<Node, number> | undefined;

  constructor(
    name: string,
    params: readonly Node[],
    outputs: readonly Output[],
    meta: Readonly<Record<string, string>> = {},
  ) {
    this.name = name;
    this.params = params;
    this.outputs = outputs;
    this.meta = meta;
  }

  /** Every node, operands before users: the parameters first, then what the outputs reach. */
  get nodes(): readonly Node[] {
    this.#nodes ??= sortNodes(
      this.params,
      this.outputs.map((o) => o.node),
    );
    return this.#nodes;
  }

  /** The text name of a node: its own, with a number appended where several nodes share it. */
  nameOf(node: Node): string {
    this.#names ??= uniqueNames(this.nodes, (n) => n.name);
    const name = this.#names.get(node);
    if (name === undefined) throw new Error(`${node.name} is not a node of ${this.name}`);
    return name;
  }

  /** How many operand slots and outputs read each node, for every node. */
  get uses(): ReadonlyMap<Node, number> {
    if (!this.#uses) {
      const uses = new Map<Node, number>();
      const count = (n: Node) => uses.set(n, (uses.get(n) ?? 0) + 1);
      const { nodes } = this;
      for (let i = 0; i < nodes.length; i++) {
        if (!uses.has(nodes[i])) uses.set(nodes[i], 0);
        operandsOf(nodes[i]).forEach(count);
      }
      for (const o of this.outputs) count(o.node);
      this.#uses = uses;
    }
    return this.#uses;
  }

  /** How many operand slots and outputs read a node. */
  usesOf(node: Node): number {
    return this.uses.get(node) ?? 0;
  }

  /** The graph with each node passed through `change` (operands already changed), sharing what stays the same. */
  map(change: (node: Node, original: Node) => Node): Graph {
    const done = new Map<Node, Node>();
    for (const node of this.nodes)
      done.set(
        node,
        change(
          replaceOperands(node, (n) => done.get(n)!),
          node,
        ),
      );
    const get = (n: Node) => done.get(n)!;
    return new Graph(
      this.name,
      this.params.map(get),
      this.outputs.map((o) => ({ ...o, node: get(o.node) })),
      this.meta,
    );
  }

  /** The graph with one node replaced everywhere. Parameters cannot be replaced. */
  replace(from: Node, to: Node): Graph {
    return this.map((node, original) => (original === from ? to : node));
  }
}

/** The node with each operand looked up; the node itself if none changes. */
export function replaceOperands(node: Node, get: (n: Node) => Node): Node {
  let changed = false;
  const look = (n: Node) => {
    const m = get(n);
    if (m !== n) changed = true;
    return m;
  };
  const operands: Record<string, unknown> = {};
  for (const key in node.op.operands) {
    const operand = node.in[key];
    operands[key] = operand === undefined ? undefined : Array.isArray(operand) ? operand.map(look) : look(operand);
  }
  if (!changed) return node;
  const kept = Object.keys(operands).every((key) => {
    const a = node.in[key];
    const b = operands[key] as any;
    if (a === b) return true;
    if (a === undefined || b === undefined) return false;
    return Array.isArray(a) ? a.every((n, i) => sameType(n.type, b[i].type)) : sameType(a.type, b.type);
  });
  return kept ? { ...node, in: operands } : withOperands(node, operands);
}

function sortNodes(params: readonly Node[], roots: readonly Node[]): Node[] {
  const order: Node[] = [...params];
  const seen = new Set<Node>(params);
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    const stack: { node: Node; next: number; operands: Node[] }[] = [
      { node: root, next: 0, operands: operandsOf(root) },
    ];
    while (stack.length) {
      const top = stack[stack.length - 1];
      if (top.next < top.operands.length) {
        const operand = top.operands[top.next++];
        if (!seen.has(operand)) {
          seen.add(operand);
          stack.push({ node: operand, next: 0, operands: operandsOf(operand) });
        }
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** Unique names in order of appearance: a repeated one gets `.2`, `.3`, ... */
export function uniqueNames<K>(items: Iterable<K>, nameOf: (item: K) => string): Map<K, string> {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  const names = new Map<K, string>();
  for (const item of items) {
    if (names.has(item)) continue;
    const base = nameOf(item);
    let name = base;
    let i = next.get(base) ?? 2;
    while (taken.has(name)) name = `${base}.${i++}`;
    next.set(base, i);
    taken.add(name);
    names.set(item, name);
  }
  return names;
}
