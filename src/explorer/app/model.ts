/** A document with the questions that a page asks of it, answered once. */
import type { DumpDocument, DumpNode, ProfileInfo, StepInfo } from "../document.ts";
import { type Changes, changesOf, nodesOf, operandNames } from "../groups.ts";

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** A stage: its values by name, who reads whom, and what the pass did. */
export interface StageView {
  readonly nodes: readonly DumpNode[];
  readonly byName: ReadonlyMap<string, DumpNode>;
  readonly users: ReadonlyMap<string, readonly string[]>;
  readonly changes: Changes;
}

/** A change of a value's form over the passes. */
export interface HistoryEntry {
  readonly stage: number;
  readonly what: "added" | "changed" | "removed" | "rule";
  readonly rules: readonly string[];
}

export class Model {
  readonly document: DumpDocument;
  readonly steps: ReadonlyMap<string, StepInfo & { readonly index: number }>;
  readonly #stages = new Map<number, StageView>();
  readonly #work: ReadonlyMap<string, number>;

  constructor(document: DumpDocument) {
    this.document = document;
    this.steps = new Map(document.plan?.steps.map((s, index) => [s.name, { ...s, index }]));
    const last = nodesOf(document, document.stages.length - 1);
    const total = last.reduce((sum, n) => sum + n.macs, 0);
    this.#work = new Map(last.map((n) => [n.name, total ? n.macs / total : 0]));
  }

  get lastStage(): number {
    return this.document.stages.length - 1;
  }

  stage(index: number): StageView {
    let view = this.#stages.get(index);
    if (!view) {
      const nodes = nodesOf(this.document, index);
      const users = new Map<string, string[]>();
      for (const node of nodes)
        for (const operand of operandNames(node)) {
          const list = users.get(operand);
          if (list) list.push(node.name);
          else users.set(operand, [node.name]);
        }
      view = {
        nodes,
        byName: new Map(nodes.map((n) => [n.name, n])),
        users,
        changes: changesOf(this.document, index),
      };
      this.#stages.set(index, view);
    }
    return view;
  }

  /** The value of this name in a stage, or in the latest stage before it that has one. */
  find(name: string, stage: number): { node: DumpNode; stage: number } | undefined {
    for (let s = stage; s >= 0; s--) {
      const node = this.stage(s).byName.get(name);
      if (node) return { node, stage: s };
    }
    for (let s = stage + 1; s <= this.lastStage; s++) {
      const node = this.stage(s).byName.get(name);
      if (node) return { node, stage: s };
    }
    return undefined;
  }

  /** Measured time of a value's step. */
  time(name: string): ProfileInfo["steps"][number] | undefined {
    const step = this.steps.get(name);
    return step && this.document.profile?.steps[step.index];
  }

  /** Part of all multiply-accumulates, from 0 to 1. */
  work(name: string): number {
    return this.#work.get(name) ?? 0;
  }

  /** The largest share of a single step, which heat is relative to. */
  hottest(of: "time" | "work"): number {
    const shares = of === "time" ? (this.document.profile?.steps.map((s) => s.share) ?? []) : [...this.#work.values()];
    return shares.reduce((a, b) => Math.max(a, b), 0) || 1;
  }

  history(name: string): HistoryEntry[] {
    const entries: HistoryEntry[] = [];
    for (const [stage, { rules }] of this.document.stages.entries()) {
      const { added, changed, removed } = this.stage(stage).changes;
      const own = rules.filter((r) => r.at === name).map((r) => r.rule);
      const what = added.has(name) ? "added" : changed.has(name) ? "changed" : removed.has(name) ? "removed" : "rule";
      if (what !== "rule" || own.length) entries.push({ stage, what, rules: own });
    }
    return entries;
  }

  /** The value of the last stage whose kernel does a value's work: itself, or the first downstream that is left. */
  heir(name: string): string | undefined {
    const left = this.stage(this.lastStage).byName;
    if (left.has(name)) return name;
    const found = this.find(name, this.lastStage);
    if (!found) return undefined;
    const seen = new Set([name]);
    for (const next of seen) {
      for (const user of this.stage(found.stage).users.get(next) ?? []) {
        if (left.has(user)) return user;
        seen.add(user);
      }
    }
    return undefined;
  }
}

/** Families of ops, which colours stand for. */
export type Family = "input" | "product" | "reduction" | "elementwise" | "quantize" | "movement" | "constant";

export function familyOf(node: DumpNode): Family {
  if (node.constant !== null) return "constant";
  if (node.kind === "source") return "input";
  if (/quantize$/.test(node.op)) return "quantize";
  if (node.kind === "reduction") return node.macs > 0 ? "product" : "reduction";
  return node.kind;
}
