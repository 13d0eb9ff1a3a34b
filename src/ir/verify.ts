/**
 * Whether a graph is legal. Checked of every node: the operands that the op wants are there with storages it takes; the
 * result type is the one that the op infers; the quantizer is sound ([type.*] below); the op's own numbered constraints
 * hold. Of the graph: names of parameters and outputs are distinct.
 */
import { type Graph, inferType, type Node, operandsOf, typesOf } from "./graph.ts";
import type { Constraint, Slots } from "./op.ts";
import { param } from "./ops/source.ts";
import { printType } from "./print.ts";
import { type Quant, sameType, storages, type TensorType } from "./type.ts";

/** One broken rule: where, which (`op.constraint`), and what was wanted. */
export interface VerifyError {
  readonly node: string;
  readonly id: string;
  readonly message: string;
}

/**
 * All broken rules of a graph, in order; empty if it is legal. `remember` keeps in mind which nodes are, for graphs that share
 * most of theirs with the next one to be verified.
 */
export function verify(graph: Graph, remember = true): VerifyError[] {
  if (legalGraphs.has(graph)) return [];
  const errors: VerifyError[] = [];
  const params = new Set(graph.params);
  for (const node of graph.nodes) {
    if (legal.has(node) && node.op !== param) continue;
    const add = (id: string, message: string) => errors.push({ node: graph.nameOf(node), id, message });
    if (node.op === param && !params.has(node)) add("param.listed", "wants every parameter in the function's head");
    if (legal.has(node)) continue;
    const known = errors.length;
    if (node.type.quant) checkQuant(node.type, node.type.quant, (id, message) => add(`type.${id}`, message));
    const slots = node.op.operands as Slots;
    const before = errors.length;
    for (const key in slots) checkSlot(node, key, slots[key], add);
    if (errors.length > before) continue;
    checkNode(node, add);
    if (remember && errors.length === known) legal.add(node);
  }
  const seen = new Set<string>();
  for (const { name } of graph.outputs) {
    if (seen.has(name)) errors.push({ node: name, id: "graph.outputs", message: "wants distinct output names" });
    seen.add(name);
  }
  if (errors.length === 0) legalGraphs.add(graph);
  return errors;
}

/** Nodes that broke no rule. They and their operands never change, and a pass leaves most of them in the graph. */
const legal = new WeakSet<Node>();

/** Graphs that broke no rule, which importers verify and compiling does again. */
const legalGraphs = new WeakSet<Graph>();

/** The graph itself if it is legal. Throws VerifyFailure with all that is wrong. */
export function verified(graph: Graph, after?: string): Graph {
  const errors = verify(graph, after !== undefined);
  if (errors.length) throw new VerifyFailure(errors, after);
  return graph;
}

/** A graph that breaks rules; `errors` lists all of them. */
export class VerifyFailure extends Error {
  readonly errors: readonly VerifyError[];
  constructor(errors: readonly VerifyError[], after?: string) {
    const lines = errors.slice(0, 10).map((e) => `%${e.node} [${e.id}] ${e.message}`);
    super(`${after ? `after ${after}: ` : ""}${lines.join("\n")}`);
    this.name = "VerifyFailure";
    this.errors = errors;
  }
}

type Add = (id: string, message: string) => void;

const none: readonly [] = [];

function checkSlot(node: Node, key: string, slot: Slots[string], add: Add): void {
  const operand = node.in[key];
  if (operand === undefined) {
    if (!slot.optional) add(`${node.op.name}.operands`, `wants the operand ${key}`);
    return;
  }
  if (Array.isArray(operand) !== (slot.list === true)) {
    add(`${node.op.name}.operands`, `wants ${key} as ${slot.list ? "a list" : "one tensor"}`);
    return;
  }
  if (!slot.list) {
    checkStorage(node, key, slot, operand, add);
    return;
  }
  if (operand.length === 0) add(`${node.op.name}.operands`, `wants at least one tensor in ${key}`);
  for (const n of operand) checkStorage(node, key, slot, n, add);
}

function checkStorage({ op }: Node, key: string, { storages }: Slots[string], { type }: Node, add: Add): void {
  if (storages.includes(type.storage)) return;
  add(`${op.name}.storage`, `wants ${key} in ${storages.join(" or ")}, found ${type.storage}`);
}

function checkNode(node: Node, add: Add): void {
  const types = typesOf(node.op, node.in);
  if (node.op.kind !== "source" || operandsOf(node).length) {
    let inferred: TensorType;
    try {
      inferred = inferType(node.op, types, node.attrs, node.type);
    } catch (error) {
      add(`${node.op.name}.shape`, (error as Error).message);
      return;
    }
    if (!sameType(inferred, node.type)) {
      add(`${node.op.name}.type`, `wants ${printType(inferred)}, found ${printType(node.type)}`);
      return;
    }
  }
  for (const c of (node.op.verify ?? none) as readonly Constraint<any, any>[]) {
    if (!c.holds(types, node.attrs, node.type)) add(`${node.op.name}.${c.id}`, `wants ${c.says}`);
  }
}

function checkQuant(type: TensorType, quant: Quant, complain: Add): void {
  if (type.storage === "f32" || type.storage === "bool") {
    complain("float", `wants no quantizer on ${type.storage}`);
    return;
  }
  checkScales(quant, complain);
  const { min, max } = storages[type.storage];
  if (quant.kind === "tensor" && !inRange(quant.zero, min, max)) {
    complain("zero", `wants a zero point in [${min}, ${max}], found ${quant.zero}`);
  }
  const axis =
    quant.kind === "axis" ? quant : quant.kind === "product" && quant.b.kind === "axis" ? quant.b : undefined;
  if (!axis) return;
  const { zeros } = axis.channels;
  for (let c = 0; c < zeros.length && quant.kind === "axis"; c++) {
    if (inRange(zeros[c], min, max)) continue;
    complain("zero", `wants zero points in [${min}, ${max}], found ${zeros[c]}`);
    break;
  }
  const count = type.shape[axis.axis];
  if (count === undefined) complain("axis", `wants an axis below ${type.shape.length}, found ${axis.axis}`);
  else if (count !== axis.channels.scales.length) {
    complain("channels", `wants ${count} scales along axis ${axis.axis}, found ${axis.channels.scales.length}`);
  }
}

const inRange = (v: number, min: number, max: number) => Number.isInteger(v) && v >= min && v <= max;

/** Lists of scales without a bad one: weights, biases and sums of a layer share theirs. */
const goodScales = new WeakSet<readonly number[]>();

function checkScales(quant: Quant, complain: Add): void {
  const bad = badScale(quant);
  if (bad !== undefined) complain("scale", `wants finite scales above 0, found ${bad}`);
}

function badScale(quant: Quant): number | undefined {
  if (quant.kind === "tensor") return isBad(quant.scale) ? quant.scale : undefined;
  if (quant.kind === "product") {
    if (isBad(quant.a)) return quant.a;
    if (quant.b.kind === "axis") return badScale(quant.b);
    return isBad(quant.b.scale) ? quant.b.scale : undefined;
  }
  const { scales } = quant.channels;
  if (goodScales.has(scales)) return undefined;
  for (let i = 0; i < scales.length; i++) if (isBad(scales[i])) return scales[i];
  goodScales.add(scales);
  return undefined;
}

const isBad = (s: number): boolean => !(s > 0) || !Number.isFinite(s);
