/** Which nodes belong together: by the scopes in their names, or by the kernel that computes them in the end. */
import type { DumpDocument, DumpNode, Stage } from "./document.ts";

/** A group of nodes or of further groups. The root has the key "". */
export interface Group {
  /** Unique among the groups of one stage. */
  readonly key: string;
  readonly label: string;
  readonly groups: Group[];
  readonly nodes: DumpNode[];
}

/** The nodes of a stage; of one that changed nothing, those of the stage before it. */
export function nodesOf(document: DumpDocument, stage: number): DumpNode[] {
  let s = stage;
  while (document.stages[s].nodes === null) s--;
  return document.stages[s].nodes!.map((i) => document.nodes[i]);
}

/** The operands of a node, slots in order, lists flattened. */
export function operandNames(node: DumpNode): string[] {
  return Object.values(node.operands).flatMap((o) => (o === null ? [] : (o as string | readonly string[])));
}

/** The scopes in a name, outermost first: `features/3/conv` is conv in 3 in features. Of joined names the first counts. */
export function scopesOf(name: string): string[] {
  const [first] = name.split(";");
  const parts = first
    .replace(/(?:\.\d+)+$/, "")
    .split(/[/.]/)
    .filter(Boolean);
  return parts.slice(0, -1);
}

/** Groups by scope. Scopes that hold one thing are left out, so that each group says something. */
export function groupByScope(nodes: readonly DumpNode[]): Group {
  const root: Group = { key: "", label: "", groups: [], nodes: [] };
  const known = new Map<string, Group>([["", root]]);
  for (const node of nodes) {
    let group = root;
    for (const scope of scopesOf(node.name)) {
      const key = group.key ? `${group.key}/${scope}` : scope;
      let inner = known.get(key);
      if (!inner) {
        inner = { key, label: scope, groups: [], nodes: [] };
        known.set(key, inner);
        group.groups.push(inner);
      }
      group = inner;
    }
    group.nodes.push(node);
  }
  return simplified(root);
}

function simplified(group: Group): Group {
  const groups: Group[] = [];
  const nodes = [...group.nodes];
  for (const inner of group.groups.map(simplified)) {
    if (inner.groups.length === 0 && inner.nodes.length < 2) nodes.push(...inner.nodes);
    else if (inner.groups.length === 1 && inner.nodes.length === 0) {
      const [only] = inner.groups;
      groups.push({ ...only, label: `${inner.label}/${only.label}` });
    } else groups.push(inner);
  }
  // A single scope around everything says nothing.
  if (group.key === "" && groups.length === 1 && nodes.every((n) => n.kind === "source"))
    return { ...groups[0], key: "", label: "", nodes: [...nodes, ...groups[0].nodes] };
  return { ...group, groups, nodes };
}

/** Groups by the node of the last stage that does the work. Constants and parameters stay by themselves. */
export function groupByKernel(document: DumpDocument, nodes: readonly DumpNode[]): Group {
  const final = nodesOf(document, document.stages.length - 1);
  const left = new Set(final.filter((n) => n.kind !== "source").map((n) => n.name));
  const users = new Map<string, string[]>();
  for (const node of nodes)
    for (const operand of operandNames(node)) users.set(operand, [...(users.get(operand) ?? []), node.name]);
  const heirs = new Map<string, string | undefined>();
  // From the end on, so that a node's readers are known before it.
  for (const node of [...nodes].reverse()) {
    if (node.kind === "source") continue;
    const heir = left.has(node.name)
      ? node.name
      : (users.get(node.name) ?? []).map((u) => heirs.get(u)).find((h) => h !== undefined);
    heirs.set(node.name, heir);
  }
  const kernels = new Map(document.plan?.steps.map((s) => [s.name, s.kernel]));
  const members = new Map<string, DumpNode[]>();
  for (const node of nodes) {
    const heir = heirs.get(node.name);
    if (heir !== undefined) members.set(heir, [...(members.get(heir) ?? []), node]);
  }
  const root: Group = { key: "", label: "", groups: [], nodes: [] };
  const grouped = new Set<DumpNode>();
  for (const [heir, list] of members) {
    if (list.length < 2) continue;
    root.groups.push({ key: heir, label: kernels.get(heir) ?? heir, groups: [], nodes: list });
    for (const node of list) grouped.add(node);
  }
  root.nodes.push(...nodes.filter((n) => !grouped.has(n)));
  return root;
}

/** What a stage did to the one before it, by the names of values. */
export interface Changes {
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
}

/** Values that a stage has and the one before it had not, the other way round, and those of one name in another form. */
export function changesOf(document: DumpDocument, stage: number): Changes {
  const none: Changes = { added: new Set(), removed: new Set(), changed: new Set() };
  const { nodes }: Stage = document.stages[stage];
  if (stage === 0 || nodes === null) return none;
  const before = new Map(nodesOf(document, stage - 1).map((n) => [n.name, n]));
  const after = new Map(nodes.map((i) => [document.nodes[i].name, document.nodes[i]]));
  const names = (from: Map<string, DumpNode>, holds: (n: DumpNode) => boolean) =>
    new Set([...from.values()].filter(holds).map((n) => n.name));
  return {
    added: names(after, (n) => !before.has(n.name)),
    removed: names(before, (n) => !after.has(n.name)),
    changed: names(after, (n) => before.has(n.name) && before.get(n.name) !== n),
  };
}

/** A type as IR text has it, channel quantizers by name. */
export function typeText(node: DumpNode, document: DumpDocument): string {
  const q = node.quantizer;
  const base = `${node.dtype}[${node.shape.join(",")}]`;
  const channels = (i: number, axis: number) => `#${document.channels[i].name} @${axis}`;
  switch (q?.scheme) {
    case undefined:
      return base;
    case "per_tensor_affine":
      return `${base}<${short(q.scale)}${q.zeroPoint ? `:${q.zeroPoint}` : ""}>`;
    case "per_channel_affine":
      return `${base}<${channels(q.channels, q.axis)}>`;
    case "product": {
      const second = "channels" in q ? channels(q.channels, q.axis) : short(q.factors[1]);
      return `${base}<${short(q.factors[0])} * ${second}>`;
    }
  }
}

/** A scale to five digits: enough to recognise it. */
const short = (x: number): string => String(Number(x.toPrecision(5)));
