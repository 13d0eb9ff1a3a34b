/**
 * Where boxes and edges go. Each level of groups is laid out by itself, inner ones first; a level is cut where a single value
 * passes, each piece goes through d3-dag's layered layout, and the pieces are stacked, in columns where they would be too
 * long for a screen. Networks are mostly long chains of small blocks, so this takes time in proportion to their length.
 */
import { draw, gapY, type Point } from "./layered.ts";
import { intoColumns, ordered, pieces, type Sized } from "./pieces.ts";

/** A box to place: a node, a folded group, or an open group with content of its own. */
export interface Item {
  readonly id: string;
  readonly w: number;
  readonly h: number;
  readonly items?: readonly Item[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface LayoutRequest {
  readonly items: readonly Item[];
  readonly edges: readonly Edge[];
  /** Width by height of the screen, which decides on columns; 0 for one column. */
  readonly aspect: number;
}

export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface LayoutResult {
  /** Outer boxes before the ones that they hold; x and y are the upper left corner. */
  readonly boxes: readonly Placed[];
  /** In the order of the request: x, y, x, y, ... */
  readonly routes: readonly (readonly number[])[];
  readonly width: number;
  readonly height: number;
}

/** Groups of more boxes than this are stacked in columns, as the whole is. */
const longGroup = 24;
const groupPadding = 14;
const groupHead = 18;
const columnGap = 90;

/** A level: boxes relative to its corner, and the way of each of its edges. */
interface Level {
  readonly boxes: Map<string, Placed>;
  readonly routes: Map<string, Point[]>;
  readonly width: number;
  readonly height: number;
}

const edgeKey = (from: string, to: string) => `${from}\u0000${to}`;

/** Lays out all of a request. */
export function layout({ items, edges, aspect }: LayoutRequest): LayoutResult {
  const path = new Map<string, string[]>();
  const walk = (list: readonly Item[], above: string[]) => {
    for (const item of list) {
      const own = [...above, item.id];
      path.set(item.id, own);
      if (item.items) walk(item.items, own);
    }
  };
  walk(items, []);

  /** Edges by the level that joins their ends; "" is the root. */
  const byLevel = new Map<string, Map<string, Edge>>();
  /** Ports: what enters or leaves an open group, through a point on its border. */
  const enters = new Map<string, Set<string>>();
  const leaves = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, key: string, value: string) => {
    const set = map.get(key);
    if (set) set.add(value);
    else map.set(key, new Set([value]));
  };
  const join = (level: string, from: string, to: string) => {
    const map = byLevel.get(level) ?? new Map<string, Edge>();
    byLevel.set(level, map);
    if (from !== to) map.set(edgeKey(from, to), { from, to });
  };
  for (const { from, to } of edges) {
    const [a, b] = [path.get(from)!, path.get(to)!];
    let common = 0;
    while (a[common] !== undefined && a[common] === b[common]) common++;
    join(a[common - 1] ?? "", a[common], b[common]);
    for (let k = common; k + 1 < a.length; k++) {
      add(leaves, a[k], from);
      join(a[k], a[k + 1], `out:${from}`);
    }
    for (let k = common; k + 1 < b.length; k++) {
      add(enters, b[k], from);
      join(b[k], `in:${from}`, b[k + 1]);
    }
  }

  const levels = new Map<string, Level>();
  const place = (id: string, list: readonly Item[]): Level => {
    const sized: Sized[] = [];
    for (const from of enters.get(id) ?? []) sized.push({ id: `in:${from}`, w: 1, h: 1 });
    for (const item of list) {
      if (!item.items) sized.push(item);
      else {
        const inner = place(item.id, item.items);
        sized.push({
          id: item.id,
          w: Math.max(item.w, inner.width + 2 * groupPadding),
          h: inner.height + 2 * groupPadding + groupHead,
        });
      }
    }
    for (const from of leaves.get(id) ?? []) sized.push({ id: `out:${from}`, w: 1, h: 1 });
    const level = layoutLevel(
      sized,
      [...(byLevel.get(id)?.values() ?? [])],
      id === "" || list.length > longGroup ? aspect : 0,
    );
    levels.set(id, level);
    return level;
  };
  const root = place("", items);

  const boxes: Placed[] = [];
  const at = new Map<string, Placed>();
  /** Where the content of a group begins. */
  const origin = new Map<string, Point>([["", { x: 0, y: 0 }]]);
  const collect = (id: string, list: readonly Item[]) => {
    const o = origin.get(id)!;
    const level = levels.get(id)!;
    for (const item of list) {
      const b = level.boxes.get(item.id)!;
      const placed = { ...b, x: b.x + o.x, y: b.y + o.y };
      boxes.push(placed);
      at.set(item.id, placed);
      if (!item.items) continue;
      const inner = levels.get(item.id)!;
      origin.set(item.id, {
        x: placed.x + (placed.w - inner.width) / 2,
        y: placed.y + groupPadding + groupHead,
      });
      collect(item.id, item.items);
    }
  };
  collect("", items);

  const moved = (id: string, key: string): Point[] => {
    const o = origin.get(id)!;
    return (levels.get(id)!.routes.get(key) ?? []).map((p) => ({ x: p.x + o.x, y: p.y + o.y }));
  };
  const routes = edges.map(({ from, to }) => {
    const [a, b] = [path.get(from)!, path.get(to)!];
    let common = 0;
    while (a[common] !== undefined && a[common] === b[common]) common++;
    const points: Point[] = [];
    for (let k = a.length - 2; k >= common; k--) points.push(...moved(a[k], edgeKey(a[k + 1], `out:${from}`)));
    points.push(...moved(a[common - 1] ?? "", edgeKey(a[common], b[common])));
    for (let k = common; k + 1 < b.length; k++) points.push(...moved(b[k], edgeKey(`in:${from}`, b[k + 1])));
    const [source, target] = [at.get(from)!, at.get(to)!];
    const ends = [
      { x: source.x + source.w / 2, y: source.y + source.h },
      { x: target.x + target.w / 2, y: target.y },
    ];
    return simplify([ends[0], ...points.slice(1, -1), ends[1]]).flatMap((p) => [round(p.x), round(p.y)]);
  });
  return { boxes, routes, width: root.width, height: root.height };
}

const round = (x: number) => Math.round(x * 10) / 10;

/** The points without those that repeat the one before. */
function simplify(points: readonly Point[]): Point[] {
  return points.filter((p, i) => i === 0 || Math.hypot(p.x - points[i - 1].x, p.y - points[i - 1].y) > 0.5);
}

function layoutLevel(given: readonly Sized[], edges: readonly Edge[], aspect: number): Level {
  const items = ordered(given, edges);
  const parts = pieces(items, edges);
  const partOf = new Map<string, number>();
  for (const [i, part] of parts.entries()) for (const n of part) partOf.set(n.id, i);
  const inner: Edge[][] = parts.map(() => []);
  const entering: Edge[][] = parts.map(() => []);
  for (const e of edges) {
    const to = partOf.get(e.to)!;
    if (partOf.get(e.from) === to) inner[to].push(e);
    else entering[to].push(e);
  }
  const laid = parts.map((part, i) => layoutPart(part, inner[i], entering[i]));

  // Columns: as many as make the whole about as wide for its height as the screen is.
  const total = laid.reduce((sum, l) => sum + l.height + gapY, 0);
  const widest = Math.max(1, ...laid.map((l) => l.width));
  const columns = aspect > 0 ? Math.max(1, Math.round(Math.sqrt((total * aspect) / (widest + columnGap)))) : 1;
  const boxes = new Map<string, Placed>();
  const routes = new Map<string, Point[]>();
  const column = intoColumns(
    laid.map((l) => l.height),
    columns,
  );
  let left = 0;
  for (const list of column) {
    // Pieces of a column hang from one another: each entry stands below what enters.
    let [lo, hi] = [0, 0];
    let y = 0;
    const offsets: number[] = [];
    const above = new Map<string, number>();
    for (const i of list) {
      const l = laid[i];
      const source = entering[i].find((e) => above.has(e.from))?.from;
      const x = source === undefined || l.entry === undefined ? -l.width / 2 : above.get(source)! - l.entry.x;
      offsets.push(x);
      lo = Math.min(lo, x);
      hi = Math.max(hi, x + l.width);
      for (const b of l.boxes) above.set(b.id, x + b.x + b.w / 2);
    }
    for (const [k, i] of list.entries()) {
      const l = laid[i];
      const dx = left - lo + offsets[k];
      for (const b of l.boxes) boxes.set(b.id, { ...b, x: b.x + dx, y: b.y + y });
      for (const [key, points] of l.routes)
        routes.set(
          key,
          points.map((p) => ({ x: p.x + dx, y: p.y + y })),
        );
      y += l.height + gapY;
    }
    left += hi - lo + columnGap;
  }
  const height = Math.max(0, ...column.map((list) => list.reduce((sum, i) => sum + laid[i].height + gapY, -gapY)));
  const width = Math.max(0, left - columnGap);

  // Edges between pieces: down to the entry; into the next column through the space between the two.
  for (const [i, list] of entering.entries()) {
    for (const e of list) {
      const a = boxes.get(e.from)!;
      const key = edgeKey(e.from, e.to);
      const way = routes.get(key) ?? [];
      const start = { x: a.x + a.w / 2, y: a.y + a.h };
      const into = way[0] ?? start;
      if (columnOf(column, partOf.get(e.from)!) === columnOf(column, i)) {
        routes.set(key, [start, ...way]);
        continue;
      }
      const list = column[columnOf(column, i)].flatMap((p) => parts[p]);
      const gutter = Math.min(...list.map((n) => boxes.get(n.id)!.x)) - columnGap / 2;
      const low = start.y + gapY / 2;
      const high = into.y - gapY / 2;
      routes.set(key, [
        start,
        { x: start.x, y: low },
        { x: gutter, y: low },
        { x: gutter, y: high },
        { x: into.x, y: high },
        ...way,
      ]);
    }
  }
  return { boxes, routes, width, height };
}

const columnOf = (columns: readonly (readonly number[])[], part: number) =>
  columns.findIndex((c) => c[0] <= part && part <= c[c.length - 1]);

/** A piece by itself: what enters comes from a point at its top. */
interface Part {
  readonly boxes: readonly Placed[];
  readonly routes: ReadonlyMap<string, Point[]>;
  readonly entry: Point | undefined;
  readonly width: number;
  readonly height: number;
}

const entryId = "\u0000entry";

function layoutPart(items: readonly Sized[], edges: readonly Edge[], entering: readonly Edge[]): Part {
  if (items.length === 1) {
    const [{ id, w, h }] = items;
    const entry = { x: w / 2, y: 0 };
    return {
      boxes: [{ id, x: 0, y: 0, w, h }],
      routes: new Map(entering.map((e) => [edgeKey(e.from, e.to), [entry]])),
      entry: entering.length ? entry : undefined,
      width: w,
      height: h,
    };
  }
  const index = new Map(items.map((n, i) => [n.id, i]));
  const parents = new Map<string, Set<string>>(items.map((n) => [n.id, new Set<string>()]));
  /** Edges against the order of evaluation, which only groups have, point the other way meanwhile. */
  const backward = new Set<string>();
  for (const { from, to } of edges) {
    if (index.get(from)! < index.get(to)!) parents.get(to)!.add(from);
    else {
      parents.get(from)!.add(to);
      backward.add(edgeKey(from, to));
    }
  }
  for (const { to } of entering) parents.get(to)!.add(entryId);
  const data = [
    ...(entering.length ? [{ id: entryId, parentIds: [] as string[] }] : []),
    ...items.map((n) => ({ id: n.id, parentIds: [...parents.get(n.id)!] })),
  ];
  const sizes = new Map(items.map((n) => [n.id, [n.w, n.h] as const]));
  const sizeOf = ({ data: { id } }: { data: { id: string } }) => sizes.get(id) ?? ([1, 1] as const);
  const dag = draw(data, sizeOf, items.length);
  const boxes: Placed[] = [];
  let entry: Point | undefined;
  for (const n of dag.nodes) {
    const size = sizes.get(n.id);
    if (size) boxes.push({ id: n.id, x: n.x - size[0] / 2, y: n.y - size[1] / 2, w: size[0], h: size[1] });
    else entry = { x: n.x, y: n.y };
  }
  const routes = new Map<string, Point[]>();
  // The drawing's lines go from centre to centre; edges go from border to border.
  const border = (id: string, p: Point, end: 1 | -1): Point => ({
    x: p.x,
    y: p.y + (end * (sizes.get(id)?.[1] ?? 0)) / 2,
  });
  const lines = new Map(
    dag.links.map(({ from, to, points }) => [
      edgeKey(from, to),
      [border(from, points[0], 1), ...points.slice(1, -1), border(to, points[points.length - 1], -1)],
    ]),
  );
  for (const e of edges) {
    const key = edgeKey(e.from, e.to);
    const points = backward.has(key) ? [...(lines.get(edgeKey(e.to, e.from)) ?? [])].reverse() : lines.get(key);
    routes.set(key, points ?? []);
  }
  for (const e of entering) routes.set(edgeKey(e.from, e.to), lines.get(edgeKey(entryId, e.to)) ?? []);
  return { boxes, routes, entry, width: dag.width, height: dag.height };
}
