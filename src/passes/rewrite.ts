/**
 * The rewrite driver. A rule is a name, a root and plain code with early returns; the driver goes over the graph, operands
 * before users, and applies rules at each node until none of them has anything to say. README.md has the rules for rules.
 */
import {
  Graph,
  inferType,
  type MakeOptions,
  make,
  type Node,
  operandsOf,
  replaceOperands,
  typesOf,
} from "../ir/graph.ts";
import { type Attrs, type AttrValues, completeAttrs, type OpDef, type PerOperand, type Slots } from "../ir/op.ts";
import { printType } from "../ir/print.ts";
import { sameType } from "../ir/type.ts";

/** One applied rule: printed as `rule at %at`. */
export interface Applied {
  readonly rule: string;
  /** Text name of the rewritten value, in the graph as it was when the driver's sweep began. */
  readonly at: string;
  /** The rewrite's number, from 1: what fuel stops after it. Those of required passes take no fuel and have none. */
  readonly number?: number;
}

/** What the passes of one run share: how many rewrites are left, and what has been applied. */
export class PassContext {
  /** Rewrites that may still be applied; Infinity unless the user gives fuel. */
  fuel: number;
  /** The same for the passes that take no fuel; only the search for a faulty rule limits it. */
  requiredFuel: number;
  /** Rewrites that took fuel; undefined where they do not count. */
  spent: number | undefined = 0;
  readonly applied: Applied[] = [];

  constructor(fuel = Number.POSITIVE_INFINITY, requiredFuel = Number.POSITIVE_INFINITY) {
    this.fuel = fuel;
    this.requiredFuel = requiredFuel;
  }
}

/** What a rule may ask and make while it looks at one node. */
export interface Rewriter {
  /** The graph as it was when this sweep began; the node at hand may be newer. */
  readonly graph: Graph;
  /** How many operand slots and outputs read a node now. */
  usesOf(node: Node): number;
  /** Position of a node: greater than the positions of all that it depends on. */
  positionOf(node: Node): number;
  /** The node if it is a use of `op`, whatever else reads it. */
  match<O extends Slots, A extends Attrs>(node: Node | undefined, op: OpDef<O, A>): Node<O, A> | undefined;
  /** The node if it is a use of `op` and nothing but the node at hand reads it, so that it disappears with the rewrite. */
  absorb<O extends Slots, A extends Attrs>(node: Node | undefined, op: OpDef<O, A>): Node<O, A> | undefined;
  /** A new node, called like the node at hand unless the options say otherwise. */
  make<O extends Slots, A extends Attrs>(
    op: OpDef<O, A>,
    operands: { [K in keyof PerOperand<O, Node>]?: PerOperand<O, Node>[K] },
    attrs?: Partial<AttrValues<A>>,
    options?: MakeOptions,
  ): Node<O, A>;
  /** The same op under the same name with some operands and attributes changed; a stated storage and quantizer stay. */
  change(node: Node, changes: { in?: Record<string, unknown>; attrs?: Record<string, unknown>; name?: string }): Node;
}

/** A rewrite: at a node of the root op, another node of the same type and the same value, or undefined. */
export interface Rule {
  readonly name: string;
  readonly matches: (op: OpDef) => boolean;
  readonly apply: (node: Node, b: Rewriter) => Node | undefined;
}

/** Declares a rule. The root is one op, several, or a question about an op (`kind`, `quant`), never a hidden list. */
export function rule<O extends Slots, A extends Attrs>(
  name: string,
  root: OpDef<O, A> | readonly OpDef[] | ((op: OpDef) => boolean),
  apply: (node: Node<O, A>, b: Rewriter) => Node | undefined,
): Rule {
  const matches =
    typeof root === "function"
      ? root
      : Array.isArray(root)
        ? (op: OpDef) => root.includes(op)
        : (op: OpDef) => op === root;
  return { name, matches, apply };
}

/** Rewrites per node of the graph after which a set of rules is taken to undo itself for ever. */
const rewritesPerNode = 64;

/** Applies rules until none of them changes anything or the fuel is spent. Returns the graph itself if nothing applied. */
export function rewrite(graph: Graph, rules: readonly Rule[], context: PassContext): Graph {
  const byOp = new Map<OpDef, readonly Rule[]>();
  const rulesOf = (op: OpDef) => {
    let found = byOp.get(op);
    if (!found) byOp.set(op, (found = rules.filter((r) => r.matches(op))));
    return found;
  };
  const limit = context.applied.length + rewritesPerNode * (graph.nodes.length + 16);
  for (;;) {
    const next = new Sweep(graph, rulesOf, context, limit).run();
    if (next === graph) return graph;
    graph = next;
  }
}

/**
 * One pass over the graph. Nodes are immutable, so a rewrite makes its users anew as they are reached; meanwhile `#uses`
 * counts the readers of every live node of the graph as it would be if all of them had been made anew already.
 *
 * Most sweeps change little or nothing, and a compilation makes dozens of them before the engine has compiled any of this:
 * what only rewrites need (own counts of readers, positions, what became of nodes) is made when the first one asks for it.
 */
class Sweep implements Rewriter {
  readonly graph: Graph;
  readonly #rulesOf: (op: OpDef) => readonly Rule[];
  readonly #context: PassContext;
  readonly #limit: number;
  /** Undefined until something changes: the graph's own counts hold. */
  #uses: Map<Node, number> | undefined;
  /** Nodes in an order in which operands come before users, as far as the sweep has come; and their places in it. */
  readonly #order: Node[] = [];
  readonly #position = new Map<Node, number>();
  /** What nodes of the old graph became, those that changed. */
  readonly #became = new Map<Node, Node>();
  #at!: Node;

  constructor(graph: Graph, rulesOf: (op: OpDef) => readonly Rule[], context: PassContext, limit: number) {
    this.graph = graph;
    this.#rulesOf = rulesOf;
    this.#context = context;
    this.#limit = limit;
  }

  run(): Graph {
    const { graph } = this;
    const before = this.#context.applied.length;
    const current = (n: Node) => this.#became.get(n) ?? n;
    const { nodes } = graph;
    for (let i = 0; i < nodes.length; i++) {
      const original = nodes[i];
      let node = original;
      if (this.#became.size > 0) {
        node = replaceOperands(original, current);
        if (node !== original) this.#move(original, node);
      }
      this.#order.push(node);
      const rules = this.#rulesOf(node.op);
      if (rules.length > 0) node = this.#settle(node, original, rules);
      if (node !== original) this.#became.set(original, node);
    }
    if (this.#context.applied.length === before) return graph;
    return new Graph(
      graph.name,
      graph.params,
      graph.outputs.map((o) => ({ ...o, node: current(o.node) })),
      graph.meta,
    );
  }

  /** Applies rules at one place until none fires. */
  #settle(node: Node, original: Node, first: readonly Rule[]): Node {
    let rules = first;
    for (let i = 0; i < rules.length; i++) {
      if (this.#context.fuel <= 0) return node;
      this.#at = node;
      const to = rules[i].apply(node, this);
      if (!to || to === node) continue;
      this.#record(rules[i], node, to, original);
      this.#replace(node, to);
      node = to;
      rules = this.#rulesOf(node.op);
      i = -1;
    }
    return node;
  }

  #record(rule: Rule, from: Node, to: Node, original: Node): void {
    const { graph } = this;
    if (!sameType(from.type, to.type)) {
      const at = graph.nameOf(original);
      throw new Error(`${rule.name} at %${at} makes ${printType(to.type)} of ${printType(from.type)}`);
    }
    this.#context.fuel--;
    const { spent } = this.#context;
    if (spent !== undefined) this.#context.spent = spent + 1;
    this.#context.applied.push({
      rule: rule.name,
      // Names are found for readers of the log; compiling has none.
      get at() {
        return graph.nameOf(original);
      },
      ...(spent === undefined ? {} : { number: spent + 1 }),
    });
    if (this.#context.applied.length > this.#limit) {
      const last = this.#context.applied.slice(-6).map((a) => `${a.rule} at %${a.at}`);
      throw new Error(`the rules do not settle: ${last.join(", ")}`);
    }
  }

  /** The counts of readers, to be changed. */
  #counts(): Map<Node, number> {
    this.#uses ??= new Map(this.graph.uses);
    return this.#uses;
  }

  /** `to` is `from` with its operands looked up: it takes over both the readers and the reading. */
  #move(from: Node, to: Node): void {
    const uses = this.#counts();
    uses.set(to, uses.get(from)!);
    uses.delete(from);
  }

  /** All readers of `from` now read `to`; what nobody reads any more stops reading its operands. */
  #replace(from: Node, to: Node): void {
    const uses = this.#counts();
    const readers = uses.get(from)!;
    this.#adopt(to);
    uses.set(to, uses.get(to)! + readers);
    this.#drop(from, readers);
  }

  #adopt(node: Node): void {
    const uses = this.#counts();
    if (uses.has(node)) return;
    uses.set(node, 0);
    for (const operand of operandsOf(node)) {
      this.#adopt(operand);
      uses.set(operand, uses.get(operand)! + 1);
    }
    this.#order.push(node);
  }

  #drop(node: Node, readers: number): void {
    const uses = this.#counts();
    const left = uses.get(node)! - readers;
    uses.set(node, left);
    if (left > 0) return;
    uses.delete(node);
    for (const operand of operandsOf(node)) this.#drop(operand, 1);
  }

  usesOf(node: Node): number {
    return (this.#uses ?? this.graph.uses).get(node) ?? 0;
  }

  positionOf(node: Node): number {
    for (let i = this.#position.size; i < this.#order.length; i++) this.#position.set(this.#order[i], i);
    return this.#position.get(node)!;
  }

  match<O extends Slots, A extends Attrs>(node: Node | undefined, op: OpDef<O, A>): Node<O, A> | undefined {
    return node?.op === op ? (node as Node<O, A>) : undefined;
  }

  absorb<O extends Slots, A extends Attrs>(node: Node | undefined, op: OpDef<O, A>): Node<O, A> | undefined {
    return node?.op === op && this.usesOf(node) === 1 ? (node as Node<O, A>) : undefined;
  }

  make<O extends Slots, A extends Attrs>(
    op: OpDef<O, A>,
    operands: { [K in keyof PerOperand<O, Node>]?: PerOperand<O, Node>[K] },
    attrs: Partial<AttrValues<A>> = {},
    options: MakeOptions = {},
  ): Node<O, A> {
    return make(op, operands, attrs, { name: this.#at.name, source: this.#at.source, ...options });
  }

  change(node: Node, changes: { in?: Record<string, unknown>; attrs?: Record<string, unknown>; name?: string }): Node {
    const operands = { ...node.in, ...changes.in };
    const attrs = changes.attrs ? completeAttrs(node.op, { ...node.attrs, ...changes.attrs }) : node.attrs;
    const type = inferType(node.op, typesOf(node.op, operands), attrs, node.type);
    return { ...node, in: operands, attrs, type, name: changes.name ?? node.name };
  }
}
