/** A stage as boxes and edges: what is drawn, before anyone knows where. */
import type { DumpNode } from "../document.ts";
import { type Group, groupByKernel, groupByScope, operandNames, typeText } from "../groups.ts";
import { bytesText, countText } from "./dom.ts";
import type { Edge, Item } from "./layout.ts";
import { type Family, familyOf, type Model } from "./model.ts";
import type { View } from "./state.ts";

export type Mark = "added" | "removed" | "changed" | null;

/** A box: a node, or a group, folded or open. */
export interface Box {
  readonly id: string;
  readonly kind: "node" | "group" | "open";
  readonly title: string;
  readonly lines: readonly string[];
  readonly family: Family;
  readonly mark: Mark;
  /** The names of the values in it. */
  readonly names: readonly string[];
  readonly share: { readonly time: number; readonly work: number };
}

export interface Scene {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly items: readonly Item[];
  readonly edges: readonly Edge[];
  /** The box that a value is seen in. */
  readonly boxOf: ReadonlyMap<string, string>;
}

export const nodeId = (name: string) => `node ${name}`;
export const groupId = (key: string) => `group ${key}`;

const nodeHeight = 58;
const flatHeight = 30;

/** Cuts out the middle of a text, since the ends of names tell most. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.ceil((length - 1) * 0.6);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(-tail)}`;
}

/** The scene of a stage. Constants are not drawn: their users' details show them. */
export function makeScene(model: Model, { stage, grouping, folded, ghosts }: View): Scene {
  const { nodes, byName, changes } = model.stage(stage);
  const before = stage > 0 ? model.stage(stage - 1) : undefined;
  const gone = ghosts ? [...changes.removed].map((name) => before!.byName.get(name)!) : [];
  // What was removed is drawn in its place: before the first that read it and is still there.
  const all = gone.length ? merged(nodes, before!.nodes, changes.removed) : nodes;
  const shown = all.filter((n) => n.constant === null);
  const boxes = new Map<string, Box>();
  const boxOf = new Map<string, string>();
  const markOf = (name: string): Mark =>
    changes.added.has(name)
      ? "added"
      : changes.removed.has(name)
        ? "removed"
        : changes.changed.has(name)
          ? "changed"
          : null;

  const shareOf = (names: readonly string[]) => ({
    time: names.reduce((sum, n) => sum + (model.time(n)?.share ?? 0), 0),
    work: names.reduce((sum, n) => sum + model.work(n), 0),
  });
  const nodeItem = (node: DumpNode): Item => {
    const id = nodeId(node.name);
    const type = typeText(node, model.document);
    const [title, ...lines] = node.op === "param" ? [node.name, type] : [node.op, node.name, type];
    const box: Box = {
      id,
      kind: "node",
      title: shorten(title, 30),
      lines: lines.map((l) => shorten(l, 38)),
      family: familyOf(node),
      mark: markOf(node.name),
      names: [node.name],
      share: shareOf([node.name]),
    };
    boxes.set(id, box);
    boxOf.set(node.name, id);
    return { id, w: widthOf(box), h: node.op === "param" ? nodeHeight - 15 : nodeHeight };
  };
  const position = new Map(shown.map((n, i) => [n.name, i]));
  const groupItem = (group: Group): Item => {
    const id = groupId(group.key);
    const inside = all_(group);
    const names = inside.map((n) => n.name);
    const marks = new Set(names.map(markOf));
    const macs = inside.reduce((sum, n) => sum + n.macs, 0);
    const open = !folded.has(id);
    const box: Box = {
      id,
      kind: open ? "open" : "group",
      title: shorten(group.label, 34),
      lines: [
        `${names.length} nodes${macs ? `, ${countText(macs)} MACs` : ""}`,
        shorten(`${bytesText(inside.reduce((sum, n) => sum + n.bytes, 0))} of values`, 34),
      ],
      family: familyOf(inside.find((n) => n.macs > 0) ?? inside[inside.length - 1]),
      mark: marks.size === 1 ? [...marks][0] : [...marks].some(Boolean) ? "changed" : null,
      names,
      share: shareOf(names),
    };
    boxes.set(id, box);
    if (!open) for (const name of names) boxOf.set(name, id);
    const w = open ? 8 * box.title.length + 50 : widthOf(box);
    return open ? { id, w, h: flatHeight, items: itemsOf(group) } : { id, w, h: nodeHeight };
  };
  const itemsOf = (group: Group): Item[] => {
    const parts = [
      ...group.groups.map((g) => ({
        at: Math.min(...all_(g).map((n) => position.get(n.name)!)),
        make: () => groupItem(g),
      })),
      ...group.nodes.map((n) => ({ at: position.get(n.name)!, make: () => nodeItem(n) })),
    ];
    return parts.sort((a, b) => a.at - b.at).map((p) => p.make());
  };
  const root: Group =
    grouping === "scope"
      ? groupByScope(shown)
      : grouping === "kernel"
        ? groupByKernel(model.document, shown)
        : { key: "", label: "", groups: [], nodes: [...shown] };
  const items = itemsOf(root);

  const edges = new Map<string, Edge>();
  for (const node of shown) {
    for (const operand of operandNames(node)) {
      const [from, to] = [boxOf.get(operand), boxOf.get(node.name)];
      if (from && to && from !== to) edges.set(`${from}\u0000${to}`, { from, to });
    }
  }
  // The ways out of what was removed, as they were.
  for (const node of gone) {
    for (const user of before!.users.get(node.name) ?? []) {
      const [from, to] = [boxOf.get(node.name), boxOf.get(user)];
      if (from && to && from !== to && byName.has(user)) edges.set(`${from}\u0000${to}`, { from, to });
    }
  }
  // Outputs are named boxes at the end.
  for (const o of model.document.stages[stage].outputs) {
    const from = boxOf.get(o.value);
    if (from === undefined) continue;
    const id = `output ${o.name}`;
    const box: Box = {
      id,
      kind: "node",
      title: shorten(o.name, 30),
      lines: ["output"],
      family: "input",
      mark: null,
      names: [o.value],
      share: { time: 0, work: 0 },
    };
    boxes.set(id, box);
    (items as Item[]).push({ id, w: widthOf(box), h: nodeHeight - 15 });
    edges.set(`${from}\u0000${id}`, { from, to: id });
  }
  return { boxes, items, edges: [...edges.values()], boxOf };
}

const all_ = (group: Group): DumpNode[] => [...group.nodes, ...group.groups.flatMap(all_)];

function widthOf({ title, lines }: Box): number {
  const characters = Math.max(title.length * 1.12 + 4, ...lines.map((l) => l.length * 0.96));
  return Math.round(Math.min(300, Math.max(110, characters * 6.9 + 26)));
}

/** The nodes of a stage with those that it lost, in an order that has operands before users in both. */
function merged(nodes: readonly DumpNode[], before: readonly DumpNode[], removed: ReadonlySet<string>): DumpNode[] {
  const result: DumpNode[] = [];
  const done = new Set<string>();
  const lost = before.filter((n) => removed.has(n.name));
  const usersOf = new Map<string, string[]>();
  for (const n of before)
    for (const operand of operandNames(n))
      if (removed.has(operand)) usersOf.set(n.name, [...(usersOf.get(n.name) ?? []), operand]);
  const byName = new Map(lost.map((n) => [n.name, n]));
  const bring = (name: string) => {
    for (const operand of usersOf.get(name) ?? []) {
      if (done.has(operand)) continue;
      done.add(operand);
      bring(operand);
      result.push(byName.get(operand)!);
    }
  };
  for (const n of nodes) {
    bring(n.name);
    result.push(n);
  }
  for (const n of lost) {
    if (done.has(n.name)) continue;
    done.add(n.name);
    bring(n.name);
    result.push(n);
  }
  return result;
}
